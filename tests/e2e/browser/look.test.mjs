// A realm's own logo and colours: axe-core finds nothing on its pages, whatever was chosen, in light, in dark and on a phone.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { freePort, kOnlyCardea, startServer } from '../harness.mjs';
import { AdminApi } from '../support/admin_api.mjs';
import { findNothing } from '../support/axe.mjs';
import { fillLogin, journey } from '../support/browser.mjs';
import { villageRealm } from '../support/realm.mjs';

const kLogo = `data:image/svg+xml;base64,${Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 900 60"><rect width="900" height="60" fill="#b00020"/></svg>').toString('base64')}`;
/// The worst there are: lighter and darker than anything reads on, and the middle.
const kLooks = {
  yellow: { 'theme.color.accent': '#ffee00', 'theme.color.page': '#ffff99' },
  black: { 'theme.color.accent': '#000000', 'theme.color.page': '#000', 'theme.color.page.dark': '#000000' },
  white: { 'theme.color.accent': '#ffffff', 'theme.color.page': '#ffffff', 'theme.color.page.dark': '#ffffff' },
  grey: { 'theme.color.accent': '#777777', 'theme.color.accent.dark': '#808080', 'theme.color.page': '#777777' },
};

const port = await freePort();
const server = await startServer({ realm: villageRealm({ 4003: port }) });
const admin = new AdminApi(server, 'village');

function signInUrl(more = {}) {
  const parameters = { client_id: 'web', redirect_uri: `http://localhost:${port}/callback`, response_type: 'code', scope: 'openid', ...more };
  return `${server.endpoint('auth')}?${new URLSearchParams(parameters)}`;
}

const kNothing = Object.fromEntries(['logo', 'logo.dark', 'color.accent', 'color.accent.dark', 'color.page', 'color.page.dark'].map((name) => [`theme.${name}`, '']));
const wear = (attributes) => admin.change('', { attributes: { ...kNothing, ...attributes } });

const views = {
  light: { colorScheme: 'light' },
  dark: { colorScheme: 'dark' },
  phone: { viewport: { width: 360, height: 640 }, isMobile: true, hasTouch: true },
};
for (const [view, options] of Object.entries(views)) {
  journey(`axe_finds_nothing_whatever_colours_were_chosen_in_${view}`, { ...kOnlyCardea, ...options }, async ({ page }) => {
    for (const [look, attributes] of Object.entries(kLooks)) {
      await wear({ 'theme.logo': kLogo, ...attributes });
      await page.goto(signInUrl());
      await findNothing(page, 'login', `${look}-${view}`);
      assert.ok(await page.evaluate(() => document.querySelector('#kc-logo').naturalWidth > 0), 'the logo is shown');
      const accent = await page.evaluate(() => getComputedStyle(document.documentElement).getPropertyValue('--accent').trim());
      const wanted = (view === 'dark' && attributes['theme.color.accent.dark']) || attributes['theme.color.accent'];
      assert.equal(accent, wanted, 'the sheet is used under the strict policy');
      await fillLogin(page, 'ella', 'wrong');
      await page.locator('#input-error').waitFor();
      await findNothing(page, 'login', `error-${look}-${view}`);
      await page.goto(server.endpoint('logout'));
      await findNothing(page, 'logout-confirm', `${look}-${view}`);
      await page.goto(`${server.base}/realms/village/device`);
      await findNothing(page, 'device-code', `${look}-${view}`);
    }
  });
}

journey('the_image_of_an_html_display_name_is_the_logo', { ...kOnlyCardea }, async ({ page }) => {
  await wear({});
  await admin.change('', { displayNameHtml: `<img src="${kLogo}" alt="x"><script>alert(1)</script>` });
  await page.goto(signInUrl());
  assert.equal(await page.locator('#kc-logo').getAttribute('src'), kLogo);
});

test('the_server_ends_on_sigterm_and_its_log_is_clean', () => server.stop());
