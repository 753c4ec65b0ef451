// Keep's guide (guides.md G0): `cardea gate` with the environment variables that the guide prints, in front of an
// application behind nginx, with a small Entra ID and Graph behind it.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { after, test } from 'node:test';

import { freePort, until } from '../harness.mjs';
import { journey } from '../support/browser.mjs';
import { kPassword } from '../support/entra/directory.mjs';
import { startEntra } from '../support/entra/entra.mjs';
import { FormBrowser, request } from '../support/form_browser.mjs';
import { hmacWith, Key, now, startGate, unsigned } from '../support/gate.mjs';
import { kAdmins, kClient, keepVariables, kEntraSecret, kNoc, kOtherTenant, kTenant, SmallEntra } from '../support/small_entra.mjs';

const entra = await new SmallEntra().start();
const kApiKey = 'key-of-a-webhook';
const application = { name: 'Keep', keep: 'keep.env', 'keep-authority': entra.url, 'keep-version-1-issuer': entra.url, 'keep-graph': entra.url,
  'api-keys': [{ name: 'hook', sha256: createHash('sha256').update(kApiKey).digest('hex'), role: 'webhook' }] };
const settings = (host) => ({ applications: [{ ...application, hosts: [host] }] });
const files = { 'keep.env': keepVariables(entra) };
const world = await startGate({ settings, files });
world.gate.keepSecret(kEntraSecret);
after(() => entra.stop());

const api = (method, target, token, at = world) => at.call(target, token, { method });
async function refused(token, detail, status = 401, at = world) {
  const answer = await api('GET', '/alerts', token, at);
  assert.equal(answer.status, status, answer.text);
  assert.deepEqual(answer.json(), { detail });
}
async function accepted(token, role, at = world) {
  const answer = await api('GET', '/alerts', token, at);
  assert.equal(answer.status, 200, answer.text);
  if (role) assert.equal(answer.json().headers['x-auth-role'], role);
}
async function signIn(person, target = '/incidents') {
  entra.person = person;
  const browser = new FormBrowser();
  return { browser, page: await browser.open(`${world.origin}${target}`) };
}
const by = (browser, method, target) => browser.send(`${world.origin}${target}`, { method, headers: { accept: 'application/json' } });
const token = (name, ...rest) => entra.accessToken(name, ...rest);

test('refuses_nobody_in_keeps_words', async () => {
  await refused(undefined, 'Missing authentication credentials');
  await refused(entra.keys[0].token(entra.claims('ana'), { header: { kid: undefined } }), 'No key ID in token header');
  for (const claim of ['exp', 'iat', 'nbf', 'sub']) await refused(token('ana', { [claim]: undefined }), 'Token is missing required claims');
  await refused(token('ana', { azp: undefined }), 'No client ID (appid/azp) in token');
  await refused(token('ana', { tid: undefined }), 'Missing required claims');
  await refused(token('ana', { preferred_username: undefined }), 'Missing required claims');
});

test('G0_01_admin', async () => {
  const { browser, page } = await signIn('ana', '/incidents?tab=2');
  assert.equal(page.status, 200, page.words);
  assert.equal(page.url, `${world.origin}/incidents?tab=2`);
  assert.ok(browser.cookies.some((cookie) => /-session$/.test(cookie.name) && cookie.httpOnly));
  for (const [method, target] of [['GET', '/alerts'], ['POST', '/rules']]) {
    const answer = await by(browser, method, target);
    assert.equal(answer.status, 200, answer.text);
    assert.equal(answer.json().headers['x-auth-role'], 'admin');
  }
});

test('a_restart_logs_nobody_out', async () => {
  const { browser } = await signIn('ana');
  await world.gate.restart();
  assert.equal((await by(browser, 'GET', '/alerts')).status, 200);
});

test('G0_02_noc', async () => {
  const { browser } = await signIn('ned');
  assert.equal((await by(browser, 'GET', '/alerts')).json().headers['x-auth-role'], 'noc');
  assert.equal((await by(browser, 'POST', '/workflows/w1/run')).status, 200);
  for (const [method, target] of [['POST', '/rules'], ['DELETE', '/rules/1'], ['DELETE', '/alerts']]) {
    const answer = await by(browser, method, target);
    assert.equal(answer.status, 403);
    assert.deepEqual(answer.json(), { detail: 'Role noc does not have required permissions' });
  }
});

