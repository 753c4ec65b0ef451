// The gate behind Debian's Caddy with the snippet that `cardea gate config caddy` prints: what its forward_auth sends and
// takes over, as it really does.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';

import { freePort, startServer } from '../harness.mjs';
import { FormBrowser } from '../support/form_browser.mjs';
import { Issuer, Key, now, startGate } from '../support/gate.mjs';
import { kPeople, villageRealm } from '../support/realm.mjs';

const kSecret = 'caddy-secret-of-this-test';
const port = await freePort();
const origin = `https://localhost:${port}`;
const server = await startServer({ realm: villageRealm({}, (realm) => {
  realm.clients.push({ clientId: 'behind-caddy', enabled: true, protocol: 'openid-connect', publicClient: false, standardFlowEnabled: true,
    clientAuthenticatorType: 'client-secret', secret: kSecret, redirectUris: [`${origin}/oauth2/callback`],
    attributes: { 'post.logout.redirect.uris': `${origin}/logout` } });
}) });
server.keepSecret(kSecret);
const issuer = await new Issuer().start();
const key = new Key('k1');
issuer.keys = [key.jwk()];
after(() => issuer.stop());
const world = await startGate({ proxy: 'caddy', port, settings: (host) => ({
  providers: { one: { issuer: issuer.url, audiences: ['app'] } },
  applications: [{ name: 'App', hosts: [host], roles: { reader: ['read:*'], writer: ['read:*', 'write:*'] }, 'default-role': 'reader',
    'role-rules': [{ claim: 'groups', values: ['writers'], role: 'writer' }], headers: { 'X-Team': 'groups' },
    'sign-in': { issuer: server.issuer(), 'client-id': 'behind-caddy', 'client-secret': kSecret },
    requests: [{ path: '/public/**', open: true }, { path: '/admin/**', permission: 'write:admin' }, { path: '/**', methods: ['GET'], permission: 'read:page' },
      { path: '/**', permission: 'write:page' }] }] }) });
const claims = (change = {}) => ({ iss: issuer.url, sub: 'ann', aud: 'app', iat: now() - 5, exp: now() + 300, ...change });
const reader = key.token(claims());
const writer = key.token(claims({ groups: ['writers'] }));

test('refuses_nobody_and_whoever_may_not', async () => {
  assert.equal((await world.call('/page', null)).status, 401);
  assert.equal((await world.call('/page', key.token(claims({ aud: 'other' })))).status, 401);
  assert.equal((await world.call('/admin/x', reader)).status, 403);
  assert.equal((await world.call('/page', reader, { method: 'POST', body: 'x' })).status, 403, 'the gate is told the method');
  assert.equal(world.application.seen.length, 0, 'nothing reached the application');
});

test('refuses_ways_into_the_guarded_part', async () => {
  const tricks = ['//admin/x', '/public/../admin/x', '/public/..;/admin/x', '/public/%2e%2e/admin/x', '/public/..%2fadmin/x',
    '/public%2f..%2fadmin/x', '/public/%252e%252e/admin/x', '/public/..\\admin/x', '/./admin/x', '/%61dmin/x', '/admin%00/x',
    '/public/x%0d%0aX-Auth-Role:%20writer', '/gate/../admin/x', '/gate/%2e%2e/admin/x', '/logout/../admin/x'];
  for (const target of tricks) {
    for (const token of [null, reader]) {
      const answer = await world.raw(target, token);
      assert.ok([400, 401, 403, 404].includes(answer.status), `${target}: ${answer.status}`);
    }
  }
  assert.equal(world.application.seen.length, 0, 'nothing reached the application');
});

test('words_of_strangers_do_not_count', async () => {
  const about = { 'x-forwarded-uri': '/public/x', 'x-forwarded-method': 'GET', 'x-forwarded-host': 'elsewhere.example', forwarded: 'host=elsewhere.example',
    'x-original-uri': '/public/x', 'x-forwarded-proto': 'http' };
  assert.equal((await world.call('/admin/x', reader, { headers: about })).status, 403);
  assert.equal((await world.call('/admin/x', null, { headers: about })).status, 401);
  const who = { 'x-auth-name': 'boss', 'X-AUTH-ROLE': 'writer', 'x-auth-scopes': 'all', 'x-auth-provider': 'me', 'x_auth_role': 'writer', 'x-team': 'writers' };
  const seen = (await world.call('/page', reader, { headers: who })).json().headers;
  assert.equal(seen['x-auth-name'], 'ann');
  assert.equal(seen['x-auth-role'], 'reader');
  assert.equal(seen['x-auth-provider'], 'one');
  for (const name of ['x-auth-scopes', 'x_auth_role', 'x-team']) assert.ok(!seen[name], `${name}: ${seen[name]}`);
  const open = (await world.call('/public/x', null, { headers: who })).json().headers;
  for (const name of Object.keys(open)) assert.ok(!/^x.auth|^x-team/.test(name) || open[name] === '', `${name} got through on an open path`);
});

test('the_application_gets_the_request_as_it_was_sent', async () => {
  const answer = await world.call('/admin/x?a=b%2Fc', writer, { method: 'POST', body: 'x' });
  assert.equal(answer.status, 200, answer.text);
  const seen = answer.json();
  assert.deepEqual([seen.method, seen.url, seen.body], ['POST', '/admin/x?a=b%2Fc', 'x']);
  assert.equal(seen.headers['x-auth-role'], 'writer');
  assert.equal(seen.headers['x-team'], 'writers');
});

test('the_clients_query_is_the_applications_and_steers_nothing', async () => {
  for (const target of ['/page?a=1&a=2', '/page?scope=x', '/page?scope=', '/page?scope=a&scope=b']) {
    assert.equal((await world.call(target, null)).status, 401, target);
    const answer = await world.call(target, reader);
    assert.equal(answer.status, 200, `${target}: ${answer.text}`);
    assert.equal(answer.json().url, target);
  }
});

test('a_person_signs_in_comes_back_to_the_page_and_signs_out', async () => {
  const browser = new FormBrowser({ ca: world.proxy.ca });
  const form = await browser.open(`${origin}/page?a=b`);
  assert.ok(browser.cookies.some(({ name, secure, httpOnly }) => name.startsWith('__Host-') && secure && httpOnly), 'Caddy says that it is https');
  const page = await browser.submit(form, { username: 'ada', password: kPeople.ada }, { wanted: 'kc-form-login' });
  assert.equal(page.status, 200, page.words);
  assert.equal(page.url, `${origin}/page?a=b`);
  assert.match(page.text, /id="name">ada</);
  assert.match(page.text, /id="role">reader</);
  for (const { headers } of world.application.seen) assert.doesNotMatch(headers.cookie ?? '', /cardea-gate/, 'the session stays with the gate');
  assert.equal((await browser.send(`${origin}/admin/x`)).status, 403);
  await browser.open(`${origin}/logout`, { headers: { 'sec-fetch-site': 'same-origin' } });
  assert.equal((await browser.send(`${origin}/page`)).status, 302, 'signed out');
});

test('the_gate_ends_on_sigterm_and_its_log_is_clean', async () => {
  await world.stop();
  await server.stop();
});
