// What bench/gate.mjs works with, made once and kept for a day, so that a measurement need not sign first: for each
// algorithm two key pairs and tokens that are each seen once; and the settings of gates with 1, 100 and 10,000 providers.
// The tokens' provider stands last among them, so that one set of tokens serves every number.
import { execFileSync } from 'node:child_process';
import { createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

export const kCounts = [1, 100, 10_000];
export const kKinds = ['issuers', 'keys', 'discovery'];  // with an issuer; key files only; by discovery
const kLife = 48 * 3600;
const signLater = promisify(sign);
const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
const hashOf = (key, algorithm) => (algorithm === 'ES256' ? { key, dsaEncoding: 'ieee-p1363' } : key);

async function token(key, algorithm, claims) {
  const now = Math.floor(Date.now() / 1000);
  const input = `${part({ alg: algorithm, typ: 'JWT', kid: 'bench' })}.${part({ iat: now, exp: now + kLife, aud: 'bench', sub: 'u', ...claims })}`;
  return `${input}.${(await signLater('sha256', Buffer.from(input), hashOf(key, algorithm))).toString('base64url')}`;
}

const pairOf = (algorithm) => (algorithm === 'ES256' ? generateKeyPairSync('ec', { namedCurve: 'P-256' }) : generateKeyPairSync('rsa', { modulusLength: 2048 }));

/// The stub of the providers by discovery listens at a port that is kept with the files: it is in the tokens' issuer.
const issuerOf = (port, i) => `http://127.0.0.1:${port}/p${i}`;
export const kLastProvider = 'last';
export const tokensOf = (made, algorithm) => join(made.folder, `${algorithm}.tokens`);

/// Makes what is missing in `folder`. Returns `{ folder, port, tokens }`.
export async function prepare(folder, count) {
  const stamp = join(folder, 'made.json');
  if (existsSync(stamp)) {
    const made = JSON.parse(readFileSync(stamp, 'utf8'));
    if (made.tokens >= count && Date.now() - made.at < (kLife - 3600) * 1000) return made;
  }
  mkdirSync(folder, { recursive: true });
  const made = { at: Date.now(), tokens: count, folder, port: 20_000 + Math.floor(Math.random() * 10_000) };
  for (const algorithm of ['RS256', 'ES256']) {
    const right = pairOf(algorithm), other = pairOf(algorithm);
    for (const [name, keys] of [['right', right], ['other', other]]) {
      writeFileSync(join(folder, `${algorithm}-${name}.pem`), keys.publicKey.export({ type: 'spki', format: 'pem' }));
      writeFileSync(join(folder, `${algorithm}-${name}.key`), keys.privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
    }
    const lines = [];
    const iss = issuerOf(made.port, kLastProvider);
    for (let i = 0; i < count; i += 64) {
      const some = Array.from({ length: Math.min(64, count - i) }, (_, j) => token(right.privateKey, algorithm, { iss, jti: `${i + j}` }));
      lines.push(...await Promise.all(some));
    }
    writeFileSync(tokensOf(made, algorithm), `${lines.join('\n')}\n`, { mode: 0o600 });
  }
  execFileSync('openssl', ['req', '-new', '-x509', '-key', join(folder, 'RS256-right.key'), '-subj', '/CN=bench', '-days', '3', '-out', join(folder, 'RS256-right.crt')]);
  writeFileSync(stamp, JSON.stringify(made));
  return made;
}

/// Tokens of an issuer that no provider names: among key files each is looked for anew.
export function strangers(made, algorithm, count) {
  const key = createPrivateKey(readFileSync(join(made.folder, `${algorithm}-right.key`)));
  return Promise.all(Array.from({ length: count }, (_, i) => token(key, algorithm, { iss: `https://stranger${i}.example` })));
}

export function keySet(made, algorithm, name) {
  const jwk = createPublicKey(readFileSync(join(made.folder, `${algorithm}-${name}.pem`))).export({ format: 'jwk' });
  return { keys: [{ ...jwk, kid: 'bench', use: 'sig', alg: algorithm }] };
}

/// Writes the gate file of one kind, number and algorithm; returns its path.
export function gateFile(made, algorithm, kind, count) {
  const providers = {};
  for (let i = 1; i <= count; ++i) {
    const isLast = i === count;
    const issuer = issuerOf(made.port, isLast ? kLastProvider : i);
    providers[`p${i}`] = { ...(kind === 'keys' ? {} : { issuer }), algorithms: [algorithm], audiences: ['bench'],
      ...(kind === 'discovery' ? {} : { 'key-file': `${algorithm}-${isLast ? 'right' : 'other'}.pem` }) };
  }
  const path = join(made.folder, `${algorithm}-${kind}-${count}.yaml`);
  writeFileSync(path, JSON.stringify({ providers, applications: [{ name: 'bench', hosts: ['*'] }] }));
  return path;
}
