// Kestra's guide (guides.md G3) with Cardea as the provider, `cardea gate` reading Kestra's own YAML, nginx, and a small
// application in Kestra's place: in a browser for people, by plain requests for what must be refused.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { writeFileSync } from 'node:fs';
import path from 'node:path';

import { runCommand, startServer, until } from '../harness.mjs';
import { fillLogin, journey } from '../support/browser.mjs';
import { FormBrowser, request } from '../support/form_browser.mjs';
import { kListen, startGate } from '../support/gate.mjs';
import { kPeople, villageRealm } from '../support/realm.mjs';

const kSecret = 'kestra-secret-of-this-test';
const groups = { name: 'groups', protocol: 'openid-connect', protocolMapper: 'oidc-group-membership-mapper', consentRequired: false,
  config: { 'claim.name': 'groups', 'full.path': 'false', 'id.token.claim': 'true', 'access.token.claim': 'true' } };

// The application's port must be known to the realm, and the realm's to the application: the realm takes any loopback port.
const server = await startServer({ realm: villageRealm({}, (realm) => {
  realm.clients.push({ clientId: 'kestra', name: 'kestra', enabled: true, protocol: 'openid-connect', publicClient: false,
    clientAuthenticatorType: 'client-secret', secret: kSecret, standardFlowEnabled: true, rootUrl: 'http://localhost',
    redirectUris: ['http://localhost/oauth/callback/keycloak'], protocolMappers: [groups],
    attributes: { 'post.logout.redirect.uris': 'http://localhost/logout', 'access.token.lifespan': '5' } });
}) });
server.keepSecret(kSecret);

const yaml = (issuer, endpoints = '    endpoints:\n      logout:\n        get-allowed: true\n') => `micronaut:
  security:
    oauth2:
      enabled: true
      clients:
        keycloak:
          client-id: kestra
          client-secret: ${kSecret}
          scopes: [openid, profile, email]
          openid: { issuer: "${issuer}" }
${endpoints}kestra:
  security:
    default-role:
      name: reader
      description: may look, may not touch
      permissions: { FLOW: [READ], EXECUTION: [READ, CREATE] }
    oidc:
      groups-claim-path: groups
`;
const settings = (host) => ({ applications: [{ name: 'Kestra', hosts: [host], kestra: 'kestra.yml',
  'role-rules': [{ values: ['engineering'], role: 'Developer' }] }] });
const world = await startGate({ settings, files: { 'kestra.yml': yaml(server.issuer()) } });
after(() => world.stop());

async function checkOf(files, of = settings) {
  const folder = path.dirname(world.file);
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(folder, name), text);
  const file = path.join(folder, `check-${Math.random()}.yaml`);
  writeFileSync(file, JSON.stringify(of('localhost:1')));
  return runCommand(['gate', '--check', ...kListen, '--gate-file', file]);
}
const kestraFile = (name) => (host) => ({ applications: [{ name: 'Kestra', hosts: [host], kestra: name }] });

test('sends_a_page_to_the_provider_and_tells_an_api_client_401', async () => {
  const page = await world.call('/ui/', null, { headers: { accept: 'text/html' } });
  assert.equal(page.status, 302);
  const url = new URL(page.headers.location);
  assert.ok(url.href.startsWith(server.endpoint('auth')), url.href);
  assert.equal(url.searchParams.get('redirect_uri'), `${world.origin}/oauth/callback/keycloak`);
  assert.equal(url.searchParams.get('code_challenge_method'), 'S256');
  assert.ok(url.searchParams.get('state') && url.searchParams.get('nonce'));
  assert.equal((await world.call('/api/v1/main/flows/x', null)).status, 401);
  assert.equal(world.application.seen.length, 0);
});

async function signIn(browser, username) {
  const page = await browser.open(`${world.origin}/oauth/login/keycloak`);
  const back = await browser.submit(page, { username, password: kPeople[username] }, { wanted: 'kc-form-login' });
  assert.equal(back.status, 200, back.words);
  return back;
}
const as = async (browser, method, target) => browser.send(`${world.origin}${target}`, { method, headers: { accept: 'application/json' } });

test('a_newcomer_has_the_default_role_only', async () => {
  const browser = new FormBrowser();
  await signIn(browser, 'cleo');
  const read = await as(browser, 'GET', '/api/v1/main/flows/company/team');
  assert.equal(read.status, 200, read.text);
  assert.equal(read.json().headers['x-auth-role'], 'reader', 'the default role only');
  assert.equal(read.json().headers['x-auth-name'], 'cleo@example.com');
  assert.equal((await as(browser, 'POST', '/api/v1/main/flows')).status, 403);
});

