// Everything a stranger can put on one of our pages stays text.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { freePort, startServer } from '../harness.mjs';
import { fillLogin, journey } from '../support/browser.mjs';
import { serveLanding } from '../support/landing.mjs';
import { kPeople, villageRealm } from '../support/realm.mjs';

const kProbes = [
  `"><script>document.title='owned'</script>`,
  `'"><img src=x onerror="document.title='owned'">`,
  `</title></textarea><svg onload="document.title='owned'">`,
  `{{#title}}{{{title}}}{{/title}}\${7*7}`,
  `javascript:document.title='owned'`,
  `x" autofocus onfocus="document.title='owned'" y="`,
];
const ports = { 4001: await freePort(), 4003: await freePort() };
const server = await startServer({
  realm: villageRealm(ports, (realm) => {
    realm.displayName = `The <b>Village</b> <script>document.title='owned'</script>`;
  }),
});
const application = await serveLanding(ports[4003]);
const spa = await serveLanding(ports[4001]);
const kCallback = `${application.origin}/callback`;

function signInUrl(more = {}) {
  const parameters = { client_id: 'web', redirect_uri: kCallback, response_type: 'code', scope: 'openid', state: 'here', ...more };
  return `${server.endpoint('auth')}?${new URLSearchParams(parameters)}`;
}

/// Opens an address whose answer may be an error without a page.
async function visit(page, url) {
  await page.goto(url).catch((error) => assert.match(error.message, /ERR_HTTP_RESPONSE_CODE_FAILURE/));
}

async function stillText(page, where) {
  assert.notEqual(await page.title(), 'owned', `a script ran: ${where}`);
  const foreign = await page.evaluate(() => document.querySelectorAll('img[src="x"], svg[onload], [onfocus], [onerror], h1 b, p b').length);
  assert.equal(foreign, 0, `markup came through: ${where}`);
}

journey('in_the_parameters_of_a_request', {}, async ({ page }) => {
  for (const probe of kProbes) {
    for (const name of ['login_hint', 'client_id', 'redirect_uri', 'scope', 'prompt', 'ui_locales', 'response_mode', 'state', 'nonce', 'max_age']) {
      await page.goto(signInUrl({ [name]: probe }));
      await stillText(page, `${name}=${probe}`);
    }
  }
});

journey('in_the_login_form', {}, async ({ page }) => {
  for (const probe of kProbes) {
    await page.goto(signInUrl());
    await fillLogin(page, probe, probe);
    await page.locator('#input-error').waitFor(); // the answer, not the page that was sent
    await stillText(page, `username ${probe}`);
    assert.equal(await page.locator('#username').inputValue(), probe);
  }
});

journey('in_the_login_hint', {}, async ({ page }) => {
  for (const probe of kProbes) {
    await page.goto(signInUrl({ login_hint: probe }));
    assert.equal(await page.locator('#username').inputValue(), probe);
  }
});

journey('in_the_names_of_realm_and_client', {}, async ({ page }) => {
  await page.goto(signInUrl({ client_id: 'spa-odd', redirect_uri: `${spa.origin}/` }));
  await stillText(page, 'client name');
  assert.match(await page.locator('body').innerText(), /The (<b>)?Village/i);
  await fillLogin(page, 'ada', kPeople.ada);
  await page.waitForURL(`${spa.origin}/**`);
});

journey('in_a_form_posted_to_the_application', { javaScriptEnabled: false }, async ({ page }) => {
  for (const probe of kProbes) {
    await page.goto(signInUrl({ response_mode: 'form_post', state: probe, prompt: 'none' }));
    assert.equal(await page.locator('input[name=state]').inputValue(), probe);
    assert.equal(await page.locator('script', { hasText: "document.title='owned'" }).count(), 0);
  }
});

journey('in_logout_and_paths', {}, async ({ page }) => {
  for (const probe of kProbes) {
    const encoded = encodeURIComponent(probe);
    await visit(page, `${server.endpoint('logout')}?post_logout_redirect_uri=${encoded}&client_id=web&state=${encoded}`);
    await stillText(page, `post_logout_redirect_uri ${probe}`);
    await visit(page, `${server.endpoint('logout')}?id_token_hint=${encoded}`);
    await stillText(page, `id_token_hint ${probe}`);
    await visit(page, `${server.base}/realms/${encoded}/protocol/openid-connect/auth?client_id=${encoded}`);
    await stillText(page, `realm ${probe}`);
    await visit(page, `${server.issuer()}/login-actions/authenticate?client_id=${encoded}&tab_id=${encoded}&session_code=${encoded}&execution=${encoded}`);
    await stillText(page, `login-actions ${probe}`);
    await visit(page, `${server.endpoint('login-status-iframe.html')}?version=${encoded}`);
    await stillText(page, `iframe ${probe}`);
  }
});

test('the_server_ends_on_sigterm_and_its_log_is_clean', () => server.stop());
