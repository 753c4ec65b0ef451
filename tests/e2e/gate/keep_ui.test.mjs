// Keep's own front end behind the gate, as docs/guides/keep.md sets it up: its pages and what they send, in a browser
// through Debian's nginx, through Debian's Caddy, and in the request shapes of Traefik and Envoy.
import assert from 'node:assert/strict';
import http from 'node:http';
import { after, test } from 'node:test';

import { journey } from '../support/browser.mjs';
import { FormBrowser, request } from '../support/form_browser.mjs';
import { startGate } from '../support/gate.mjs';
import { startKeepUi } from '../support/keep_ui.mjs';
import { keepVariables, kEntraSecret, kTenant, SmallEntra } from '../support/small_entra.mjs';

const entra = await new SmallEntra().start();
const settings = (host) => ({ applications: [{ name: 'Keep', hosts: [host], keep: 'keep.env', 'keep-authority': entra.url, 'keep-version-1-issuer': entra.url,
  headers: { 'X-Forwarded-Email': 'name', 'X-Forwarded-User': 'name', 'X-Forwarded-Groups': 'role' } }] });
const worldBehind = async (proxy) => {
  const world = await startGate({ proxy, settings, files: { 'keep.env': keepVariables(entra) }, start: startKeepUi });
  world.gate.keepSecret(kEntraSecret);
  return world;
};
const world = await worldBehind('nginx');
after(() => entra.stop());

/// What its pages send, and what a reader gets for it; an administrator may do all of it, and nobody none.
const kCalls = [
  { method: 'POST', target: '/backend/rules', body: '{"name":"disk full"}', type: 'application/json', noc: 403 },
  { method: 'PUT', target: '/backend/rules/1', body: '{"name":"disk fuller"}', type: 'application/json', noc: 403 },
  { method: 'PATCH', target: '/backend/providers/p1', body: '{"name":"p"}', type: 'application/json', noc: 403 },
  { method: 'DELETE', target: '/backend/rules/1', body: '', type: 'application/json', noc: 403 },
  { method: 'DELETE', target: '/backend/alerts', body: '{"fingerprint":"f"}', type: 'application/json', noc: 403 },
  { method: 'POST', target: '/backend/workflows', body: '--x\r\nContent-Disposition: form-data; name="file"; filename="w.yaml"\r\n\r\nid: w\r\n--x--\r\n',
    type: 'multipart/form-data; boundary=x', noc: 403 },
  { method: 'POST', target: '/backend/workflows/w1/run', body: '{}', type: 'application/json', noc: 200 },
  { method: 'POST', target: '/backend/alerts/query', body: '{"cel":""}', type: 'application/json', noc: 200 },
  { method: 'POST', target: '/backend/cel/validate', body: '{"cel":"a"}', type: 'application/json', noc: 200 },
  { method: 'POST', target: '/signin', body: '[]', type: 'text/plain;charset=UTF-8', noc: 200 },
  { method: 'POST', target: '/monitoring?o=1', body: '{}', type: 'text/plain', noc: 200 },
  { method: 'POST', target: '/api/copilotkit', body: '{"messages":[]}', type: 'application/json', noc: 200 },
];
const kToken = 'Bearer oauth2proxy:ana@example.com';

const shows = (page, id, words) => page.locator(`#${id}`, { hasText: words }).waitFor();
const lastOf = (application, method, target) => application.seen.findLast((one) => one.method === method && one.url === target);

async function openKeep(page, person, target = '/incidents') {
  entra.person = person;
  await page.goto(`${world.origin}${target}`);
  await shows(page, 'name', `${person}@example.com`);
}

journey('a_person_signs_in_sends_bodies_and_signs_out', {}, async ({ page }) => {
  await openKeep(page, 'ana', '/alerts/feed?tab=2');
  assert.equal(page.url(), `${world.origin}/alerts/feed?tab=2`, 'back at the page asked for, after both sign-ins');
  assert.equal(await page.locator('#role').innerText(), 'admin');
  const action = lastOf(world.application, 'POST', '/signin');
  assert.deepEqual([action.body, action.headers['next-action']], ['[]', 'a1']);
  const form = new URLSearchParams(lastOf(world.application, 'POST', '/api/auth/callback/credentials').body);
  assert.match(form.get('csrfToken'), /^[0-9a-f]{64}$/, 'the form of its own sign-in arrives');
  for (const [button, method, target, body] of [['create', 'POST', '/rules', '{"name":"disk full"}'], ['change', 'PUT', '/rules/1', '{"name":"disk fuller"}'],
    ['remove', 'DELETE', '/rules/1', ''], ['ask', 'POST', '/alerts/query', '{"cel":""}']]) {
    await page.locator(`#${button}`).click();
    await shows(page, 'result', `${method} 200`);
    const seen = lastOf(world.application, method, `/backend${target}`);
    assert.equal(seen.body, body);
    assert.equal(seen.headers.authorization, undefined, 'the front end sent its placeholder, and the gate took it away');
    assert.deepEqual([seen.headers['x-forwarded-email'], seen.headers['x-forwarded-groups']], ['ana@example.com', 'admin']);
  }
  const ending = page.waitForRequest((sent) => sent.url().startsWith(`${entra.url}/${kTenant}/oauth2/v2.0/logout`));
  await page.locator('#out').click();
  assert.match(new URL((await ending).url()).searchParams.get('id_token_hint'), /^eyJ/);
  await page.locator('#back').click();
  await page.locator('body', { hasText: /signed out/i }).waitFor();
  await page.goto(`${world.origin}/incidents`);
  await page.locator('#who').waitFor();
});

