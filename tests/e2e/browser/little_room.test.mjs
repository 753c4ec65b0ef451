// Pages where there is little room, and from right to left: in a window of 320 px (WCAG 2.2, 1.4.10) nothing is cut off and
// nothing lies on another, and a language that the realm alone has texts for turns the page round.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { freePort, kOnlyCardea, startServer } from '../harness.mjs';
import { findNothing } from '../support/axe.mjs';
import { fillLogin, journey } from '../support/browser.mjs';
import { serveLanding } from '../support/landing.mjs';
import { kPeople, villageRealm } from '../support/realm.mjs';

const kNarrow = { ...kOnlyCardea, viewport: { width: 320, height: 640 } };
const kActions = ['CONFIGURE_TOTP', 'CONFIGURE_RECOVERY_AUTHN_CODES', 'UPDATE_PASSWORD', 'UPDATE_PROFILE', 'webauthn-register'];

const port = await freePort();
const server = await startServer({ realm: villageRealm({ 4003: port }, (realm) => {
  Object.assign(realm, { displayName: 'The Village of Many Words and Donaudampfschifffahrtsgesellschaft', registrationAllowed: true,
    resetPasswordAllowed: true, rememberMe: true, internationalizationEnabled: true, supportedLocales: ['en', 'de', 'ar'],
    defaultLocale: 'en', localizationTexts: { ar: { loginAccountTitle: 'تسجيل الدخول', doLogIn: 'دخول' } } });
  realm.identityProviders = ['first', 'second'].map((alias) => ({ alias, displayName: `Provider with a rather long name: ${alias}`,
    providerId: 'oidc', enabled: true, config: { clientId: 'c', clientSecret: 'away-secret-1',
      authorizationUrl: 'https://away.example/auth', tokenUrl: 'https://away.example/token' } }));
}) });
await serveLanding(port);

function signInUrl(more = {}) {
  const parameters = { client_id: 'web', redirect_uri: `http://localhost:${port}/callback`, response_type: 'code', scope: 'openid', ...more };
  return `${server.endpoint('auth')}?${new URLSearchParams(parameters)}`;
}

/// What reaches out of the window, or is laid over something else that can be pressed.
function misplaced(page) {
  return page.evaluate(() => {
    const width = document.documentElement.clientWidth;
    const shown = (element) => element.getClientRects().length > 0 && !element.matches('.for-password-managers');
    const out = [...document.querySelectorAll('body *')].filter(shown).filter((element) => {
      const box = element.getBoundingClientRect();
      return box.right > width + 1 || box.left < -1;
    });
    const pressed = [...document.querySelectorAll('.button, input:not([type=hidden]), select')].filter(shown);
    const over = pressed.filter((one) => pressed.some((other) => {
      const [a, b] = [one.getBoundingClientRect(), other.getBoundingClientRect()];
      const apart = a.bottom + 4 <= b.top || b.bottom + 4 <= a.top || a.right + 4 <= b.left || b.right + 4 <= a.left;
      return one !== other && !apart;
    }));
    return [...out, ...over].map((element) => element.outerHTML.slice(0, 100));
  });
}

async function fits(page, name) {
  assert.ok(await page.locator(name).isVisible(), name);
  assert.deepEqual(await misplaced(page), [], name);
}

journey('every_field_and_button_has_its_room_in_320_px', kNarrow, async ({ page }) => {
  await page.goto(signInUrl());
  await fits(page, '#kc-form-login');
  await fillLogin(page, 'ada', 'wrong');
  await fits(page, '#input-error');
  await page.getByRole('link', { name: 'Register' }).click();
  await fits(page, '#kc-register-form');
  await page.goto(signInUrl());
  await page.locator('#kc-forgot-password').click();
  await fits(page, '#kc-reset-password-form');
  await page.goto(signInUrl());
  await fillLogin(page, 'ada', kPeople.ada);
  await page.locator('#landed').waitFor();
  for (const action of kActions) {
    await page.goto(signInUrl({ kc_action: action }));
    await fits(page, '#kc-page-title');
  }
  await page.goto(signInUrl({ client_id: 'nobody' }));
  await fits(page, '#kc-page-title');
});

journey('providers_are_buttons_and_no_list_with_dots', kNarrow, async ({ page }) => {
  await page.goto(signInUrl());
  const list = page.locator('#kc-social-providers ul');
  assert.equal(await list.evaluate((element) => getComputedStyle(element).listStyleType), 'none');
  const boxes = await Promise.all(['#kc-login', '#social-first', '#social-second'].map((id) => page.locator(id).boundingBox()));
  assert.equal(boxes[1].x, boxes[0].x, 'as wide as the button above');
  assert.equal(boxes[1].width, boxes[0].width);
  assert.ok(boxes[2].y >= boxes[1].y + boxes[1].height + 8, 'apart from each other');
});

journey('a_language_of_the_realms_own_is_read_from_the_right', kNarrow, async ({ page }) => {
  await page.goto(signInUrl({ ui_locales: 'ar' }));
  assert.deepEqual(await page.evaluate(() => [document.documentElement.lang, document.documentElement.dir]), ['ar', 'rtl']);
  assert.equal(await page.locator('#kc-page-title').innerText(), 'تسجيل الدخول');
  const title = await page.locator('#kc-page-title').evaluate((element) => getComputedStyle(element).direction);
  assert.equal(title, 'rtl');
  const [label, box] = [await page.locator('label[for=rememberMe]').boundingBox(), await page.locator('#rememberMe').boundingBox()];
  assert.ok(label.x + label.width <= box.x, 'the box stands to the right of its label');
  await fits(page, '#kc-form-login');
  await findNothing(page, 'login', 'rtl');
  await page.getByRole('link', { name: 'Deutsch' }).click();
  assert.deepEqual(await page.evaluate(() => [document.documentElement.lang, document.documentElement.dir]), ['de', 'ltr']);
  await page.getByRole('link', { name: 'العربية' }).click();
  await fillLogin(page, 'ada', 'wrong');
  await page.locator('#input-error').waitFor();
  assert.equal(await page.evaluate(() => document.documentElement.lang), 'ar', 'the choice is kept');
});

test('the_server_ends_on_sigterm_and_its_log_is_clean', () => server.stop());
