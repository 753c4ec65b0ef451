// npm jose as an application that wants its tokens encrypted, and that encrypts what it asks: every algorithm that
// discovery names, in both directions, refusals first.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { freePort, kOnlyCardea, startServer } from '../harness.mjs';
import { FormBrowser, request } from '../support/form_browser.mjs';
import { kPeople, villageRealm } from '../support/realm.mjs';

const jose = await import('jose'); // after the harness, which gives Node.js 18 its global crypto

const kCallback = `http://localhost:${await freePort()}/callback`;
const kSecret = 'a-secret-of-an-application';
const kAlgorithms = ['ECDH-ES+A256KW', 'ECDH-ES+A192KW', 'ECDH-ES+A128KW', 'RSA-OAEP', 'RSA-OAEP-256', 'ECDH-ES'];
const kContents = ['A256GCM', 'A192GCM', 'A128GCM', 'A128CBC-HS256', 'A192CBC-HS384', 'A256CBC-HS512'];

const signing = await jose.generateKeyPair('ES256', { extractable: true });
const encryption = {};
const keys = [{ ...(await jose.exportJWK(signing.publicKey)), kid: 's', alg: 'ES256', use: 'sig' }];
for (const alg of kAlgorithms) {
  encryption[alg] = await jose.generateKeyPair(alg, { extractable: true });
  keys.push({ ...(await jose.exportJWK(encryption[alg].publicKey)), kid: alg, alg, use: 'enc' });
}
const keySet = JSON.stringify({ keys });

function application(clientId, attributes) {
  return {
    clientId,
    enabled: true,
    publicClient: false,
    secret: kSecret,
    standardFlowEnabled: true,
    directAccessGrantsEnabled: true,
    redirectUris: [kCallback],
    attributes: { 'use.jwks.string': 'true', 'jwks.string': keySet, ...attributes },
  };
}

const pairs = kAlgorithms.flatMap((alg) => kContents.map((enc) => ({ alg, enc, id: `app-${alg}-${enc}`.replaceAll('+', '-') })));
const server = await startServer({
  realm: villageRealm({}, (realm) => {
    for (const { alg, enc, id } of pairs) {
      realm.clients.push(application(id, {
        'id.token.encrypted.response.alg': alg,
        'id.token.encrypted.response.enc': enc,
        'user.info.encrypted.response.alg': alg,
        'user.info.encrypted.response.enc': enc,
        'user.info.response.signature.alg': 'RS256',
        'authorization.encrypted.response.alg': alg,
        'authorization.encrypted.response.enc': enc,
      }));
    }
    realm.clients.push(application('keyless', { 'use.jwks.string': 'false', 'id.token.encrypted.response.alg': 'RSA-OAEP' }));
    realm.clients.push(application('asks', {}));
    realm.clients.push(application('asks-encrypted', { 'request.object.encryption.alg': 'RSA-OAEP' }));
  }),
});
const issuer = server.issuer();
const document = (await request(`${issuer}/.well-known/openid-configuration`)).json();
const ours = jose.createLocalJWKSet((await request(document.jwks_uri)).json());

async function tokensOf(clientId) {
  const form = { grant_type: 'password', client_id: clientId, client_secret: kSecret, username: 'ada', password: kPeople.ada, scope: 'openid' };
  const answer = await request(document.token_endpoint, { method: 'POST', form });
  if (answer.status === 200) server.keepSecret(answer.json().access_token);
  return answer;
}

async function opened(jwe, { alg, enc }) {
  const { plaintext, protectedHeader } = await jose.compactDecrypt(jwe, encryption[alg].privateKey);
  assert.equal(protectedHeader.alg, alg);
  assert.equal(protectedHeader.enc, enc);
  assert.equal(protectedHeader.kid, alg);
  assert.equal(protectedHeader.cty, 'JWT');
  return jose.jwtVerify(new TextDecoder().decode(plaintext), ours, { issuer });
}

