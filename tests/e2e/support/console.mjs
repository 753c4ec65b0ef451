// Walking through the consoles: what must not happen on any page of them is noted as it happens. A script error or a
// policy breach fails the journey anyway (browser.mjs).
import assert from 'node:assert/strict';

/// A console is three megabytes of script, and test machines are slow.
export const kConsolePatience = 60_000;

/// Notes every request that failed, every error in the browser's console and every error toast of `page`, with where it
/// happened. `take()` gives what was noted since the last call.
export function watchConsole(page) {
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

/// Waits until the page has stopped loading: no spinner, and nothing under way.
export async function settled(page) {
  await page.waitForLoadState('networkidle');
  await page.locator('[role="progressbar"]').first().waitFor({ state: 'hidden' });
}

export async function assertNothing(watch, where) {
  assert.deepEqual(await watch.take(), [], `complaints on ${where}`);
}
