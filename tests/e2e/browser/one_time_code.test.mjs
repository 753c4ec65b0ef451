// A second factor that came with the realm: asked for after the password, with the keyboard alone and without scripts,
// right once, and on two devices.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { freePort, kOnlyCardea, startServer } from '../harness.mjs';
import { findNothing } from '../support/axe.mjs';
import { fillLogin, focused, journey } from '../support/browser.mjs';
import { serveLanding } from '../support/landing.mjs';
import { totpCode as code } from '../support/one_time_codes.mjs';
import { kPeople, villageRealm } from '../support/realm.mjs';

const port = await freePort();
const kSecrets = { phone: 'phone-secret-0123456', tablet: 'tablet-secret-012345' };

function device(label, secret) {
  return { type: 'otp', userLabel: label, secretData: JSON.stringify({ value: secret }), credentialData:
    JSON.stringify({ subType: 'totp', digits: 6, counter: 0, period: 30, algorithm: 'HmacSHA1' }) };
}

const server = await startServer({ realm: villageRealm({ 4003: port }, (realm) => {
  const find = (name) => realm.users.find(({ username }) => username === name);
  find('ada').credentials.push(device('Phone', kSecrets.phone));
  find('bert').credentials.push(device('Phone', kSecrets.phone), device('Tablet', kSecrets.tablet));
}) });
const application = await serveLanding(port);

function signInUrl() {
  const parameters = { client_id: 'web', redirect_uri: `${application.origin}/callback`, response_type: 'code', scope: 'openid' };
  return `${server.endpoint('auth')}?${new URLSearchParams(parameters)}`;
}

journey('a_wrong_code_is_refused_and_a_right_one_counts_once', kOnlyCardea, async ({ page, context }) => {
  await page.goto(signInUrl());
  await fillLogin(page, 'ada', kPeople.ada);
  await page.locator('#otp').waitFor();
  await findNothing(page, 'login-otp');
  await page.locator('#otp').fill('000000');
  await page.locator('#kc-login').click();
  await page.getByText('Invalid authenticator code.').waitFor();
  await findNothing(page, 'login-otp', 'error');
  const right = code(kSecrets.phone);
  await page.locator('#otp').fill(right);
  await page.locator('#kc-login').click();
  await page.waitForURL(`${application.origin}/**`);
  assert.match(page.url(), /code=/);

  await context.clearCookies();
  await page.goto(signInUrl());
  await fillLogin(page, 'ada', kPeople.ada);
  await page.locator('#otp').fill(right);
  await page.locator('#kc-login').click();
  await page.getByText('Invalid authenticator code.').waitFor();
});

journey('the_keyboard_is_enough_and_no_script_is_needed', { ...kOnlyCardea, javaScriptEnabled: false }, async ({ page }) => {
  await page.goto(signInUrl());
  await focused(page, 'username');
  await page.keyboard.type('bert');
  await page.keyboard.press('Tab');
  await page.keyboard.type(kPeople.bert);
  await page.keyboard.press('Enter');
  await page.getByLabel('Tablet').waitFor();
  await page.getByLabel('Tablet').check();
  await page.locator('#otp').focus();
  await page.keyboard.type(code(kSecrets.tablet));
  await page.keyboard.press('Enter');
  await page.waitForURL(`${application.origin}/**`);
  assert.match(page.url(), /code=/);
});

test('the_server_ends_on_sigterm_and_its_log_is_clean', () => server.stop());
