// Upstreams that are not Entra ID, over the wire: an unmodified npm oidc-provider, to which the realm proves itself by a
// key of its own, or by a signature with a secret that is not sent, and a second Cardea, whose roles give roles here and
// which signs people out here when they leave there, and the other way round.
import assert from 'node:assert/strict';
import http from 'node:http';
import { after, before, test } from 'node:test';

import Provider from 'oidc-provider';

import { freePort, startServer, until } from '../harness.mjs';
import { AdminApi } from '../support/admin_api.mjs';
import { fillLogin, journey } from '../support/browser.mjs';
import { kConsolePatience, settled, watchConsole } from '../support/console.mjs';
import { FormBrowser, request } from '../support/form_browser.mjs';
import { kPeople, kSecrets, villageRealm } from '../support/realm.mjs';
import { claimsOf } from '../support/sign_in.mjs';

const port = await freePort();
const landing = `http://localhost:${port}/callback`;
const server = await startServer({ realm: villageRealm({ 4003: port }, (realm) => realm.users.forEach((user) => {
  user.clientRoles = { ...user.clientRoles, account: ['manage-account', 'view-profile'] };
})) });
after(() => server.stop());
const admin = new AdminApi(server, 'village');
const endpoint = (alias) => `${server.base}/realms/village/broker/${alias}/endpoint`;

const upstream = await startServer({ realm: villageRealm({}, (realm) => {
  Object.assign(realm, { realm: 'upstream' });
  Object.assign(realm.users.find((user) => user.username === 'ada'), { username: 'ulla', email: 'ulla@upstream.example' });
  Object.assign(realm.users.find((user) => user.username === 'cleo'), { username: 'olga', email: 'olga@upstream.example' });
}) });
after(() => upstream.stop());

const issuer = `http://localhost:${await freePort()}`;
const signing = 'a-secret-that-signs-and-is-not-sent-itself';
const people = { uma: { sub: 'uma', preferred_username: 'uma', email: 'uma@up.example', email_verified: true, given_name: 'Uma', family_name: 'Up' },
  una: { sub: 'una', preferred_username: 'una', email: 'una@up.example', email_verified: true, given_name: 'Una', family_name: 'Up' } };
const provider = new Provider(issuer, {
  clients: [{ client_id: 'hub', token_endpoint_auth_method: 'private_key_jwt', jwks_uri: server.endpoint('certs'), redirect_uris: [endpoint('op')] },
  { client_id: 'signer', token_endpoint_auth_method: 'client_secret_jwt', client_secret: signing, userinfo_signed_response_alg: 'RS256', redirect_uris: [endpoint('signed')] }],
  features: { jwtUserinfo: { enabled: true } },
  claims: { openid: ['sub'], profile: ['preferred_username', 'given_name', 'family_name'], email: ['email', 'email_verified'] },
  findAccount: (_, id) => ({ accountId: people[id].sub, claims: () => people[id] }),
});
const listener = http.createServer(provider.callback());
await new Promise((resolve) => listener.listen(new URL(issuer).port, 'localhost', resolve));
after(() => { listener.closeAllConnections(); listener.close(); });

before(async () => {
  const add = (alias, config) => admin.make('/identity-provider/instances', { alias, providerId: 'oidc', enabled: true,
    config: { clientId: 'hub', defaultScope: 'openid profile email', syncMode: 'FORCE', ...config } });
  await add('op', { issuer, clientAuthMethod: 'private_key_jwt' });
  server.keepSecret(signing);
  await add('signed', { issuer, clientId: 'signer', clientAuthMethod: 'client_secret_jwt', clientSecret: signing });
  server.keepSecret('secret-of-the-hub');
  upstream.keepSecret('secret-of-the-hub');
  await add('second', { issuer: upstream.issuer('upstream'), clientSecret: 'secret-of-the-hub' });
  await new AdminApi(upstream, 'upstream').make('/clients', { clientId: 'hub', secret: 'secret-of-the-hub', redirectUris: [endpoint('second')],
    attributes: { 'backchannel.logout.url': server.endpoint('logout/backchannel-logout'), 'backchannel.logout.session.required': 'true' } });
});

const start = (alias) => `${server.endpoint('auth')}?${new URLSearchParams({ client_id: 'web', redirect_uri: landing, response_type: 'code',
  scope: 'openid profile email', kc_idp_hint: alias })}`;

async function redeem(back) {
  assert.equal(back.status, 302, back.words);
  const code = new URL(back.url).searchParams.get('code');
  assert.ok(code, back.url);
  server.keepSecret(code);
  return tokens({ grant_type: 'authorization_code', code, redirect_uri: landing });
}
const tokens = (form) => request(server.endpoint('token'), { method: 'POST', form: { client_id: 'web', client_secret: kSecrets.web, ...form } });

test('an_unmodified_oidc_provider_takes_our_key_and_signs_people_in', async () => {
  const browser = new FormBrowser();
  const login = await browser.open(start('op'));
  assert.ok(login.url.startsWith(issuer), login.url);
  const consent = await browser.submit(login, { login: 'uma', password: 'any' });
  const answer = await redeem(await browser.submit(consent, {}, { until: landing }));
  assert.equal(answer.status, 200, answer.text);
  const claims = claimsOf(answer.json().id_token);
  assert.equal(claims.preferred_username, 'uma');
  assert.equal(claims.email, 'uma@up.example');
  const [link] = await admin.get(`/users/${claims.sub}/federated-identity`);
  assert.equal(link.identityProvider, 'op');
  assert.equal(link.userId, 'uma');
});

