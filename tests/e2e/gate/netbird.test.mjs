// NetBird's management API behind the gate (guides.md G4.4): the check of its tokens, in its own words.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';

import { until } from '../harness.mjs';
import { hmacWith, Issuer, Key, now, startGate, unsigned } from '../support/gate.mjs';

const realm = await new Issuer().start('/realms/netbird');
const key = new Key('nb-1');
const curve = new Key('nb-2', 'ES256');
realm.keys = [key.jwk(), curve.jwk()];
after(() => realm.stop());
const world = await startGate({ settings: (host) => ({
  providers: { keycloak: { issuer: realm.url, algorithms: ['RS256', 'ES256'], audiences: ['netbird-client'] } },
  applications: [{ name: 'NetBird', hosts: [host], answers: 'netbird', headers: { 'X-User-Id': 'sub' } }] }) });

const claims = (change = {}) => {
  const made = { iss: realm.url, sub: 'user-1', aud: ['account', 'netbird-client'], iat: now() - 5, exp: now() + 300, ...change };
  for (const name of Object.keys(made)) if (made[name] === undefined) delete made[name];
  return made;
};
const users = (token) => world.call('/api/users', token);
async function refused(token, why) {
  const answer = await users(token);
  assert.equal(answer.status, 401, `${why}: ${answer.text}`);
  assert.deepEqual(answer.json(), { message: 'token invalid', code: 401 }, why);
}

test('refuses_nobody_in_netbirds_words', async () => {
  const answer = await users(undefined);
  assert.equal(answer.status, 401);
  assert.deepEqual(answer.json(), { message: 'no valid authentication provided', code: 401 });
});

test('G4_04_audience_list', async () => {
  const answer = await users(key.token(claims()));
  assert.equal(answer.status, 200, answer.text);
  assert.equal(answer.json().headers['x-user-id'], 'user-1');
  await refused(key.token(claims({ aud: 'account' })), 'only account');
});

test('G4_11_expired_and_no_exp', async () => {
  await refused(key.token(claims({ exp: now() - 60 })), 'expired');
  await refused(key.token(claims({ exp: undefined })), 'no exp');
});

test('G4_12_iat_ahead', async () => {
  assert.equal((await users(key.token(claims({ iat: now() + 2 })))).status, 200);
  assert.equal((await users(key.token(claims({ iat: now() + 25 })))).status, 200);
  await refused(key.token(claims({ iat: now() + 60 })), 'a minute');
});

test('G4_13_wrong_issuer', async () => {
  const other = realm.url.replace('/realms/', '/auth/realms/');
  await refused(key.token(claims({ iss: other })), '/auth/realms/');
  await until('the line with both strings', () => world.gate.lines.some((line) => line.includes(other) && line.includes(`expected: ${realm.url}`)));
});

test('G4_14_none_hmac_and_kid', async () => {
  for (const alg of ['none', 'None', 'NONE']) await refused(unsigned(claims(), alg), alg);
  await refused(hmacWith(key.pem, claims(), { kid: 'nb-1' }), 'HS256');
  const reads = () => realm.requests.filter((url) => url.endsWith('/keys')).length;
  const before = reads();
  for (let i = 0; i < 10; ++i) await refused(new Key(`made-up-${i % 3}`).token(claims()), 'an unknown kid');
  assert.ok(reads() <= before + 1, 'at most one fetch in 30 seconds');
});

test('an_es256_key_verifies', async () => {
  assert.equal((await users(curve.token(claims()))).status, 200);
});

test('the_gate_ends_on_sigterm_and_its_log_is_clean', () => world.stop());