test('G0_03_both_groups', async () => {
  const { browser } = await signIn('amy');
  assert.equal((await by(browser, 'GET', '/alerts')).json().headers['x-auth-role'], 'admin');
  await accepted(token('amy'), 'admin');
});

test('G0_04_neither_group', async () => {
  await refused(token('zoe'), 'User not a member of any authorized groups for Keep', 403);
  const { page } = await signIn('zoe');
  assert.equal(page.status, 403);
  for (const word of [kAdmins, kNoc, 'admin', 'noc']) assert.ok(page.words.includes(word), page.words);
});

test('G0_05_groups_claim_missing', async () => {
  await refused(token('ana', { groups: undefined }), 'User not a member of any authorized groups for Keep', 403);
  await until('the line that names the claim', () => /missing claims: groups/.test(world.gate.log));
});

test('G0_06_overage', async () => {
  await accepted(token('ben'), 'admin');
  assert.equal(entra.requests.filter((line) => /transitiveMemberOf/.test(line)).length, 3, 'all pages, once');
  await accepted(token('ben'), 'admin');
  const down = await startGate({ settings, files });
  try {
    entra.graphStatus = 503;
    const away = await api('GET', '/alerts', token('ben'), down);
    assert.equal(away.status, 503);
    assert.match(away.json().detail, /^Overage/);
    entra.graphStatus = 403;
    const closed = await api('GET', '/alerts', token('ben'), down);
    assert.equal(closed.status, 403);
    assert.match(closed.json().detail, /^Overage/);
  } finally {
    entra.graphStatus = 200;
    await down.stop();
  }
});

test('G0_07_token_versions', async () => {
  for (entra.version of [1, 2]) {
    await accepted(token('ana'), 'admin');
    const { browser } = await signIn('ana');
    assert.equal((await by(browser, 'POST', '/rules')).status, 200, `version ${entra.version}`);
  }
});

test('G0_08_wrong_tenant', async () => {
  await refused(token('ana', { iss: `${entra.url}/${kOtherTenant}/v2.0`, tid: kOtherTenant }), 'Invalid token issuer');
});

test('G0_09_key_of_another_issuer', async () => {
  const foreign = new Key('entra-foreign');
  const shared = await new SmallEntra().start();
  shared.keys = [shared.keys[0], foreign];
  shared.issuerOfKeys = (key) => `${shared.url}/${key === foreign ? kOtherTenant : kTenant}/v2.0`;
  const strict = await startGate({ files: { 'keep.env': keepVariables(shared) }, settings: (host) => ({ applications: [{ ...application,
    'keep-authority': shared.url, 'keep-version-1-issuer': shared.url, hosts: [host] }] }) });
  try {
    await refused(foreign.token(shared.claims('ana')), 'Invalid token signing key', 401, strict);
    await accepted(shared.keys[0].token(shared.claims('ana')), 'admin', strict);
    shared.version = 1;
    await accepted(shared.keys[0].token(shared.claims('ana')), 'admin', strict);
  } finally {
    await strict.stop();
    await shared.stop();
  }
});

const zero = await startGate({ files, settings: (host) => ({ applications: [{ ...application, leeway: 0, hosts: [host] }] }) });
after(() => zero.stop());

test('G0_10_expired', async () => {
  await refused(token('ana', { exp: now() - 1 }), 'Token has expired', 401, zero);
  await accepted(token('ana', { exp: now() - 25 }), 'admin');
  await refused(token('ana', { exp: now() - 32 }), 'Token has expired');
});

test('G0_11_clock_skew', async () => {
  await refused(token('ana', { nbf: now() + 20 }), 'Invalid token', 401, zero);
  await accepted(token('ana', { nbf: now() + 20 }), 'admin');
  for (const at of [world, zero]) await refused(token('ana', { nbf: now() + 600 }), 'Invalid token', 401, at);
});

test('G0_12_wrong_audience', async () => {
  await refused(token('ana', { aud: '00000003-0000-0000-c000-000000000000' }), 'Invalid token audience');
  await refused(entra.idToken('ana', 'n'), 'No client ID (appid/azp) in token');
});

test('G0_13_other_client_same_tenant', async () => {
  await refused(token('ana', { azp: 'aaaaaaaa-0000-4000-8000-000000000001' }), 'Invalid token application ID (appid/azp)');
});

