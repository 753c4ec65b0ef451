// The page at "/" and where its links lead.
import assert from 'node:assert/strict';
import { after } from 'node:test';

import { kOnlyCardea, startServer } from '../harness.mjs';
import { fillLogin, journey, picturePath } from '../support/browser.mjs';
import { kConsolePatience } from '../support/console.mjs';
import { request } from '../support/form_browser.mjs';

const server = await startServer();
after(() => server.stop());

journey('the_start_page_leads_somewhere', kOnlyCardea, async ({ page }) => {
  await page.goto(server.base);
  await page.getByRole('heading', { name: 'Welcome to Cardea' }).waitFor();
  await page.screenshot({ path: picturePath('start'), fullPage: true });
  const links = await page.locator('main a').evaluateAll((found) => found.map((link) => link.href));
  assert.equal(links.length, 4);
  for (const link of links) assert.equal((await request(link)).status, 200, link);
});

for (const [console, path] of [['admin', '/admin/master/console/'], ['account', '/realms/master/account/']]) {
  journey(`the_${console}_console_leads_to_the_login_and_back`, kOnlyCardea, async ({ page }) => {
    page.setDefaultTimeout(kConsolePatience);
    await page.goto(`${server.base}${path}`);
    await fillLogin(page, server.admin.username, server.admin.password);
    await page.waitForURL((url) => url.pathname === path);
    await page.locator('#app .pf-v5-c-page, #app .pf-v5-c-empty-state, #app [role="dialog"]').first().waitFor();
  });
}

journey('files_of_the_consoles_are_packed_and_kept', kOnlyCardea, async () => {
  const page = await request(`${server.base}/admin/master/console/`);
  assert.match(page.headers['content-security-policy'], /script-src 'self';/);
  const style = [...page.text.matchAll(/<link rel="stylesheet" href="([^"]+)"/g)].at(-1)[1];
  const plain = await request(`${server.base}${style}`, { headers: { 'accept-encoding': 'identity' } });
  assert.equal(plain.status, 200);
  assert.equal(plain.headers['content-encoding'], undefined);
  for (const coding of ['br', 'gzip']) {
    const packed = await request(`${server.base}${style}`, { headers: { 'accept-encoding': coding } });
    assert.equal(packed.headers['content-encoding'], coding);
    assert.match(packed.headers['cache-control'], /immutable/);
    assert.ok(Number(packed.headers['content-length']) < Number(plain.headers['content-length']) / 2);
  }
});