test('a_group_brings_its_role_beside_the_default_one', async () => {
  const browser = new FormBrowser();
  await signIn(browser, 'ada');
  const created = await as(browser, 'POST', '/api/v1/main/flows');
  assert.equal(created.status, 200, created.text);
  assert.equal(created.json().headers['x-auth-role'], 'Developer,reader');
  assert.equal((await as(browser, 'DELETE', '/api/v1/main/users/x')).status, 403);
});

test('G3_02_default_role_created', async () => {
  const wrong = yaml(server.issuer()).replace('FLOW: [READ]', 'FLOWER: [READ], EXECUTION2: [LOOK]').replace('EXECUTION: [READ, CREATE]', 'EXECUTION: [LOOK]');
  const refused = await checkOf({ 'wrong.yml': wrong }, kestraFile('wrong.yml'));
  assert.equal(refused.code, 2);
  assert.match(refused.errors, /kestra\.security\.default-role\.permissions\.FLOWER: is no resource/);
  assert.match(refused.errors, /kestra\.security\.default-role\.permissions\.EXECUTION: LOOK is no action/);
  // A changed permission list counts after a reload.
  const browser = new FormBrowser();
  await signIn(browser, 'cleo');
  assert.equal((await as(browser, 'POST', '/api/v1/main/flows')).status, 403);
  writeFileSync(path.join(world.folder, 'kestra.yml'), yaml(server.issuer()).replace('FLOW: [READ]', 'FLOW: [READ, CREATE]'));
  world.gate.signal('SIGHUP');
  await until('the changed role', async () => (await as(browser, 'POST', '/api/v1/main/flows')).status === 200);
  writeFileSync(path.join(world.folder, 'kestra.yml'), yaml(server.issuer()));
  world.gate.signal('SIGHUP');
  await until('the role of before', async () => (await as(browser, 'POST', '/api/v1/main/flows')).status === 403);
});

test('G3_03_camel_and_kebab', async () => {
  const camel = yaml(server.issuer()).replace('default-role', 'defaultRole').replace('FLOW:', 'FLOWS:');
  const checked = await checkOf({ 'camel.yml': camel }, kestraFile('camel.yml'));
  assert.equal(checked.code, 0, checked.all);
  assert.match(checked.output, /warning: .*permissions\.FLOWS: is an old name/);
  assert.equal((await checkOf({ 'kebab.yml': yaml(server.issuer()) }, kestraFile('kebab.yml'))).code, 0);
});

test('G3_25_misplaced_yaml', async () => {
  const misplaced = yaml(server.issuer(), '      endpoints:\n        logout:\n          get-allowed: true\n');
  const checked = await checkOf({ 'misplaced.yml': misplaced }, kestraFile('misplaced.yml'));
  assert.equal(checked.code, 0, checked.all);
  assert.match(checked.output, /warning: .*oauth2\.endpoints: stands below oauth2/);
});

test('refuses_states_that_are_not_this_browsers', async () => {
  const browser = new FormBrowser();
  const page = await browser.open(`${world.origin}/oauth/login/keycloak`, { until: server.base });
  const state = new URL(page.headers?.location ?? page.url).searchParams.get('state');
  const fail = async (query, from = browser) => {
    const answer = await from.open(`${world.origin}/oauth/callback/keycloak?${query}`);
    assert.equal(answer.status, 400, answer.words);
    assert.match(answer.words, /Sign in again/);
    assert.ok(!from.cookies.some((cookie) => /-session$/.test(cookie.name)), 'no session');
  };
  await fail('code=abc');
  await fail('code=abc&state=wrong');
  if (state) {
    await fail(`code=abc&state=${state}x`);
    await fail(`code=abc&state=${state}`, new FormBrowser());
  }
});

journey('sign_in_look_around_and_sign_out', {}, async ({ page }) => {
  await page.goto(`${world.origin}/ui/flows?page=2`);
  await fillLogin(page, 'ada', kPeople.ada);
  await page.waitForURL(`${world.origin}/ui/flows?page=2`);
  assert.equal(await page.locator('#name').innerText(), 'ada@example.com');
  assert.equal(await page.locator('#role').innerText(), 'Developer,reader');
  const cookies = await page.context().cookies(world.origin);
  const session = cookies.find((cookie) => /-session$/.test(cookie.name));
  assert.ok(session.httpOnly && session.sameSite === 'Lax' && session.value.length < 100 && !/^eyJ/.test(session.value));
  await page.goto(`${world.origin}/oauth/logout`);
  await page.waitForURL(/\/logout/);
  assert.match(await page.locator('body').innerText(), /signed out/i);
  await page.goto(`${world.origin}/ui/flows`);
  await page.locator('#kc-form-login').waitFor();
});