test('G0_14_alg_none', async () => {
  for (const alg of ['none', 'None', 'NONE']) await refused(unsigned(entra.claims('ana'), alg), 'No key ID in token header');
  for (const alg of ['none', 'None', 'NONE']) await refused(unsigned(entra.claims('ana'), alg, { kid: 'entra-1' }), 'Invalid token');
});

test('G0_15_rs_to_hs_confusion', async () => {
  await refused(hmacWith(entra.keys[0].pem, entra.claims('ana'), { kid: 'entra-1' }), 'Invalid token');
});

test('keys_of_strangers_and_in_headers_are_ignored', async () => {
  const reads = () => entra.requests.filter((line) => /discovery\/v2\.0\/keys/.test(line)).length;
  const before = reads();
  const mine = new Key('mine');
  for (const header of [{ jwk: mine.jwk() }, { jku: entra.url }, { x5u: entra.url }, { x5c: ['AA'] }, {}])
    await refused(mine.token(entra.claims('ana'), { header }), 'Invalid token signing key');
  assert.ok(reads() <= before + 1, 'one fetch at most');
});

/// A browser that was signed in at the provider and has not opened the callback yet.
async function onTheWayBack(browser = new FormBrowser()) {
  entra.person = 'ana';
  const back = await browser.open(`${world.origin}/incidents`, { until: `${world.origin}/api/auth/callback` });
  return { browser, url: back.url };
}

test('G0_20_stolen_code', async () => {
  const { url } = await onTheWayBack();
  const thief = new FormBrowser();
  assert.equal((await thief.open(url)).status, 400);
  assert.ok(!thief.cookies.some((cookie) => /-session$/.test(cookie.name)));
});

test('G0_21_login_csrf', async () => {
  const attacker = await onTheWayBack();
  const victim = await onTheWayBack();  // who has a sign-in of their own under way
  const page = await victim.browser.open(attacker.url);
  assert.equal(page.status, 400);
  assert.ok(!victim.browser.cookies.some((cookie) => /-session$/.test(cookie.name)));
});

test('G0_19_replayed_callback', async () => {
  const { browser, url } = await onTheWayBack();
  const back = { url };
  assert.equal((await browser.open(url)).status, 200);
  const session = browser.cookies.find((cookie) => /-session$/.test(cookie.name)).value;
  const replayed = await browser.open(back.url);
  assert.equal(replayed.status, 400);
  assert.match(replayed.words, /Sign in again/);
  assert.equal(browser.cookies.find((cookie) => /-session$/.test(cookie.name)).value, session, 'no new session');
});

test('G0_22_nonce_mismatch', async () => {
  entra.changeId = { nonce: 'another' };
  const { browser, page } = await signIn('ana');
  entra.changeId = {};
  assert.equal(page.status, 400);
  assert.ok(!browser.cookies.some((cookie) => /-session$/.test(cookie.name)));
  await until('the line that says nonce', () => /gate_sign_in_failed.*nonce/.test(world.gate.log));
});

test('G0_23_wrong_issuer_in_answer', async () => {
  entra.iss = `${entra.url}/${kOtherTenant}/v2.0`;
  const { page } = await signIn('ana');
  entra.iss = undefined;
  assert.equal(page.status, 400);
  assert.match(page.words, /another place/);
});

/// The authority that asks for passwords and knows its applications' redirect URIs (support/entra), behind a gate that two
/// hosts lead to, of which the registration has the first.
const directory = await startEntra({ app: { id: kClient, secret: kEntraSecret, redirectUris: [], assigned: ['uma@contoso.example'] } });
const strange = `localhost:${await freePort()}`;
const kCallback = '/api/auth/callback/microsoft-entra-id';
const guarded = await startGate({ arguments: ['--truststore-paths', directory.ca], files: { 'keep.env': keepVariables(directory) },
  settings: (host) => ({ applications: [{ name: 'Keep', keep: 'keep.env', 'keep-authority': directory.origin,
    'keep-version-1-issuer': directory.origin, 'keep-graph': directory.origin, hosts: [host, strange] }] }) });
directory.app.redirectUris.push(`${guarded.origin}${kCallback}`);
directory.build();
after(async () => {
  await guarded.stop();
  directory.close();
});
const strangerToIt = () => new FormBrowser({ ca: readFileSync(directory.ca) });

