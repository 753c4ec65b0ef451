// npm @auth/core with its Keycloak provider, in the smallest possible application: sign in, session, sign out.
import assert from 'node:assert/strict';
import http from 'node:http';
import { after, test } from 'node:test';
import { Auth } from '@auth/core';
import Keycloak from '@auth/core/providers/keycloak';

import { freePort, startServer } from '../harness.mjs';
import { FormBrowser } from '../support/form_browser.mjs';
import { kPeople, kSecrets, villageRealm } from '../support/realm.mjs';

const port = await freePort();
const kOrigin = `http://localhost:${port}`;
const server = await startServer({ realm: villageRealm({ 4004: port }) });

let clientSecret = kSecrets['auth-js'];
const problems = [];
const config = () => ({
  basePath: '/auth',
  secret: 'the application signs its own cookies with this',
  trustHost: true,
  logger: { error: (error) => problems.push(error), warn() {}, debug() {} },
  providers: [Keycloak({ clientId: 'auth-js', clientSecret, issuer: server.issuer() })],
  callbacks: {
    jwt: ({ token, account, profile }) =>
      account ? { ...token, username: profile.preferred_username, idToken: account.id_token, refresh: account.refresh_token } : token,
    session: ({ session, token }) => ({ ...session, username: token.username, idToken: token.idToken, refresh: token.refresh }),
  },
});

async function answer(request, response) {
  const parts = [];
  for await (const part of request) parts.push(part);
  const made = await Auth(new Request(`${kOrigin}${request.url}`, {
    method: request.method,
    headers: Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
    body: parts.length ? Buffer.concat(parts) : undefined,
  }), config());
  const headers = {};
  made.headers.forEach((value, name) => (headers[name] = value));
  if (made.headers.getSetCookie().length) headers['set-cookie'] = made.headers.getSetCookie();
  response.writeHead(made.status, headers);
  response.end(Buffer.from(await made.arrayBuffer()));
}

const application = http.createServer((request, response) => {
  answer(request, response).catch((error) => response.writeHead(500).end(String(error)));
});
await new Promise((resolve) => application.listen(port, '127.0.0.1', resolve));
after(() => application.close());

async function loginPage(browser) {
  const choice = await browser.open(`${kOrigin}/auth/signin`);
  const page = await browser.submit(choice, {}, { wanted: 'csrfToken' });
  assert.match(page.text, /kc-form-login/, `${page.status} ${page.url} ${page.words}`);
  return page;
}

async function signIn(browser, username = 'ada') {
  const done = await browser.submit(await loginPage(browser), { username, password: kPeople[username] },
    { wanted: 'kc-form-login', until: `${kOrigin}/auth/signin` });
  assert.ok(!done.url.includes('/auth/error'), `${done.url} ${problems.map((problem) => problem.cause?.err ?? problem)}`);
  return session(browser);
}

async function session(browser) {
  return (await browser.open(`${kOrigin}/auth/session`)).json();
}

test('refuses_a_session_before_the_sign_in', async () => {
  assert.equal(await session(new FormBrowser()), null);
});

test('refuses_an_answer_for_another_browser', async () => {
  const first = new FormBrowser();
  const page = await loginPage(first);
  const back = await first.submit(page, { username: 'ada', password: kPeople.ada },
    { wanted: 'kc-form-login', until: `${kOrigin}/auth/callback` });
  const stranger = new FormBrowser();
  await stranger.open(back.url, { until: `${kOrigin}/auth/error` });
  assert.equal(await session(stranger), null);
});

test('refuses_to_sign_in_when_the_applications_secret_is_wrong', async () => {
  clientSecret = 'not the secret';
  const browser = new FormBrowser();
  const back = await browser.submit(await loginPage(browser), { username: 'ada', password: kPeople.ada },
    { wanted: 'kc-form-login', until: `${kOrigin}/auth/error` });
  clientSecret = kSecrets['auth-js'];
  assert.ok(back.url.startsWith(`${kOrigin}/auth/error`), back.url);
  assert.equal(await session(browser), null);
});

test('sign_in_session_and_sign_out', async () => {
  const browser = new FormBrowser();
  const signedIn = await signIn(browser);
  assert.equal(signedIn.user.name, 'Ada Lovelace');
  assert.equal(signedIn.user.email, 'ada@example.com');
  assert.equal(signedIn.username, 'ada');
  server.keepSecret(signedIn.refresh);

  const out = await browser.open(`${kOrigin}/auth/signout`);
  await browser.submit(out, {}, { wanted: 'csrfToken', until: kOrigin });
  assert.equal(await session(browser), null, 'the application has forgotten the person');
  const target = `${kOrigin}/auth/signin`;
  const end = new URL(server.endpoint('logout'));
  end.search = new URLSearchParams({ id_token_hint: signedIn.idToken, client_id: 'auth-js' });
  const farewell = await browser.open(end, { until: target });
  assert.match(farewell.words, /You are logged out/);
  await loginPage(browser); // and so has the server
});

test('a_person_who_is_signed_in_is_not_asked_again', async () => {
  const browser = new FormBrowser();
  await signIn(browser, 'gus');
  for (const cookie of browser.cookies.filter(({ name }) => name.startsWith('authjs.'))) cookie.path = '/nowhere';
  assert.equal(await session(browser), null);
  const choice = await browser.open(`${kOrigin}/auth/signin`);
  await browser.submit(choice, {}, { wanted: 'csrfToken', until: `${kOrigin}/auth/signin` });
  assert.equal((await session(browser)).user.name, "Gülşah O'Neil Đặng");
});

test('the_server_ends_on_sigterm_and_its_log_is_clean', () => server.stop());
