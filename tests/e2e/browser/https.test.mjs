// Over TLS: cookies are Secure, and an application on another site is signed in silently inside a frame.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { freePort, kOnlyCardea, startServer } from '../harness.mjs';
import { fillLogin, journey } from '../support/browser.mjs';
import { FormBrowser } from '../support/form_browser.mjs';
import { kPeople, villageRealm } from '../support/realm.mjs';
import { serveSpa } from '../support/spa.mjs';

const port = await freePort();
const kOrigin = `http://127.0.0.1:${port}`; // another site than https://localhost
const server = kOnlyCardea.skip ? null : await startServer({
  https: true,
  realm: villageRealm({}, (realm) => {
    const spa = realm.clients.find((client) => client.clientId === 'spa-one');
    Object.assign(spa, { rootUrl: kOrigin, redirectUris: [`${kOrigin}/*`] });
  }),
});
if (server) await serveSpa({ clientId: 'spa-one', base: server.base, port, host: '127.0.0.1' });

async function decided(page, state) {
  await page.locator(`body[data-state="${state}"]`).waitFor();
}

test('refuses_to_send_a_cookie_without_secure', kOnlyCardea, async () => {
  const browser = new FormBrowser({ ca: server.ca });
  const query = new URLSearchParams({ client_id: 'spa-one', redirect_uri: `${kOrigin}/`, response_type: 'code', scope: 'openid',
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', code_challenge_method: 'S256' });
  const page = await browser.open(`${server.endpoint('auth')}?${query}`);
  const flow = browser.cookies;
  assert.ok(flow.some(({ name }) => name.startsWith('__Host-')), flow.map(({ name }) => name).join());
  await browser.submit(page, { username: 'ada', password: kPeople.ada }, { wanted: 'kc-form-login', until: kOrigin });
  for (const cookie of [...flow, ...browser.cookies]) assert.ok(cookie.secure, `${cookie.name} is not Secure`);
  const identity = browser.cookie('KEYCLOAK_IDENTITY');
  assert.ok(identity.httpOnly && identity.sameSite === 'None');
  const session = browser.cookie('KEYCLOAK_SESSION');
  assert.ok(!session.httpOnly && session.sameSite === 'None');
});

journey('silent_check_sso_works_across_sites', { ...kOnlyCardea, ignoreHTTPSErrors: true }, async ({ page }) => {
  await page.goto(`${kOrigin}/check-sso`);
  await decided(page, 'out');
  await page.goto(`${kOrigin}/required`);
  await fillLogin(page, 'ada', kPeople.ada);
  await decided(page, 'in');
  const visited = [];
  page.on('framenavigated', (frame) => frame === page.mainFrame() && visited.push(frame.url()));
  await page.goto(`${kOrigin}/check-sso`);
  await decided(page, 'in');
  assert.ok(visited.every((url) => url.startsWith(kOrigin)), `the page itself went away: ${visited}`);
});

test('the_server_ends_on_sigterm_and_its_log_is_clean', kOnlyCardea, () => server.stop());
