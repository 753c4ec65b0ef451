// The test authority and its certificate for localhost; signing keys as Entra publishes them: RSA, `kid` equal to `x5t`.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { exportJWK, importPKCS8 } from 'jose';

function openssl(...args) {
  execFileSync('openssl', args, { stdio: 'ignore' });
}

/// A folder that goes with the process: `{ folder, ca (path), key, certificate (PEM texts) }`.
export function makeAuthority() {
  const folder = mkdtempSync(path.join(tmpdir(), 'cardea-entra-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  const at = (name) => path.join(folder, name);
  openssl('req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-subj', '/CN=Test Authority',
    '-addext', 'basicConstraints=critical,CA:TRUE', '-keyout', at('ca.key'), '-out', at('ca.pem'));
  openssl('req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', '/CN=localhost', '-keyout', at('key.pem'),
    '-out', at('request.pem'));
  writeFileSync(at('names'), 'subjectAltName=DNS:localhost\nbasicConstraints=CA:FALSE\n');
  openssl('x509', '-req', '-in', at('request.pem'), '-CA', at('ca.pem'), '-CAkey', at('ca.key'), '-CAcreateserial', '-days', '2',
    '-extfile', at('names'), '-out', at('certificate.pem'));
  return { folder, ca: at('ca.pem'), key: readFileSync(at('key.pem')), certificate: readFileSync(at('certificate.pem')) };
}

/// A signing key with its certificate: `{ private: JWK, public: JWK }`.
export async function makeSigningKey(folder) {
  const [key, certificate] = ['sign.key', 'sign.pem'].map((name) => path.join(folder, name));
  openssl('req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=accounts.accesscontrol.windows.net', '-keyout', key,
    '-out', certificate);
  const der = Buffer.from(readFileSync(certificate, 'utf8').replace(/-----[^-]+-----|\s/g, ''), 'base64');
  const x5t = createHash('sha1').update(der).digest('base64url');
  const jwk = await exportJWK(await importPKCS8(readFileSync(key, 'utf8'), 'RS256', { extractable: true }));
  const { kty, n, e } = jwk;
  const common = { use: 'sig', kid: x5t, x5t, x5c: [der.toString('base64')] };
  return { private: { ...jwk, ...common, alg: 'RS256' }, public: { kty, ...common, n, e } };
}
