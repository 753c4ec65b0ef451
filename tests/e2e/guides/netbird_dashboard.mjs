// What NetBird's dashboard does (guides.md G4.7), with the library it uses, in a browser.
import assert from 'node:assert/strict';

import { AdminApi } from '../support/admin_api.mjs';
import { fillLogin, journey } from '../support/browser.mjs';
import { request } from '../support/form_browser.mjs';
import { startGate } from '../support/gate.mjs';
import { dashboardSettings, decided, serveDashboard } from '../support/netbird_dashboard.mjs';
import { picture } from '../support/admin_console.mjs';
import { claimsOf } from '../support/sign_in.mjs';
import { kDomain, kNetbird } from './netbird_walk.mjs';

const kSite = { ignoreHTTPSErrors: true };  // the dashboard's certificate is signed by itself

/// To be called before the first journey: the browser must know where the dashboard is when it starts.
export function startDashboard(server) {
  return serveDashboard('nb.example.test', () => dashboardSettings(kDomain, server.issuer('netbird')));
}

export function dashboardScenarios(server) {
  const admin = new AdminApi(server, 'netbird');
  const token = (form) => request(server.endpoint('token', 'netbird'), { method: 'POST', form: { client_id: 'netbird-client', ...form } });
  const userinfo = (bearer) => request(server.endpoint('userinfo', 'netbird'), { headers: { authorization: `Bearer ${bearer}` } });

  async function signIn(page, { username, password } = kNetbird) {
    await page.goto(`${kDomain}/`);
    await fillLogin(page, username, password);
    assert.equal(await decided(page, 'in'), username);
    return page.evaluate(() => ({ ...window.oidc.tokens }));
  }

  journey('the_audience_mapper_reaches_the_dashboards_tokens', kSite, async ({ page }) => {
    await page.goto(`${kDomain}/`);
    await page.locator('#kc-login').waitFor();
    await picture(page, 'netbird-12-login');
    const tokens = await signIn(page);
    const access = claimsOf(tokens.accessToken);
    assert.deepEqual([access.aud].flat().sort(), ['account', 'netbird-client']);
    assert.equal(access.azp, 'netbird-client');
    assert.deepEqual(access['allowed-origins'].sort(), ['http://localhost:53000', kDomain]);
    assert.equal(claimsOf(tokens.idToken).aud, 'netbird-client');
    assert.equal((await page.evaluate(() => window.oidc.userInfoAsync())).preferred_username, 'netbird');
  });

  journey('G4-01 dashboard: the first person is the owner, and nick becomes a user', kSite, async ({ page, context }) => {
    const gate = await startGate({ settings: (host) => ({
      providers: { keycloak: { issuer: server.issuer('netbird'), audiences: ['netbird-client'], 'name-claims': ['preferred_username'] } },
      applications: [{ name: 'NetBird', hosts: [host], answers: 'netbird', roles: { owner: ['read:*', 'write:*'], user: ['read:*'] },
        'owner-role': 'owner', 'default-role': 'user',
        requests: [{ path: '/api/**', methods: ['GET'], permission: 'read:api' }, { path: '/**', permission: 'write:api' }] }] }) });
    const nick = { username: 'nick', password: server.keepSecret('nick-pass-of-this-test') };
    await admin.make('/users', { username: nick.username, enabled: true, email: 'nick@example.com', firstName: 'Nick', lastName: 'Bird',
      credentials: [{ type: 'password', value: nick.password, temporary: false }] });
    const roleOf = async ({ accessToken }) => {
      const users = await gate.call('/api/users', accessToken);
      assert.equal(users.status, 200, users.text);
      return users.json().headers['x-auth-role'];
    };
    try {
      const nora = await signIn(page);
      assert.equal(await roleOf(nora), 'owner');
      await context.clearCookies();
      await page.evaluate(() => sessionStorage.clear());
      const second = await signIn(page, nick);
      assert.equal(await roleOf(second), 'user');
      assert.equal(await roleOf(nora), 'owner');
      const change = { method: 'PUT', body: '{}' };
      assert.equal((await gate.call('/api/accounts/1', second.accessToken, change)).status, 403);
      assert.equal((await gate.call('/api/accounts/1', nora.accessToken, change)).status, 200);
    } finally {
      await gate.stop();
      await admin.send('DELETE', `/users/${(await admin.user('nick')).id}`);
    }
  });

  journey('G4-02 fragment redirect: kept behind the answer, refused for a strict client', kSite, async ({ page }) => {
    const answers = [];
    page.on('response', (answer) => answers.push(answer.headers().location));
    await signIn(page);
    const back = answers.filter(Boolean).find((location) => location.startsWith(kDomain));
    const { search, hash, pathname } = new URL(back);
    assert.equal(pathname, '/');
    assert.equal(hash, '#callback');
    assert.deepEqual([...new URLSearchParams(search).keys()].sort(), ['code', 'iss', 'session_state', 'state']);
    assert.ok(back.indexOf('?') < back.indexOf('#'), back);
    const strict = { clientId: 'strict', publicClient: true, redirectUris: [`${kDomain}/*`, `${kDomain}/`], attributes: { 'cardea.policy': 'oauth21' } };
    await admin.make('/clients', strict);
    const query = new URLSearchParams({ client_id: 'strict', response_type: 'code', redirect_uri: `${kDomain}/#callback`, scope: 'openid',
      code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', code_challenge_method: 'S256' });
    const refused = await request(`${server.endpoint('auth', 'netbird')}?${query}`);
    assert.equal(refused.status, 400);
    assert.equal(refused.headers.location, undefined);
    assert.match(refused.words, /Invalid parameter: redirect_uri/);
  });

  journey('G4-17 state, nonce, replay: each refused, and the first tokens die', kSite, async ({ page, context }) => {
    for (const what of ['state', 'nonce']) {
      await page.goto(`${kDomain}/`);
      await page.locator('#username').waitFor();
      // The page's own storage is altered on its way back, as if the answer were for another request.
      await page.addInitScript((name) => {
        if (location.hash !== '#callback' || sessionStorage[`spoiled ${name}`]) return;
        sessionStorage[`spoiled ${name}`] = 'yes';
        const key = `oidc.${name}.default`;
        if (sessionStorage[key] === undefined) throw new Error(`nothing at ${key}: ${Object.keys(sessionStorage)}`);
        sessionStorage[key] = name === 'nonce' ? JSON.stringify('another') : 'another';
      }, what);
      await fillLogin(page, kNetbird.username, kNetbird.password);
      const reason = await decided(page, 'failed');
      assert.match(reason, what === 'state' ? /state/i : /nonce|ID token|OpenID|valid/i);
      await context.clearCookies();
    }
    let sent;
    page.on('request', (outgoing) => {
      if (outgoing.method() === 'POST' && outgoing.url().endsWith('/token')) sent = Object.fromEntries(new URLSearchParams(outgoing.postData()));
    });
    const tokens = await signIn(page);
    assert.equal((await userinfo(tokens.accessToken)).status, 200);
    const again = await token(sent);
    assert.equal(again.status, 400);
    assert.deepEqual(again.json(), { error: 'invalid_grant', error_description: 'Code not valid' });
    assert.equal((await userinfo(tokens.accessToken)).status, 401);
    const refresh = await token({ grant_type: 'refresh_token', refresh_token: tokens.refreshToken });
    assert.equal(refresh.json().error, 'invalid_grant');
  });

  journey('two_tabs_that_refresh_at_once_stay_signed_in', kSite, async ({ page, context }) => {
    const first = await signIn(page);
    const tab = await context.newPage();
    await tab.goto(`${kDomain}/stay`);
    // Both tabs hold the same refresh token, as after a restored session.
    const stored = await page.evaluate(() => ({ ...sessionStorage }));
    await tab.evaluate((all) => Object.assign(sessionStorage, all), stored);
    await tab.reload();
    await decided(tab, 'in');
    const renewed = await Promise.all([page, tab].map((each) => each.evaluate(async () => (await window.oidc.renewTokensOrThrowAsync()).accessToken)));
    for (const access of renewed) {
      assert.notEqual(access, first.accessToken);
      assert.equal((await userinfo(access)).status, 200);
    }
  });

  journey('G4-27 offline_access: outlives the session, ends with its revocation', kSite, async ({ page }) => {
    const tokens = await signIn(page);
    assert.equal(claimsOf(tokens.refreshToken).typ, 'Offline');
    const query = new URLSearchParams({ id_token_hint: tokens.idToken, post_logout_redirect_uri: `${kDomain}/` });
    assert.equal((await page.request.get(`${server.endpoint('logout', 'netbird')}?${query}`, { maxRedirects: 0 })).status(), 302);
    const silent = new URLSearchParams({ client_id: 'netbird-client', response_type: 'code', redirect_uri: `${kDomain}/`, scope: 'openid', prompt: 'none' });
    const answer = await page.request.get(`${server.endpoint('auth', 'netbird')}?${silent}`, { maxRedirects: 0 });
    assert.match(answer.headers().location, /error=login_required/, 'the browser session is over');
    const refreshed = await token({ grant_type: 'refresh_token', refresh_token: tokens.refreshToken });
    assert.equal(refreshed.status, 200, refreshed.text);
    const { refresh_token: latest, access_token: access } = refreshed.json();
    assert.equal((await userinfo(access)).status, 200);
    const revoked = await request(server.endpoint('revoke', 'netbird'), { method: 'POST', form: { client_id: 'netbird-client', token: latest, token_type_hint: 'refresh_token' } });
    assert.equal(revoked.status, 200);
    for (const used of [tokens.refreshToken, latest]) {
      assert.equal((await token({ grant_type: 'refresh_token', refresh_token: used })).json().error, 'invalid_grant');
    }
  });

  journey('G4-28 logout: both tokens revoked, back to the start, and a login form next time', kSite, async ({ page }) => {
    const tokens = await signIn(page);
    const seen = [];
    page.on('response', (answer) => seen.push({ method: answer.request().method(), url: new URL(answer.url()), status: answer.status() }));
    await page.evaluate(() => window.oidc.logoutAsync('/', { client_id: 'netbird-client' })).catch(() => {});  // it leaves the page
    await page.locator('#username').waitFor();  // the dashboard's start asks for a login at once
    const revocations = seen.filter(({ url, method }) => method === 'POST' && url.pathname.endsWith('/revoke'));
    assert.deepEqual(revocations.map(({ status }) => status), [200, 200]);
    const end = seen.find(({ url }) => url.pathname.endsWith('/protocol/openid-connect/logout'));
    assert.equal(end.status, 302);
    assert.deepEqual([end.url.searchParams.get('client_id'), end.url.searchParams.get('post_logout_redirect_uri')], ['netbird-client', `${kDomain}/`]);
    assert.ok(end.url.searchParams.get('id_token_hint'));
    assert.ok(seen.some(({ url, status }) => url.href === `${kDomain}/` && status === 200));
    assert.equal((await userinfo(tokens.accessToken)).status, 401);
    assert.equal((await token({ grant_type: 'refresh_token', refresh_token: tokens.refreshToken })).json().error, 'invalid_grant');
    const preflight = await request(server.endpoint('revoke', 'netbird'), { method: 'OPTIONS',
      headers: { origin: kDomain, 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type' } });
    assert.equal(preflight.status, 200);
    assert.equal(preflight.headers['access-control-allow-origin'], kDomain);
  });

  journey('G4-29 CORS: another origin gets no headers', kSite, async ({ page }) => {
    const tokens = await signIn(page);
    const foreign = { origin: 'https://elsewhere.example.test' };
    const bearer = { authorization: `Bearer ${tokens.accessToken}` };
    const refresh = { method: 'POST', form: { client_id: 'netbird-client', grant_type: 'refresh_token', refresh_token: tokens.refreshToken } };
    const calls = {
      token: (headers) => request(server.endpoint('token', 'netbird'), { ...refresh, headers }),
      userinfo: (headers) => request(server.endpoint('userinfo', 'netbird'), { headers: { ...bearer, ...headers } }),
      revoke: (headers) => request(server.endpoint('revoke', 'netbird'), { method: 'POST', form: { client_id: 'netbird-client', token: 'x' }, headers }),
    };
    for (const [name, call] of Object.entries(calls)) {
      const ours = await call({ origin: kDomain });
      assert.equal(ours.headers['access-control-allow-origin'], kDomain, name);
      const theirs = await call(foreign);
      const granted = Object.keys(theirs.headers).filter((header) => header.startsWith('access-control-allow'));
      assert.deepEqual(granted, [], name);
    }
  });
}