async function requestObject(clientId, { alg, encrypts = true, signs = true } = {}) {
  const claims = { client_id: clientId, iss: clientId, aud: issuer, response_type: 'code', redirect_uri: kCallback, scope: 'openid', state: 'inner' };
  const inner = signs
    ? await new jose.SignJWT(claims).setProtectedHeader({ alg: 'ES256', kid: 's' }).sign(signing.privateKey)
    : JSON.stringify(claims);
  if (!encrypts) return inner;
  const published = (await request(document.jwks_uri)).json().keys.find((key) => key.use === 'enc');
  return new jose.CompactEncrypt(new TextEncoder().encode(inner))
    .setProtectedHeader({ alg: alg ?? published.alg, enc: 'A256GCM', kid: published.kid, cty: 'JWT' })
    .encrypt(await jose.importJWK(published, alg ?? published.alg));
}

async function ask(clientId, object) {
  const url = new URL(document.authorization_endpoint);
  url.searchParams.set('client_id', clientId);
  url.searchParams.set('request', object);
  return new FormBrowser().open(url, { until: kCallback });
}

test('refuses_to_answer_in_clear_a_client_that_has_no_key', kOnlyCardea, async () => {
  const answer = await tokensOf('keyless');
  assert.equal(answer.status, 500);
  assert.ok(!answer.text.includes('eyJ'));
});

test('refuses_request_objects_that_nobody_signed_or_that_are_not_encrypted_as_registered', kOnlyCardea, async () => {
  assert.equal((await ask('asks', await requestObject('asks', { signs: false }))).status, 400);
  assert.equal((await ask('asks', await requestObject('asks', { alg: 'RSA-OAEP-256' }))).status, 400);
  assert.equal((await ask('asks-encrypted', await requestObject('asks-encrypted', { encrypts: false }))).status, 400);
});

test('request_objects_encrypted_to_the_realm_are_taken', kOnlyCardea, async () => {
  assert.deepEqual(document.request_object_encryption_alg_values_supported, ['RSA-OAEP']);
  for (const id of ['asks', 'asks-encrypted']) {
    const page = await ask(id, await requestObject(id));
    assert.equal(page.status, 200, page.words);
  }
});

test('discovery_names_what_is_done', kOnlyCardea, () => {
  for (const what of ['id_token', 'userinfo', 'authorization']) {
    assert.deepEqual(document[`${what}_encryption_alg_values_supported`], kAlgorithms);
    assert.deepEqual(document[`${what}_encryption_enc_values_supported`], kContents);
  }
});

test('every_pair_of_algorithms_is_decrypted_by_jose', kOnlyCardea, async () => {
  for (const pair of pairs) {
    const tokens = (await tokensOf(pair.id)).json();
    const { payload } = await opened(tokens.id_token, pair);
    assert.equal(payload.aud, pair.id);
    const info = await request(document.userinfo_endpoint, { headers: { authorization: `Bearer ${tokens.access_token}` } });
    assert.match(info.headers['content-type'], /^application\/jwt/);
    assert.equal((await opened(info.text, pair)).payload.preferred_username, 'ada');
  }
});

test('answers_are_decrypted_by_jose', kOnlyCardea, async () => {
  const pair = pairs[0];
  const url = new URL(document.authorization_endpoint);
  for (const [name, value] of Object.entries({ client_id: pair.id, response_type: 'code', response_mode: 'query.jwt', redirect_uri: kCallback,
    scope: 'openid', state: 'kept', prompt: 'none' })) url.searchParams.set(name, value);
  const page = await new FormBrowser().open(url, { until: kCallback });
  const { payload } = await opened(new URL(page.url).searchParams.get('response'), pair);
  assert.equal(payload.error, 'login_required');
  assert.equal(payload.state, 'kept');
});

// A client that cannot be answered is for its administrator to mend.
test('the_server_ends_on_sigterm_and_its_log_is_clean', () => server.stop({ allowedErrors: [/note=client_has_no_key_set/] }));
