// Tokens that nobody but their provider can read, of an unmodified oidc-provider, and the signed token by which the gate
// tells the application who it is, checked with npm jose as an application would.
import assert from 'node:assert/strict';
import http from 'node:http';
import { after, test } from 'node:test';

import { createRemoteJWKSet, jwtVerify } from 'jose';
import Provider from 'oidc-provider';

import { freePort, until } from '../harness.mjs';
import { request } from '../support/form_browser.mjs';
import { startGate } from '../support/gate.mjs';

const issuer = `http://localhost:${await freePort()}`;
const client = (client_id, more) => ({ client_id, client_secret: `secret-of-${client_id}`, grant_types: ['client_credentials'], redirect_uris: [],
  response_types: [], ...more });
const provider = new Provider(issuer, { clients: [client('robot'), client('stranger'), client('gate')], scopes: ['openid', 'read'],
  features: { clientCredentials: { enabled: true }, introspection: { enabled: true }, revocation: { enabled: true }, devInteractions: { enabled: false } } });
const server = http.createServer(provider.callback());
await new Promise((resolve) => server.listen(new URL(issuer).port, 'localhost', resolve));
after(() => { server.closeAllConnections(); server.close(); });

const world = await startGate({ settings: (host) => ({
  providers: { op: { issuer, 'authorized-parties': ['robot'], 'name-claims': ['client_id'] } },
  introspection: { op: { 'client-id': 'gate', 'client-secret': 'secret-of-gate', 'opaque-tokens': true, every: 1 } },
  applications: [{ name: 'App', hosts: [host], roles: { reader: ['read:*'] }, 'default-role': 'reader', 'identity-token': {},
    requests: [{ path: '/public/**', open: true }, { path: '/**', permission: 'read:page' }] }] }) });
after(() => world.stop());

const basic = (name) => ({ authorization: `Basic ${Buffer.from(`${name}:secret-of-${name}`).toString('base64')}` });
async function tokenOf(name) {
  const answer = await request(`${issuer}/token`, { method: 'POST', headers: basic(name), form: { grant_type: 'client_credentials', scope: 'read' } });
  assert.equal(answer.status, 200, answer.text);
  assert.ok(!answer.json().access_token.includes('.'), 'opaque');
  return answer.json().access_token;
}

test('refuses_opaque_tokens_that_are_made_up_or_of_another_client', async () => {
  assert.equal((await world.call('/page', 'made-up')).status, 401);
  assert.equal((await world.call('/page', await tokenOf('stranger'))).status, 401);
});

test('an_opaque_token_counts_until_its_provider_takes_it_back', async () => {
  const token = await tokenOf('robot');
  const answer = await world.call('/page', token);
  assert.equal(answer.status, 200, answer.text);
  assert.equal(answer.json().headers['x-auth-name'], 'robot');
  assert.equal(answer.json().headers['x-auth-scopes'], 'read');
  const revoked = await request(`${issuer}/token/revocation`, { method: 'POST', headers: basic('robot'), form: { token } });
  assert.equal(revoked.status, 200);
  await until('the token to count no more', async () => (await world.call('/page', token)).status === 401);
});

test('the_application_checks_who_it_is_told', async () => {
  const forged = { 'x-auth-token': 'e30.e30.e30' };
  const seen = (await world.call('/page', await tokenOf('robot'), { headers: forged })).json().headers;
  const keys = createRemoteJWKSet(new URL(`${world.origin}/gate/keys`));
  const { payload, protectedHeader } = await jwtVerify(seen['x-auth-token'], keys, { issuer: 'urn:cardea:gate', audience: 'App', maxTokenAge: 60 });
  assert.equal(protectedHeader.alg, 'ES256');
  assert.equal(payload.name, 'robot');
  assert.equal(payload.provider, 'op');
  assert.deepEqual(payload.roles, ['reader']);
  await assert.rejects(jwtVerify(seen['x-auth-token'], keys, { issuer: 'urn:cardea:gate', audience: 'Other' }));
  const open = (await world.call('/public/x', null, { headers: forged })).json().headers;
  assert.ok(!open['x-auth-token'], 'a stranger cannot send one');
});
