// A person on our own pages: the wrong password, the temporary one, no mouse, no JavaScript, a phone, the dark.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { freePort, kOnlyCardea, startServer } from '../harness.mjs';
import { fillLogin, focused, journey, picturePath } from '../support/browser.mjs';
import { request } from '../support/form_browser.mjs';
import { serveLanding } from '../support/landing.mjs';
import { kPeople, villageRealm } from '../support/realm.mjs';

const ports = { 4001: await freePort(), 4003: await freePort() };
const server = await startServer({ realm: villageRealm(ports) });
const application = await serveLanding(ports[4003]);
const kCallback = `${application.origin}/callback`;

function signInUrl(more = {}) {
  const parameters = { client_id: 'web', redirect_uri: kCallback, response_type: 'code', scope: 'openid', state: 'here', ...more };
  return `${server.endpoint('auth')}?${new URLSearchParams(parameters)}`;
}

async function landed(page, username) {
  await page.waitForURL(`${application.origin}/**`);
  assert.match(page.url(), /code=/, `${username} did not get a code: ${page.url()}`);
}

async function errorText(page) {
  const complaints = page.locator('[id^=input-error]').filter({ hasText: /\S/ });
  await complaints.first().waitFor();
  return (await complaints.allInnerTexts()).join(' ').trim();
}

journey('a_wrong_password_keeps_the_name_and_says_so', {}, async ({ page }) => {
  await page.goto(signInUrl());
  assert.equal(await page.title(), 'Sign in to The Village');
  await fillLogin(page, 'ada', 'wrong');
  assert.match(await errorText(page), /Invalid username or password\./);
  assert.equal(await page.locator('#username').inputValue(), 'ada');
  assert.equal(await page.locator('#password').inputValue(), '');
  assert.equal(await page.locator('#password').getAttribute('type'), 'password');
  await page.locator('#password').fill(kPeople.ada);
  await page.locator('#kc-login').click();
  await landed(page, 'ada');
});

