// NetBird's guide (guides.md G4) in a browser: its dashboard, with the library that it uses, and its management API behind
// a real nginx and the gate, with Cardea as the provider. People sign in, are refused, get one role after the other, and
// are out everywhere when they sign out in one window.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { freePort, startServer, until } from '../harness.mjs';
import { AdminApi } from '../support/admin_api.mjs';
import { fillLogin, journey } from '../support/browser.mjs';
import { startGate } from '../support/gate.mjs';
import { dashboardSettings, decided, startNetbird } from '../support/netbird_dashboard.mjs';
import { kPeople, villageRealm } from '../support/realm.mjs';

const kSecret = 'netbird-backend-of-this-test';
const port = await freePort();
const origin = `http://localhost:${port}`;
const audience = (client) => ({ name: `audience ${client}`, protocol: 'openid-connect', protocolMapper: 'oidc-audience-mapper', consentRequired: false,
  config: { 'included.client.audience': client, 'access.token.claim': 'true', 'id.token.claim': 'false' } });
const groups = { name: 'groups', protocol: 'openid-connect', protocolMapper: 'oidc-group-membership-mapper', consentRequired: false,
  config: { 'claim.name': 'groups', 'full.path': 'false', 'id.token.claim': 'false', 'access.token.claim': 'true' } };
const server = await startServer({ realm: villageRealm({}, (realm) => {
  realm.clients.push({ clientId: 'netbird-client', enabled: true, protocol: 'openid-connect', publicClient: true, standardFlowEnabled: true,
    rootUrl: `${origin}/`, redirectUris: [`${origin}/*`], webOrigins: ['+'], attributes: { 'post.logout.redirect.uris': `${origin}/*` },
    protocolMappers: [audience('netbird-client'), audience('netbird-backend'), groups] });
  realm.clients.push({ clientId: 'netbird-backend', enabled: true, protocol: 'openid-connect', publicClient: false, secret: kSecret,
    clientAuthenticatorType: 'client-secret', standardFlowEnabled: false, serviceAccountsEnabled: true });
}) });
server.keepSecret(kSecret);
const admin = new AdminApi(server, 'village');

// The pages are everybody's: who is there is proven to the API, token by token.
const open = ['/', '/stay', '/oidc-client.js', '/favicon.ico'].map((path) => ({ path, open: true }));
const settings = (host) => ({
  providers: { keycloak: { issuer: server.issuer(), audiences: ['netbird-client'], 'name-claims': ['preferred_username'] } },
  introspection: { keycloak: { 'client-id': 'netbird-backend', 'client-secret-env': 'NETBIRD_SECRET', every: 1 } },
  applications: [{ name: 'NetBird', hosts: [host], answers: 'netbird', groups: { allowed: ['staff', 'engineering'] },
    roles: { admin: ['read:*', 'write:*'], user: ['read:*'] }, 'role-rules': [{ claim: 'groups', values: ['engineering'], role: 'admin' }],
    'default-role': 'user',
    requests: [...open, { path: '/api/**', methods: ['GET'], permission: 'read:api' }, { path: '/api/**', permission: 'write:api' }] }] });
// Without offline_access, whose tokens are meant to outlive a sign-out (G4-27).
const world = await startGate({ port, settings, environment: { NETBIRD_SECRET: kSecret },
  start: () => startNetbird(() => dashboardSettings(origin, server.issuer(), { scope: 'openid profile email' })) });

/// What the dashboard's script gets from the management API with the token it has.
const call = (page, method, path) => page.evaluate(async ([how, where]) => {
  const headers = { authorization: `Bearer ${window.oidc.tokens.accessToken}`, accept: 'application/json' };
  const answer = await fetch(where, { method: how, headers });
  return { status: answer.status, body: await answer.json().catch(() => null) };
}, [method, path]);
const renew = (page) => page.evaluate(async () => { await window.oidc.renewTokensOrThrowAsync(); });

async function signIn(page, username) {
  await page.goto(`${origin}/`);
  await fillLogin(page, username, kPeople[username]);
  assert.equal(await decided(page, 'in'), username);
}

journey('nobody_is_refused_the_pages_and_everybody_the_api_without_a_token', {}, async ({ page }) => {
  await page.goto(`${origin}/stay`);
  await page.locator('body[data-state="out"]').waitFor({ state: 'attached' });
  const answer = await page.evaluate(async () => {
    const refused = await fetch('/api/users', { headers: { accept: 'application/json' } });
    return { status: refused.status, body: await refused.json() };
  });
  assert.deepEqual(answer, { status: 401, body: { message: 'no valid authentication provided', code: 401 } });
});

journey('a_person_is_refused_and_gets_one_role_after_the_other', {}, async ({ page }) => {
  const { id } = await admin.user('cleo');
  const join = async (path) => admin.send('PUT', `/users/${id}/groups/${(await admin.get(`/group-by-path/${path}`)).id}`);
  await signIn(page, 'cleo');
  const outside = await call(page, 'GET', '/api/users');
  assert.equal(outside.status, 403);
  assert.deepEqual(outside.body, { message: 'user does not belong to any of the allowed JWT groups', code: 403 });
  await join('staff');
  await until('the first role', async () => {
    await renew(page);
    return (await call(page, 'GET', '/api/users')).status === 200;
  });
  assert.deepEqual((await call(page, 'GET', '/api/users')).body, { method: 'GET', path: '/api/users', name: 'cleo', role: 'user' });
  assert.equal((await call(page, 'PUT', '/api/accounts/1')).status, 403, 'a user changes nothing');
  await join('staff/engineering');
  await until('the second role', async () => {
    await renew(page);
    return (await call(page, 'PUT', '/api/accounts/1')).status === 200;
  });
  assert.match((await call(page, 'GET', '/api/users')).body.role, /admin/);
});

journey('a_person_signs_out_in_one_window_and_is_out_everywhere', {}, async ({ page, beside }) => {
  await signIn(page, 'ada');
  const other = await beside();
  await other.goto(`${origin}/`);  // signed in at the provider: no password
  assert.equal(await decided(other, 'in'), 'ada');
  for (const each of [page, other]) assert.equal((await call(each, 'GET', '/api/users')).status, 200);
  await page.evaluate(() => window.oidc.logoutAsync('/', { client_id: 'netbird-client' })).catch(() => {});  // it leaves the page
  await page.locator('#username').waitFor();  // the dashboard's start asks for a login at once
  await until('the other window to be refused', async () => (await call(other, 'GET', '/api/users')).status === 401);
  assert.deepEqual((await call(other, 'GET', '/api/users')).body, { message: 'token invalid', code: 401 });
  await other.evaluate(() => sessionStorage.clear());
  await other.goto(`${origin}/`);
  await other.locator('#username').waitFor();
});

test('gate_and_provider_end_on_sigterm_and_their_logs_are_clean', async () => {
  await world.stop();
  await server.stop();
});
