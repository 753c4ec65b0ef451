// What Kestra's guide must refuse and survive (guides.md G3): `cardea gate` with Kestra's YAML, in front of an application
// behind nginx, and a provider whose answers the test makes wrong, one point at a time.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';

import { freePort, until } from '../harness.mjs';
import { FormBrowser, request } from '../support/form_browser.mjs';
import { hmacWith, startGate, unsigned } from '../support/gate.mjs';
import { kClient, kEntraSecret, SmallEntra } from '../support/small_entra.mjs';

const provider = await new SmallEntra().start();
after(() => provider.stop());

const yaml = ({ issuer = provider.issuer, client = kClient, path = 'groups', get = true } = {}) => JSON.stringify({
  micronaut: { security: {
    oauth2: { enabled: true, clients: { keycloak: { 'client-id': client, 'client-secret': kEntraSecret, openid: { issuer } } } },
    endpoints: { logout: { 'get-allowed': get } } } },
  kestra: { security: { 'default-role': { name: 'reader', permissions: { FLOW: ['READ'] } }, oidc: { 'groups-claim-path': path } } },
});
const settings = (host) => ({ applications: [{ name: 'Kestra', hosts: [host], kestra: 'kestra.yml',
  'role-rules': [{ values: ['admins'], role: 'Admin' }, { values: ['launchers'], role: 'Launcher' }] }] });
const startKestra = (options) => startGate({ settings, files: { 'kestra.yml': yaml(options) } });
const world = await startKestra();
world.gate.keepSecret(kEntraSecret);

/// Signs in with an ID token that has `claims` more, or others.
async function signIn(claims = {}, at = world) {
  provider.changeId = { email: 'ada@example.com', ...claims };
  const browser = new FormBrowser();
  const page = await browser.open(`${at.origin}/ui/`);
  provider.changeId = {};
  return { browser, page };
}
const hasSession = (browser) => browser.cookies.some((cookie) => /-session$/.test(cookie.name));
const rolesOf = async (browser, at = world) => {
  const answer = await browser.send(`${at.origin}/api/v1/main/flows`, { headers: { accept: 'application/json' } });
  return answer.status === 200 ? answer.json().headers['x-auth-role'] : answer.status;
};
async function refused(claims, why, at = world) {
  const { browser, page } = await signIn(claims, at);
  assert.equal(page.status, 400, `${why}: ${page.words}`);
  assert.ok(!hasSession(browser), why);
}

test('G3_04_groups_claim', async () => {
  const { browser } = await signIn({ groups: ['admins'] });
  assert.equal(await rolesOf(browser), 'Admin,reader');
  assert.equal((await browser.send(`${world.origin}/api/v1/main/users/u`, { method: 'DELETE' })).status, 200);
  browser.forget();
  const later = await signIn({ groups: [] });
  assert.equal(await rolesOf(later.browser), 'reader', 'lost at the next login');
  assert.equal((await later.browser.send(`${world.origin}/api/v1/main/users/u`, { method: 'DELETE' })).status, 403);
});

test('G3_05_client_roles_path', async () => {
  const nested = await startKestra({ path: 'resource_access.kestra.roles' });
  try {
    const claims = { resource_access: { kestra: { roles: ['launchers'] } } };
    assert.equal(await rolesOf((await signIn(claims, nested)).browser, nested), 'Launcher,reader');
    provider.change = claims;  // "Add to ID token" is off: the access token alone has it
    assert.equal(await rolesOf((await signIn({}, nested)).browser, nested), 'reader');
    await until('the line that says so', () => /gate_claim_not_in_id_token.*resource_access\.kestra\.roles/.test(nested.gate.log));
  } finally {
    provider.change = {};
    await nested.stop();
  }
});

test('G3_06_both_sources', async () => {
  const { browser } = await signIn({ groups: ['launchers'], resource_access: { kestra: { roles: ['admins'] } } });
  assert.equal(await rolesOf(browser), 'Launcher,reader', 'the configured path alone counts');
});

test('G3_07_path_with_dots', async () => {
  const dotted = await startKestra({ path: 'resource_access.kestra\\.prod.roles' });
  try {
    const { browser } = await signIn({ resource_access: { 'kestra.prod': { roles: ['admins'] }, kestra: { prod: { roles: ['launchers'] } } } }, dotted);
    assert.equal(await rolesOf(browser, dotted), 'Admin,reader');
  } finally {
    await dotted.stop();
  }
});

test('G3_09_provider_down_at_start', async () => {
  const late = await new SmallEntra().start();
  await late.stop();
  const patient = await startKestra({ issuer: late.issuer });
  try {
    const page = await new FormBrowser().open(`${patient.origin}/ui/`);
    assert.equal(page.status, 503);
    assert.match(page.words, /cannot be reached/);
    await new Promise((resolve) => late.server.listen(late.port, 'localhost', resolve));
    late.changeId = { email: 'ada@example.com' };
    await until('the provider to be found again', async () => (await new FormBrowser().open(`${patient.origin}/ui/`)).status === 200, { seconds: 20 });
  } finally {
    await patient.stop();
    await late.stop();
  }
});

