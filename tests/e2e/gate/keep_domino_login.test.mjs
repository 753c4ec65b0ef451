// What KEEP serves itself (guides.md G1.6, G1.7), with Cardea as the Keycloak of its guide: a realm with the newer recipe,
// the login endpoint, logout, the built-in code flow, and the admin UI's callback.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';

import { startServer, until } from '../harness.mjs';
import { fillLogin, journey } from '../support/browser.mjs';
import { FormBrowser, request } from '../support/form_browser.mjs';
import { now, startGate } from '../support/gate.mjs';
import { kPeople, villageRealm } from '../support/realm.mjs';
import { claimsOf, discover, signIn } from '../support/sign_in.mjs';

const kSecret = 'keep-server-secret-of-this-test';
const name = { name: 'CN', protocol: 'openid-connect', protocolMapper: 'oidc-usermodel-attribute-mapper', consentRequired: false,
  config: { 'user.attribute': 'CN', 'claim.name': 'CN', 'jsonType.label': 'String', 'access.token.claim': 'true', 'id.token.claim': 'true' } };
const audience = { name: 'Domino', protocol: 'openid-connect', protocolMapper: 'oidc-audience-mapper', consentRequired: false,
  config: { 'included.custom.audience': 'Domino', 'access.token.claim': 'true', 'id.token.claim': 'false' } };
const groups = { name: 'groups', protocol: 'openid-connect', protocolMapper: 'oidc-group-membership-mapper', consentRequired: false,
  config: { 'full.path': 'true', 'claim.name': 'groups', 'access.token.claim': 'true', 'id.token.claim': 'true' } };
const server = await startServer({ realm: villageRealm({}, (realm) => {
  realm.clients.push({ clientId: 'keep-app', enabled: true, protocol: 'openid-connect', publicClient: true, standardFlowEnabled: true,
    redirectUris: ['http://localhost/cb'], protocolMappers: [name, audience], attributes: { 'pkce.code.challenge.method': 'S256' } });
  realm.clients.push({ clientId: 'Domino', enabled: true, protocol: 'openid-connect', publicClient: false, secret: kSecret,
    clientAuthenticatorType: 'client-secret', standardFlowEnabled: true, directAccessGrantsEnabled: true, serviceAccountsEnabled: true,
    redirectUris: ['http://localhost/admin/ui/callback'], protocolMappers: [name, audience, groups],
    attributes: { 'post.logout.redirect.uris': 'http://localhost/logout' } });
  for (const user of realm.users) user.attributes = { ...user.attributes, CN: [`CN=${user.firstName ?? user.username} ${user.lastName ?? ''}/O=Plant`.replace(' /', '/')] };
}) });
server.keepSecret(kSecret);

async function admin(method, path, body) {
  const token = await request(`${server.base}/realms/master/protocol/openid-connect/token`, { method: 'POST',
    form: { grant_type: 'password', client_id: 'admin-cli', username: server.admin.username, password: server.admin.password } });
  const headers = { authorization: `Bearer ${token.json().access_token}`, 'content-type': 'application/json' };
  const answer = await request(`${server.base}/admin/realms/village${path}`, { method, headers, body: body && JSON.stringify(body) });
  assert.ok(answer.status < 300, `${method} ${path}: ${answer.status} ${answer.text}`);
  return answer;
}
const [client] = (await admin('GET', '/clients?clientId=keep-app')).json();
for (const scope of ['$DATA', 'demo']) {
  await admin('POST', '/client-scopes', { name: scope, protocol: 'openid-connect', attributes: { 'include.in.token.scope': 'true' } });
  const found = (await admin('GET', '/client-scopes')).json().find((one) => one.name === scope);
  await admin('PUT', `/clients/${client.id}/optional-client-scopes/${found.id}`);
}

