// bench/gate.mjs FOLDER: what bench/gate.sh works with. Makes FOLDER/ALG-issuers-N.yaml and FOLDER/ALG-keys-N.yaml (N
// providers with an issuer, N key files) for 1, 100 and 10,000, a token of the last provider of each, and FOLDER/new.txt:
// tokens by its key that are each seen once. One key pair serves all: what grows is the number of providers.
import { createSign, generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';

const [folder] = process.argv.slice(2);
const kTokens = 40_000;
const pair = (algorithm) => algorithm === 'ES256' ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
  : generateKeyPairSync('rsa', { modulusLength: 2048 });
const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
const now = Math.floor(Date.now() / 1000);

function token(key, algorithm, claims) {
  const input = `${part({ alg: algorithm, typ: 'JWT' })}.${part({ iat: now, exp: now + 7200, aud: 'bench', sub: 'u', ...claims })}`;
  const signer = createSign('sha256').update(input);
  const how = algorithm === 'ES256' ? { key, dsaEncoding: 'ieee-p1363' } : key;
  return `${input}.${signer.sign(how).toString('base64url')}`;
}

for (const algorithm of ['RS256', 'ES256']) {
  const right = pair(algorithm), other = pair(algorithm);
  const save = (name, keys) => writeFileSync(`${folder}/${name}.pem`, keys.publicKey.export({ type: 'spki', format: 'pem' }));
  save(`${algorithm}-right`, right);
  save(`${algorithm}-other`, other);
  for (const count of [1, 100, 10_000]) {
    for (const kind of ['issuers', 'keys']) {
      const providers = {};
      for (let i = 1; i <= count; ++i) {
        const last = i === count;
        providers[`p${i}`] = { ...(kind === 'issuers' ? { issuer: `https://p${i}.example` } : {}), algorithms: [algorithm],
          audiences: ['bench'], 'key-file': `${algorithm}-${last ? 'right' : 'other'}.pem` };
      }
      const file = { providers, applications: [{ name: 'bench', hosts: ['*'] }] };
      writeFileSync(`${folder}/${algorithm}-${kind}-${count}.yaml`, JSON.stringify(file));
    }
    writeFileSync(`${folder}/${algorithm}-${count}.token`, token(right.privateKey, algorithm, { iss: `https://p${count}.example` }));
  }
  const lines = [];
  for (let i = 0; i < kTokens; ++i) lines.push(token(right.privateKey, algorithm, { iss: 'https://p1.example', jti: `${i}` }));
  writeFileSync(`${folder}/${algorithm}-new.txt`, lines.join('\n'));
}
