// ID tokens that are not whole (guides.md G2-06): the login fails although Graph would answer.
import assert from 'node:assert/strict';
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { after } from 'node:test';
import { SignJWT, UnsecuredJWT, decodeJwt, decodeProtectedHeader, importJWK } from 'jose';

import { hubJourney, landed, signInUpstream, startHub } from '../support/hub.mjs';

const hub = await startHub();
after(() => hub.stop());
const { entra } = hub;
const uma = entra.directory.find('uma@contoso.example');
const own = () => importJWK(entra.keys[0].private, 'RS256');

async function again(token, change, { alg = 'RS256', key } = {}) {
  const claims = { ...decodeJwt(token), ...change };
  return new SignJWT(claims).setProtectedHeader({ ...decodeProtectedHeader(token), alg }).sign(key ?? (await own()));
}

const kForgeries = {
  wrong_nonce: (token) => again(token, { nonce: 'another' }),
  wrong_audience: (token) => again(token, { aud: 'another' }),
  expired: (token) => again(token, { exp: Math.floor(Date.now() / 1000) - 400 }),
  foreign_signature: (token) => again(token, {}, { key: generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey }),
  alg_none: async (token) => new UnsecuredJWT(decodeJwt(token)).encode(),
  hs256_with_the_public_key: (token) => again(token, {}, { alg: 'HS256',
    key: Buffer.from(createPublicKey({ key: entra.keys[0].public, format: 'jwk' }).export({ type: 'spki', format: 'pem' })) }),
};

hubJourney('G2_06_id_tokens_that_are_not_whole_are_refused', async ({ page }) => {
  for (const [name, forge] of Object.entries(kForgeries)) {
    await page.context().clearCookies();
    entra.faults.idToken = forge;
    await signInUpstream(hub, page, uma.upn);
    await page.locator('#input-error').waitFor();
    assert.match(await page.innerText('#input-error'), /Unexpected error|not valid at this time/, name);
    assert.equal(await hub.user(uma.upn), undefined, name);
  }
  delete entra.faults.idToken;
  await page.context().clearCookies();
  await signInUpstream(hub, page, uma.upn); // and whole ones are taken
  await landed(hub, page);
});

hubJourney('G2_34_a_clock_that_is_off_by_45_seconds_is_forgiven_and_by_5_minutes_is_told', async ({ page }) => {
  const now = () => Math.floor(Date.now() / 1000);
  entra.faults.idToken = (token) => again(token, { iat: now() + 45, nbf: now() + 45, exp: now() + 3645 });
  await page.context().clearCookies();
  await signInUpstream(hub, page, uma.upn);
  await landed(hub, page);
  entra.faults.idToken = (token) => again(token, { iat: now() + 300, nbf: now() + 300, exp: now() + 3900 });
  await page.context().clearCookies();
  await signInUpstream(hub, page, uma.upn);
  assert.match(await page.innerText('#input-error'), /clock/);
  delete entra.faults.idToken;
});
