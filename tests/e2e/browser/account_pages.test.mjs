// A person makes an account, allows an application, mends a profile and accepts terms: with the keyboard, without
// JavaScript, in another language, on a phone; axe finds nothing.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { freePort, kOnlyCardea, startServer } from '../harness.mjs';
import { findNothing } from '../support/axe.mjs';
import { fillLogin, journey, picturePath } from '../support/browser.mjs';
import { serveLanding } from '../support/landing.mjs';
import { kPeople, villageRealm } from '../support/realm.mjs';

const port = await freePort();
const server = await startServer({
  realm: villageRealm({ 4003: port }, (realm) => {
    realm.registrationAllowed = true;
    realm.internationalizationEnabled = true;
    realm.supportedLocales = ['en', 'de', 'fr', 'es'];
    realm.defaultLocale = 'en';
    const web = realm.clients.find(({ clientId }) => clientId === 'web');
    realm.clients.push({ ...web, clientId: 'shop', name: 'The Shop', consentRequired: true, secret: 'shop-secret-9' });
    delete realm.users.find(({ username }) => username === 'bert').lastName;
    realm.users.find(({ username }) => username === 'cleo').requiredActions = ['TERMS_AND_CONDITIONS'];
    realm.requiredActions = [{ alias: 'TERMS_AND_CONDITIONS', name: 'Terms and Conditions', providerId: 'TERMS_AND_CONDITIONS', enabled: true, defaultAction: false, priority: 20, config: {} },
      { alias: 'VERIFY_PROFILE', name: 'Verify Profile', providerId: 'VERIFY_PROFILE', enabled: true, defaultAction: false, priority: 100, config: {} }];
  }),
});
const application = await serveLanding(port);

function signInUrl(more = {}) {
  const parameters = { client_id: 'web', redirect_uri: `${application.origin}/callback`, response_type: 'code', scope: 'openid', state: 'here', ...more };
  return `${server.endpoint('auth')}?${new URLSearchParams(parameters)}`;
}

async function landed(page, pattern = /code=/) {
  await page.waitForURL(`${application.origin}/**`);
  assert.match(page.url(), pattern);
}

async function tabTo(page, id) {
  for (let tabs = 0; tabs < 20; ++tabs) {
    if ((await page.evaluate(() => document.activeElement.id)) === id) return;
    await page.keyboard.press('Tab');
  }
  assert.fail(`the keyboard does not reach ${id}`);
}

journey('a_person_registers_with_the_keyboard_and_signs_in_by_mail_address', kOnlyCardea, async ({ page, context }) => {
  await page.goto(signInUrl());
  await page.locator('#kc-registration a').focus();
  await page.keyboard.press('Enter');
  await page.locator('#kc-register-form').waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.id), 'username');
  for (const [id, text] of [['username', 'grace'], ['email', 'grace@example.com'], ['firstName', 'Grace'], ['lastName', 'Hopper'],
    ['password', 'nanoseconds-1'], ['password-confirm', 'nanoseconds-2']]) {
    await tabTo(page, id);
    await page.keyboard.type(text);
  }
  await page.keyboard.press('Enter');
  await page.locator('#input-error-password-confirm').waitFor();
  assert.equal(await page.locator('#email').inputValue(), 'grace@example.com', 'what was typed stays');
  assert.equal(await page.locator('#password').inputValue(), '', 'passwords do not');
  await findNothing(page, 'register', 'error');
  await page.locator('#password').fill('nanoseconds-1');
  await page.locator('#password-confirm').fill('nanoseconds-1');
  await page.keyboard.press('Enter');
  await landed(page);

  await context.clearCookies();
  await page.goto(signInUrl());
  await fillLogin(page, 'Grace@Example.com', 'nanoseconds-1');
  await landed(page);
});

journey('consent_is_asked_once_and_a_no_goes_back_to_the_application', kOnlyCardea, async ({ page }) => {
  const shop = { client_id: 'shop', scope: 'openid email' };
  await page.goto(signInUrl(shop));
  await fillLogin(page, 'ada', kPeople.ada);
  await page.getByRole('heading', { name: 'Grant Access to The Shop' }).waitFor();
  await findNothing(page, 'consent');
  await tabTo(page, 'kc-cancel');
  await page.keyboard.press('Enter');
  await landed(page, /error=access_denied/);

  await page.goto(signInUrl(shop));
  await fillLogin(page, 'ada', kPeople.ada);
  await page.locator('#kc-login').click();
  await landed(page);
  await page.goto(signInUrl(shop));
  await landed(page);
  await page.goto(signInUrl({ ...shop, scope: 'openid email phone', prompt: 'none' }));
  await landed(page, /error=(interaction|consent)_required/);
});

journey('a_profile_is_mended_without_javascript', { javaScriptEnabled: false }, async ({ page }) => {
  await page.goto(signInUrl());
  await fillLogin(page, 'bert', kPeople.bert);
  await page.locator('#kc-update-profile-form').waitFor();
  assert.match(await page.locator('#input-error-lastName').innerText(), /Please specify this field/);
  await page.screenshot({ path: picturePath('account-profile'), fullPage: true });
  await page.locator('#lastName').fill('Holm');
  await page.locator('#kc-submit').click();
  await landed(page);
});

journey('terms_are_accepted_on_a_phone', { ...kOnlyCardea, viewport: { width: 360, height: 640 }, isMobile: true, hasTouch: true }, async ({ page }) => {
  await page.goto(signInUrl());
  await fillLogin(page, 'cleo', kPeople.cleo);
  await page.locator('#kc-terms-text').waitFor();
  await findNothing(page, 'terms', 'phone');
  await page.locator('#kc-accept').click();
  await landed(page);
});

journey('every_page_speaks_the_chosen_language', { ...kOnlyCardea, colorScheme: 'dark', locale: 'fr-FR' }, async ({ page }) => {
  await page.goto(signInUrl());
  assert.equal(await page.locator('html').getAttribute('lang'), 'fr');
  await page.locator('#kc-locale').getByText('Deutsch').click();
  assert.equal(await page.locator('html').getAttribute('lang'), 'de');
  await findNothing(page, 'login', 'german-dark');
  await fillLogin(page, 'ada', 'wrong');
  assert.match(await page.locator('#input-error').innerText(), /Benutzername oder Passwort/);
  await page.goto(signInUrl({ prompt: 'create' }));
  assert.equal(await page.locator('html').getAttribute('lang'), 'de', 'the choice is kept');
  await findNothing(page, 'register', 'german-dark');
});

test('the_server_ends_on_sigterm_and_its_log_is_clean', () => server.stop());
