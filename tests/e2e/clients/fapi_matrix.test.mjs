// The four pairs of FAPI 2.0 with npm oauth4webapi over TLS: a client proves itself by private_key_jwt or by certificate
// (RFC 8705 section 2), and its tokens are bound by DPoP (RFC 9449) or to its certificate (RFC 8705 section 3). Policy
// fapi2, pushed requests, PKCE; every refusal for every pair (standards.md section 28).
import assert from 'node:assert/strict';
import https from 'node:https';
import { test } from 'node:test';

import { freePort, kOnlyCardea, startServer, temporaryFolder } from '../harness.mjs';
import { makeAuthority } from '../support/client_certificates.mjs';
import { FormBrowser } from '../support/form_browser.mjs';
import { kPeople, villageRealm } from '../support/realm.mjs';
import { claimsOf } from '../support/sign_in.mjs';

const oauth = await import('oauth4webapi'); // after the harness, which gives Node.js 18 its global crypto

const kCallback = `http://localhost:${await freePort()}/callback`;
const kKid = 'client-key';
const authority = makeAuthority(temporaryFolder());
const [clientKeys, otherKeys] = [await newKeys(), await newKeys()];
const jwk = await crypto.subtle.exportKey('jwk', clientKeys.publicKey);
const keySet = JSON.stringify({ keys: [{ kty: jwk.kty, crv: jwk.crv, x: jwk.x, y: jwk.y, kid: kKid, alg: 'ES256', use: 'sig' }] });

function newKeys() {
  return oauth.generateKeyPair('ES256', { extractable: true });
}

/// How a client proves itself, and what its tokens are bound to.
const kPairs = ['jwt', 'tls'].flatMap((proof) => ['dpop', 'tls'].map((bound) => ({ proof, bound, id: `${proof}-${bound}` })));

function application({ proof, bound, id }) {
  return {
    clientId: id,
    publicClient: false,
    clientAuthenticatorType: proof === 'jwt' ? 'client-jwt' : 'client-x509',
    standardFlowEnabled: true,
    redirectUris: [kCallback],
    attributes: {
      'cardea.policy': 'fapi2',
      ...(proof === 'jwt' ? { 'use.jwks.string': 'true', 'jwks.string': keySet } : { 'x509.subjectdn': `CN=${id}` }),
      ...(bound === 'dpop' ? { 'dpop.bound.access.tokens': 'true' } : { 'tls.client.certificate.bound.access.tokens': 'true' }),
    },
  };
}

const server = kOnlyCardea.skip ? null : await startServer({
  https: true,
  arguments: ['--https-client-auth=request', `--https-trust-store-file=${authority.ca}`],
  realm: villageRealm({}, (realm) => realm.clients.push(...kPairs.map(application))),
});

/// fetch that shows `certificate` in its handshake, when there is one; a connection of its own each time.
function fetchWith(certificate = {}) {
  return (url, { method, headers, body }) => new Promise((resolve, reject) => {
    const sent = https.request(url, { method, headers, ca: server.ca, agent: false, ...certificate }, (answer) => {
      const parts = [];
      answer.on('data', (part) => parts.push(part));
      answer.on('error', reject);
      answer.on('end', () => resolve(new Response(parts.length ? Buffer.concat(parts) : null, { status: answer.statusCode, headers: Object.entries(answer.headers) })));
    });
    sent.on('error', reject);
    sent.end(body?.toString());
  });
}

const issuer = server && new URL(server.issuer());
const as = server && await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, { [oauth.customFetch]: fetchWith() }));

/// What one side of a pair holds: `proof`, and `options` with the fetch and the DPoP handle.
async function holderOf({ proof, bound, id }, { keys = clientKeys, certificate } = {}) {
  const shown = certificate ?? (proof === 'tls' || bound === 'tls' ? authority.issue(id) : {});
  return {
    client: { client_id: id },
    certificate: shown,
    proof: proof === 'jwt' ? oauth.PrivateKeyJwt({ key: keys.privateKey, kid: kKid }) : oauth.TlsClientAuth(),
    options: { [oauth.customFetch]: fetchWith(shown), ...(bound === 'dpop' && { DPoP: oauth.DPoP({ client_id: id }, await newKeys()) }) },
  };
}

