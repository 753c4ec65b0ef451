// Walking through the consoles: what must not happen on any page of them is noted as it happens. A script error or a
// policy breach fails the journey anyway (browser.mjs).
import assert from 'node:assert/strict';

/// A console is three megabytes of script, and test machines are slow.
export const kConsolePatience = 60_000;

/// Notes every request that failed, every error in the browser's console and every error toast of `page`, with where it
/// happened. `take()` gives what was noted since the last call.
export function watchConsole(page) {
  trafficOf(page);
  let notes = [];
  const here = () => new URL(page.url());
  const note = (what) => notes.push({ page: `${here().pathname}${here().hash}`, what });
  page.on('response', (answer) => {
    if (answer.status() >= 400) note(`${answer.request().method()} ${new URL(answer.url()).pathname} -> ${answer.status()}`);
  });
  page.on('requestfailed', (failed) => {
    // The browser gives up what belongs to a page that it leaves.
    if (failed.failure()?.errorText !== 'net::ERR_ABORTED') note(`${failed.method()} ${failed.url()} -> ${failed.failure()?.errorText}`);
  });
  page.on('console', (message) => {
    // A failed request is noted above, with its status.
    if (message.type() === 'error' && !/Failed to load resource/.test(message.text())) note(message.text().slice(0, 300));
  });
  return {
    async take() {
      const toasts = page.locator('.pf-v5-c-alert.pf-m-danger');
      for (const text of await toasts.allInnerTexts()) note(`toast: ${text.replace(/\s+/g, ' ')}`);
      const taken = notes;
      notes = [];
      return taken;
    },
  };
}

const kTraffic = new WeakMap(); // page -> { open, begun, ended }

function trafficOf(page) {
  if (kTraffic.has(page)) return kTraffic.get(page);
  const traffic = { open: new Set(), begun: 0, ended: 0 };
  kTraffic.set(page, traffic);
  page.on('request', (asked) => {
    // The browser does not say when its icon has come, nor always when a font of its cache has.
    if (/favicon/.test(asked.url()) || asked.resourceType() === 'font') return;
    traffic.open.add(asked);
    traffic.begun += 1;
  });
  for (const end of ['requestfinished', 'requestfailed']) {
    page.on(end, (asked) => {
      traffic.ended += traffic.open.delete(asked) ? 1 : 0;
    });
  }
  return traffic;
}

const drawnTwice = (page) => page.evaluate(() => new Promise((done) => {
  requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 20)));
}));

/// Waits until the page has stopped loading: no request under way, none begun or answered while it was drawn twice (what an
/// answer brings is drawn after it: rows of the page before would pass for this one's), and no spinner.
/// (Playwright's "networkidle" waits half a second each time, of which a walk through all pages is mostly made.)
export async function settled(page) {
  const isNew = !kTraffic.has(page);
  const traffic = trafficOf(page);
  if (isNew) await page.waitForLoadState('networkidle');
  const end = Date.now() + kConsolePatience;
  for (;;) {
    const { begun, ended } = traffic;
    await drawnTwice(page).catch(() => {}); // a page that is left in the middle of it
    if (traffic.open.size === 0 && traffic.begun === begun && traffic.ended === ended) {
      const spinner = page.locator('[role="progressbar"]').first();
      if (!(await spinner.isVisible())) return;
    }
    assert.ok(Date.now() < end, `${page.url()} does not stop loading: ${[...traffic.open].map((asked) => asked.url()).join(' ')}`);
  }
}

export async function assertNothing(watch, where) {
  assert.deepEqual(await watch.take(), [], `complaints on ${where}`);
}
