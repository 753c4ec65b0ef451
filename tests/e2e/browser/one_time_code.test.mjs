// A second factor that came with the realm: asked for after the password, with the keyboard alone and without scripts,
// right once, and on two devices.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { test } from 'node:test';

import { freePort, kOnlyCardea, startServer } from '../harness.mjs';
import { fillLogin, focused, journey, picturePath } from '../support/browser.mjs';
import { serveLanding } from '../support/landing.mjs';
import { kPeople, villageRealm } from '../support/realm.mjs';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
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

/// The code of now.
function code(secret) {
  const message = Buffer.alloc(8);
  message.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000)));
  const mac = createHmac('sha1', secret).update(message).digest();
  const at = mac[19] & 15;
  return String((mac.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

function signInUrl() {
  const parameters = { client_id: 'web', redirect_uri: `${application.origin}/callback`, response_type: 'code', scope: 'openid' };
  return `${server.endpoint('auth')}?${new URLSearchParams(parameters)}`;
}

async function findNothing(page, name) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
  await page.screenshot({ path: picturePath(`axe-${name}`), fullPage: true });
  assert.deepEqual(violations.map(({ id, help }) => `${id}: ${help}`), [], `on the page ${name}`);
}

journey('a_wrong_code_is_refused_and_a_right_one_counts_once', kOnlyCardea, async ({ page, context }) => {
  await page.goto(signInUrl());
  await fillLogin(page, 'ada', kPeople.ada);
  await page.locator('#otp').waitFor();
  await findNothing(page, 'login-otp');
  await page.locator('#otp').fill('000000');
  await page.locator('#kc-login').click();
  await page.getByText('Invalid authenticator code.').waitFor();
  await findNothing(page, 'login-otp-error');
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