async function requestOf(more = {}) {
  const verifier = oauth.generateRandomCodeVerifier();
  const parameters = new URLSearchParams({
    redirect_uri: kCallback, response_type: 'code', scope: 'openid', state: oauth.generateRandomState(),
    nonce: oauth.generateRandomNonce(), code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256', ...more,
  });
  return { parameters, verifier };
}

async function push(holder, parameters) {
  const response = await oauth.pushedAuthorizationRequest(as, holder.client, holder.proof, parameters, holder.options);
  return oauth.processPushedAuthorizationResponse(as, holder.client, response);
}

function authorizationUrl(holder, query) {
  return `${as.authorization_endpoint}?${new URLSearchParams({ client_id: holder.client.client_id, ...query })}`;
}

/// A person signs in for a pushed request; gives the checked answer, the verifier and the nonce.
async function authorize(holder) {
  const { parameters, verifier } = await requestOf();
  const pushed = await push(holder, parameters);
  const browser = new FormBrowser({ ca: server.ca });
  const page = await browser.open(authorizationUrl(holder, { request_uri: pushed.request_uri }), { until: kCallback });
  assert.equal(page.status, 200, page.words);
  const back = await browser.submit(page, { username: 'ada', password: kPeople.ada }, { wanted: 'kc-form-login', until: kCallback });
  assert.equal(back.status, 302, back.words);
  const answer = oauth.validateAuthResponse(as, holder.client, new URL(back.url), parameters.get('state'));
  assert.equal(answer.get('iss'), as.issuer, 'RFC 9207');
  return { answer, verifier, nonce: parameters.get('nonce') };
}

async function redeem(holder, { answer, verifier, nonce }) {
  const response = await oauth.authorizationCodeGrantRequest(as, holder.client, holder.proof, answer, kCallback, verifier, holder.options);
  const tokens = await oauth.processAuthorizationCodeResponse(as, holder.client, response, { expectedNonce: nonce, requireIdToken: true });
  for (const token of [tokens.access_token, tokens.refresh_token]) server.keepSecret(token);
  return tokens;
}

async function refresh(holder, token) {
  const response = await oauth.refreshTokenGrantRequest(as, holder.client, holder.proof, token, holder.options);
  return oauth.processRefreshTokenResponse(as, holder.client, response);
}

/// The client as it is, but for what its tokens are bound to: another key of DPoP, or another certificate of its own.
async function otherSender(pair, holder) {
  const other = await holderOf(pair);
  return pair.bound === 'dpop' ? { ...other, options: { ...other.options, [oauth.customFetch]: holder.options[oauth.customFetch] } } : other;
}

/// The client without what binds its tokens.
function withoutSender(pair, holder) {
  const { DPoP, ...rest } = holder.options;
  return pair.bound === 'dpop' ? { ...holder, options: rest } : { ...holder, options: { ...rest, [oauth.customFetch]: fetchWith() } };
}

async function refusedWith(promise, ...errors) {
  const problem = await promise.then(() => assert.fail('not refused'), (thrown) => thrown);
  if (problem instanceof assert.AssertionError) throw problem;
  assert.ok(errors.includes(problem.error), `${problem.error} ${problem.error_description} ${problem.message} ${problem.cause?.message ?? ''}`);
}

