// One application in two tabs of a browser, each with a keycloak-js of its own, in a realm whose refresh tokens rotate and
// may be used once (revokeRefreshToken): neither tab knows of the other's tokens, and neither may be put out by them.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { freePort, kOnlyCardea, startServer } from '../harness.mjs';
import { fillLogin, journey } from '../support/browser.mjs';
import { kPeople, villageRealm } from '../support/realm.mjs';
import { serveSpa } from '../support/spa.mjs';

const port = await freePort();
const server = await startServer({
  realm: villageRealm({ 4001: port }, (realm) => {
    realm.revokeRefreshToken = true;
    realm.refreshTokenMaxReuse = 0;
  }),
});
const { origin } = await serveSpa({ clientId: 'spa-one', base: server.base, port });

async function isIn(page) {
  await page.locator('body[data-state="in"]').waitFor();
}

async function openTabs(page, context) {
  await page.goto(`${origin}/required`);
  await fillLogin(page, 'ada', kPeople.ada);
  await isIn(page);
  const other = await context.newPage();
  await other.goto(`${origin}/check-sso`);
  await isIn(other);
  return [page, other];
}

const update = (tab) => tab.evaluate(() => window.keycloak.updateToken(-1).then((renewed) => renewed, () => 'refused'));
const refreshToken = (tab) => tab.evaluate(() => window.keycloak.refreshToken);

journey('two_tabs_refresh_on_their_own_and_stay_in', kOnlyCardea, async ({ page, context }) => {
  const tabs = await openTabs(page, context);
  const sessions = await Promise.all(tabs.map((tab) => tab.evaluate(() => window.keycloak.sessionId)));
  assert.equal(sessions[0], sessions[1], 'one session of the browser');
  const seen = new Set(await Promise.all(tabs.map(refreshToken)));
  for (const turn of [[0], [0], [1], [0], [1], [1], [0, 1], [1, 0], [0]]) {
    assert.deepEqual(await Promise.all(turn.map((at) => update(tabs[at]))), turn.map(() => true), `tab ${turn}`);
    for (const token of await Promise.all(turn.map((at) => refreshToken(tabs[at])))) {
      assert.ok(!seen.has(token), 'each refresh gives another token');
      seen.add(token);
    }
  }
  for (const tab of tabs) {
    assert.equal(await tab.evaluate(() => window.keycloak.loadUserInfo().then(({ email }) => email)), 'ada@example.com');
    assert.ok(!(await tab.evaluate(() => window.happened)).includes('onAuthLogout'));
  }
});

journey('refuses_a_token_that_a_tab_has_used_before', kOnlyCardea, async ({ page, context }) => {
  const [tab] = await openTabs(page, context);
  const stolen = await refreshToken(tab);
  assert.equal(await update(tab), true);
  assert.equal(await update(tab), true);
  // A token that was used before its successor was is nobody's lost answer.
  const answer = await fetch(server.endpoint('token'), { method: 'POST', body: new URLSearchParams(
    { grant_type: 'refresh_token', client_id: 'spa-one', refresh_token: stolen }) });
  assert.equal(answer.status, 400);
  assert.equal((await answer.json()).error, 'invalid_grant');
  assert.equal(await update(tab), 'refused', 'whoever holds a token of that chain must sign in again');
});

test('the_server_ends_on_sigterm_and_its_log_is_clean', () => server.stop());
