// A headless Chromium and journeys in it. A journey has a browser profile of its own; when it fails, a screenshot of every
// page it had open is left in build/e2e/. A script error or a breach of our content security policy fails it as well.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { after, test } from 'node:test';
import { chromium } from 'playwright-core';

import { kRoot } from '../harness.mjs';

const kExecutable = process.env.CARDEA_CHROMIUM ?? '/usr/bin/chromium';
const kArguments = ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-quic', '--no-first-run',
  '--disable-component-update', '--disable-sync', '--disable-dev-shm-usage'];
const kPictures = path.join(kRoot, 'build/e2e');
export const kPatience = 30_000;

/// Names of the web that the browser finds on this machine: "nb.example.test:443" to a port. Filled in before the first
/// journey of a file.
export const kNames = new Map();

let launched;

export function browser() {
  assert.ok(existsSync(kExecutable), `no browser at ${kExecutable}: apt-get install chromium, or set CARDEA_CHROMIUM`);
  const rules = [...kNames].map(([name, port]) => `MAP ${name} 127.0.0.1:${port}`).join(',');
  const names = rules ? [`--host-resolver-rules=${rules}`, '--disable-features=LocalNetworkAccessChecks'] : [];
  launched ??= chromium.launch({ executablePath: kExecutable, args: [...kArguments, ...names], timeout: 60_000 });
  return launched;
}

after(async () => (await launched)?.close());

export function picturePath(name) {
  mkdirSync(kPictures, { recursive: true });
  return path.join(kPictures, `${name}.png`);
}

function watchForProblems(context, problems) {
  context.on('page', (page) => {
    page.on('pageerror', (error) => problems.push(`${page.url()}: ${error}`));
    page.on('console', (message) => {
      // The icon of the page before, asked for while the next one loads, is put down to the next one's policy.
      if (/\/favicon\.ico'/.test(message.text())) return;
      if (message.type() === 'error' && /Content Security Policy|Refused to/.test(message.text())) problems.push(message.text());
    });
  });
}

/// Declares a test that gets `{ page, context, problems, beside }`. `options` are Playwright's for the context, and `skip`.
/// `problems` collects script errors and policy breaches; the journey may empty it when it provoked them. `beside()` gives
/// a page in a window of its own, signed in like the first one: pages behind another in one window are drawn rarely.
export function journey(name, options, steps) {
  const { skip, ...profile } = options;
  test(name, { skip }, async () => {
    const problems = [];
    const contexts = [];
    const open = async (more) => {
      const made = await (await browser()).newContext({ ...profile, ...more });
      made.setDefaultTimeout(kPatience);
      contexts.push(made);
      watchForProblems(made, problems);
      return made;
    };
    const context = await open();
    const beside = async () => (await open({ storageState: await context.storageState() })).newPage();
    try {
      await steps({ page: await context.newPage(), context, problems, beside });
      assert.deepEqual(problems, [], 'the browser complained');
    } catch (error) {
      for (const [index, page] of contexts.flatMap((each) => each.pages()).entries()) {
        await page.screenshot({ path: picturePath(`failed-${name}-${index}`), fullPage: true }).catch(() => {});
        error.message += `\n  page ${index}: ${page.url()}\n  ${(await page.innerText('body').catch(() => '')).slice(0, 400)}`;
      }
      throw error;
    } finally {
      for (const each of contexts) await each.close();
    }
  });
}

/// Waits until the field `id` has the focus: a browser gives an autofocus when it first draws the page, not when it has
/// loaded it, and what is typed before goes nowhere.
export async function focused(page, id) {
  await page.locator(`#${id}:focus`).waitFor();
}

/// Fills in our login page and sends it.
export async function fillLogin(page, username, password) {
  await page.locator('#username').fill(username);
  await page.locator('#password').fill(password);
  await page.locator('#kc-login').click();
}
