// The code flow through our login page, with openid-client as the application.
import assert from 'node:assert/strict';
import * as client from 'openid-client';

import { FormBrowser } from './form_browser.mjs';
import { kPeople, kSecrets } from './realm.mjs';

export function secretOf(clientId) {
  return client.ClientSecretBasic(kSecrets[clientId]);
}

/// A discovered configuration whose ID tokens are verified against the server's keys as well.
export async function discover(server, clientId, authentication, realm) {
  const how = authentication ?? (kSecrets[clientId] ? secretOf(clientId) : client.None());
  const config = await client.discovery(new URL(server.issuer(realm)), clientId, undefined, how, {
    execute: [client.allowInsecureRequests],
  });
  client.enableNonRepudiationChecks(config);
  return config;
}

/// An authorization request with everything a careful application sends.
export async function authorizationRequest(config, redirectUri, parameters = {}) {
  const codeVerifier = client.randomPKCECodeVerifier();
  const state = client.randomState();
  const nonce = client.randomNonce();
  const url = client.buildAuthorizationUrl(config, {
    redirect_uri: redirectUri,
    scope: 'openid profile email',
    state,
    nonce,
    code_challenge: await client.calculatePKCECodeChallenge(codeVerifier),
    code_challenge_method: 'S256',
    ...parameters,
  });
  return { url, checks: { pkceCodeVerifier: codeVerifier, expectedState: state, expectedNonce: nonce, idTokenExpected: true } };
}

/// Opens the request, signs in on our page, and returns the address the browser is sent back to.
export async function signInAt(browser, url, redirectUri, username = 'ada', password = kPeople[username]) {
  const page = await browser.open(url, { until: redirectUri });
  if (page.status === 302) return new URL(page.url);
  assert.equal(page.status, 200, page.words);
  const back = await browser.submit(page, { username, password }, { wanted: 'kc-form-login', until: redirectUri });
  assert.equal(back.status, 302, `not sent back to the application: ${back.words}`);
  return new URL(back.url);
}

/// The whole journey: `{ tokens, browser, callback, config, checks }`.
export async function signIn(server, config, redirectUri, { username, parameters, browser = new FormBrowser() } = {}) {
  const { url, checks } = await authorizationRequest(config, redirectUri, parameters);
  const callback = await signInAt(browser, url, redirectUri, username);
  server.keepSecret(callback.searchParams.get('code'));
  const tokens = await client.authorizationCodeGrant(config, callback, checks);
  return { tokens, browser, callback, config, checks };
}

/// Fails unless `promise` is refused with the OAuth error `error` (and, where given, a description that fits).
export async function refused(promise, error, description) {
  const problem = await promise.then((value) => assert.fail(`not refused: ${JSON.stringify(value)}`), (thrown) => thrown);
  if (problem instanceof assert.AssertionError) throw problem;
  assert.equal(problem.error, error, `${problem.code} ${problem.message} ${problem.cause?.message ?? ''} ${problem.error_description}`);
  if (description) assert.match(problem.error_description ?? '', description);
  return problem;
}

export function claimsOf(token) {
  return JSON.parse(Buffer.from(token.split('.')[1], 'base64url'));
}