test('G3_10_proxy', async () => {
  const public_ = { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'kestra.example.test', 'x-forwarded-for': '192.0.2.7' };
  const start = async (trusted, headers) => {
    const port = await freePort();
    const gate = await startGate({ trusted, proxy: false, files: { 'kestra.yml': yaml() },
      settings: () => ({ applications: [{ name: 'Kestra', hosts: ['kestra.example.test', 'kestra.example.test:8443', '*'], kestra: 'kestra.yml' }] }) });
    const answer = await request(`${gate.gate.base}/oauth/login/keycloak`, { headers });
    await gate.stop();
    assert.ok(port && answer.status === 302, `${answer.status}`);
    return { redirect: new URL(answer.headers.location).searchParams.get('redirect_uri'), cookies: answer.headers['set-cookie'], base: gate.gate.base };
  };
  const trusted = await start(undefined, public_);
  assert.equal(trusted.redirect, 'https://kestra.example.test/oauth/callback/keycloak');
  assert.match(trusted.cookies[0], /^__Host-cardea-gate-.*; Secure/i);
  const withPort = await start(undefined, { ...public_, 'x-forwarded-port': '8443' });
  assert.equal(withPort.redirect, 'https://kestra.example.test:8443/oauth/callback/keycloak');
  const stranger = await start('192.0.2.1', public_);
  assert.equal(stranger.redirect, `${stranger.base}/oauth/callback/keycloak`, 'an untrusted sender is ignored');
});

test('G3_13_nonce', async () => {
  await refused({ nonce: 'another' }, 'another nonce');
  await refused({ nonce: undefined }, 'no nonce');
});

test('G3_16_aud_and_azp', async () => {
  await refused({ aud: 'another' }, 'aud of another client');
  await refused({ aud: [kClient, 'another'] }, 'several audiences without azp');
  await refused({ azp: 'another' }, 'azp of another client');
});

test('G3_17_none_and_hmac', async () => {
  const honest = provider.idToken;
  const forge = async (make, why) => {
    provider.idToken = (name, nonce) => make(JSON.parse(Buffer.from(honest.call(provider, name, nonce).split('.')[1], 'base64url')));
    await refused({}, why);
    provider.idToken = honest;
  };
  for (const alg of ['none', 'None', 'NONE']) await forge((claims) => unsigned(claims, alg), alg);
  await forge((claims) => hmacWith(provider.keys[0].pem, claims, { kid: 'entra-1' }), 'HS256 by the public key');
  await forge((claims) => hmacWith(kEntraSecret, claims, { kid: 'entra-1' }), 'HS256 by the client secret');
});

test('a_get_does_not_log_out_where_the_yaml_does_not_allow_it', async () => {
  const closed = await startKestra({ get: false });
  try {
    const { browser } = await signIn({}, closed);
    for (const target of ['/logout', '/oauth/logout']) {
      const answer = await browser.send(`${closed.origin}${target}`, { headers: { 'sec-fetch-site': 'same-origin' } });
      assert.equal(answer.status, 405, target);
      assert.equal(answer.headers.allow, 'POST');
    }
    assert.equal(await rolesOf(browser, closed), 'reader', 'still signed in');
    const denied = await browser.send(`${closed.origin}/api/v1/main/users/u`, { headers: { accept: 'text/html', 'sec-fetch-mode': 'navigate' } });
    assert.equal(denied.status, 403);
    assert.match(denied.text, /<form method="post" action="\/oauth\/logout"><button/);
    assert.doesNotMatch(denied.text, /href="\/oauth\/logout"/);
    const out = await browser.send(`${closed.origin}/oauth/logout`, { method: 'POST', headers: { 'sec-fetch-site': 'same-origin' } });
    assert.equal(out.status, 302, 'to the provider');
    assert.equal((await browser.send(`${closed.origin}/logout`)).status, 200, 'and back');
    assert.equal(await rolesOf(browser, closed), 401);
  } finally {
    await closed.stop();
  }
});

test('logout_asks_the_provider_with_all_it_needs', async () => {
  const { browser } = await signIn();
  const asked = await browser.send(`${world.origin}/oauth/logout`, { headers: { 'sec-fetch-site': 'cross-site' } });
  assert.equal(asked.status, 200, 'another site sent the browser: a page asks first');
  const answer = await browser.send(`${world.origin}/oauth/logout`, { headers: { 'sec-fetch-site': 'same-origin' } });
  assert.equal(answer.status, 302);
  const url = new URL(answer.headers.location);
  assert.match(url.searchParams.get('id_token_hint'), /^eyJ/);
  assert.equal(url.searchParams.get('client_id'), kClient);
  assert.equal(url.searchParams.get('post_logout_redirect_uri'), `${world.origin}/logout`);
  assert.match((await browser.open(`${world.origin}/logout`)).words, /signed out/i);
});

test('G3_26_overage_analogue', async () => {
  const groups = Array.from({ length: 400 }, (_, i) => `a-group-with-a-long-name-${i}`);
  const { browser, page } = await signIn({ groups: [...groups, 'admins'] });
  assert.equal(page.status, 200, page.words);
  assert.ok(browser.cookies.every(({ name, value }) => name.length + value.length < 4096));
  assert.equal(await rolesOf(browser), 'Admin,reader');
});

test('the_gate_ends_on_sigterm_and_its_log_is_clean', () => world.stop());