journey('a_temporary_password_is_changed_first', {}, async ({ page, context }) => {
  await page.goto(signInUrl());
  await fillLogin(page, 'ella', kPeople.ella);
  await page.locator('#password-new').waitFor();
  assert.equal(await page.title(), 'Sign in to The Village');

  const attempts = [['short', 'short', /minimum length 8/], ['a-long-one-1', 'a-long-one-2', /Passwords don't match\./]];
  for (const [password, again, complaint] of attempts) {
    await page.locator('#password-new').fill(password);
    await page.locator('#password-confirm').fill(again);
    await page.locator('[type=submit]').click();
    await page.getByText(complaint).first().waitFor();
    assert.equal(await page.locator('#password-new').inputValue(), '', 'a password is never sent back');
  }
  await page.locator('#password-new').fill('ella-new-pass-6');
  await page.locator('#password-confirm').fill('ella-new-pass-6');
  await page.locator('[type=submit]').click();
  await landed(page, 'ella');

  await context.clearCookies();
  await page.goto(signInUrl());
  await fillLogin(page, 'ella', kPeople.ella);
  assert.match(await errorText(page), /Invalid username or password\./, 'the old password still works');
  await fillLogin(page, 'ella', 'ella-new-pass-6');
  await landed(page, 'ella');
});

journey('refuses_to_skip_the_password_change', {}, async ({ page }) => {
  await page.goto(signInUrl());
  await fillLogin(page, 'emil', kPeople.emil);
  await page.locator('#password-new').waitFor();
  await page.goto(signInUrl());
  assert.ok(!page.url().startsWith(application.origin), 'the application got an answer before the change was made');
  await page.goto(signInUrl({ prompt: 'none' }));
  await page.waitForURL(`${application.origin}/**`);
  assert.match(page.url(), /error=(login|interaction)_required/);
});

journey('the_keyboard_is_enough', {}, async ({ page }) => {
  await page.goto(signInUrl());
  await focused(page, 'username');
  await page.keyboard.type('cleo');
  await page.keyboard.press('Tab');
  await page.keyboard.type('wrong');
  await page.keyboard.press('Enter');
  await page.locator('#input-error').waitFor();
  await page.locator(':focus').waitFor();
  for (let tabs = 0; tabs < 12 && (await page.evaluate(() => document.activeElement.id)) !== 'password'; ++tabs) {
    await page.keyboard.press('Tab');
  }
  await page.keyboard.type(kPeople.cleo);
  await page.keyboard.press('Enter');
  await landed(page, 'cleo');
});

journey('the_focus_is_visible_on_every_stop', kOnlyCardea, async ({ page }) => {
  await page.goto(signInUrl());
  await focused(page, 'username');
  const stops = [];
  for (let tabs = 0; tabs < 6; ++tabs) {
    const style = await page.evaluate(() => {
      const element = document.activeElement;
      const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(element);
      return { id: element.id || element.tagName, outline: `${outlineStyle} ${outlineWidth}`, boxShadow };
    });
    if (style.id === 'BODY') break;
    stops.push(style.id);
    assert.ok(!/^none| 0px$/.test(style.outline) || style.boxShadow !== 'none', `no visible focus: ${JSON.stringify(style)}`);
    await page.keyboard.press('Tab');
  }
  assert.deepEqual(stops.slice(0, 3), ['username', 'password', 'kc-login']);
});

journey('no_javascript_is_needed', { javaScriptEnabled: false }, async ({ page }) => {
  await page.goto(signInUrl());
  await fillLogin(page, 'emil', 'wrong');
  assert.match(await errorText(page), /Invalid username or password\./);
  await fillLogin(page, 'emil', kPeople.emil);
  await page.locator('#password-new').fill('emil-new-pass-6');
  await page.locator('#password-confirm').fill('emil-new-pass-6');
  await page.locator('[type=submit]').click();
  await landed(page, 'emil');

  await page.goto(signInUrl({ response_mode: 'form_post', state: 'by hand' }));
  await page.locator('[type=submit]').click();
  await page.waitForURL(kCallback);
  assert.equal(application.posts.at(-1).get('state'), 'by hand');
  assert.ok(application.posts.at(-1).get('code'));

  await page.goto(server.endpoint('logout'));
  await page.locator('#kc-logout').click();
  await page.getByRole('heading', { name: 'You are logged out' }).waitFor();
});

journey('form_post_goes_by_itself_with_javascript', {}, async ({ page }) => {
  await page.goto(signInUrl({ response_mode: 'form_post', state: '"><b>&amp;\'' }));
  await fillLogin(page, 'dora', kPeople.dora);
  await page.waitForURL(kCallback);
  assert.equal(application.posts.at(-1).get('state'), '"><b>&amp;\'');
});

journey('a_second_tab_is_told_to_start_again_and_needs_no_password_then', kOnlyCardea, async ({ page, context }) => {
  const other = await context.newPage();
  await page.goto(signInUrl({ state: 'first' }));
  await other.goto(signInUrl({ state: 'second' }));
  await fillLogin(page, 'ada', kPeople.ada);
  await landed(page, 'ada');
  assert.match(page.url(), /state=first/);
  // Whoever has proven who they are gets a new flow cookie, and pages opened before are worth nothing from then on.
  await fillLogin(other, 'ada', kPeople.ada);
  await other.waitForURL(`${application.origin}/**`);
  assert.match(other.url(), /error_description=authentication_expired.*state=second/);
  await other.goto(signInUrl({ state: 'third' }));
  await landed(other, 'ada');
});

journey('the_back_button_after_a_sign_in_shows_no_failure', {}, async ({ page }) => {
  await page.goto(signInUrl());
  await fillLogin(page, 'ada', kPeople.ada);
  await landed(page, 'ada');
  await page.goBack();
  if (await page.locator('#password').count()) {
    await fillLogin(page, 'ada', kPeople.ada);
    await page.waitForLoadState();
  }
  assert.doesNotMatch(await page.locator('body').innerText(), /Internal|server error|500/i);
});

journey('a_phone_shows_the_whole_page', { ...kOnlyCardea, viewport: { width: 360, height: 640 }, hasTouch: true, isMobile: true }, async ({ page }) => {
  await page.goto(signInUrl());
  const fits = () => page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth);
  assert.ok(await fits(), 'the login page is wider than the window');
  for (const id of ['username', 'password', 'kc-login']) {
    const box = await page.locator(`#${id}`).boundingBox();
    assert.ok(box.height >= 40 && box.x >= 0 && box.x + box.width <= 360, `${id}: ${JSON.stringify(box)}`);
  }
  const size = await page.locator('#username').evaluate((element) => parseFloat(getComputedStyle(element).fontSize));
  assert.ok(size >= 16, 'phones zoom into fields with small letters');
  await page.screenshot({ path: picturePath('login-360') });
  await fillLogin(page, 'ada', 'wrong');
  await page.locator('#input-error').waitFor();
  assert.ok(await fits());
  await page.screenshot({ path: picturePath('login-360-error') });
  await page.goto(signInUrl({ client_id: 'nobody' }));
  assert.ok(await fits());
  await page.screenshot({ path: picturePath('error-360') });
});

for (const colorScheme of ['light', 'dark']) {
  journey(`the_pages_in_${colorScheme}`, { ...kOnlyCardea, colorScheme, viewport: { width: 900, height: 700 } }, async ({ page }) => {
    const brightness = () => page.evaluate(() => {
      const [r, g, b, a = 1] = getComputedStyle(document.body).backgroundColor.match(/[\d.]+/g).map(Number);
      const [hr, hg, hb, ha = 1] = getComputedStyle(document.documentElement).backgroundColor.match(/[\d.]+/g).map(Number);
      return a > 0 ? (r + g + b) / 3 : ha > 0 ? (hr + hg + hb) / 3 : 255;
    });
    await page.goto(signInUrl());
    assert.ok(colorScheme === 'dark' ? (await brightness()) < 80 : (await brightness()) > 200, `brightness ${await brightness()}`);
    await page.screenshot({ path: picturePath(`login-${colorScheme}`) });
    await fillLogin(page, 'ada', 'wrong');
    await page.locator('#input-error').waitFor();
    await page.screenshot({ path: picturePath(`login-error-${colorScheme}`) });
    await page.goto(server.endpoint('logout'));
    await page.screenshot({ path: picturePath(`logout-${colorScheme}`) });
    await page.goto(signInUrl({ client_id: 'nobody' }));
    await page.screenshot({ path: picturePath(`error-${colorScheme}`) });
  });
}

test('the_login_page_has_strict_headers', kOnlyCardea, async () => {
  const page = await request(signInUrl());
  const policy = page.headers['content-security-policy'];
  assert.match(policy, /default-src 'none'|default-src 'self'/);
  assert.doesNotMatch(policy, /unsafe-inline|unsafe-eval|\*/);
  assert.match(policy, /frame-ancestors 'self'|frame-ancestors 'none'/);
  assert.match(policy, /base-uri 'none'|base-uri 'self'/);
  assert.match(policy, /object-src 'none'|default-src 'none'/);
  assert.match(page.headers['cache-control'], /no-store/);
  assert.equal(page.headers['x-content-type-options'], 'nosniff');
  assert.equal(page.headers['referrer-policy'], 'no-referrer');
  assert.match(page.headers['x-frame-options'], /SAMEORIGIN|DENY/);
  assert.equal(page.headers['content-type'].replace(/\s/g, '').toLowerCase(), 'text/html;charset=utf-8');
  for (const line of page.headers['set-cookie'] ?? []) assert.match(line, /HttpOnly/i, line.split('=')[0]);
});

test('the_server_ends_on_sigterm_and_its_log_is_clean', () => server.stop());
