// The account console, as people use it: sign in, change what one is called, look at sessions and applications, sign out
// elsewhere. No request fails, no error shows, and the pages are those that a realm and the person's roles allow.
import assert from 'node:assert/strict';
import { after } from 'node:test';

import { kOnlyCardea, startServer } from '../harness.mjs';
import { browser, fillLogin, journey, picturePath } from '../support/browser.mjs';
import { assertNothing, kConsolePatience, settled, watchConsole } from '../support/console.mjs';
import { request } from '../support/form_browser.mjs';
import { kPeople, villageRealm } from '../support/realm.mjs';

// People of an imported realm have no roles but those the file names.
const server = await startServer({ realm: villageRealm({}, (realm) => realm.users.forEach((user) => {
  user.clientRoles = { ...user.clientRoles, account: ['manage-account', 'view-profile'] };
})) });
after(() => server.stop());
const account = `${server.base}/realms/village/account/`;

async function signIn(page, username = 'ada') {
  page.setDefaultTimeout(kConsolePatience);
  await page.goto(account);
  await fillLogin(page, username, kPeople[username]);
  await page.getByTestId('page-header').waitFor();
  await settled(page);
}

async function open(page, watch, link, heading) {
  await page.getByTestId(link).click();
  await settled(page);
  await page.getByRole('heading', { level: 1, name: heading }).waitFor();
  await assertNothing(watch, link);
}

journey('refuses_to_show_anything_before_the_login', kOnlyCardea, async ({ page }) => {
  await page.goto(`${account}account-security/device-activity`);
  await page.locator('#kc-form-login').waitFor();
  const answer = await request(`${account}sessions`, { headers: { accept: 'application/json' } });
  assert.equal(answer.status, 401);
});

journey('every_page_of_the_account_console_shows_without_an_error', kOnlyCardea, async ({ page }) => {
  const watch = watchConsole(page);
  await signIn(page);
  await page.getByRole('heading', { level: 1, name: 'Personal info' }).waitFor();
  await assertNothing(watch, 'personal info');
  await page.screenshot({ path: picturePath('account-personal-info'), fullPage: true });
  await page.getByTestId('accountSecurity').getByRole('button').click();
  await open(page, watch, 'account-security/signing-in', 'Signing in');
  await page.getByTestId('password/title').waitFor();
  await page.screenshot({ path: picturePath('account-signing-in'), fullPage: true });
  await open(page, watch, 'account-security/device-activity', 'Device activity');
  await page.screenshot({ path: picturePath('account-device-activity'), fullPage: true });
  await open(page, watch, 'applications', 'Application');
  await page.getByText('Account console').first().waitFor();
  await page.screenshot({ path: picturePath('account-applications'), fullPage: true });
  await open(page, watch, 'groups', 'Groups');
  await page.getByText('engineering').first().waitFor();
  const links = await page.locator('nav a').allInnerTexts();
  assert.deepEqual(links, ['Personal info', 'Signing in', 'Device activity', 'Applications', 'Groups']);
});

journey('a_changed_name_is_stored_and_a_bad_one_is_refused', kOnlyCardea, async ({ page }) => {
  const watch = watchConsole(page);
  await signIn(page, 'bert');
  await page.locator('#firstName').fill('Bertram');
  await page.locator('#save-btn, [data-testid="save"]').first().click();
  await page.getByText('Your account has been updated').waitFor();
  await assertNothing(watch, 'saved');
  await page.reload();
  await settled(page);
  assert.equal(await page.locator('#firstName').inputValue(), 'Bertram');
  await watch.take();

  await page.locator('#lastName').fill('<script>');
  await page.locator('#save-btn, [data-testid="save"]').first().click();
  await page.locator('.pf-v5-c-form__helper-text, .pf-v5-c-helper-text').filter({ hasText: /invalid|contain/i }).first().waitFor();
  const complaints = (await watch.take()).map(({ what }) => what);
  assert.ok(complaints.some((what) => what.startsWith('POST /realms/village/account') && what.endsWith('400')), complaints.join());
});

journey('signing_out_elsewhere_ends_the_other_browser', kOnlyCardea, async ({ page }) => {
  const other = await (await browser()).newContext();
  try {
    const elsewhere = await other.newPage();
    await signIn(elsewhere, 'cleo');
    const watch = watchConsole(page);
    await signIn(page, 'cleo');
    await page.getByTestId('accountSecurity').getByRole('button').click();
    await open(page, watch, 'account-security/device-activity', 'Device activity');
    await page.getByRole('button', { name: 'Sign out all devices' }).click();
    await page.locator('#modal-confirm').click();
    await page.locator('#kc-form-login').or(page.locator('#kc-logout')).first().waitFor(); // this browser goes last
    await elsewhere.goto(account);
    await elsewhere.locator('#kc-form-login').waitFor();
  } finally {
    await other.close();
  }
});
