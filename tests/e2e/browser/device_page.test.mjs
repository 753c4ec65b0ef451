// The page for a device's code (RFC 8628 section 3.3): without JavaScript, by keyboard, on a narrow screen, and for axe.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { kOnlyCardea, startServer } from '../harness.mjs';
import { findNothing } from '../support/axe.mjs';
import { fillLogin, focused, journey } from '../support/browser.mjs';
import { kPeople, villageRealm } from '../support/realm.mjs';


function withTelevision(realm) {
  realm.clients.push({
    clientId: 'tv', name: 'Television', publicClient: true,
    attributes: { 'oauth2.device.authorization.grant.enabled': 'true' },
  });
}

const server = await startServer({ realm: villageRealm({}, withTelevision) });
const kPage = `${server.issuer()}/device`;

async function startDevice() {
  const answer = await fetch(server.endpoint('auth/device'), { method: 'POST', body: new URLSearchParams({ client_id: 'tv', scope: 'openid' }) });
  assert.equal(answer.status, 200);
  return answer.json();
}

async function poll(started) {
  const form = { client_id: 'tv', grant_type: 'urn:ietf:params:oauth:grant-type:device_code', device_code: started.device_code };
  return (await fetch(server.endpoint('token'), { method: 'POST', body: new URLSearchParams(form) })).json();
}

journey('a_person_agrees_without_javascript', { javaScriptEnabled: false }, async ({ page }) => {
  const started = await startDevice();
  await page.goto(kPage);
  await page.locator('#device-user-code').fill('BBBB-BBBB');
  await page.locator('#kc-submit').click();
  await page.getByText('Invalid code, please try again.').waitFor();
  await page.locator('#device-user-code').fill(started.user_code.toLowerCase().replace('-', ' '));
  await page.locator('#kc-submit').click();
  await fillLogin(page, 'ada', kPeople.ada);
  await page.getByRole('heading', { name: 'Grant Access to Television' }).waitFor();
  assert.equal((await poll(started)).error, 'authorization_pending');
  await page.locator('#kc-login').click();
  await page.getByRole('heading', { name: 'Device Login Successful' }).waitFor();
  assert.ok((await poll(started)).access_token);
});

journey('the_keyboard_is_enough_to_say_no', {}, async ({ page }) => {
  const started = await startDevice();
  await page.goto(kPage);
  await focused(page, 'device-user-code');
  await page.keyboard.type(started.user_code);
  await page.keyboard.press('Enter');
  await focused(page, 'username');
  await page.keyboard.type('bert');
  await page.keyboard.press('Tab');
  await page.keyboard.type(kPeople.bert);
  await page.keyboard.press('Enter');
  await page.locator('#kc-cancel').waitFor();
  for (let tabs = 0; tabs < 8 && (await page.evaluate(() => document.activeElement.id)) !== 'kc-cancel'; ++tabs) {
    await page.keyboard.press('Tab');
  }
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Device Login Failed' }).waitFor();
  assert.equal((await poll(started)).error, 'access_denied');
});

async function visitEveryPage(page, name) {
  const started = await startDevice();
  await page.goto(kPage);
  await findNothing(page, 'device-code', name);
  await page.locator('#device-user-code').fill('nonsense');
  await page.locator('#kc-submit').click();
  await page.locator('#input-error').waitFor();
  await findNothing(page, 'device-code', `error-${name}`);
  await page.goto(started.verification_uri_complete);
  await fillLogin(page, 'cleo', kPeople.cleo);
  await page.locator('#kc-oauth').waitFor();
  await findNothing(page, 'device-confirm', name);
  await page.locator('#kc-login').click();
  await page.getByRole('heading', { name: 'Device Login Successful' }).waitFor();
  await findNothing(page, 'info', `device-${name}`);
}

journey('axe_finds_nothing', { ...kOnlyCardea }, ({ page }) => visitEveryPage(page, 'light'));
journey('axe_finds_nothing_on_a_phone_in_the_dark',
  { ...kOnlyCardea, colorScheme: 'dark', viewport: { width: 360, height: 640 }, isMobile: true, hasTouch: true },
  ({ page }) => visitEveryPage(page, 'phone'));

test('the_server_ends_on_sigterm_and_its_log_is_clean', () => server.stop());
