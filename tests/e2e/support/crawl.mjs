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
  const heading = page.locator('h1').first();
  return (await heading.count()) ? (await heading.innerText()).replace(/\s+/g, ' ').trim() : '';
}

/// Clicks through the tabs of the page, those inside of tabs as well; `look(label)` is called after each click.
async function clickTabs(page, look) {
  const tabs = page.locator('main [role="tab"]:visible');
  const seen = new Set();
  for (let i = 0; i < (await tabs.count()); ++i) {
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
  const look = async (kind) => {
    await settled(page);
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
    await clickTabs(page, (label) => look(`${kind} [${label}]`));
  }
  return [...found.values()];
}
