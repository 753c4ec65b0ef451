// The proxies that bench/gate.mjs measures: nginx with and without auth_request to the gate, and Apache with and without
// mod_auth_openidc, each with one core and the same one-line answer; and the stub that publishes keys of many providers.
import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import { join } from 'node:path';
import { freePort, get, until } from '../server.mjs';
import { serverCore } from './drivers.mjs';

const user = process.getuid() === 0 ? 'www-data' : '';

function pinned(command, folder, url) {
  const child = spawn('taskset', ['-c', serverCore, ...command], { stdio: ['ignore', 'ignore', 'inherit'] });
  const stop = () => { child.kill('SIGTERM'); rmSync(folder, { recursive: true, force: true }); };
  process.on('exit', stop);
  return until(async () => {
    if (child.exitCode !== null) throw new Error(`${command[0]} ended with ${child.exitCode}`);
    return (await get(url)).status === 200;
  }).then(() => ({ stop }));
}

/// `/plain` is open, `/guarded` is asked about at the gate.
export async function startNginx(gatePort) {
  const folder = mkdtempSync(join(os.tmpdir(), 'cardea-bench-nginx-'));
  const port = await freePort();
  writeFileSync(join(folder, 'nginx.conf'), `${user && `user ${user};`} worker_processes 1; daemon off; pid ${folder}/pid; error_log ${folder}/error.log;
events { worker_connections 1024; }
http {
  access_log off; keepalive_requests 1000000000;
  client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy; fastcgi_temp_path ${folder}/fastcgi; uwsgi_temp_path ${folder}/uwsgi; scgi_temp_path ${folder}/scgi;
  upstream gate { server 127.0.0.1:${gatePort}; keepalive 64; keepalive_requests 1000000000; }
  server {
    listen 127.0.0.1:${port};
    location = /ok { internal; return 200 ok; }
    location /plain { try_files /none /ok; }
    location /guarded { auth_request /gate/check; try_files /none /ok; }
    location = /gate/check {
      internal; proxy_pass http://gate; proxy_http_version 1.1; proxy_set_header Connection "";
      proxy_pass_request_body off; proxy_set_header Content-Length "";
      proxy_set_header X-Forwarded-For $remote_addr; proxy_set_header X-Forwarded-Host $http_host; proxy_set_header X-Forwarded-Proto $scheme;
      proxy_set_header X-Forwarded-Method $request_method; proxy_set_header X-Forwarded-Uri $request_uri;
    }
  }
}
`);
  const origin = `http://127.0.0.1:${port}`;
  return { origin, ...await pinned(['nginx', '-p', folder, '-c', join(folder, 'nginx.conf')], folder, `${origin}/plain`) };
}

/// `/plain` is open; `/guarded` takes tokens whose signature mod_auth_openidc checks with the key of `certificate`.
export async function startApache(certificate) {
  const folder = mkdtempSync(join(os.tmpdir(), 'cardea-bench-apache-'));
  const port = await freePort();
  mkdirSync(join(folder, 'www'), { mode: 0o755 });
  for (const name of ['plain', 'guarded']) writeFileSync(join(folder, 'www', name), 'ok');
  const modules = ['mpm_event', 'authn_core', 'authz_core', 'authz_user', 'auth_openidc'];
  writeFileSync(join(folder, 'httpd.conf'), `ServerRoot "${folder}"
Listen 127.0.0.1:${port}
ServerName localhost
PidFile "${folder}/pid"
ErrorLog "${folder}/error.log"
LogLevel error
DefaultRuntimeDir "${folder}"
${user && `User ${user}\nGroup ${user}`}
${modules.map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`).join('\n')}
StartServers 1
ServerLimit 1
ThreadsPerChild 64
MaxRequestWorkers 64
KeepAlive On
MaxKeepAliveRequests 0
EnableSendfile Off
DocumentRoot "${folder}/www"
OIDCCryptoPassphrase a-passphrase-of-this-benchmark
OIDCOAuthVerifyCertFiles "bench#${certificate}"
OIDCOAuthRemoteUserClaim sub
<Directory "${folder}/www">
  Require all granted
</Directory>
<Location "/guarded">
  AuthType oauth20
  Require valid-user
</Location>
`);
  chmodSync(folder, 0o755);
  const origin = `http://127.0.0.1:${port}`;
  return { origin, ...await pinned(['/usr/sbin/apache2', '-f', join(folder, 'httpd.conf'), '-DFOREGROUND'], folder, `${origin}/plain`) };
}

/// Discovery documents and key sets of any number of providers, told apart by the first part of the path. Runs in the
/// process of the load. `keysOf(name)`: the key set. Returns `{ asked(), stop() }`.
export function startProviders(port, keysOf) {
  let asked = 0;
  const server = http.createServer((incoming, outgoing) => {
    ++asked;
    const name = incoming.url.split('/')[1];
    const issuer = `http://127.0.0.1:${port}/${name}`;
    outgoing.writeHead(200, { 'content-type': 'application/json' });
    outgoing.end(JSON.stringify(incoming.url.endsWith('/keys') ? keysOf(name)
      : { issuer, jwks_uri: `${issuer}/keys`, authorization_endpoint: `${issuer}/a`, token_endpoint: `${issuer}/t` }));
  });
  return new Promise((done) => server.listen(port, '127.0.0.1', () => done({
    asked: () => asked,
    stop: () => { server.closeAllConnections(); server.close(); },
  })));
}
