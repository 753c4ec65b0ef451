// npm keycloak-connect, Keycloak's adapter for Node.js, in front of two applications: one that people sign in to, one
// that takes bearer tokens only. Roles, refresh, sign-out by the application, and what the adapter is told at the Admin
// URL of its client: k_logout and k_push_not_before (keycloak.md sections 1.14, 6.8 and 9.4).
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { freePort, kOnlyCardea, startServer, until } from '../harness.mjs';
import { AdminApi } from '../support/admin_api.mjs';
import { startAdapterApp } from '../support/adapter_app.mjs';
import { FormBrowser } from '../support/form_browser.mjs';
import { kPeople, villageRealm } from '../support/realm.mjs';
import { claimsOf } from '../support/sign_in.mjs';

const kSecret = 'adapter-secret-6';
const kShortLife = 2; // seconds of the access tokens of `brief`
const [webPort, apiPort, briefPort] = [await freePort(), await freePort(), await freePort()];

function application(clientId, port, more = {}) {
  const url = `http://localhost:${port}`;
  return {
    clientId, publicClient: false, secret: kSecret, standardFlowEnabled: true, directAccessGrantsEnabled: true,
    rootUrl: url, adminUrl: `${url}/k`, redirectUris: [`${url}/*`], ...more,
  };
}

const server = await startServer({ realm: villageRealm({}, (realm) => {
  realm.clients.push(
    application('portal', webPort, { attributes: { 'allow.token.introspection.without.audience.check': 'true' } }),
    application('api', apiPort, { bearerOnly: true }),
    application('brief', briefPort, { attributes: { 'access.token.lifespan': `${kShortLife}` } }),
  );
  realm.roles.client.portal = [{ name: 'clerk' }, { name: 'boss' }];
  realm.users.find(({ username }) => username === 'ada').clientRoles = { portal: ['clerk'] };
}) });
server.keepSecret(kSecret);

const settings = (resource, more = {}) => ({
  realm: 'village', 'auth-server-url': `${server.base}/`, 'ssl-required': 'external', resource, credentials: { secret: kSecret },
  'confidential-port': 0, ...more,
});
const kRoutes = {
  '/anybody': undefined, '/readers': 'realm:reader', '/rulers': 'realm:ruler', '/clerks': 'clerk', '/bosses': 'boss',
  '/authors': 'web:author',
};
const portal = await startAdapterApp(settings('portal'), webPort, kRoutes);
const api = await startAdapterApp(settings('api', { 'bearer-only': true }), apiPort, { ...kRoutes, '/clerks': 'portal:clerk' });
const brief = await startAdapterApp(settings('brief'), briefPort, kRoutes);
const admin = new AdminApi(server, 'village');

/// Signs in at `app` by its protected page.
async function signIn(app, username, browser = new FormBrowser()) {
  const page = await browser.open(`${app.url}/anybody`);
  assert.match(page.url, new RegExp(`^${server.base}/realms/village/`), 'sent to our login page');
  const home = await browser.submit(page, { username, password: kPeople[username] }, { wanted: 'kc-form-login' });
  assert.equal(home.status, 200, home.words);
  return { browser, claims: home.json() };
}

const isAsked = (page) => page.status === 200 && page.url.startsWith(server.base);

test('refuses_people_without_the_role_of_realm_or_client', async () => {
  const { browser } = await signIn(portal, 'cleo');
  for (const path of ['/readers', '/clerks', '/authors', '/rulers']) {
    const page = await browser.open(`${portal.url}${path}`);
    assert.equal(page.status, 403, path);
    assert.equal(page.text, 'Access denied');
  }
});

test('lets_people_in_by_roles_of_realm_client_and_other_client', async () => {
  const { browser, claims } = await signIn(portal, 'ada');
  assert.equal(claims.preferred_username, 'ada');
  assert.equal(claims.azp, 'portal');
  for (const path of ['/readers', '/clerks', '/authors']) {
    assert.equal((await browser.open(`${portal.url}${path}`)).status, 200, path);
  }
  assert.equal((await browser.open(`${portal.url}/bosses`)).status, 403);
});

test('refuses_a_code_that_was_made_up', async () => {
  const browser = new FormBrowser();
  await browser.open(`${portal.url}/`);
  const page = await browser.open(`${portal.url}/anybody?auth_callback=1&code=made-up.made-up.made-up&state=x`);
  assert.equal(page.status, 403);
});

test('refuses_calls_without_a_good_bearer_token', async () => {
  const call = (path, token) => fetch(`${api.url}${path}`, { redirect: 'manual', headers: token ? { authorization: `Bearer ${token}` } : {} });
  assert.equal((await call('/anybody')).status, 403, 'no redirect to the login page');
  const { access_token: good } = await passwordGrant('ada');
  const [head, , signature] = good.split('.');
  const forged = [head, Buffer.from(JSON.stringify({ ...claimsOf(good), realm_access: { roles: ['ruler'] } })).toString('base64url'), signature];
  assert.equal((await call('/rulers', forged.join('.'))).status, 403);
  const master = await fetch(server.endpoint('token', 'master'), {
    method: 'POST', body: new URLSearchParams({ grant_type: 'password', client_id: 'admin-cli', ...server.admin }),
  });
  assert.equal((await call('/anybody', (await master.json()).access_token)).status, 403, 'a token of another realm');
  assert.equal((await call('/rulers', good)).status, 403);
  assert.equal((await call('/readers', good)).status, 200);
  assert.equal((await call('/clerks', good)).status, 200);
});

