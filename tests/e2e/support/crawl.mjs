// Visits every page of the administration console that its menu and the links on its pages lead to, and every tab on
// each, once for each kind of page: /clients/<id>/settings is one kind, whichever client.
import assert from 'node:assert/strict';

import { settled, watchConsole } from './console.mjs';

const kPagesMax = 200;
/// Profiles of clients that every realm has: their pages are one kind.
const kGlobalProfile = /^(fapi-\d|fapi-ciba|oauth-2-1-for|saml-security)/;
const kId = /^([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[A-Za-z0-9_-]{20,})$/;

/// "#/master/clients/6f0c.../settings" becomes "/clients/:id/settings".
export function kindOf(hash) {
  const [, , ...segments] = hash.replace(/^#/, '').split('?')[0].split('/');
  const kind = (segment) => (kGlobalProfile.test(segment) ? ':global' : kId.test(segment) ? ':id' : decodeURIComponent(segment));
  return `/${segments.map(kind).join('/')}`;
}

async function linksOf(page, realm) {
  const hrefs = await page.locator('a[href^="#/"]').evaluateAll((links) => links.map((link) => link.getAttribute('href')));
  return hrefs.filter((href) => href.startsWith(`#/${realm}/`));
}

/// A page for those who may change something says to others, in place of its heading, what they lack.
const headingsOf = (page) => page.locator('h1').or(page.getByText(/^Forbidden, permissions? needed:/)).first();

async function headingOf(page) {
  const heading = headingsOf(page);
  return (await heading.count()) ? (await heading.innerText()).replace(/\s+/g, ' ').trim() : '';
}

/// A page loads after it was drawn for the first time, so the address alone says nothing.
async function drawn(page) {
  await settled(page);
  await headingsOf(page).waitFor({ timeout: 20_000 }).catch(() => {});
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

class Walk {
  constructor(realm, starts, skips) {
    Object.assign(this, { realm, start: starts[0], skips, found: new Map(), waiting: [...starts], busy: 0 });
  }

  /// The next address of a kind that nobody looked at; undefined when there is none. Others may still find some.
  async next() {
    for (;;) {
      while (this.waiting.length) {
        const hash = this.waiting.shift();
        const kind = kindOf(hash);
        if (this.found.has(kind) || this.skips.test(kind)) continue;
        assert.ok(this.found.size < kPagesMax, `more than ${kPagesMax} kinds of pages: ${[...this.found.keys()].join(' ')}`);
        this.found.set(kind, null); // taken
        return { hash, kind };
      }
      if (this.busy === 0) return undefined;
      await new Promise((again) => { setTimeout(again, 20); });
    }
  }

  /// By its address alone, as a link does. A page of one group is loaded anew: until its own group has come, the console asks
  /// for what belongs to the one it showed before, which a person has left by other pages.
  async goTo(page, hash, kind) {
    if (!/\/groups\/:id/.test(kind)) return page.evaluate((to) => { location.hash = to; }, hash);
    await page.evaluate((to) => history.replaceState(null, '', to), hash);
    await page.reload();
    await page.getByTestId('page-header').waitFor();
    return settled(page);
  }

  /// One page of the browser walks until nothing is left.
  async follow(page) {
    const watch = watchConsole(page);
    let broken = false;
    const look = async (kind) => {
      const begin = Date.now();
      await drawn(page);
      // A page that broke takes the whole console, or its frame, with it: the next one begins anew.
      broken = (await page.getByTestId('page-header').count()) === 0 || (await page.getByRole('button', { name: 'Reload' }).count()) > 0;
      const complaints = [...new Set((await watch.take()).map(({ what }) => what.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, ':id')))];
      this.found.set(kind, { kind, heading: await headingOf(page), complaints, milliseconds: Date.now() - begin });
      for (const link of await linksOf(page, this.realm)) this.waiting.push(link);
    };
    for (let next = await this.next(); next; next = await this.next()) {
      const { hash, kind } = next;
      this.busy += 1;
      await this.goTo(page, hash, kind);
      await look(kind);
      if (!broken) await clickTabs(page, (label) => look(`${kind} [${label}]`), () => broken);
      if (broken) {
        await page.evaluate((to) => { location.hash = to; }, this.start);
        await page.reload();
        await page.getByTestId('page-header').waitFor();
        await settled(page);
        await watch.take();
      }
      this.busy -= 1;
    }
  }
}

/// `[{ kind, heading, complaints: [] }]` for every kind of page and tab found. Each of `pages` shows the console to the
/// same person; they walk side by side. `starts`: where they begin, and pages that only a button leads to. Kinds that
/// match `skips` are left out.
export async function crawl(pages, realm, { starts, skips = /^$/ }) {
  const walk = new Walk(realm, starts.map((path) => `#/${realm}${path}`), skips);
  await Promise.all(pages.map((page) => walk.follow(page)));
  return [...walk.found.values()];
}