test('G0_18_redirect_mismatch', async () => {
  const away = await request(`${guarded.origin}/incidents`, { headers: { accept: 'text/html' } });
  assert.equal(away.status, 302);
  const asked = new URL(away.headers.location);
  assert.equal(asked.searchParams.get('redirect_uri'), `${guarded.origin}${kCallback}`, 'what the gate sends is what the guide registers');
  assert.match((await strangerToIt().open(asked.href)).text, /name="password"/, 'and the authority asks who it is');
  const elsewhere = await request(`${guarded.gate.base}/gate/forward`, { headers: { accept: 'text/html', 'x-forwarded-host': strange,
    'x-forwarded-proto': 'http', 'x-forwarded-method': 'GET', 'x-forwarded-uri': '/incidents' } });
  const other = new URL(elsewhere.headers.location);
  assert.equal(other.searchParams.get('redirect_uri'), `http://${strange}${kCallback}`);
  const slash = new URL(asked);
  slash.searchParams.set('redirect_uri', `${guarded.origin}${kCallback}/`);
  for (const url of [other, slash]) {
    const page = await strangerToIt().open(url.href, { until: 'http://localhost:' });
    assert.equal(page.url, url.href, 'it leads nowhere');
    assert.equal(page.headers.location, undefined);
    assert.match(page.words, /AADSTS50011/);
  }
  const missed = await request(`${guarded.origin}${kCallback}/?code=c&state=s`, { headers: { accept: 'text/html' } });
  assert.equal(new URL(missed.headers.location).origin, directory.origin, 'no callback of ours: a page like any other, which asks to sign in');
});

test('G0_25_not_assigned', async () => {
  const browser = strangerToIt();
  const form = await browser.open(`${guarded.origin}/incidents`);
  const told = await browser.submit(form, { login: 'max@contoso.example', password: kPassword, go: 'yes' });
  assert.match(told.words, /AADSTS50105/);
  assert.equal(new URL(told.url).origin, directory.origin);
  assert.ok(!browser.cookies.some((cookie) => /-session$/.test(cookie.name)));
  const back = await browser.submit(told, { login: '', password: '', go: 'no' });
  assert.equal(back.status, 403, back.words);
  assert.ok(back.url.startsWith(`${guarded.origin}${kCallback}?`) && back.url.includes('error=access_denied'), back.url);
  assert.match(back.words, /may not use this application/);
  assert.ok(!browser.cookies.some((cookie) => /-session$/.test(cookie.name)));
  await until('the line with the reason', () => /gate_sign_in_failed.*access_denied/.test(guarded.gate.log));
});

test('a_disabled_persons_session_ends_at_the_next_refresh', async () => {
  entra.life = 1;
  const { browser } = await signIn('ana');
  entra.refreshError = 'invalid_grant';
  await until('the session to end', async () => (await by(browser, 'GET', '/alerts')).status === 401);
  entra.refreshError = '';
  entra.life = 3600;
});

test('G0_28_big_token', async () => {
  entra.users.big = { name: 'big', oid: '11111111-2222-4333-8444-555555555555', groups: [...entra.users.ben.groups.slice(0, 179), kAdmins] };
  const { browser, page } = await signIn('big');
  assert.equal(page.status, 200, page.words);
  const cookies = browser.cookies.map(({ name, value }) => `${name}=${value}`);
  assert.ok(cookies.every((cookie) => cookie.length < 4096) && cookies.join('; ').length < 8192);
  assert.equal((await by(browser, 'POST', '/rules')).status, 200, 'and the groups count');
});

test('G0_30_role_removed', async () => {
  entra.life = 1;
  const { browser } = await signIn('ana');
  assert.equal((await by(browser, 'POST', '/rules')).status, 200);
  entra.users.ana.groups = [kNoc];
  await until('the next token', async () => (await by(browser, 'POST', '/rules')).status === 403);
  assert.equal((await by(browser, 'GET', '/alerts')).json().headers['x-auth-role'], 'noc');
  entra.users.ana.groups = [kAdmins];
  entra.life = 3600;
});

