// Kestra with Keycloak (docs/guides/kestra.md): the guide walked through in the administration console, then what Kestra
// does with the result, as a client with Micronaut's wire habits. One server for all of it.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';

import { startServer, until } from '../harness.mjs';
import { AdminApi } from '../support/admin_api.mjs';
import { AdminConsole, kWindow, picture } from '../support/admin_console.mjs';
import { journey } from '../support/browser.mjs';
import { FormBrowser, request } from '../support/form_browser.mjs';
import { MicronautClient } from '../support/micronaut.mjs';
import { claimsOf } from '../support/sign_in.mjs';
import * as walk from './kestra_walk.mjs';

const people = { ada: 'ada-secret-4711', lin: 'lin-secret-4711', off: 'off-secret-4711' };
const personOf = (username) => ({ username, password: people[username] });

const realm = {
  realm: 'data', enabled: true,
  groups: [{ name: 'admins' }, { name: 'launchers' }],
  users: Object.entries(people).map(([username, value]) => ({
    username, enabled: true, email: `${username}@example.com`, firstName: username, lastName: 'D',
    groups: username === 'ada' ? ['/admins'] : username === 'lin' ? ['/launchers'] : [],
    credentials: [{ type: 'password', value, temporary: false }],
  })),
};
const server = await startServer({ realm, arguments: ['--spi-login-protocol--openid-connect--legacy-logout-redirect-uri=true'] });
after(() => server.stop());
Object.values(people).forEach((password) => server.keepSecret(password));
const admin = new AdminApi(server, 'data');
let kestra;

const client = (more) => new MicronautClient({
  issuer: server.issuer('data'), clientId: 'kestra', clientSecret: kestra.secret, origin: walk.kKestra, ...more,
}).start();

journey('the Kestra guide can be followed click by click', { viewport: kWindow }, async ({ page }) => {
  const console = new AdminConsole(server, page);
  await console.signIn('data');
  kestra = { secret: server.keepSecret(await walk.createClient(console)) };
  await walk.rolesIntoIdToken(console);
  await walk.groupsScope(console);
  await console.nothingWrong('on the way through the guide');
});

journey('the_login_page_is_the_realms', { viewport: kWindow }, async ({ page }) => {
  await page.goto((await client()).login().url);
  await page.locator('#kc-login').waitFor();
  await picture(page, 'kestra-6-login');
});

test('client_roles_and_groups_reach_the_id_token', async () => {
  const { id } = await admin.client('kestra');
  await admin.make(`/clients/${id}/roles`, { name: 'operator' });
  const role = await admin.get(`/clients/${id}/roles/operator`);
  const ada = await admin.user('ada');
  await admin.send('POST', `/users/${ada.id}/role-mappings/clients/${id}`, [role]);
  const asked = await client({ scopes: ['openid', 'profile', 'email', 'roles', 'groups'] });
  const { claims } = await asked.signIn(personOf('ada'));
  assert.deepEqual(claims.resource_access.kestra.roles, ['operator']);
  assert.deepEqual(claims.groups, ['admins']);
  const plain = await (await client()).signIn(personOf('lin'));
  assert.equal(plain.claims.groups, undefined, 'the scope is asked for, or the claim is not there');
});

test('G3-11 redirect mismatch: an error page and no redirect', async () => {
  const kestraClient = await client();
  for (const target of [`${walk.kCallback}/`, `${walk.kCallback}?x=1`, `${walk.kKestra}/oauth/callback/other`, 'https://kestra.example.test.evil.test/oauth/callback/keycloak',
    'http://kestra.example.test/oauth/callback/keycloak', `${walk.kKestra}:8443/oauth/callback/keycloak`]) {
    const answer = await request(kestraClient.login({ redirect_uri: target }).url);
    assert.equal(answer.status, 400, target);
    assert.equal(answer.headers.location, undefined, target);
    assert.match(answer.words, /Invalid parameter: redirect_uri/, target);
  }
});

test('G3-14 PKCE downgrade: a token call without the verifier is refused', async () => {
  const kestraClient = await client();
  const { login, code } = await kestraClient.codeFor(personOf('ada'));
  const { code_verifier: left, ...form } = kestraClient.redemption(login, code);
  const refused = await kestraClient.token(form);
  assert.equal(refused.status, 400);
  assert.equal(refused.json().error, 'invalid_grant');
  const other = await kestraClient.codeFor(personOf('ada'));
  const wrong = await kestraClient.token({ ...kestraClient.redemption(other.login, other.code), code_verifier: left });
  assert.equal(wrong.json().error, 'invalid_grant');
});

test('G3-15 replay: the second use is refused and the first tokens are revoked', async () => {
  const kestraClient = await client();
  const session = await kestraClient.signIn(personOf('ada'));
  const userinfo = () => request(kestraClient.metadata.userinfo_endpoint, { headers: { authorization: `Bearer ${session.access_token}` } });
  assert.equal((await userinfo()).status, 200);
  const again = await kestraClient.token(kestraClient.redemption(session.login, session.code));
  assert.equal(again.status, 400);
  assert.deepEqual(again.json(), { error: 'invalid_grant', error_description: 'Code not valid' });
  assert.equal((await userinfo()).status, 401);
  const refresh = await kestraClient.token({ grant_type: 'refresh_token', refresh_token: session.refresh_token });
  assert.equal(refresh.json().error, 'invalid_grant');
});

