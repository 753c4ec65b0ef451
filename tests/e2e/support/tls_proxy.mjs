// A proxy that ends TLS in front of the server, as an operator's does: it sets X-Forwarded-* anew and passes everything on
// in plain HTTP.
import { readFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';

import { freePort, makeCertificate, temporaryFolder } from '../harness.mjs';

/// Starts one for `target` (an origin), which sees it come from `from`. Returns `{ origin, ca, stop() }`.
export async function startTlsProxy(target, from = '127.0.0.1') {
  const port = await freePort();
  const { key, certificate } = makeCertificate(temporaryFolder(), 'localhost');
  const ca = readFileSync(certificate);
  const { hostname, port: targetPort } = new URL(target);
  const proxy = https.createServer({ key: readFileSync(key), cert: ca }, (incoming, outgoing) => {
    const headers = { ...incoming.headers, 'x-forwarded-for': incoming.socket.remoteAddress, 'x-forwarded-proto': 'https',
      'x-forwarded-host': incoming.headers.host, 'x-forwarded-port': `${port}` };
    const passed = http.request({ host: hostname, port: targetPort, localAddress: from, method: incoming.method, path: incoming.url, headers },
      (answer) => {
        outgoing.writeHead(answer.statusCode, answer.headers);
        answer.pipe(outgoing);
      });
    passed.on('error', () => outgoing.destroy());
    incoming.pipe(passed);
  });
  await new Promise((resolve) => proxy.listen(port, '127.0.0.1', resolve));
  return {
    origin: `https://localhost:${port}`,
    ca,
    stop: () => new Promise((resolve) => { proxy.closeAllConnections(); proxy.close(resolve); }),
  };
}
