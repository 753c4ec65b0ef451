// The same provider below /auth, as guides from before Keycloak 17 write it: a whole sign-in there, with its own issuer.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as client from 'openid-client';

import { freePort, startServer } from '../harness.mjs';
import { villageRealm } from '../support/realm.mjs';
import { authorizationRequest, claimsOf, discover, secretOf, signIn } from '../support/sign_in.mjs';

const port = await freePort();
const kCallback = `http://localhost:${port}/callback`;
const server = await startServer({ realm: villageRealm({ 4003: port }) });
const kIssuer = server.issuer().replace('/realms/', '/auth/realms/');

async function discoverBelowAuth() {
  return client.discovery(new URL(kIssuer), 'web', undefined, secretOf('web'), { execute: [client.allowInsecureRequests] });
}

test('refuses_tokens_of_one_base_at_the_other', async () => {
  const { tokens } = await signIn(server, await discoverBelowAuth(), kCallback);
  const answer = await fetch(server.endpoint('userinfo'), { headers: { authorization: `Bearer ${tokens.access_token}` } });
  assert.equal(answer.status, 401);
});

test('signs_in_stays_signed_in_and_refreshes_below_auth', async () => {
  const config = await discoverBelowAuth();
  assert.equal(config.serverMetadata().issuer, kIssuer);
  const { tokens, browser } = await signIn(server, config, kCallback);
  assert.equal(claimsOf(tokens.access_token).iss, kIssuer);
  const { url } = await authorizationRequest(config, kCallback);
  const again = await browser.open(url, { until: kCallback });
  assert.match(again.url, /code=/, 'single sign-on works there, too');
  const fresh = await client.refreshTokenGrant(config, tokens.refresh_token);
  assert.ok((await client.fetchUserInfo(config, fresh.access_token, claimsOf(tokens.id_token).sub)).preferred_username);
});

test('the_issuer_without_the_prefix_is_what_it_was', async () => {
  const config = await discover(server, 'web');
  assert.equal(config.serverMetadata().issuer, server.issuer());
});

test('the_server_ends_on_sigterm_and_its_log_is_clean', () => server.stop());