test('a_second_cardea_signs_people_in_and_out', async () => {
  const browser = new FormBrowser();
  const login = await browser.open(start('second'));
  assert.ok(login.url.startsWith(upstream.base), login.url);
  const answer = await redeem(await browser.submit(login, { username: 'ulla', password: kPeople.ada }, { wanted: 'kc-form-login', until: landing }));
  assert.equal(answer.status, 200, answer.text);
  const body = answer.json();
  assert.equal(claimsOf(body.id_token).preferred_username, 'ulla');
  assert.equal((await tokens({ grant_type: 'refresh_token', refresh_token: body.refresh_token })).status, 200);
  const there = new AdminApi(upstream, 'upstream');
  await there.send('POST', `/users/${(await there.user('ulla')).id}/logout`);
  await until('the session here to end', async () =>
    (await tokens({ grant_type: 'refresh_token', refresh_token: body.refresh_token })).status === 400);
});

// oidc-provider says of somebody what the scopes ask for at userinfo alone: here in a token that it signs.
test('an_unmodified_oidc_provider_takes_a_secret_that_signs_and_answers_userinfo_as_a_token', async () => {
  const browser = new FormBrowser();
  const consent = await browser.submit(await browser.open(start('signed')), { login: 'una', password: 'any' });
  const answer = await redeem(await browser.submit(consent, {}, { until: landing }));
  assert.equal(answer.status, 200, answer.text);
  const claims = claimsOf(answer.json().id_token);
  assert.equal(claims.preferred_username, 'una');
  assert.equal(claims.email, 'una@up.example');
});

test('a_role_of_a_second_cardea_gives_one_here_and_a_logout_without_a_browser_ends_the_session_there', async () => {
  const there = new AdminApi(upstream, 'upstream');
  await admin.make('/identity-provider/instances', { alias: 'twin', providerId: 'keycloak-oidc', enabled: true, storeToken: true,
    config: { clientId: 'twin', clientSecret: 'secret-of-the-twin', issuer: upstream.issuer('upstream'), defaultScope: 'openid profile email roles',
      logoutUrl: upstream.endpoint('logout', 'upstream'), backchannelSupported: 'true', syncMode: 'FORCE' } });
  server.keepSecret('secret-of-the-twin');
  upstream.keepSecret('secret-of-the-twin');
  await there.make('/clients', { clientId: 'twin', secret: 'secret-of-the-twin', redirectUris: [endpoint('twin')], fullScopeAllowed: true });
  await there.make('/roles', { name: 'there' });
  await admin.make('/roles', { name: 'here' });
  const olga = await there.user('olga');
  await there.make(`/users/${olga.id}/role-mappings/realm`, [await there.get('/roles/there')]);
  await admin.make('/identity-provider/instances/twin/mappers', { name: 'roles', identityProviderAlias: 'twin',
    identityProviderMapper: 'keycloak-oidc-role-to-role-idp-mapper', config: { 'external.role': 'there', role: 'here', syncMode: 'INHERIT' } });

  const browser = new FormBrowser();
  const login = await browser.open(start('twin'));
  const back = await browser.submit(login, { username: 'olga', password: kPeople.cleo }, { wanted: 'kc-form-login', until: landing });
  const body = (await redeem(back)).json();
  const claims = claimsOf(body.access_token);
  assert.ok(claims.realm_access.roles.includes('here'), JSON.stringify(claims.realm_access));

  const sessions = () => there.get(`/users/${olga.id}/sessions`);
  assert.equal((await sessions()).length, 1);
  const left = await request(server.endpoint('logout'), { method: 'POST', form: { client_id: 'web', client_secret: kSecrets.web, refresh_token: body.refresh_token } });
  assert.equal(left.status, 204, left.text);
  await until('the session there to end', async () => (await sessions()).length === 0);
});

journey('people_link_and_unlink_an_account_in_the_account_console', {}, async ({ page }) => {
  const watch = watchConsole(page);
  page.setDefaultTimeout(kConsolePatience);
  await page.goto(`${server.base}/realms/village/account/account-security/linked-accounts`);
  await fillLogin(page, 'ada', kPeople.ada);
  await page.getByTestId('page-header').waitFor();
  await settled(page);
  await page.locator('#second-idp-link').click();
  await page.locator('#kc-continue').click();
  await page.waitForURL(`${upstream.base}/**`);
  await fillLogin(page, 'bert', kPeople.bert);
  await page.locator('#second-idp-unlink').waitFor();
  const { id } = await admin.user('ada');
  const [link] = await admin.get(`/users/${id}/federated-identity`);
  assert.equal(link.userName, 'bert');
  await page.locator('#second-idp-unlink').click();
  await page.locator('#second-idp-link').waitFor();
  assert.deepEqual(await admin.get(`/users/${id}/federated-identity`), []);
  assert.deepEqual(await watch.take(), []);
});