/// Does this browser still have a session?
async function isSignedIn(kestraClient, browser) {
  const page = await browser.open(kestraClient.login({ prompt: 'none' }).url, { until: walk.kCallback });
  return new URL(page.url).searchParams.has('code');
}

test('G3-20 logout forms: legacy, client alone, an expired hint, a foreign address', async () => {
  const kestraClient = await client();
  const leave = (browser, parameters) => browser.open(kestraClient.logoutUrl(parameters), { until: walk.kAfterLogout });

  const legacy = await kestraClient.signIn(personOf('ada'));
  const back = await leave(legacy.browser, { redirect_uri: walk.kAfterLogout });
  assert.equal(back.status, 302, back.words);
  assert.equal(back.url, walk.kAfterLogout);
  assert.equal(await isSignedIn(kestraClient, legacy.browser), false, 'logged out and returned');

  const alone = await kestraClient.signIn(personOf('ada'));
  const question = await leave(alone.browser, { client_id: 'kestra', post_logout_redirect_uri: walk.kAfterLogout });
  assert.equal(question.status, 200);
  assert.match(question.words, /Do you want to log out/i);
  assert.equal(await isSignedIn(kestraClient, alone.browser), true, 'asking ends nothing');
  const confirmed = await alone.browser.submit(question, { confirmLogout: 'Logout' }, { until: walk.kAfterLogout });
  assert.equal(confirmed.url, walk.kAfterLogout);
  assert.equal(await isSignedIn(kestraClient, alone.browser), false);

  const { id, attributes } = await admin.client('kestra');
  await admin.change(`/clients/${id}`, { attributes: { ...attributes, 'access.token.lifespan': '1' } });
  const late = await kestraClient.signIn(personOf('ada'));
  await admin.change(`/clients/${id}`, { attributes: { ...attributes, 'access.token.lifespan': '' } });
  await until('the ID token to expire', () => claimsOf(late.id_token).exp * 1000 < Date.now());
  const hinted = await leave(late.browser, { id_token_hint: late.id_token, client_id: 'kestra', post_logout_redirect_uri: walk.kAfterLogout, state: 'a+b/c=' });
  assert.equal(hinted.status, 302, hinted.words);
  assert.equal(new URL(hinted.url).searchParams.get('state'), 'a+b/c=');
  assert.equal(await isSignedIn(kestraClient, late.browser), false, 'an expired hint is accepted');

  const stays = await kestraClient.signIn(personOf('ada'));
  for (const parameters of [{ redirect_uri: 'https://evil.test/' }, { client_id: 'kestra', post_logout_redirect_uri: 'https://evil.test/' },
    { id_token_hint: stays.id_token, post_logout_redirect_uri: `${walk.kAfterLogout}/elsewhere` }]) {
    const refused = await stays.browser.send(kestraClient.logoutUrl(parameters));
    assert.equal(refused.status, 400, JSON.stringify(parameters));
    assert.equal(refused.headers.location, undefined);
  }
  assert.equal(await isSignedIn(kestraClient, stays.browser), true);
});

test('G3-21 disabled user: refused in neutral words, and what is open ends at the next refresh', async () => {
  const kestraClient = await client();
  const session = await kestraClient.signIn(personOf('off'));
  const { id } = await admin.user('off');
  await admin.change(`/users/${id}`, { enabled: false });
  const refresh = await kestraClient.token({ grant_type: 'refresh_token', refresh_token: session.refresh_token });
  assert.equal(refresh.status, 400);
  assert.equal(refresh.json().error, 'invalid_grant');
  assert.equal(await isSignedIn(kestraClient, session.browser), false, 'nor is there single sign-on');
  const words = async (person) => {
    const browser = new FormBrowser();
    const page = await browser.open(kestraClient.login().url);
    const answer = await browser.submit(page, person, { wanted: 'kc-form-login', until: walk.kCallback });
    assert.equal(answer.status, 200);
    return /Invalid username or password\.|Account is disabled[^.]*\./.exec(answer.words)?.[0];
  };
  const nobody = await words({ username: 'nobody', password: 'x-x-x-x-x' });
  assert.equal(await words({ username: 'off', password: 'not-the-password' }), nobody, 'a guess learns nothing');
  assert.ok(await words(personOf('off')), 'the owner is told on the page');
});

test('G3-22 secret in body or header: the body where only that is offered, never both', async () => {
  const bodyOnly = await new MicronautClient({ issuer: server.issuer('data'), clientId: 'kestra', clientSecret: kestra.secret, origin: walk.kKestra })
    .start({ token_endpoint_auth_methods_supported: ['client_secret_post'] });
  let sent;
  const { token } = bodyOnly;
  bodyOnly.token = (form, headers) => ((sent = form), token.call(bodyOnly, form, headers));
  const session = await bodyOnly.signIn(personOf('ada'));
  assert.ok(session.id_token && sent.code_verifier);
  const kestraClient = await client();
  const { login, code } = await kestraClient.codeFor(personOf('ada'));
  const both = await kestraClient.token({ ...kestraClient.redemption(login, code), client_id: 'kestra', client_secret: kestra.secret });
  assert.ok([400, 401].includes(both.status), both.text);
  assert.match(both.json().error, /invalid_request|invalid_client/);
  assert.equal((await kestraClient.token(kestraClient.redemption(login, code))).status, 200, 'which burns no code');
});
