// Apache with mod_auth_openidc protecting a page, as a journey in Chromium.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';

import { freePort, startServer } from '../harness.mjs';
import { startApache } from '../support/apache.mjs';
import { fillLogin, journey } from '../support/browser.mjs';
import { request } from '../support/form_browser.mjs';
import { kPeople, kSecrets, villageRealm } from '../support/realm.mjs';

const port = await freePort();
const server = await startServer({ realm: villageRealm({ 4005: port }) });
const apache = await startApache({ port, issuer: server.issuer(), secret: kSecrets.apache });
after(() => apache.stop());

test('refuses_the_page_to_a_stranger', async () => {
  const page = await request(`${apache.origin}/secure/page`, { headers: { accept: 'text/html' } });
  assert.equal(page.status, 302);
  const url = new URL(page.headers.location);
  assert.ok(url.href.startsWith(server.endpoint('auth')), url.href);
  assert.equal(url.searchParams.get('code_challenge_method'), 'S256');
  assert.equal(url.searchParams.get('response_type'), 'code');
});

test('refuses_a_forged_answer', async () => {
  const forged = await request(`${apache.origin}/secure/redirect_uri?code=abc&state=def`);
  assert.ok(forged.status >= 300 && forged.status < 500 && !/Secret garden/.test(forged.text), `${forged.status}`);
});

journey('sign_in_read_the_page_and_log_out', {}, async ({ page }) => {
  await page.goto(`${apache.origin}/secure/page`);
  await fillLogin(page, 'ada', kPeople.ada);
  await page.waitForURL(`${apache.origin}/secure/page`);
  assert.equal(await page.locator('#user').innerText(), 'ada');
  assert.equal(await page.locator('#email').innerText(), 'ada@example.com');
  assert.match(await page.locator('#groups').innerText(), /engineering/);
  await page.goto(`${apache.origin}/secure/engineers/page`);
  assert.equal(await page.title(), 'Secret garden');

  const info = await page.goto(`${apache.origin}/secure/redirect_uri?info=json`);
  const session = await info.json();
  assert.equal(session.userinfo.preferred_username, 'ada');
  server.keepSecret(session.refresh_token);

  const target = `${apache.origin}/public`;
  await page.goto(`${apache.origin}/secure/redirect_uri?logout=${encodeURIComponent(target)}`);
  await page.waitForURL(target);
  await page.goto(`${apache.origin}/secure/page`);
  await page.locator('#kc-form-login').waitFor();
});

journey('refuses_a_person_who_is_not_in_the_group', {}, async ({ page }) => {
  await page.goto(`${apache.origin}/secure/page`);
  await fillLogin(page, 'bert', kPeople.bert);
  await page.waitForURL(`${apache.origin}/secure/page`);
  assert.equal(await page.locator('#groups').innerText(), 'staff');
  const answer = await page.goto(`${apache.origin}/secure/engineers/page`);
  assert.ok([401, 403].includes(answer.status()), `${answer.status()} ${page.url()}`);
  assert.notEqual(await page.title(), 'Secret garden');
});

test('the_server_ends_on_sigterm_and_its_log_is_clean', () => server.stop());