async function passwordGrant(username) {
  const answer = await fetch(server.endpoint('token'), {
    method: 'POST',
    body: new URLSearchParams({ grant_type: 'password', client_id: 'portal', client_secret: kSecret, username, password: kPeople[username], scope: 'openid' }),
  });
  assert.equal(answer.status, 200);
  const tokens = await answer.json();
  server.keepSecret(tokens.access_token);
  return tokens;
}

test('the_grants_of_the_library_work_and_it_validates_tokens_here', async () => {
  const { grantManager } = portal.keycloak;
  const grant = await grantManager.obtainDirectly('ada', kPeople.ada);
  assert.equal(await grantManager.validateAccessToken(grant.access_token), grant.access_token);
  assert.equal(await grantManager.validateAccessToken(`${grant.access_token.token}x`), false);
  assert.equal((await grantManager.userInfo(grant.access_token)).preferred_username, 'ada');
  await assert.rejects(grantManager.obtainDirectly('ada', 'wrong'), /400/);
});

test('tokens_that_ran_out_are_refreshed_without_anybody_seeing', async () => {
  const { browser, claims } = await signIn(brief, 'ada');
  const fresh = await until('another access token', async () => {
    const page = await browser.open(`${brief.url}/anybody`);
    assert.ok(page.url.startsWith(brief.url), 'nobody is asked');
    return page.json().jti !== claims.jti && page.json();
  });
  assert.equal(fresh.sid, claims.sid);
  assert.ok(fresh.exp > claims.exp);
});

test('signing_out_at_the_application_ends_the_session_here', async () => {
  const { browser } = await signIn(portal, 'ada');
  const page = await browser.open(`${portal.url}/logout`);
  assert.equal(page.text, 'welcome', `back at the application without a question: ${page.words}`);
  assert.ok(isAsked(await browser.open(`${portal.url}/anybody`)), 'and single sign-on is over');
});

test('an_administrator_signs_a_person_out_and_the_adapter_hears_it', async () => {
  const before = portal.sessions.signedIn;
  const { browser } = await signIn(portal, 'bert');
  const other = await signIn(portal, 'ada');
  assert.equal(portal.sessions.signedIn, before + 2);
  await admin.send('POST', `/users/${(await admin.user('bert')).id}/logout`);
  await until('k_logout', () => portal.sessions.signedIn === before + 1);
  assert.ok(isAsked(await browser.open(`${portal.url}/anybody`)));
  assert.equal((await other.browser.open(`${portal.url}/clerks`)).status, 200, 'nobody else is signed out');
});

test('the_end_of_a_session_at_one_application_reaches_the_others', async () => {
  const { browser } = await signIn(portal, 'ada');
  await browser.open(`${brief.url}/anybody`);
  const before = brief.sessions.signedIn;
  await browser.open(`${portal.url}/logout`);
  await until('k_logout', () => brief.sessions.signedIn === before - 1);
});

test('tokens_from_before_a_not_before_that_is_pushed_are_refused', async () => {
  const { browser, claims } = await signIn(portal, 'ada');
  const [client] = await admin.get('/clients?clientId=portal');
  const notBefore = claims.iat + 1;
  await until('that second', () => Date.now() / 1000 >= notBefore);
  await admin.change(`/clients/${client.id}`, { notBefore });
  const told = (await admin.send('POST', `/clients/${client.id}/push-revocation`)).json();
  assert.deepEqual(told, { successRequests: [`${portal.url}/k`] });
  assert.equal(portal.keycloak.grantManager.notBefore, notBefore);
  const again = await browser.open(`${portal.url}/anybody`);
  assert.notEqual(again.json().jti, claims.jti, 'by single sign-on there are others');
});

test('everybody_is_signed_out_and_every_adapter_hears_it', kOnlyCardea, async () => {
  const { browser } = await signIn(portal, 'ada');
  await admin.send('POST', '/logout-all');
  for (const app of [portal, api, brief]) await until('k_logout', () => app.keycloak.grantManager.notBefore > 0);
  assert.ok(isAsked(await browser.open(`${portal.url}/anybody`)));
});

test('refuses_messages_to_the_adapter_that_nobody_signed', async () => {
  const text = (part) => Buffer.from(JSON.stringify(part)).toString('base64url');
  const [{ kid }] = (await (await fetch(server.endpoint('certs'))).json()).keys.filter(({ use, alg }) => use === 'sig' && alg === 'RS256');
  const message = `${text({ alg: 'RS256', kid })}.${text({ action: 'LOGOUT', notBefore: 1 })}.AAAA`;
  const before = portal.keycloak.grantManager.notBefore;
  const answer = await fetch(`${portal.url}/k/k_logout`, { method: 'POST', body: message });
  assert.equal(answer.status, 401);
  assert.equal(portal.keycloak.grantManager.notBefore, before);
});

test('the_server_ends_on_sigterm_and_its_log_is_clean', async () => {
  for (const app of [portal, api, brief]) app.close();
  await server.stop();
});
