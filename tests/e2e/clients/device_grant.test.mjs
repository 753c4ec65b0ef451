// npm openid-client as a device without a browser (RFC 8628): it asks, shows a code, and polls while a person decides.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as client from 'openid-client';

import { startServer } from '../harness.mjs';
import { FormBrowser } from '../support/form_browser.mjs';
import { kPeople, villageRealm } from '../support/realm.mjs';
import { claimsOf, discover, refused } from '../support/sign_in.mjs';

function withTelevision(realm) {
  realm.oauth2DevicePollingInterval = 1;
  realm.clients.push({
    clientId: 'tv', name: 'Television', publicClient: true, standardFlowEnabled: false,
    attributes: { 'oauth2.device.authorization.grant.enabled': 'true' },
  });
}

const server = await startServer({ realm: villageRealm({}, withTelevision) });
const tv = await discover(server, 'tv', client.None());

/// What the device shows, read by a person who signs in and presses a button.
async function decide(url, button, username = 'ada') {
  const browser = new FormBrowser();
  const login = await browser.open(url);
  assert.equal(login.status, 200, login.words);
  const question = await browser.submit(login, { username, password: kPeople[username] }, { wanted: 'kc-form-login' });
  assert.match(question.words, /Television/);
  const done = await browser.submit(question, { [button]: 'x' });
  return done.words;
}

test('refuses_a_client_without_the_switch', async () => {
  const web = await discover(server, 'web');
  await refused(client.initiateDeviceAuthorization(web, { scope: 'openid' }), 'unauthorized_client');
});

test('refuses_the_device_when_the_person_says_no', async () => {
  const started = await client.initiateDeviceAuthorization(tv, { scope: 'openid' });
  assert.match(await decide(started.verification_uri_complete, 'cancel'), /Device Login Failed/);
  await refused(client.pollDeviceAuthorizationGrant(tv, started), 'access_denied');
});

test('gives_tokens_while_the_device_waits', async () => {
  const started = await client.initiateDeviceAuthorization(tv, { scope: 'openid profile' });
  assert.match(started.user_code, /^[B-Z]{4}-[B-Z]{4}$/);
  const waiting = client.pollDeviceAuthorizationGrant(tv, started);
  assert.match(await decide(started.verification_uri_complete, 'accept'), /Device Login Successful/);
  const tokens = await waiting;
  server.keepSecret(tokens.access_token);
  assert.equal(claimsOf(tokens.access_token).azp, 'tv');
  assert.equal(tokens.claims().preferred_username, 'ada');
  const again = await client.refreshTokenGrant(tv, tokens.refresh_token);
  assert.ok(again.access_token);
  await refused(client.pollDeviceAuthorizationGrant(tv, started), 'invalid_grant');
});

test('the_server_ends_on_sigterm_and_its_log_is_clean', () => server.stop());