journey('the_next_person_at_the_same_browser_is_not_taken_for_the_first', {}, async ({ page }) => {
  await openKeep(page, 'ana');
  await page.locator('#out').click();
  await page.locator('#back').click();
  await page.locator('body', { hasText: /signed out/i }).waitFor();
  await openKeep(page, 'ned');
  assert.equal(await page.locator('#role').innerText(), 'noc');
  await page.locator('#create').click();
  await shows(page, 'result', 'POST 403 {"detail":"Role noc does not have required permissions"}');
  await page.locator('#ask').click();
  await shows(page, 'result', 'POST 200');
  const { headers } = lastOf(world.application, 'POST', '/backend/alerts/query');
  assert.deepEqual([headers['x-forwarded-email'], headers['x-forwarded-groups']], ['ned@example.com', 'noc']);
});

async function signedIn(at, person) {
  entra.person = person;
  const browser = new FormBrowser({ ca: at.proxy.ca });
  const page = await browser.open(`${at.origin}/incidents`);
  assert.equal(page.status, 200, page.words);
  return browser;
}

async function sendsBodies(at) {
  const nobody = new FormBrowser({ ca: at.proxy.ca });
  const ana = await signedIn(at, 'ana'), ned = await signedIn(at, 'ned');
  for (const { method, target, body, type, noc } of kCalls) {
    const what = `${method} ${target}`;
    const options = { method, body, headers: { 'content-type': type, accept: 'application/json', authorization: kToken } };
    const before = at.application.seen.length;
    assert.equal((await nobody.send(`${at.origin}${target}`, options)).status, 401, what);
    assert.equal(at.application.seen.length, before, `${what} of nobody reached the application`);
    const allowed = await ana.send(`${at.origin}${target}`, options);
    assert.equal(allowed.status, 200, `${what}: ${allowed.text}`);
    const seen = at.application.seen.at(-1);
    assert.deepEqual([seen.method, seen.url, seen.body, seen.headers['content-type']], [method, target, body, type]);
    assert.ok(!seen.headers.authorization, `${what}: the placeholder arrived`);
    assert.equal(seen.headers['x-forwarded-email'], 'ana@example.com');
    assert.equal((await ned.send(`${at.origin}${target}`, options)).status, noc, `${what} by a reader`);
  }
  const large = JSON.stringify({ file: 'x'.repeat(600_000) });
  const sent = await ana.send(`${at.origin}/backend/alerts/event`, { method: 'POST', body: large, headers: { 'content-type': 'application/json' } });
  assert.equal(sent.status, 200, sent.text.slice(0, 200));
  assert.equal(at.application.seen.at(-1).body, large, 'all of it');
  const names = { 'x-forwarded-email': 'boss@example.com', 'x-forwarded-user': 'boss@example.com', 'x-forwarded-groups': 'admin',
    'x-forwarded-access-token': 'stolen', x_forwarded_groups: 'admin' };
  await ned.send(`${at.origin}/incidents`, { headers: names });
  const { headers } = at.application.seen.at(-1);
  assert.deepEqual([headers['x-forwarded-email'], headers['x-forwarded-user'], headers['x-forwarded-groups']], ['ned@example.com', 'ned@example.com', 'noc']);
  assert.ok(!headers['x-forwarded-access-token'] && !headers.x_forwarded_groups, 'what a stranger says of himself');
}

test('bodies_arrive_through_nginx', () => sendsBodies(world));

test('bodies_arrive_through_caddy', async () => {
  const behind = await worldBehind('caddy');
  try {
    await sendsBodies(behind);
  } finally {
    await behind.stop();
  }
});

/// Neither sends the body to whom it asks: Traefik names method and target in headers, Envoy asks by them.
test('the_same_in_the_shapes_of_traefik_and_envoy', async () => {
  const cookieOf = async (person) => (await signedIn(world, person)).cookies.map(({ name, value }) => `${name}=${value}`).join('; ');
  const of = { ana: await cookieOf('ana'), ned: await cookieOf('ned'), nobody: '' };
  const traefik = ({ method, target, type }, cookie) => request(`${world.gate.base}/gate/forward`, { headers: { cookie, authorization: kToken, 'content-type': type,
    'x-forwarded-method': method, 'x-forwarded-uri': target, 'x-forwarded-host': world.host, 'x-forwarded-proto': 'http', 'x-forwarded-for': '192.0.2.9' } });
  const envoy = ({ method, target }, cookie) => new Promise((resolve, reject) => http.request({ host: 'localhost', port: world.gate.port, method,
    path: `/gate/envoy${target}`, headers: { host: world.host, cookie, authorization: kToken, 'content-length': 0 } }, (answer) => {
    answer.resume();
    answer.on('end', () => resolve({ status: answer.statusCode, headers: answer.headers }));
  }).on('error', reject).end());
  for (const call of kCalls) {
    for (const [proxy, ask] of Object.entries({ traefik, envoy })) {
      const what = `${proxy}: ${call.method} ${call.target}`;
      assert.equal((await ask(call, of.nobody)).status, 401, what);
      const allowed = await ask(call, of.ana);
      assert.equal(allowed.status, 200, what);
      assert.equal(allowed.headers['x-forwarded-email'], 'ana@example.com', what);
      assert.equal(allowed.headers['x-forwarded-access-token'], '', `${what}: said, so that nobody else's word stays`);
      assert.equal((await ask(call, of.ned)).status, call.noc, what);
    }
  }
});

test('the_gate_ends_on_sigterm_and_its_log_is_clean', () => world.stop());
