// The administration console: every page that its menu and links lead to shows its heading, and no request fails, no
// script complains and no error toast comes up.
//
// It visits more than a hundred kinds of pages and takes minutes, so it runs on demand: CARDEA_E2E_CRAWL=1
// tests/e2e/run FILE. What was found is left in build/e2e/admin-crawl.json.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { after } from 'node:test';

import { kOnlyCardea, startServer } from '../harness.mjs';
import { AdminApi } from '../support/admin_api.mjs';
import { fillLogin, journey, picturePath } from '../support/browser.mjs';
import { kConsolePatience, settled, watchConsole } from '../support/console.mjs';
import { crawl } from '../support/crawl.mjs';
import { villageRealm } from '../support/realm.mjs';

const withOrganization = (realm) => {
  realm.organizationsEnabled = true;
  realm.organizations = [{ name: 'Mill', domains: [{ name: 'mill.example' }], members: [{ username: 'ada', membershipType: 'UNMANAGED' }] }];
};
const server = process.env.CARDEA_E2E_CRAWL ? await startServer({ realm: villageRealm({}, withOrganization) }) : null;
after(() => server?.stop());

const kOnDemand = process.env.CARDEA_E2E_CRAWL ? kOnlyCardea : { skip: 'CARDEA_E2E_CRAWL is not set' };

/// The console asks the realm that is shown for the administrator, who is somebody of master.
const kOfTheConsole = [/GET \/admin\/realms\/village\/users\/:id -> 404/];

async function signIn(page, realm = 'master', { home = 'master', person = server.admin } = {}) {
  page.setDefaultTimeout(kConsolePatience);
  await page.goto(`${server.base}/admin/${home}/console/#/${realm}`);
  await fillLogin(page, person.username, person.password);
  await page.getByTestId('page-header').waitFor();
  await settled(page);
}

journey('the_first_page_shows_the_menu', kOnDemand, async ({ page }) => {
  const watch = watchConsole(page);
  await signIn(page);
  await page.getByTestId('nav-item-clients').waitFor();
  assert.equal(await page.locator('#nav-item-user-federation').isVisible(), false);
  assert.deepEqual(await watch.take(), []);
  await page.screenshot({ path: picturePath('admin-first-page'), fullPage: true });
});

/// Fails when a page that was found complains, or has no heading. `fewest`: how many kinds of pages there are at least.
async function crawlWithoutErrors(page, name, fewest) {
  const pages = await crawl(page, 'village', '#/village/clients');
  writeFileSync(picturePath(name).replace(/png$/, 'json'), JSON.stringify(pages, null, 1));
  const wrong = {};
  for (const { kind, complaints, heading } of pages) {
    const rest = complaints.filter((words) => !kOfTheConsole.some((known) => known.test(words)));
    if (!heading) rest.push('no heading');
    if (rest.length) wrong[kind] = rest;
  }
  assert.deepEqual(wrong, {});
  assert.ok(pages.length > fewest, `only ${pages.length} pages were found`);
}

journey('no_page_leads_to_an_error', kOnDemand, async ({ page }) => {
  await signIn(page, 'village');
  await crawlWithoutErrors(page, 'admin-crawl', 100);
});

journey('no_page_leads_to_an_error_for_one_who_may_only_look', kOnDemand, async ({ page }) => {
  const admin = new AdminApi(server, 'village');
  const person = { username: 'viewer', password: server.keepSecret('viewer-pass-4711') };
  const id = await admin.make('/users', { username: person.username, email: 'viewer@example.com', firstName: 'Vi', lastName: 'Ewer', enabled: true,
    credentials: [{ type: 'password', value: person.password, temporary: false }] });
  const { id: management } = await admin.client('realm-management');
  const roles = (await admin.get(`/clients/${management}/roles`)).filter(({ name }) => /^(view|query)-/.test(name));
  await admin.send('POST', `/users/${id}/role-mappings/clients/${management}`, roles.map(({ id: role, name }) => ({ id: role, name })));
  await signIn(page, 'village', { home: 'village', person });
  await crawlWithoutErrors(page, 'admin-crawl-view-only', 60);
});
