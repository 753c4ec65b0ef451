// Debian's nginx with the snippet that `cardea gate config nginx` prints, in front of a small application which answers
// with what it was sent: the real proxy of the gate's tests, on a loopback port.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import path from 'node:path';

import { freePort, temporaryFolder, until } from '../harness.mjs';
import { request } from './form_browser.mjs';

const kBinaries = ['/usr/sbin/nginx', '/usr/bin/nginx'];

/// An application that shows a page or, to API clients, everything it received.
export async function startEcho() {
  const port = await freePort();
  const seen = [];
  const server = http.createServer((incoming, outgoing) => {
    let body = '';
    incoming.on('data', (part) => (body += part));
    incoming.on('end', () => {
      const { method, url, headers } = incoming;
      seen.push({ method, url, headers, body });
      if (/text\/html/.test(headers.accept ?? '')) {
        outgoing.writeHead(200, { 'content-type': 'text/html' });
        const text = (name) => String(headers[name] ?? '').replace(/[<&]/g, '');
        return outgoing.end(`<!doctype html><title>The application</title><p id="name">${text('x-auth-name')}</p>` +
          `<p id="role">${text('x-auth-role')}</p><p id="path">${url.replace(/[<&]/g, '')}</p>`);
      }
      outgoing.writeHead(200, { 'content-type': 'application/json' });
      outgoing.end(JSON.stringify({ method, url, headers, body }));
    });
  });
  await new Promise((resolve) => server.listen(port, '127.0.0.1', resolve));
  return { origin: `http://127.0.0.1:${port}`, seen, stop: () => new Promise((resolve) => { server.closeAllConnections(); server.close(resolve); }) };
}

function configuration(folder, port, snippet, more) {
  const user = process.getuid() === 0 ? 'user www-data;\n' : '';
  return `${user}worker_processes 1;
daemon off;
pid ${folder}/nginx.pid;
error_log ${folder}/error.log warn;
events { worker_connections 256; }
http {
  access_log off;
  client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy; fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi; scgi_temp_path ${folder}/scgi;
  large_client_header_buffers 4 32k;
  server {
    listen 127.0.0.1:${port};
    merge_slashes off;
${snippet}
${more}
  }
}
`;
}

/// Starts nginx; `snippet` is what the gate printed. Returns `{ origin, errors(), stop() }`.
export async function startNginx({ port, snippet, application, more = '' }) {
  const binary = kBinaries.find((name) => existsSync(name));
  assert.ok(binary, 'needs the package nginx');
  const folder = temporaryFolder();
  mkdirSync(path.join(folder, 'body'));
  chmodSync(folder, 0o711);  // large bodies are kept below it, by the user that root's nginx works as
  const text = configuration(folder, port, snippet.replaceAll('APPLICATION', application), more);
  writeFileSync(path.join(folder, 'nginx.conf'), text);
  const child = spawn(binary, ['-p', folder, '-c', path.join(folder, 'nginx.conf')], { stdio: ['ignore', 'pipe', 'pipe'] });
  process.on('exit', () => child.kill('SIGKILL'));
  let output = '';
  let ended = false;
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part) => (output += part));
  const closed = new Promise((resolve) => child.on('close', () => resolve((ended = true))));
  const log = path.join(folder, 'error.log');
  const errors = () => output + (existsSync(log) ? readFileSync(log, 'utf8') : '');
  const origin = `http://localhost:${port}`;
  await until('nginx to answer', async () => {
    assert.ok(!ended, `nginx ended:\n${errors()}\n${text}`);
    return (await request(`${origin}/gate/ready`).catch(() => null))?.status > 0;
  }, { seconds: 30, onTimeout: errors });
  return {
    origin,
    errors,
    async stop() {
      child.kill('SIGTERM');
      await closed;
    },
  };
}
