// Visits every page of the administration console that its menu and the links on its pages lead to, and every tab on
// each, once for each kind of page: /clients/<id>/settings is one kind, whichever client.
import assert from 'node:assert/strict';

import { settled, watchConsole } from './console.mjs';

const kPagesMax = 200;
const kId = /^([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[A-Za-z0-9_-]{20,})$/;

/// "#/master/clients/6f0c.../settings" becomes "/clients/:id/settings".
export function kindOf(hash) {
  const [, , ...segments] = hash.replace(/^#/, '').split('?')[0].split('/');
  return `/${segments.map((segment) => (kId.test(segment) ? ':id' : decodeURIComponent(segment))).join('/')}`;
}

async function linksOf(page, realm) {
  const hrefs = await page.locator('a[href^="#/"]').evaluateAll((links) => links.map((link) => link.getAttribute('href')));
  return hrefs.filter((href) => href.startsWith(`#/${realm}/`));
}

async function headingOf(page) {
  // A page for those who may change something says to others, in place of its heading, what they lack.
  const heading = page.locator('h1').or(page.getByText(/^Forbidden, permissions? needed:/)).first();
  return (await heading.count()) ? (await heading.innerText()).replace(/\s+/g, ' ').trim() : '';
}

/// A page loads after it was drawn for the first time, so the address alone says nothing.
async function drawn(page) {
  await page.evaluate(() => new Promise((done) => { requestAnimationFrame(() => requestAnimationFrame(() => done())); }));
  await settled(page);
  await page.locator('h1').first().waitFor({ timeout: 5000 }).catch(() => {});
  await settled(page);
}

/// Clicks through the tabs of the page that have no address of their own, those inside of tabs as well; `look(label)` is called after each click, and
/// nothing more is clicked once `stops()`.
async function clickTabs(page, look, stops) {
  const tabs = page.locator('main [role="tab"]:visible:not([href^="#/"])');  // those with an address are pages
  const seen = new Set();
  for (let i = 0; i < (await tabs.count()) && !stops(); ++i) {
    const label = (await tabs.nth(i).innerText()).trim();
    if (seen.has(label)) continue;
    seen.add(label);
    await tabs.nth(i).click();
    await settled(page);
    await look(label);
  }
}

/// `[{ kind, heading, complaints: [] }]` for every kind of page and tab found. `open(hash)` shows a page.
export async function crawl(page, realm, start) {
  const watch = watchConsole(page);
  const found = new Map();
  const waiting = [start];
  let broken = false;
  const look = async (kind) => {
    await drawn(page);
    // A page that broke takes the whole console, or its frame, with it: the next one begins anew.
    broken = (await page.getByTestId('page-header').count()) === 0 || (await page.getByRole('button', { name: 'Reload' }).count()) > 0;
    const complaints = [...new Set((await watch.take()).map(({ what }) => what.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, ':id')))];
    found.set(kind, { kind, heading: await headingOf(page), complaints });
    for (const link of await linksOf(page, realm)) waiting.push(link);
  };
  while (waiting.length) {
    const hash = waiting.shift();
    const kind = kindOf(hash);
    if (found.has(kind)) continue;
    assert.ok(found.size < kPagesMax, `more than ${kPagesMax} kinds of pages: ${[...found.keys()].join(' ')}`);
    await page.evaluate((to) => { location.hash = to; }, hash);
    await look(kind);
    if (!broken) await clickTabs(page, (label) => look(`${kind} [${label}]`), () => broken);
    if (!broken) continue;
    await page.evaluate((to) => { location.hash = to; }, start);
    await page.reload();
    await page.getByTestId('page-header').waitFor();
    await settled(page);
    await watch.take();
  }
  return [...found.values()];
}