test('G0_31_header_mode', async () => {
  const proxied = { AUTH_TYPE: 'OAUTH2PROXY', KEEP_OAUTH2_PROXY_ADMIN_ROLES: 'keep-admin', KEEP_OAUTH2_PROXY_NOC_ROLES: 'keep-noc' };
  const text = Object.entries(proxied).map(([name, value]) => `${name}=${value}\n`).join('');
  const headers = { 'x-forwarded-email': 'ned@example.com', 'x-forwarded-groups': 'ops,keep-noc', 'x-forwarded-method': 'GET', 'x-forwarded-uri': '/alerts' };
  const of = (vouching) => () => ({ applications: [{ name: 'Keep', keep: 'keep.env', hosts: ['*'], 'keep-vouching-addresses': vouching }] });
  const trusting = await startGate({ settings: of(['127.0.0.1', '::1']), files: { 'keep.env': text }, proxy: false });
  const passed = await request(`${trusting.gate.base}/gate/forward`, { headers });
  assert.equal(passed.status, 200, passed.text);
  assert.equal(passed.headers['x-auth-role'], 'noc');
  await trusting.stop();
  const wary = await startGate({ settings: of(['127.0.0.1', '::1']), files: { 'keep.env': text }, proxy: false, trusted: '192.0.2.1' });
  const dropped = await request(`${wary.gate.base}/gate/forward`, { headers });
  assert.equal(dropped.status, 401, dropped.text);
  await wary.stop();
  const strict = await startGate({ settings: of(['192.0.2.7']), files: { 'keep.env': text }, proxy: false });
  assert.equal((await request(`${strict.gate.base}/gate/forward`, { headers })).status, 401, 'a proxy that may ask may not vouch for it');
  await strict.stop();
});

test('G0_32_api_key', async () => {
  const keyed = (method, target, key) => world.call(target, null, { method, headers: { 'x-api-key': key } });
  assert.equal((await keyed('POST', '/alerts/event', kApiKey)).status, 200);
  assert.equal((await keyed('GET', '/settings', kApiKey)).status, 403);
  const bad = await keyed('POST', '/alerts/event', 'another');
  assert.equal(bad.status, 401);
  assert.deepEqual(bad.json(), { detail: 'Invalid API Key' });
});

async function check(variables, more = {}) {
  const broken = await startGate({ files: { 'keep.env': keepVariables(entra, variables) }, proxy: false,
    settings: (host) => ({ applications: [{ ...application, 'api-keys': [], ...more, hosts: [host] }] }) }).catch((error) => error);
  if (broken instanceof Error) return broken.message;
  await broken.stop();
  return '';
}

test('G0_34_several_tenants', async () => {
  assert.match(await check({ KEEP_AZUREAD_TENANT_ID: 'organizations' }), /KEEP_AZUREAD_TENANT_ID: names no tenant/);
  assert.match(await check({ KEEP_AZUREAD_TENANT_ID: 'organizations' }, { 'keep-tenants': ['*'] }), /keep-tenants: \* is no tenant id/);
  const several = await startGate({ files: { 'keep.env': keepVariables(entra, { KEEP_AZUREAD_TENANT_ID: 'organizations' }) },
    settings: (host) => ({ applications: [{ ...application, 'keep-tenants': [kTenant.toUpperCase()], hosts: [host] }] }) });
  several.gate.keepSecret(kEntraSecret);
  try {
    const signInThere = async (person, browser = new FormBrowser()) => {
      entra.person = person;
      return browser.open(`${several.origin}/incidents`);
    };
    const inside = await signInThere('ana');
    assert.equal(inside.status, 200, inside.words);
    assert.match(inside.text, /id="role">admin</);
    const outside = await signInThere('uwe');
    assert.equal(outside.status, 403, outside.words);
    assert.ok(outside.words.includes(kOtherTenant), `the tenant is named: ${outside.words}`);
    // A good ID token does not bring another tenant's access token in.
    entra.change = { tid: kOtherTenant, iss: `${entra.url}/${kOtherTenant}/v2.0` };
    assert.equal((await signInThere('ana')).status, 400);
    entra.change = {};
    await accepted(token('ana'), 'admin', several);
    await refused(token('uwe'), 'Invalid token issuer', 401, several);
    await until('the line with the tenant', () => several.gate.lines.some((line) => line.includes('gate_refused') && line.includes(kOtherTenant)));
  } finally {
    entra.change = {};
    entra.person = 'ana';
    await several.stop();
  }
});

test('modes_that_let_everybody_in_are_refused_with_the_reason', async () => {
  for (const mode of ['NOAUTH', 'NO_AUTH', 'DB', 'SINGLE_TENANT', 'LDAP']) assert.match(await check({ AUTH_TYPE: mode }), /AUTH_TYPE: /, mode);
});