for (const pair of kPairs) {
  const name = `fapi2_${pair.proof === 'jwt' ? 'private_key_jwt' : 'tls_client_auth'}_with_${pair.bound === 'dpop' ? 'dpop' : 'bound_certificate'}`;
  const refuses = (what, body) => test(`${name}_refuses_${what}`, kOnlyCardea, body);

  refuses('clients_that_prove_nothing_or_another_identity', async () => {
    const { parameters } = await requestOf();
    const holder = await holderOf(pair);
    await refusedWith(push({ ...holder, proof: oauth.None(), options: { ...holder.options, [oauth.customFetch]: fetchWith() } }, parameters), 'invalid_client');
    const stranger = pair.proof === 'jwt' ? { keys: otherKeys } : { certificate: authority.issue('somebody else') };
    await refusedWith(push(await holderOf(pair, stranger), parameters), 'invalid_client');
    await refusedWith(push({ ...holder, proof: oauth.ClientSecretPost('a-secret') }, parameters), 'invalid_client');
    if (pair.proof === 'jwt') return;
    const selfMade = await push(await holderOf(pair, { certificate: authority.selfSign(pair.id) }), parameters).then(() => null, (thrown) => thrown);
    assert.ok(selfMade, 'a certificate of nobody that is trusted, with the right name');
  });

  refuses('requests_that_were_not_pushed_or_lack_pkce', async () => {
    const holder = await holderOf(pair);
    const { parameters } = await requestOf();
    const page = await new FormBrowser({ ca: server.ca }).open(authorizationUrl(holder, Object.fromEntries(parameters)), { until: kCallback });
    assert.equal(new URL(page.url).searchParams.get('error'), 'invalid_request');
    await refusedWith(push(holder, (await requestOf({ code_challenge_method: 'plain' })).parameters), 'invalid_request');
    parameters.delete('code_challenge');
    parameters.delete('code_challenge_method');
    await refusedWith(push(holder, parameters), 'invalid_request');
    await refusedWith(push(holder, (await requestOf({ response_type: 'code id_token' })).parameters), 'unsupported_response_type');
    await refusedWith(push(holder, (await requestOf({ redirect_uri: `${kCallback}/more` })).parameters), 'invalid_request');
  });

  refuses('a_code_without_what_binds_the_token_and_with_another_verifier', async () => {
    const holder = await holderOf(pair);
    const unbound = withoutSender(pair, holder);
    await refusedWith(redeem(unbound, await authorize(holder)), pair.bound === 'tls' && pair.proof === 'tls' ? 'invalid_client' : 'invalid_request');
    const authorized = await authorize(holder);
    await refusedWith(redeem(holder, { ...authorized, verifier: oauth.generateRandomCodeVerifier() }), 'invalid_grant');
    if (pair.bound === 'dpop') await refusedWith(redeem(await otherSender(pair, holder), await authorize(holder)), 'invalid_grant');
  });

  refuses('a_code_twice_and_a_code_of_another_client', async () => {
    const holder = await holderOf(pair);
    const authorized = await authorize(holder);
    const tokens = await redeem(holder, authorized);
    await refusedWith(redeem(holder, authorized), 'invalid_grant');
    await refusedWith(refresh(holder, tokens.refresh_token), 'invalid_grant'); // the theft ended the family
    const other = kPairs.find(({ id }) => id !== pair.id);
    await refusedWith(redeem(await holderOf(other), await authorize(holder)), 'invalid_grant');
  });

  refuses('other_ways_to_a_token', async () => {
    const holder = await holderOf(pair);
    const parameters = { username: 'ada', password: kPeople.ada, scope: 'openid' };
    const answer = await oauth.genericTokenEndpointRequest(as, holder.client, holder.proof, 'password', parameters, holder.options);
    await refusedWith(oauth.processGenericTokenEndpointResponse(as, holder.client, answer), 'unauthorized_client');
  });

  test(`${name}_works_whole_and_its_tokens_are_worth_nothing_to_others`, kOnlyCardea, async () => {
    const holder = await holderOf(pair);
    const tokens = await redeem(holder, await authorize(holder));
    const { cnf } = claimsOf(tokens.access_token);
    assert.equal(tokens.token_type, pair.bound === 'dpop' ? 'dpop' : 'bearer');
    assert.deepEqual(Object.keys(cnf).filter((claim) => claim !== 'kc-jkt-type'), [pair.bound === 'dpop' ? 'jkt' : 'x5t#S256']);
    const { sub } = oauth.getValidatedIdTokenClaims(tokens);
    const ask = (who) => oauth.userInfoRequest(as, holder.client, tokens.access_token, who.options);
    const other = await otherSender(pair, holder);
    for (const thief of [withoutSender(pair, holder), other]) {
      assert.equal((await ask(thief)).status, 401, 'userinfo to somebody who found the token');
    }
    assert.equal((await oauth.processUserInfoResponse(as, holder.client, sub, await ask(holder))).preferred_username, 'ada');
    const again = await refresh(holder, tokens.refresh_token);
    server.keepSecret(again.access_token);
    assert.deepEqual(claimsOf(again.access_token).cnf, cnf, 'a refreshed token is bound alike');
  });
}

test('the_server_ends_on_sigterm_and_its_log_is_clean', kOnlyCardea, () => server.stop());
