// Certificates of clients for mutual TLS (RFC 8705), signed by an authority of the test's own; made by openssl.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';

function openssl(...args) {
  execFileSync('openssl', args, { stdio: 'ignore' });
}

const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

/// `ca`: path of the authority's certificate, for the server's trust store. `issue(name)`: what Node.js' TLS takes, for
/// the subject CN=name, another key each time; `selfSign(name)` is the same of nobody's authority.
export function makeAuthority(folder) {
  const file = (name) => path.join(folder, name);
  let serial = 0;
  const read = (id) => ({ key: readFileSync(file(`${id}.key`)), cert: readFileSync(file(`${id}.pem`)) });
  openssl('req', '-x509', ...newKey, '-keyout', file('ca.key'), '-out', file('ca.pem'), '-days', '2', '-subj', '/CN=authority of the test');
  return {
    ca: file('ca.pem'),
    issue(name) {
      const id = `client-${++serial}`;
      openssl('req', ...newKey, '-keyout', file(`${id}.key`), '-out', file(`${id}.csr`), '-subj', `/CN=${name}`);
      openssl('x509', '-req', '-in', file(`${id}.csr`), '-CA', file('ca.pem'), '-CAkey', file('ca.key'),
        '-set_serial', `${serial}`, '-days', '2', '-out', file(`${id}.pem`));
      return read(id);
    },
    selfSign(name) {
      const id = `client-${++serial}`;
      openssl('req', '-x509', ...newKey, '-keyout', file(`${id}.key`), '-out', file(`${id}.pem`), '-days', '2', '-subj', `/CN=${name}`);
      return read(id);
    },
  };
}
