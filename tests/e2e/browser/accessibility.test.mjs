// axe-core finds nothing on our pages, in light, in dark, and on a phone, and none is wider than its window.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { freePort, kOnlyCardea, startServer } from '../harness.mjs';
import { findNothing } from '../support/axe.mjs';
import { fillLogin, journey } from '../support/browser.mjs';
import { villageRealm, kPeople } from '../support/realm.mjs';

const port = await freePort();
const server = await startServer({ realm: villageRealm({ 4003: port }) });

function signInUrl(more = {}) {
  const parameters = { client_id: 'web', redirect_uri: `http://localhost:${port}/callback`, response_type: 'code', scope: 'openid', ...more };
  return `${server.endpoint('auth')}?${new URLSearchParams(parameters)}`;
}

async function visitEveryPage(page, colorScheme) {
  await page.goto(signInUrl());
  await findNothing(page, 'login', colorScheme);
  await fillLogin(page, 'ella', 'wrong');
  await page.locator('#input-error').waitFor();
  await findNothing(page, 'login', `error-${colorScheme}`);
  await fillLogin(page, 'ella', kPeople.ella);
  await page.locator('#password-new').waitFor();
  await findNothing(page, 'update-password', colorScheme);
  await page.locator('#password-new').fill('short');
  await page.locator('#password-confirm').fill('short');
  await page.locator('[type=submit]').click();
  await page.locator('#input-error').waitFor();
  await findNothing(page, 'update-password', `error-${colorScheme}`);
  await page.goto(signInUrl({ client_id: 'nobody' }));
  await findNothing(page, 'error', colorScheme);
  await page.goto(server.endpoint('logout'));
  await findNothing(page, 'logout-confirm', colorScheme);
  await page.goto(`${server.base}/playground`);
  await findNothing(page, 'playground', colorScheme);
}

for (const colorScheme of ['light', 'dark']) {
  journey(`axe_finds_nothing_in_${colorScheme}`, { ...kOnlyCardea, colorScheme }, ({ page }) => visitEveryPage(page, colorScheme));
}
journey('axe_finds_nothing_on_a_phone', { ...kOnlyCardea, viewport: { width: 360, height: 640 }, isMobile: true, hasTouch: true },
  ({ page }) => visitEveryPage(page, 'phone'));

test('the_server_ends_on_sigterm_and_its_log_is_clean', () => server.stop());
