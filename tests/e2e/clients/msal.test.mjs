// Microsoft's own client in its OIDC mode against a realm of ours: msal-node by the code flow with PKCE, silently from
// its cache, by refresh, and for the application alone. MSAL takes https alone.
import assert from 'node:assert/strict';
import https from 'node:https';
import { test } from 'node:test';
import { ConfidentialClientApplication, CryptoProvider, ProtocolMode } from '@azure/msal-node';

import { freePort, kOnlyCardea, startServer } from '../harness.mjs';
import { FormBrowser } from '../support/form_browser.mjs';
import { msalNetwork } from '../support/msal_network.mjs';
import { kPeople, kSecrets, villageRealm } from '../support/realm.mjs';
import { claimsOf } from '../support/sign_in.mjs';

const kScope = 'address'; // MSAL leaves out those of OpenID and wants one besides
// MSAL renews what has 300 seconds left or less: tokens of 300 seconds, Keycloak's default, come from its cache only as long as
// the second lasts in which they were issued.
const longLived = (realm) => { realm.accessTokenLifespan = 900; };
const port = await freePort();
const kCallback = `http://localhost:${port}/callback`;
const server = kOnlyCardea.skip ? null : await startServer({ https: true, realm: villageRealm({ 4003: port }, longLived) });
const agent = server && new https.Agent({ ca: server.ca });

const networkClient = msalNetwork(agent);

function msal(clientId, clientSecret = kSecrets[clientId]) {
  return new ConfidentialClientApplication({
    auth: {
      clientId, clientSecret, authority: server.issuer(), knownAuthorities: [new URL(server.base).host],
      protocolMode: ProtocolMode.OIDC,
    },
    system: { networkClient },
  });
}

async function codeFor(url) {
  const browser = new FormBrowser({ ca: server.ca });
  const page = await browser.open(url, { until: kCallback });
  const back = await browser.submit(page, { username: 'ada', password: kPeople.ada }, { wanted: 'kc-form-login', until: kCallback });
  assert.equal(back.status, 302, back.words);
  return new URL(back.url).searchParams;
}

async function signIn(client) {
  const { verifier, challenge } = await new CryptoProvider().generatePkceCodes();
  const request = { scopes: ['openid', 'profile', kScope], redirectUri: kCallback };
  const url = await client.getAuthCodeUrl({ ...request, nonce: 'n-1', state: 's-1', codeChallenge: challenge, codeChallengeMethod: 'S256' });
  const answer = await codeFor(url);
  assert.equal(answer.get('state'), 's-1');
  return { request: { ...request, code: answer.get('code'), codeVerifier: verifier }, answer };
}

test('refuses_msal_with_a_wrong_secret_and_a_wrong_verifier', kOnlyCardea, async () => {
  await assert.rejects(msal('robot', 'wrong').acquireTokenByClientCredential({ scopes: [kScope] }),
    (error) => /invalid_client|unauthorized_client/.test(error.errorCode));
  const client = msal('web');
  const { request } = await signIn(client);
  await assert.rejects(client.acquireTokenByCode({ ...request, codeVerifier: 'x'.repeat(43) }), (error) => error.errorCode === 'invalid_grant');
});

test('msal_signs_somebody_in_and_refreshes', kOnlyCardea, async () => {
  const client = msal('web');
  const { request } = await signIn(client);
  const result = await client.acquireTokenByCode(request);
  server.keepSecret(result.accessToken);
  assert.equal(result.idTokenClaims.preferred_username, 'ada');
  assert.equal(result.idTokenClaims.iss, server.issuer());
  assert.equal(result.account.username, 'ada');
  const silent = await client.acquireTokenSilent({ account: result.account, scopes: [kScope] });
  assert.equal(silent.fromCache, true);
  const fresh = await client.acquireTokenSilent({ account: result.account, scopes: [kScope], forceRefresh: true });
  assert.equal(fresh.fromCache, false);
  assert.notEqual(fresh.accessToken, result.accessToken);
});

test('msal_gets_a_token_for_the_application_alone', kOnlyCardea, async () => {
  const result = await msal('robot').acquireTokenByClientCredential({ scopes: [kScope] });
  assert.equal(claimsOf(result.accessToken).azp, 'robot');
});

test('the_server_ends_on_sigterm_and_its_log_is_clean', kOnlyCardea, () => server.stop());
