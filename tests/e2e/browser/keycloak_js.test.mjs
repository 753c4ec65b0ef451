// keycloak-js in Chromium: two single page applications on one server.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { freePort, startServer } from '../harness.mjs';
import { fillLogin, journey } from '../support/browser.mjs';
import { kPeople, villageRealm } from '../support/realm.mjs';
import { serveSpa } from '../support/spa.mjs';

const ports = { 4001: await freePort(), 4002: await freePort() };
const foreignPort = await freePort();
const server = await startServer({
  realm: villageRealm(ports, (realm) => {
    // An application on another site: cookies of the server do not reach frames inside it over plain http.
    realm.clients.find((client) => client.clientId === 'spa-two').redirectUris.push(`http://127.0.0.1:${foreignPort}/*`);
    realm.users.find((user) => user.username === 'bert').clientRoles = { account: ['view-profile'] };
  }),
});
const base = server.base;
const one = (await serveSpa({ clientId: 'spa-one', base, port: ports[4001] })).origin;
const two = (await serveSpa({ clientId: 'spa-two', base, port: ports[4002] })).origin;
const foreign = (await serveSpa({ clientId: 'spa-two', base, port: foreignPort, host: '127.0.0.1' })).origin;

async function decided(page, state) {
  // Not the first state that is there: the page before may still be shown while the next one loads.
  await page.locator(`body[data-state="${state}"]`).waitFor();
  return page.locator('#who').innerText();
}

/// Signs in and ends on /check-sso, where the adapter does not start a login by itself.
async function signIn(page, origin) {
  await page.goto(`${origin}/required`);
  await fillLogin(page, 'ada', kPeople.ada);
  assert.equal(await decided(page, 'in'), 'ada');
  await page.goto(`${origin}/check-sso`);
  assert.equal(await decided(page, 'in'), 'ada');
}

journey('silent_check_sso_without_a_session_stays_out_and_shows_no_page', {}, async ({ page }) => {
  await page.goto(`${one}/check-sso`);
  await decided(page, 'out');
  assert.ok(page.url().startsWith(`${one}/check-sso`), page.url());
  assert.equal(await page.evaluate(() => window.keycloak.token), undefined);
});

journey('refuses_an_answer_with_another_nonce', {}, async ({ page }) => {
  await page.goto(`${one}/`);
  await decided(page, 'out');
  await page.locator('#login').click();
  await page.locator('#username').waitFor();
  // The application's own storage is altered while the person is on our page, as if the answer were for another request.
  const spoiler = await page.context().newPage();
  await spoiler.goto(`${one}/silent-check-sso.html`);
  const spoiled = await spoiler.evaluate(() => {
    const keys = Object.keys(localStorage).filter((key) => key.startsWith('kc-callback-'));
    for (const key of keys) localStorage.setItem(key, localStorage.getItem(key).replace(/"nonce":"[^"]*"/, '"nonce":"another"'));
    return keys.length;
  });
  assert.equal(spoiled, 1, 'keycloak-js keeps its nonce in local storage');
  await fillLogin(page, 'ada', kPeople.ada);
  await page.locator('body[data-state]').waitFor();
  assert.notEqual(await page.locator('body').getAttribute('data-state'), 'in');
});

journey('login_by_button_refresh_and_logout', {}, async ({ page }) => {
  await page.goto(`${one}/`);
  await decided(page, 'out');
  await page.locator('#login').click();
  await fillLogin(page, 'ada', kPeople.ada);
  assert.equal(await decided(page, 'in'), 'ada');
  assert.doesNotMatch(page.url(), /code=|state=/, 'the answer is taken out of the address');

  const token = await page.evaluate(() => window.keycloak.token);
  assert.ok(await page.evaluate(() => window.keycloak.hasRealmRole('editor') && window.keycloak.hasResourceRole('author', 'web')));
  assert.equal(await page.evaluate(() => window.keycloak.updateToken(-1)), true);
  assert.notEqual(await page.evaluate(() => window.keycloak.token), token);
  assert.equal(await page.evaluate(() => window.keycloak.isTokenExpired(5)), false);
  const info = await page.evaluate(() => window.keycloak.loadUserInfo());
  assert.equal(info.email, 'ada@example.com');

  await page.locator('#logout').click();
  await page.waitForURL(`${one}/`);
  await decided(page, 'out');
  await page.goto(`${one}/check-sso`);
  await decided(page, 'out');
});

journey('refuses_a_refresh_after_the_session_ended', {}, async ({ page, context }) => {
  await signIn(page, one);
  const other = await context.newPage();
  await other.goto(`${server.endpoint('logout')}`);
  await other.locator('#kc-logout').click();
  await other.getByRole('heading', { name: 'You are logged out' }).waitFor();
  const refused = await page.evaluate(() => window.keycloak.updateToken(-1).then(() => 'refreshed', () => 'refused'));
  assert.equal(refused, 'refused');
  assert.equal(await page.evaluate(() => window.keycloak.authenticated), false, 'keycloak-js drops its tokens on a 400');
});

journey('single_sign_on_between_two_applications', {}, async ({ page, context }) => {
  await signIn(page, one);
  const other = await context.newPage();
  await other.goto(`${two}/check-sso`);
  assert.equal(await decided(other, 'in'), 'ada');
  const sessions = await Promise.all([page, other].map((tab) => tab.evaluate(() => window.keycloak.sessionId)));
  assert.equal(sessions[0], sessions[1]);
  assert.equal(await other.evaluate(() => window.keycloak.tokenParsed.azp), 'spa-two');
});

journey('a_logout_elsewhere_is_noticed_by_the_status_iframe', {}, async ({ page, context }) => {
  await signIn(page, one);
  const other = await context.newPage();
  await other.goto(`${two}/check-sso`);
  await decided(other, 'in');
  await page.waitForFunction(() => document.querySelector('iframe[title="keycloak-session-iframe"]'));
  await other.locator('#logout').click();
  await other.waitForURL(`${two}/`);
  await page.waitForFunction(() => window.happened.includes('onAuthLogout'));
  assert.equal(await page.evaluate(() => window.keycloak.authenticated), false);
});

journey('an_application_on_another_site_signs_in_by_redirects', {}, async ({ page }) => {
  await page.goto(`${foreign}/check-sso`);
  await decided(page, 'out');
  await page.goto(`${foreign}/required`);
  await fillLogin(page, 'bert', kPeople.bert);
  assert.equal(await decided(page, 'in'), 'bert');
  await page.goto(`${foreign}/check-sso`);
  assert.equal(await decided(page, 'in'), 'bert');
  assert.equal(await page.evaluate(() => window.keycloak.updateToken(-1)), true, 'refresh works across sites by CORS');
  const profile = await page.evaluate(() => window.keycloak.loadUserProfile());
  assert.equal(profile.username, 'bert', 'the account API answers across sites');
});

test('the_server_ends_on_sigterm_and_its_log_is_clean', () => server.stop());