const requests = [
  { path: '/api/v1/data/**', scopes: ['$DATA'] },
  { path: '/api/v1/demo', scopes: ['demo'] },
  { path: '/api/v1/mail', scopes: ['MAIL'] },
  { path: '/**' },
];
const signInSettings = { issuer: server.issuer(), 'client-id': 'Domino', 'client-secret-env': 'KEEP_SECRET', 'callback-path': '/admin/ui/callback' };
const settings = (host) => ({
  keepconfig: 'keepconfig.d',
  introspection: { 'jwt.hq-keycloak': { 'client-id': 'Domino', 'client-secret-env': 'KEEP_SECRET', every: 1 } },
  applications: [{ name: 'KEEP', hosts: [host], answers: 'keep-domino', requests, 'sign-in': signInSettings }],
});
const files = { 'keepconfig.d/10.json': { jwt: { 'hq-keycloak': { active: true, providerUrl: server.issuer(), aud: 'Domino' } } } };
const environment = { KEEP_SECRET: kSecret };
const world = await startGate({ settings, files, environment });
after(() => world.stop());

async function tokenOf(username, scope = 'openid $DATA demo') {
  const config = await discover(server, 'keep-app');
  const { tokens } = await signIn(server, config, 'http://localhost:5555/cb', { username, parameters: { scope } });
  return server.keepSecret(tokens.access_token);
}
const login = (username, password, more = {}, at = world) => at.call('/api/v1/auth', null, { method: 'POST',
  headers: { 'content-type': 'application/json' }, body: JSON.stringify({ username, password, ...more }) });

test('G1_02_keycloak', async () => {
  const token = await tokenOf('ada');
  for (const target of ['/api/v1/data/x', '/api/v1/demo']) {
    const answer = await world.call(target, token);
    assert.equal(answer.status, 200, `${target}: ${answer.text}`);
    assert.equal(answer.json().headers['x-auth-name'], 'CN=Ada Lovelace/O=Plant');
  }
  assert.equal((await world.call('/api/v1/mail', token)).status, 403);
});

test('signs_in_by_name_and_password_and_logs_the_token_out', async () => {
  const answer = await login('ada', kPeople.ada, { scope: '$DATA $SETUP' });
  assert.equal(answer.status, 200, answer.text);
  const { bearer, claims, expSeconds } = answer.json();
  assert.equal(expSeconds, 3600);
  assert.deepEqual(claimsOf(bearer), claims);
  assert.equal(claims.sub, 'CN=Ada Lovelace/O=Plant');
  assert.equal(claims.aud, 'Domino');
  assert.equal(claims.scope, '$DATA', 'no more than the settings allow');
  assert.equal((await world.call('/api/v1/data/x', bearer)).status, 200);
  assert.equal((await world.call('/api/v1/userinfo', bearer)).json().name, 'CN=Ada Lovelace/O=Plant');
  assert.equal((await world.call('/api/v1/auth/logout', bearer, { method: 'POST', body: '{"logout":"Yes"}' })).status, 200);
  for (const target of ['/api/v1/data/x', '/api/v1/userinfo', '/api/v1/auth/logout']) assert.equal((await world.call(target, bearer)).status, 401, target);
  const other = (await login('ada', kPeople.ada)).json().bearer;
  await world.gate.restart();
  assert.equal((await world.call('/api/v1/data/x', bearer)).status, 401, 'after a restart too');
  assert.equal((await world.call('/api/v1/data/x', other)).status, 200, 'and one that was not logged out counts on');
});

test('logs_out_tokens_of_other_providers_too', async () => {
  const token = await tokenOf('cleo');
  assert.equal((await world.call('/api/v1/data/x', token)).status, 200);
  assert.equal((await world.call('/api/v1/auth/logout', token)).status, 200);
  assert.equal((await world.call('/api/v1/data/x', token)).status, 401);
});

test('G1_20_disabled_user', async () => {
  const token = await tokenOf('bert');
  assert.equal((await world.call('/api/v1/data/x', token)).status, 200);
  const [user] = (await admin('GET', '/users?username=bert&exact=true')).json();
  await admin('PUT', `/users/${user.id}`, { ...user, enabled: false });
  assert.ok(claimsOf(token).exp > now() + 60, 'the token itself has time left');
  await until('the token to be refused', async () => (await world.call('/api/v1/data/x', token)).status === 401);
});

