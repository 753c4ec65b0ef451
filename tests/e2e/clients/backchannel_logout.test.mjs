// An application that hears of a sign-out by back-channel (OpenID Connect Back-Channel Logout 1.0): its own server takes
// the form and verifies the logout token with npm jose. Also: a client whose keys we fetch from its server.
import assert from 'node:assert/strict';
import http from 'node:http';
import { test } from 'node:test';
import * as jose from 'jose';
import * as client from 'openid-client';

import { kOnlyCardea, startServer, until } from '../harness.mjs';
import { villageRealm } from '../support/realm.mjs';
import { claimsOf, discover, signIn } from '../support/sign_in.mjs';

const received = [];
let keyRequests = 0;
let status = 200;
const { publicKey, privateKey } = await jose.generateKeyPair('ES256', { extractable: true });
const keySet = { keys: [{ ...(await jose.exportJWK(publicKey)), kid: 'app-key', alg: 'ES256', use: 'sig' }] };

const application = http.createServer((request, response) => {
  if (request.url === '/keys') {
    ++keyRequests;
    response.setHeader('Content-Type', 'application/json').end(JSON.stringify(keySet));
    return;
  }
  let body = '';
  request.on('data', (part) => (body += part));
  request.on('end', () => {
    received.push({ method: request.method, url: request.url, type: request.headers['content-type'], body });
    response.writeHead(status).end();
  });
});
await new Promise((resolve) => application.listen(0, '127.0.0.1', resolve));
const kApplication = `http://localhost:${application.address().port}`;

const server = await startServer({ realm: villageRealm({}, (realm) => {
  realm.clients.push({
    clientId: 'listener', publicClient: true, redirectUris: [`${kApplication}/callback`],
    attributes: { 'backchannel.logout.url': `${kApplication}/bye?tenant=1`, 'backchannel.logout.session.required': 'true' },
  }, {
    clientId: 'signer', clientAuthenticatorType: 'client-jwt', serviceAccountsEnabled: true, standardFlowEnabled: false,
    attributes: { 'use.jwks.url': 'true', 'jwks.url': `${kApplication}/keys` },
  });
}) });
const listener = await discover(server, 'listener', client.None());

test('discovery_says_so', () => {
  const metadata = listener.serverMetadata();
  assert.equal(metadata.backchannel_logout_supported, true);
  assert.equal(metadata.backchannel_logout_session_supported, true);
});

test('an_application_is_told_that_the_session_ended', async () => {
  const { tokens, browser } = await signIn(server, listener, `${kApplication}/callback`);
  assert.equal(received.length, 0);
  await browser.open(client.buildEndSessionUrl(listener, { id_token_hint: tokens.id_token }));
  await until('the logout token', () => received.length > 0);
  const [{ method, url, type, body }] = received;
  assert.equal(method, 'POST');
  assert.equal(url, '/bye?tenant=1');
  assert.equal(type, 'application/x-www-form-urlencoded');
  const form = new URLSearchParams(body);
  assert.deepEqual([...form.keys()], ['logout_token']);
  const keys = jose.createRemoteJWKSet(new URL(listener.serverMetadata().jwks_uri));
  const { payload } = await jose.jwtVerify(server.keepSecret(form.get('logout_token')), keys,
    { issuer: server.issuer(), audience: 'listener', typ: 'logout+jwt', requiredClaims: ['iat', 'jti', 'sub', 'exp'] });
  assert.equal(payload.sid, claimsOf(tokens.id_token).sid);
  assert.equal(payload.sub, claimsOf(tokens.id_token).sub);
  assert.deepEqual(payload.events, { 'http://schemas.openid.net/event/backchannel-logout': {} });
  assert.ok(!('nonce' in payload));
});

test('an_application_that_fails_stops_nobody', kOnlyCardea, async () => {
  received.length = 0;
  status = 500;
  const { tokens, browser } = await signIn(server, listener, `${kApplication}/callback`);
  const page = await browser.open(client.buildEndSessionUrl(listener, { id_token_hint: tokens.id_token }));
  assert.equal(page.status, 200);
  await until('the failure in the log', () => /logout_delivery_failed.*status=500.*attempt=1/.test(server.log));
});

test('a_client_proves_itself_with_keys_at_its_address', async () => {
  const signer = await discover(server, 'signer', client.PrivateKeyJwt({ key: privateKey, kid: 'app-key' }));
  for (let i = 0; i < 3; ++i) {
    const tokens = await client.clientCredentialsGrant(signer);
    server.keepSecret(tokens.access_token);
    assert.equal(claimsOf(tokens.access_token).azp, 'signer');
  }
  assert.equal(keyRequests, 1);
});

test('the_server_ends_on_sigterm_and_its_log_is_clean', async () => {
  await server.stop();
  application.close();
});
