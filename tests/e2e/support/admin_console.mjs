// Hands for the administration console: what a person who follows a guide does there, each at the place where the
// pinned console puts it. Everything that must not happen on the way is noted by watchConsole.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import path from 'node:path';

import { kRoot } from '../harness.mjs';
import { fillLogin } from './browser.mjs';
import { kConsolePatience, settled, watchConsole } from './console.mjs';

/// Pictures of a guide go to docs/guides/pictures when CARDEA_E2E_PICTURES is set, and are not taken otherwise.
const kPictures = process.env.CARDEA_E2E_PICTURES ? path.join(kRoot, 'docs/guides/pictures') : '';

/// The size of the window that the pictures are taken in; the pages are wide enough for two columns.
export const kWindow = { width: 1240, height: 780 };

export async function picture(page, name) {
  if (!kPictures) return;
  mkdirSync(kPictures, { recursive: true });
  await page.mouse.move(0, 0);
  await page.screenshot({ path: path.join(kPictures, `${name}.png`), animations: 'disabled', caret: 'hide' });
}

export class AdminConsole {
  constructor(server, page) {
    Object.assign(this, { server, page, watch: watchConsole(page) });
    page.setDefaultTimeout(kConsolePatience);
  }

  async signIn(realm = 'master', person = this.server.admin, home = 'master') {
    await this.page.goto(`${this.server.base}/admin/${home}/console/#/${realm}`);
    await fillLogin(this.page, person.username, person.password);
    await this.page.getByTestId('page-header').waitFor();
    await settled(this.page);
  }

  at(testid) {
    return this.page.getByTestId(testid);
  }

  /// An entry of the menu on the left.
  async menu(entry, heading) {
    await this.at(`nav-item-${entry}`).click();
    await this.page.getByRole('heading', { level: 1, name: heading, exact: true }).waitFor();
    await settled(this.page);
  }

  button(name) {
    return this.page.getByRole('button', { name, exact: true });
  }

  async fill(testid, value) {
    await this.at(testid).fill(value);
    assert.equal(await this.at(testid).inputValue(), value);
  }

  /// A switch: PatternFly hides the box itself, a person presses what is drawn around it.
  async turn(testid, on) {
    const box = this.at(testid);
    if ((await box.isChecked()) !== on) await this.page.locator('.pf-v5-c-switch', { has: box }).click();
    assert.equal(await box.isChecked(), on, `${testid} is ${on ? 'on' : 'off'}`);
  }

  /// One of the options behind `opener`.
  async choose(opener, option) {
    await opener.click();
    await this.page.getByRole('option', { name: option, exact: true }).click();
  }

  /// Waits for the green note and puts it away, so that the next one is not this one.
  async done(words) {
    const note = this.page.locator('.pf-v5-c-alert.pf-m-success', { hasText: words }).first();
    const refused = this.page.locator('.pf-v5-c-alert.pf-m-danger').first();
    await note.or(refused).first().waitFor();
    assert.equal(await refused.count(), 0, `refused: ${await refused.innerText({ timeout: 100 }).catch(() => '')}`);
    await note.getByRole('button').click();
    await settled(this.page);
  }

  async nothingWrong(where) {
    assert.deepEqual(await this.watch.take(), [], `complaints ${where}`);
  }
}
