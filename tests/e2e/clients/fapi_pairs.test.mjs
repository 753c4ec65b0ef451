// npm oauth4webapi as a high-security application: pushed requests, request objects, signed answers, DPoP, and the pairs
// of FAPI 2.0 (private_key_jwt with DPoP, PAR and PKCE), each refusal first. openid-client does the hybrid flow.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { freePort, kOnlyCardea, startServer } from '../harness.mjs';
import { FormBrowser } from '../support/form_browser.mjs';
import { kPeople, villageRealm } from '../support/realm.mjs';
import { claimsOf } from '../support/sign_in.mjs';

const oauth = await import('oauth4webapi'); // after the harness, which gives Node.js 18 its global crypto
const openid = await import('openid-client');

const kCallback = `http://localhost:${await freePort()}/callback`;
const kInsecure = { [oauth.allowInsecureRequests]: true };
const kKid = 'client-key';

const clientKeys = await oauth.generateKeyPair('ES256', { extractable: true });
const jwk = await crypto.subtle.exportKey('jwk', clientKeys.publicKey);
const keySet = JSON.stringify({ keys: [{ kty: jwk.kty, crv: jwk.crv, x: jwk.x, y: jwk.y, kid: kKid, alg: 'ES256', use: 'sig' }] });

function application(clientId, attributes, more = {}) {
  return {
    clientId,
    enabled: true,
    publicClient: false,
    clientAuthenticatorType: 'client-jwt',
    standardFlowEnabled: true,
    redirectUris: [kCallback],
    attributes: { 'use.jwks.string': 'true', 'jwks.string': keySet, ...attributes },
    ...more,
  };
}

const server = await startServer({
  realm: villageRealm({}, (realm) => realm.clients.push(
    application('bank', { 'cardea.policy': 'fapi2' }),
    application('signer', {}),
    application('hybrid', {}, { publicClient: true, clientAuthenticatorType: 'client-secret', implicitFlowEnabled: true }),
  )),
});
const issuer = new URL(server.issuer());
const as = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, kInsecure));
const bank = { client_id: 'bank' };
const signer = { client_id: 'signer' };
const proof = () => oauth.PrivateKeyJwt({ key: clientKeys.privateKey, kid: kKid });

async function dpopFor(client) {
  return oauth.DPoP(client, await oauth.generateKeyPair('ES256'));
}

async function parametersOf(more = {}) {
  const verifier = oauth.generateRandomCodeVerifier();
  const parameters = new URLSearchParams({
    redirect_uri: kCallback,
    response_type: 'code',
    scope: 'openid profile',
    state: oauth.generateRandomState(),
    nonce: oauth.generateRandomNonce(),
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    ...more,
  });
  return { parameters, verifier };
}

async function push(client, parameters, options = {}) {
  const response = await oauth.pushedAuthorizationRequest(as, client, proof(), parameters, { ...kInsecure, ...options });
  return oauth.processPushedAuthorizationResponse(as, client, response);
}

async function signIn(url, browser = new FormBrowser()) {
  const page = await browser.open(url, { until: kCallback });
  if (page.status === 302) return new URL(page.url);
  assert.equal(page.status, 200, page.words);
  const back = await browser.submit(page, { username: 'ada', password: kPeople.ada }, { wanted: 'kc-form-login', until: kCallback });
  assert.equal(back.status, 302, back.words);
  return new URL(back.url);
}

function authorizationUrl(client, query) {
  const url = new URL(as.authorization_endpoint);
  url.searchParams.set('client_id', client.client_id);
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  return url;
}

async function redeem(client, callback, verifier, nonce, options = {}) {
  const response = await oauth.authorizationCodeGrantRequest(as, client, proof(), callback, kCallback, verifier, { ...kInsecure, ...options });
  const tokens = await oauth.processAuthorizationCodeResponse(as, client, response, { expectedNonce: nonce, requireIdToken: true });
  for (const token of [tokens.access_token, tokens.refresh_token]) server.keepSecret(token);
  return tokens;
}

async function refusedWith(promise, error) {
  const problem = await promise.then(() => assert.fail('not refused'), (thrown) => thrown);
  assert.equal(problem.error, error, `${problem.message} ${JSON.stringify(problem.cause ?? {})}`);
}

test('fapi2_refuses_requests_that_were_not_pushed', kOnlyCardea, async () => {
  const { parameters } = await parametersOf();
  const page = await new FormBrowser().open(authorizationUrl(bank, Object.fromEntries(parameters)), { until: kCallback });
  assert.equal(new URL(page.url).searchParams.get('error'), 'invalid_request');
});

test('fapi2_refuses_pushes_without_pkce_or_with_other_types', kOnlyCardea, async () => {
  const { parameters } = await parametersOf();
  parameters.delete('code_challenge');
  parameters.delete('code_challenge_method');
  await refusedWith(push(bank, parameters, { DPoP: await dpopFor(bank) }), 'invalid_request');
  const hybrid = (await parametersOf({ response_type: 'code id_token' })).parameters;
  await refusedWith(push(bank, hybrid, { DPoP: await dpopFor(bank) }), 'unsupported_response_type');
});

