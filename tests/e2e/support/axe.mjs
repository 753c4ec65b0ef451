// What every page of ours must pass: axe-core finds nothing, nothing is wider than the window, and the Tab key reaches
// whatever can be used. browser/every_page.test.mjs sees to it that no page of the theme is left out.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

import { picturePath } from './browser.mjs';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const kTabsMax = 60;

/// `template`: the page's file in web/theme/templates, without ".html". `state`: which of its looks, or whose.
export async function findNothing(page, template, state = '') {
  const name = [template, state].filter(Boolean).join('-');
  await page.evaluate(axe);
  const { violations, passes } = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
  await page.screenshot({ path: picturePath(`axe-${name}`), fullPage: true });
  const isNarrow = await page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth);
  assert.ok(isNarrow, `${name} is wider than the window`);
  const told = violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`);
  assert.deepEqual(told, [], `on the page ${name}`);
  assert.ok(passes.length > 5, 'axe looked at something');
  await reachEverything(page, name);
}

/// The same for a page that was loaded without scripts: axe is one, so it looks at a twin, the same markup and styles in a
/// browser that would run scripts, where those of the page are left out.
export async function findNothingWithoutScripts(page, template, state = '') {
  const markup = (await page.content()).replace(/<script[\s\S]*?<\/script>/g, '');
  const context = await page.context().browser().newContext({ ignoreHTTPSErrors: true });
  const twin = await context.newPage();
  await twin.route(page.url(), (route) => route.fulfill({ status: 200, contentType: 'text/html; charset=utf-8', body: markup }));
  await twin.goto(page.url());
  await findNothing(twin, template, state);
  await context.close();
}

/// From the top of the page: of a group of radio buttons one is enough, as the arrows do the rest.
async function reachEverything(page, name) {
  const wanted = await page.evaluate(() => {
    const usable = 'a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex="0"]';
    const groups = new Set();
    let count = 0;
    for (const element of document.querySelectorAll(usable)) {
      const box = element.getBoundingClientRect();
      const isSeen = box.width > 0 && box.height > 0 && getComputedStyle(element).visibility !== 'hidden' && !element.disabled;
      const isForManagers = element.tabIndex < 0 && element.readOnly; // a name that password managers read beside a new password
      if (!isSeen || isForManagers || (element.type === 'radio' && groups.has(element.name))) continue;
      groups.add(element.name);
      element.dataset.toReach = element.type === 'radio' ? `radio ${element.name}` : `${++count}`;
    }
    document.activeElement?.blur();
    window.getSelection().removeAllRanges();
    return [...document.querySelectorAll('[data-to-reach]')].map((element) => [element.dataset.toReach, element.outerHTML.slice(0, 120)]);
  });
  const missing = new Map(wanted);
  for (let tabs = 0; tabs < kTabsMax && missing.size; ++tabs) {
    await page.keyboard.press('Tab');
    missing.delete(await page.evaluate(() => {
      const element = document.activeElement;
      return element.type === 'radio' ? `radio ${element.name}` : element.dataset.toReach;
    }));
  }
  assert.deepEqual([...missing.values()], [], `the keyboard does not reach these on the page ${name}`);
}
