// `cardea start`, as it stands in production: with its own certificate, behind a proxy that ends TLS, and in plain HTTP,
// which it warns of. The application is openid-client, which here is never allowed to talk plain HTTP.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as client from 'openid-client';

import { freePort, kOnlyCardea, Server, startServer } from '../harness.mjs';
import { FormBrowser, request } from '../support/form_browser.mjs';
import { villageRealm } from '../support/realm.mjs';
import { authorizationRequest, claimsOf, secretOf, signInAt } from '../support/sign_in.mjs';
import { startTlsProxy } from '../support/tls_proxy.mjs';

const kBehindProxy = ['--hostname-strict=false', '--proxy-headers', 'xforwarded', '--proxy-trusted-addresses', '127.0.0.1'];
const kPlainHttpWarning = /Plain HTTP is served and no proxy is named/;

const port = await freePort();
const kCallback = `http://localhost:${port}/callback`;

/// fetch() that trusts `ca` alone.
function fetchTrusting(ca) {
  return async (url, { method, headers, body }) => {
    const answer = await request(url, { method, headers, body: body?.toString(), ca });
    return new Response(answer.text, { status: answer.status, headers: { 'content-type': answer.headers['content-type'] } });
  };
}

/// The whole code flow at `origin`: the issuer is exact wherever it stands, and what the browser keeps is for TLS alone.
async function signsIn(origin, ca, server) {
  const issuer = `${origin}/realms/village`;
  const config = await client.discovery(new URL(issuer), 'web', undefined, secretOf('web'), { [client.customFetch]: fetchTrusting(ca) });
  client.enableNonRepudiationChecks(config);
  const metadata = config.serverMetadata();
  assert.equal(metadata.issuer, issuer);
  for (const name of ['authorization_endpoint', 'token_endpoint', 'userinfo_endpoint', 'jwks_uri', 'end_session_endpoint'])
    assert.ok(metadata[name].startsWith(`${issuer}/protocol/openid-connect/`), `${name}: ${metadata[name]}`);

  const browser = new FormBrowser({ ca });
  const { url, checks } = await authorizationRequest(config, kCallback);
  await browser.open(url.href, { until: kCallback });
  const flow = browser.cookies;
  assert.ok(flow.some(({ name }) => name.startsWith('__Host-')), `no __Host- cookie: ${flow.map(({ name }) => name).join()}`);
  const callback = await signInAt(browser, url, kCallback);
  for (const cookie of [...flow, ...browser.cookies]) assert.ok(cookie.secure, `${cookie.name} is not Secure`);
  assert.ok(browser.cookie('KEYCLOAK_IDENTITY').httpOnly);
  assert.equal(callback.searchParams.get('iss'), issuer);

  server.keepSecret(callback.searchParams.get('code'));
  const tokens = await client.authorizationCodeGrant(config, callback, checks);
  assert.equal(tokens.claims().iss, issuer);
  assert.equal(claimsOf(tokens.access_token).iss, issuer);
  assert.equal((await client.fetchUserInfo(config, tokens.access_token, tokens.claims().sub)).preferred_username, 'ada');
  const renewed = await client.refreshTokenGrant(config, tokens.refresh_token);
  assert.equal(renewed.claims().iss, issuer);
}

test('refuses_the_word_of_a_proxy_that_is_not_named', kOnlyCardea, async () => {
  const server = await startServer({ command: 'start', realm: villageRealm({ 4003: port }), arguments: kBehindProxy });
  const said = { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'id.example.com', 'x-forwarded-port': '443', 'x-forwarded-for': '192.0.2.7' };
  const query = new URLSearchParams({ client_id: 'web', redirect_uri: kCallback, response_type: 'code', scope: 'openid' });
  const ask = async (localAddress) => {
    const discovery = await request(`${server.issuer()}/.well-known/openid-configuration`, { headers: said, localAddress });
    const page = await request(`${server.endpoint('auth')}?${query}`, { headers: said, localAddress });
    return { issuer: discovery.json().issuer, cookies: page.headers['set-cookie'].join('\n') };
  };
  const stranger = await ask('127.0.0.2');
  assert.equal(stranger.issuer, server.issuer(), 'neither the scheme nor the name of a stranger counts');
  assert.doesNotMatch(stranger.cookies, /__Host-|; *Secure/i);
  const named = await ask('127.0.0.1');
  assert.equal(named.issuer, 'https://id.example.com/realms/village');
  assert.match(named.cookies, /^__Host-[^\n]*; *Secure/im);
  await server.stop();
});

test('start_with_a_certificate_signs_a_client_in', kOnlyCardea, async () => {
  const server = new Server({ command: 'start', https: true, realm: villageRealm({ 4003: port }) });
  await server.prepare();
  server.args.push('--hostname', server.base);
  await server.run();
  await signsIn(server.base, server.ca, server);
  await server.stop();
  assert.doesNotMatch(server.log, kPlainHttpWarning);
});

test('start_behind_a_named_proxy_signs_a_client_in', kOnlyCardea, async () => {
  const server = await startServer({ command: 'start', realm: villageRealm({ 4003: port }), arguments: kBehindProxy });
  const proxy = await startTlsProxy(server.base);
  await signsIn(proxy.origin, proxy.ca, server);
  await proxy.stop();
  await server.stop();
  assert.doesNotMatch(server.log, kPlainHttpWarning);
});

test('start_in_plain_http_warns_of_it', kOnlyCardea, async () => {
  const server = new Server({ command: 'start', realm: villageRealm({ 4003: port }), arguments: ['--http-enabled=true'] });
  await server.prepare();
  server.args.push('--hostname', server.base);
  await server.run();
  assert.equal((await request(`${server.issuer()}/.well-known/openid-configuration`)).json().issuer, server.issuer());
  await server.stop();
  const warnings = server.lines.filter((line) => kPlainHttpWarning.test(line));
  assert.equal(warnings.length, 1, server.log);
  assert.match(warnings[0], /warn/i);
});
