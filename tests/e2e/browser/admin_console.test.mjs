// The administration console: every page that its menu and links lead to shows its heading, and no request fails, no
// script complains and no error toast comes up. What does is listed in kGaps with the reason; a gap that is closed fails
// the test as well, so that the list only shrinks.
//
// The list has not been taken yet, so this runs on demand alone: CARDEA_E2E_CRAWL=1 tests/e2e/run FILE. What was found
// is left in build/e2e/admin-crawl.json.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { after } from 'node:test';

import { kOnlyCardea, startServer } from '../harness.mjs';
import { fillLogin, journey, picturePath } from '../support/browser.mjs';
import { kConsolePatience, settled, watchConsole } from '../support/console.mjs';
import { crawl } from '../support/crawl.mjs';
import { villageRealm } from '../support/realm.mjs';

const server = process.env.CARDEA_E2E_CRAWL ? await startServer({ realm: villageRealm() }) : null;
after(() => server?.stop());

const kOnDemand = process.env.CARDEA_E2E_CRAWL ? kOnlyCardea : { skip: 'CARDEA_E2E_CRAWL is not set' };

/// Kinds of pages with what is known to fail there.
const kGaps = {};

async function signIn(page, realm = 'master') {
  page.setDefaultTimeout(kConsolePatience);
  await page.goto(`${server.base}/admin/master/console/#/${realm}`);
  await fillLogin(page, server.admin.username, server.admin.password);
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

journey('no_page_leads_to_an_error', kOnDemand, async ({ page }) => {
  await signIn(page, 'village');
  const pages = await crawl(page, 'village', '#/village/clients');
  writeFileSync(picturePath('admin-crawl').replace(/png$/, 'json'), JSON.stringify(pages, null, 1));
  const complaining = pages.filter(({ complaints }) => complaints.length);
  const gaps = Object.fromEntries(complaining.map(({ kind, complaints }) => [kind, complaints]));
  assert.deepEqual(Object.keys(gaps).sort(), Object.keys(kGaps).sort(), JSON.stringify(gaps, null, 1));
  assert.deepEqual(pages.filter(({ heading }) => !heading).map(({ kind }) => kind), [], 'pages without a heading');
  assert.ok(pages.length > 20, `only ${pages.length} pages were found`);
});
