// The tour's end: sign in on /playground of a start-dev server as the first administrator and read the tokens.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { freePort, kOnlyCardea, startServer } from '../harness.mjs';
import { fillLogin, journey, picturePath } from '../support/browser.mjs';
import { request } from '../support/form_browser.mjs';
import { kPeople, villageRealm } from '../support/realm.mjs';

const port = await freePort();
const server = await startServer({ realm: villageRealm({ 4001: port }, (realm) => {
  realm.clients.find((client) => client.clientId === 'spa-two').redirectUris.push('http://localhost/playground/callback');
  realm.clients.find((client) => client.clientId === 'spa-two').webOrigins.push('*');
}) });

async function told(page) {
  const problem = page.locator('#problem');
  await page.locator('#status', { hasText: /\S/ }).or(problem.filter({ hasText: /\S/ })).first().waitFor();
  assert.equal(await problem.isVisible(), false, await problem.innerText());
  return page.locator('#status').innerText();
}

journey('a_tour_as_the_first_administrator', kOnlyCardea, async ({ page }) => {
  await page.goto(`${server.base}/playground`);
  await page.locator('#sign-in').click();
  await fillLogin(page, server.admin.username, server.admin.password);
  assert.equal(await told(page), 'Signed in.');
  assert.equal(new URL(page.url()).search, '', 'the code is taken out of the address');
  const tokens = page.locator('#tokens');
  assert.match(await tokens.innerText(), new RegExp(`preferred_username\\s+${server.admin.username}`));
  assert.equal(await tokens.getByText('The signature is right').count(), 2);
  const azp = tokens.locator('tr', { has: page.getByRole('rowheader', { name: 'azp', exact: true }) }).first();
  assert.deepEqual(await azp.locator('th, td').allInnerTexts(), ['azp', 'playground', 'The client that asked for the token.']);
  const before = await tokens.locator('pre.raw').first().textContent();
  await page.screenshot({ path: picturePath('playground'), fullPage: true });

  await page.locator('#refresh').click();
  await page.locator('#status', { hasText: 'Refreshed' }).waitFor();
  assert.notEqual(await tokens.locator('pre.raw').first().textContent(), before);

  await page.locator('#log-out').click();
  await page.waitForURL(`${server.base}/playground`);
  await page.locator('#sign-in').click();
  await page.locator('#kc-form-login').waitFor();
});

journey('any_public_client_of_another_realm', kOnlyCardea, async ({ page }) => {
  await page.goto(`${server.base}/playground`);
  await page.locator('#realm').fill('village');
  await page.locator('#client').fill('spa-two');
  await page.locator('#sign-in').click();
  await fillLogin(page, 'gus', kPeople.gus);
  assert.equal(await told(page), 'Signed in.');
  assert.match(await page.locator('#tokens').innerText(), /Gülşah O'Neil Đặng/);
});

journey('refuses_an_answer_this_tab_did_not_ask_for', kOnlyCardea, async ({ page }) => {
  await page.goto(`${server.base}/playground/callback?code=stolen&state=other`);
  await page.locator('#problem', { hasText: 'This tab did not start a login.' }).waitFor();
});

journey('tells_what_is_wrong_with_a_request', kOnlyCardea, async ({ page }) => {
  await page.goto(`${server.base}/playground`);
  await page.locator('#realm').fill('<img src=x>');
  await page.locator('#sign-in').click();
  await page.locator('#problem', { hasText: /\S/ }).waitFor();
});

test('refuses_the_playground_in_production', kOnlyCardea, async () => {
  const production = await startServer({
    command: 'start',
    arguments: ['--hostname-strict=false', '--http-enabled=true', '--http-host', 'localhost'],
  });
  assert.equal((await request(`${production.base}/playground`)).status, 404);
  const answer = await request(`${production.endpoint('auth', 'master')}?client_id=playground&response_type=code`);
  assert.match(answer.words, /Client not found\./);
  await production.stop();
});

test('the_server_ends_on_sigterm_and_its_log_is_clean', () => server.stop());