test('fapi2_pair_of_private_key_jwt_and_dpop_works_whole', kOnlyCardea, async () => {
  const DPoP = await dpopFor(bank);
  const { parameters, verifier } = await parametersOf();
  const pushed = await push(bank, parameters, { DPoP });
  assert.ok(pushed.expires_in > 0 && pushed.expires_in < 600);
  const callback = await signIn(authorizationUrl(bank, { request_uri: pushed.request_uri }));
  const answer = oauth.validateAuthResponse(as, bank, callback, parameters.get('state'));
  // The code is bound to the key of the push: another key gets nothing, and burns it.
  const tokens = await redeem(bank, answer, verifier, parameters.get('nonce'), { DPoP });
  assert.equal(tokens.token_type, 'dpop');
  assert.ok(claimsOf(tokens.access_token).cnf.jkt);
  const { sub } = oauth.getValidatedIdTokenClaims(tokens);
  const info = await oauth.userInfoRequest(as, bank, tokens.access_token, { DPoP, ...kInsecure });
  assert.equal((await oauth.processUserInfoResponse(as, bank, sub, info)).preferred_username, 'ada');
  const plain = await fetch(as.userinfo_endpoint, { headers: { authorization: `Bearer ${tokens.access_token}` } });
  assert.equal(plain.status, 401, 'a bound token is no bearer token');
  const again = await oauth.refreshTokenGrantRequest(as, bank, proof(), tokens.refresh_token, { DPoP, ...kInsecure });
  const refreshed = await oauth.processRefreshTokenResponse(as, bank, again);
  server.keepSecret(refreshed.access_token);
  assert.equal(claimsOf(refreshed.access_token).cnf.jkt, claimsOf(tokens.access_token).cnf.jkt);
});

test('fapi2_refuses_a_code_with_another_key_than_that_of_the_push', kOnlyCardea, async () => {
  const { parameters, verifier } = await parametersOf();
  const pushed = await push(bank, parameters, { DPoP: await dpopFor(bank) });
  const callback = await signIn(authorizationUrl(bank, { request_uri: pushed.request_uri }));
  const answer = oauth.validateAuthResponse(as, bank, callback, parameters.get('state'));
  await refusedWith(redeem(bank, answer, verifier, parameters.get('nonce'), { DPoP: await dpopFor(bank) }), 'invalid_grant');
});

test('fapi2_refuses_tokens_without_a_proof', kOnlyCardea, async () => {
  const { parameters, verifier } = await parametersOf();
  const pushed = await push(bank, parameters);
  const callback = await signIn(authorizationUrl(bank, { request_uri: pushed.request_uri }));
  const answer = oauth.validateAuthResponse(as, bank, callback, parameters.get('state'));
  await refusedWith(redeem(bank, answer, verifier, parameters.get('nonce')), 'invalid_request');
});

test('a_pushed_handle_gives_one_answer', async () => {
  const { parameters } = await parametersOf();
  const pushed = await push(signer, parameters);
  const url = authorizationUrl(signer, { request_uri: pushed.request_uri });
  await signIn(url);
  const second = await new FormBrowser().open(url, { until: kCallback });
  assert.equal(second.status, 400);
});

test('a_request_object_is_taken_and_its_answer_signed', async () => {
  const { parameters, verifier } = await parametersOf({ response_mode: 'jwt' });
  const object = await oauth.issueRequestObject(as, signer, parameters, { key: clientKeys.privateKey, kid: kKid });
  const url = authorizationUrl(signer, { request: object, response_type: 'code', scope: 'openid', redirect_uri: kCallback });
  const callback = await signIn(url);
  assert.ok(!callback.searchParams.has('code'), 'nothing beside the JWT');
  const answer = await oauth.validateJwtAuthResponse(as, signer, callback, parameters.get('state'), kInsecure);
  const tokens = await redeem(signer, answer, verifier, parameters.get('nonce'));
  assert.equal(oauth.getValidatedIdTokenClaims(tokens).nonce, parameters.get('nonce'));
});

test('refuses_a_request_object_of_another_client', async () => {
  const { parameters } = await parametersOf();
  const object = await oauth.issueRequestObject(as, bank, parameters, { key: clientKeys.privateKey, kid: kKid });
  const page = await new FormBrowser().open(authorizationUrl(signer, { request: object, response_type: 'code' }), { until: kCallback });
  assert.equal(page.status, 400);
});

test('openid_client_does_the_hybrid_flow', async () => {
  const config = await openid.discovery(issuer, 'hybrid', undefined, openid.None(), { execute: [openid.allowInsecureRequests] });
  openid.useCodeIdTokenResponseType(config);
  const verifier = openid.randomPKCECodeVerifier();
  const nonce = openid.randomNonce();
  const state = openid.randomState();
  const url = openid.buildAuthorizationUrl(config, {
    redirect_uri: kCallback, scope: 'openid', nonce, state,
    code_challenge: await openid.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256',
  });
  const callback = await signIn(url);
  const tokens = await openid.authorizationCodeGrant(config, callback, { pkceCodeVerifier: verifier, expectedNonce: nonce, expectedState: state });
  assert.equal(tokens.claims().nonce, nonce);
});

test('the_server_ends_on_sigterm_and_its_log_is_clean', () => server.stop());