journey('G3_19_logout_get', {}, async ({ page }) => {
  await page.goto(`${world.origin}/ui/`);
  await fillLogin(page, 'ada', kPeople.ada);
  await page.waitForURL(`${world.origin}/ui/`);
  const ending = page.waitForRequest((sent) => sent.url().startsWith(server.endpoint('logout')));
  await page.goto(`${world.origin}/logout`);
  const parameters = new URL((await ending).url()).searchParams;
  assert.match(parameters.get('id_token_hint'), /^eyJ/);
  assert.equal(parameters.get('client_id'), 'kestra');
  assert.equal(parameters.get('post_logout_redirect_uri'), `${world.origin}/logout`);
  await page.waitForURL(/\/logout/);
  assert.ok(page.url().startsWith(`${world.origin}/logout`), page.url());
  await page.getByRole('link', { name: 'Sign in' }).click();
  await page.locator('#kc-form-login').waitFor();
  const closed = await startGate({ settings, files: { 'kestra.yml': yaml(server.issuer()).replace('get-allowed: true', 'get-allowed: false') } });
  try {
    const back = await closed.call('/logout', null);
    assert.equal(back.status, 200, 'the way back from the provider, without a session');
    assert.match(back.text, /You are signed out/);
    const answer = await closed.call('/oauth/logout', null);
    assert.equal(answer.status, 405);
    assert.equal(answer.headers.allow, 'POST');
  } finally {
    await closed.stop();
  }
});

async function admin(method, target, body) {
  const token = await request(`${server.base}/realms/master/protocol/openid-connect/token`, { method: 'POST',
    form: { grant_type: 'password', client_id: 'admin-cli', username: server.admin.username, password: server.admin.password } });
  const headers = { authorization: `Bearer ${token.json().access_token}`, 'content-type': 'application/json' };
  const answer = await request(`${server.base}/admin/realms/village${target}`, { method, headers, body: body && JSON.stringify(body) });
  assert.ok(answer.status < 300, `${method} ${target}: ${answer.status} ${answer.text}`);
  return answer;
}

journey('a_person_is_refused_gets_a_role_and_is_signed_out_everywhere_by_the_provider', {}, async ({ page }) => {
  await page.goto(`${world.origin}/ui/flows`);
  await fillLogin(page, 'cleo', kPeople.cleo);
  await page.waitForURL(`${world.origin}/ui/flows`);
  assert.equal(await page.locator('#role').innerText(), 'reader');
  await page.goto(`${world.origin}/api/v1/main/namespaces`);
  assert.match(await page.locator('body').innerText(), /groups: engineering \(Developer\)/, 'the page says which group would help');
  const [user] = (await admin('GET', '/users?username=cleo&exact=true')).json();
  const group = (await admin('GET', '/group-by-path/staff/engineering')).json();
  await admin('PUT', `/users/${user.id}/groups/${group.id}`);
  await until('the role to be seen at a refresh', async () => {
    await page.goto(`${world.origin}/ui/flows`);
    return (await page.locator('#role').innerText()) === 'Developer,reader';
  }, { seconds: 20 });
  const [client] = (await admin('GET', '/clients?clientId=kestra')).json();
  client.attributes['backchannel.logout.url'] = `${world.origin}/gate/backchannel-logout`;
  client.attributes['backchannel.logout.session.required'] = 'true';
  await admin('PUT', `/clients/${client.id}`, client);
  await admin('POST', `/users/${user.id}/logout`);
  await until('the provider to tell the gate', () => world.gate.lines.some((line) => /gate_signed_out_by_provider.*sessions.?[=:]\s?1/.test(line)), { seconds: 20 });
  await page.goto(`${world.origin}/ui/flows`);
  await page.locator('#kc-form-login').waitFor();
});

test('G3_21_disabled_user', async () => {
  const browser = new FormBrowser();
  await signIn(browser, 'bert');
  assert.equal((await as(browser, 'GET', '/api/v1/main/flows')).status, 200);
  const [user] = (await admin('GET', '/users?username=bert&exact=true')).json();
  await admin('PUT', `/users/${user.id}`, { ...user, enabled: false });
  await until('the session to end at the next refresh', async () => (await as(browser, 'GET', '/api/v1/main/flows')).status === 401, { seconds: 20 });
  const stranger = new FormBrowser();
  const page = await stranger.open(`${world.origin}/oauth/login/keycloak`);
  const answer = await stranger.submit(page, { username: 'bert', password: kPeople.bert }, { wanted: 'kc-form-login' });
  assert.ok(answer.url.startsWith(server.base), 'still at the provider');
  assert.ok(!stranger.cookies.some((cookie) => /-session$/.test(cookie.name)));
});

test('the_provider_ends_on_sigterm_and_its_log_is_clean', () => server.stop());