test('G1_21_login_endpoint', async () => {
  const answers = [];
  for (let i = 0; i < 5; ++i) answers.push(await login('dora', `wrong-${i}`));
  answers.push(await login('nobody-of-that-name', 'wrong'));
  for (const answer of answers) {
    assert.equal(answer.status, 401);
    assert.deepEqual(answer.json(), { status: 401, message: 'Unauthorized', details: 'Invalid credentials or account locked' });
  }
  assert.equal((await login('dora', kPeople.dora)).status, 429, 'then slowly');
  const closed = await startGate({ settings, environment,
    files: { ...files, 'keepconfig.d/20.json': { disableDominoLogin: true } } });
  try {
    assert.equal((await login('ada', kPeople.ada, {}, closed)).status, 404);
  } finally {
    await closed.stop();
  }
});

test('the_built_in_flow_leads_to_the_providers', async () => {
  const there = await world.call('/oauth/authorization?client_id=keep-app&response_type=code&scope=openid', null);
  assert.equal(there.status, 302);
  assert.ok(there.headers.location.startsWith(`${server.endpoint('auth')}?client_id=keep-app`), there.headers.location);
  const form = { grant_type: 'client_credentials', client_id: 'Domino', client_secret: kSecret };
  const token = await world.call('/oauth/token', null, { method: 'POST', form });
  assert.equal(token.status, 200, token.text);
  assert.equal((await world.call('/oauth/token', null, { method: 'POST', form: { ...form, client_secret: 'wrong' } })).status, 401);
});

test('G1_23_redirect_and_state_for_the_admin_ui', async () => {
  const refused = async (browser, query) => {
    const page = await browser.open(`${world.origin}/admin/ui/callback?${query}`);
    assert.equal(page.status, 400, page.words);
    assert.match(page.words, /Sign in again/);
    assert.match(page.text, /href="\/gate\/login"/, 'the page offers a new login');
    assert.ok(!browser.cookies.some((cookie) => /-session$/.test(cookie.name)), 'no session');
  };
  await refused(new FormBrowser(), 'code=abc');
  await refused(new FormBrowser(), 'code=abc&state=foreign');
  const browser = new FormBrowser();
  const form = await browser.open(`${world.origin}/admin/ui/`);
  const back = await browser.submit(form, { username: 'ada', password: kPeople.ada }, { wanted: 'kc-form-login', until: `${world.origin}/admin/ui/callback` });
  assert.equal(back.status, 302, back.words);
  const page = await browser.open(back.url);
  assert.equal(page.status, 200, page.words);
  const thief = new FormBrowser();
  await refused(thief, new URL(back.url).search.slice(1));
  const replay = await browser.open(back.url);
  assert.equal(replay.status, 400, 'the same browser, the second time');
  assert.match(replay.words, /Sign in again/);
});

journey('the_admin_ui_in_a_browser_signed_in_refused_and_signed_out', {}, async ({ page }) => {
  await page.goto(`${world.origin}/admin/ui/`);
  await fillLogin(page, 'cleo', kPeople.cleo);
  await page.waitForURL(`${world.origin}/admin/ui/`);
  assert.equal(await page.locator('#name').innerText(), 'cleo');
  await page.goto(`${world.origin}/api/v1/mail`);
  assert.match(await page.locator('body').innerText(), /scope does not reach this resource/);
  await page.goto(`${world.origin}/admin/ui/`);
  assert.equal(await page.locator('#name').innerText(), 'cleo', 'a refusal ends nothing');
  await page.goto(`${world.origin}/logout`);
  await page.waitForURL(/\/logout/);
  await page.goto(`${world.origin}/admin/ui/`);
  await page.locator('#kc-form-login').waitFor();
});