journey('an_administrator_signs_in_in_a_browser', {}, async ({ page }) => {
  entra.person = 'ana';
  await page.goto(`${world.origin}/incidents`);
  assert.equal(await page.locator('#name').innerText(), 'ana@example.com');
  assert.equal(await page.locator('#role').innerText(), 'admin');
});

/// What the page's own script gets, with the browser's session.
const fromPage = (page, method, target) => page.evaluate(async ([how, where]) => {
  const answer = await fetch(where, { method: how, headers: { accept: 'application/json' } });
  return { status: answer.status, body: await answer.json().catch(() => null) };
}, [method, target]);

journey('a_person_is_refused_and_gets_one_role_after_the_other', {}, async ({ page }) => {
  entra.person = 'zoe';
  entra.life = 1;  // each page sees what the directory says by then
  const asked = () => entra.requests.filter((line) => line.endsWith('/authorize')).length;
  const before = asked();
  try {
    const refusal = await page.goto(`${world.origin}/incidents`);
    assert.equal(refusal.status(), 403);
    const words = await page.locator('body').innerText();
    for (const word of ['zoe@example.com', kAdmins, kNoc]) assert.ok(words.includes(word), words);
    await page.reload();
    assert.equal(asked(), before + 1, 'she was asked once: no loop');
    entra.users.zoe.groups = [kNoc];
    await until('the first role', async () => (await page.goto(`${world.origin}/incidents`)).status() === 200);
    assert.equal(await page.locator('#role').innerText(), 'noc');
    assert.equal((await fromPage(page, 'GET', '/alerts')).status, 200);
    assert.deepEqual(await fromPage(page, 'POST', '/rules'), { status: 403, body: { detail: 'Role noc does not have required permissions' } });
    entra.users.zoe.groups = [kNoc, kAdmins];
    await until('the second role', async () => {
      await page.goto(`${world.origin}/incidents`);
      return (await page.locator('#role').innerText()) === 'admin';
    });
    assert.equal((await fromPage(page, 'POST', '/rules')).status, 200);
    entra.users.zoe.groups = [];
    await until('the roles to be gone', async () => (await page.goto(`${world.origin}/incidents`)).status() === 403);
    assert.equal(asked(), before + 1, 'all of it by refreshes');
  } finally {
    entra.users.zoe.groups = [];
    entra.life = 3600;
    entra.person = 'ana';
  }
});

journey('a_person_signs_out_at_the_directory_and_is_out_everywhere', {}, async ({ page, beside, problems }) => {
  entra.person = 'ned';
  entra.frontchannel = [`${world.origin}/gate/frontchannel-logout`];
  try {
    await page.goto(`${world.origin}/incidents`);
    assert.equal(await page.locator('#role').innerText(), 'noc');
    assert.equal((await fromPage(page, 'GET', '/alerts')).status, 200);
    const other = await beside();
    await other.goto(`${entra.url}/${kTenant}/oauth2/v2.0/logout`);
    await other.locator('#out').waitFor();
    await until('the gate to be told', async () => (await fromPage(page, 'GET', '/alerts')).status === 401);
    await page.goto(`${world.origin}/incidents`);
    await page.locator('#who').waitFor();
    // And the other way round: out at the application is out at the directory.
    entra.person = 'ned';
    await page.goto(`${world.origin}/incidents`);
    assert.equal(await page.locator('#name').innerText(), 'ned@example.com');
    const ending = page.waitForRequest((sent) => sent.url().startsWith(`${entra.url}/${kTenant}/oauth2/v2.0/logout`));
    await page.goto(`${world.origin}/gate/logout`);
    // Typed into the address bar nobody is asked; whoever came by a link of another site would be.
    const parameters = new URL((await ending).url()).searchParams;
    assert.match(parameters.get('id_token_hint'), /^eyJ/);
    assert.equal(parameters.get('post_logout_redirect_uri'), `${world.origin}/gate/logout`);
    await page.locator('#back').click();
    assert.match(await page.locator('body').innerText(), /signed out/i);
    await page.goto(`${world.origin}/incidents`);
    await page.locator('#who').waitFor();
    problems.length = 0;  // the directory's frame is not shown, which the browser tells
  } finally {
    entra.frontchannel = [];
    entra.person = 'ana';
  }
});

test('the_gate_ends_on_sigterm_and_its_log_is_clean', () => world.stop());
