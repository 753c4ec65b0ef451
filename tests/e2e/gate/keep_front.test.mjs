// The two sides of Keep's guide (guides.md G0): its front end signs people in with @auth/core and its Entra ID provider,
// and the gate checks the access tokens that this brings, with the same variables.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, test } from 'node:test';

import { temporaryFolder } from '../harness.mjs';
import { FormBrowser } from '../support/form_browser.mjs';
import { startGate } from '../support/gate.mjs';
import { startKeepFront } from '../support/keep_front.mjs';
import { keepVariables, kEntraSecret, kTenant, SmallEntra } from '../support/small_entra.mjs';
import { startTlsProxy } from '../support/tls_proxy.mjs';

const entra = await new SmallEntra().start();
const tls = await startTlsProxy(entra.url);
entra.url = tls.origin;
entra.issuer = `${tls.origin}/${kTenant}/v2.0`;
const trusted = path.join(temporaryFolder(), 'ca.pem');
writeFileSync(trusted, tls.ca);
const variables = Object.fromEntries(keepVariables(entra).trim().split('\n').map((line) => line.split(/=(.*)/s).slice(0, 2)));
const front = await startKeepFront({ variables, authority: tls.origin, ca: tls.ca });
const world = await startGate({ arguments: ['--truststore-paths', trusted], files: { 'keep.env': keepVariables(entra) },
  settings: (host) => ({ applications: [{ name: 'Keep', hosts: [host], keep: 'keep.env', 'keep-authority': tls.origin, 'keep-version-1-issuer': tls.origin }] }) });
world.gate.keepSecret(kEntraSecret);
after(async () => {
  front.stop();
  await tls.stop();
  await entra.stop();
});

async function signIn(person) {
  entra.person = person;
  const browser = new FormBrowser({ ca: tls.ca });
  const choice = await browser.open(`${front.origin}/api/auth/signin`);
  const away = await browser.submit(choice, {}, { wanted: 'csrfToken', until: `${front.origin}/api/auth/callback/microsoft-entra-id` });
  assert.equal(away.status, 302, `${away.url} ${away.words} ${front.problems()}`);
  const back = await browser.send(away.url);
  return { browser, callback: away.url, back, session: (await browser.open(`${front.origin}/api/auth/session`)).json() };
}

test('G0_01_G0_07_the_front_ends_token_is_the_apis_in_both_versions', async () => {
  for (const version of [2, 1]) {
    entra.version = version;
    const { session, back } = await signIn('ana');
    assert.ok(!/error/.test(back.headers.location), `${back.headers.location} ${front.problems()}`);
    world.gate.keepSecret(session.accessToken);
    for (const [method, target] of [['GET', '/alerts'], ['POST', '/rules']]) {
      const answer = await world.call(target, session.accessToken, { method });
      assert.equal(answer.status, 200, answer.text);
      assert.equal(answer.json().headers['x-auth-role'], 'admin');
    }
  }
  entra.version = 2;
});

test('G0_02_G0_04_the_gate_refuses_what_the_role_lacks_and_whoever_has_none', async () => {
  const ned = (await signIn('ned')).session.accessToken;
  assert.equal((await world.call('/alerts', ned)).status, 200);
  assert.deepEqual((await world.call('/rules', ned, { method: 'POST' })).json(), { detail: 'Role noc does not have required permissions' });
  const zoe = (await signIn('zoe')).session.accessToken;
  const refused = await world.call('/alerts', zoe);
  assert.equal(refused.status, 403);
  assert.deepEqual(refused.json(), { detail: 'User not a member of any authorized groups for Keep' });
});

test('G0_19_N0_21_a_callback_that_was_used_makes_no_session', async () => {
  const { callback, browser } = await signIn('ana');
  const stranger = new FormBrowser({ ca: tls.ca });
  for (const who of [browser, stranger]) {
    const again = await who.send(callback);
    assert.match(again.headers.location, /\/api\/auth\/error\?error=Configuration/);
  }
  assert.equal((await stranger.open(`${front.origin}/api/auth/session`)).json(), null);
});

test('the_gate_ends_on_sigterm_and_its_log_is_clean', () => world.stop());