journey('the_admin_ui_is_signed_out_everywhere_by_the_provider', {}, async ({ page, beside }) => {
  await page.goto(`${world.origin}/admin/ui/`);
  await fillLogin(page, 'cleo', kPeople.cleo);
  await page.waitForURL(`${world.origin}/admin/ui/`);
  const other = await beside();
  await other.goto(`${world.origin}/admin/ui/`);
  assert.equal(await other.locator('#name').innerText(), 'cleo', 'the same session in another window');
  const [own] = (await admin('GET', '/clients?clientId=Domino')).json();
  own.attributes['backchannel.logout.url'] = `${world.origin}/gate/backchannel-logout`;
  own.attributes['backchannel.logout.session.required'] = 'true';
  await admin('PUT', `/clients/${own.id}`, own);
  const [user] = (await admin('GET', '/users?username=cleo&exact=true')).json();
  await admin('POST', `/users/${user.id}/logout`);
  await until('the provider to tell the gate', () => world.gate.lines.some((line) => /gate_signed_out_by_provider.*sessions.?[=:]\s?1/.test(line)), { seconds: 20 });
  for (const each of [page, other]) {
    await each.goto(`${world.origin}/admin/ui/`);
    await each.locator('#kc-form-login').waitFor();
  }
});

journey('a_change_of_role_at_the_provider_lets_a_person_in_and_signing_out_everywhere_ends_it', {}, async ({ page, beside }) => {
  const by = (host) => ({ ...settings(host), applications: [{ ...settings(host).applications[0],
    requests: [{ path: '/api/v1/mail', permission: 'read:mail' }, { path: '/**' }],
    roles: { postman: ['read:mail'], visitor: ['read:page'] }, 'default-role': 'visitor',
    'role-rules': [{ claim: 'groups', values: ['mail'], role: 'postman' }], 'strip-group-paths': true }] });
  const guarded = await startGate({ settings: by, files, environment });
  try {
    const mail = `${guarded.origin}/api/v1/mail`;
    const signInAs = async (window) => {
      await window.goto(`${guarded.origin}/admin/ui/`);
      await fillLogin(window, 'cleo', kPeople.cleo);
      await window.waitForURL(`${guarded.origin}/admin/ui/`);
    };
    await signInAs(page);
    await page.goto(mail);
    assert.match(await page.locator('body').innerText(), /You may not do this.*groups: mail \(postman\)/s, 'it says what would help');

    const made = async (path, body) => (await admin('POST', path, body)).headers.location.split('/').pop();
    const office = await made('/groups', { name: 'office' });
    const post = await made(`/groups/${office}/children`, { name: 'mail' });
    const [user] = (await admin('GET', '/users?username=cleo&exact=true')).json();
    await admin('PUT', `/users/${user.id}/groups/${post}`);
    await page.goto(mail);
    assert.match(await page.locator('body').innerText(), /You may not do this/, 'what the session was told holds until it is told anew');
    await page.goto(`${guarded.origin}/logout`);
    await page.waitForURL(/\/logout/);
    await signInAs(page);
    await page.goto(mail);
    assert.equal(await page.locator('#name').innerText(), 'cleo');
    assert.equal((await page.locator('body').innerText()).includes('You may not'), false);

    const other = await beside();
    await other.goto(mail);
    assert.equal(await other.locator('#name').innerText(), 'cleo', 'the same session in another window');
    const [own] = (await admin('GET', '/clients?clientId=Domino')).json();
    own.attributes['backchannel.logout.url'] = `${guarded.origin}/gate/backchannel-logout`;
    await admin('PUT', `/clients/${own.id}`, own);
    await admin('POST', `/users/${user.id}/logout`);
    await until('the provider to tell the gate', () => guarded.gate.lines.some((line) => /gate_signed_out_by_provider.*sessions.?[=:]\s?1/.test(line)), { seconds: 20 });
    for (const each of [page, other]) {
      await each.goto(mail);
      await each.locator('#kc-form-login').waitFor();
    }
  } finally {
    await guarded.stop();
  }
});

test('the_provider_ends_on_sigterm_and_its_log_is_clean', () => server.stop());
