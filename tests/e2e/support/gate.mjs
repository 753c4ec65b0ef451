// `cardea gate` in front of a small application, behind a real nginx that has the snippet the gate prints; and issuers
// of tokens made by hand, to send it what no decent provider would.
import assert from 'node:assert/strict';
import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import http from 'node:http';
import https from 'node:https';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { freePort, runCommand, startServer, temporaryFolder } from '../harness.mjs';
import { startCaddy } from './caddy.mjs';
import { request } from './form_browser.mjs';
import { startEcho, startNginx } from './nginx.mjs';

export const kListen = ['--http-host', 'localhost', '--http-enabled=true', '--proxy-headers', 'xforwarded',
  '--proxy-trusted-addresses', '127.0.0.1,::1', '--outbound-addresses', '127.0.0.1,::1'];

/// The same, with other proxies trusted.
const listening = (trusted) => kListen.map((word, at) => (trusted && kListen[at - 1] === '--proxy-trusted-addresses' ? trusted : word));

export function base64url(value) {
  return Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
}

/// A key pair with what tests need of it.
export class Key {
  constructor(kid, algorithm = 'RS256') {
    this.kid = kid;
    this.algorithm = algorithm;
    const curve = { ES256: 'P-256', ES384: 'P-384', ES512: 'P-521' }[algorithm];
    const pair = curve ? generateKeyPairSync('ec', { namedCurve: curve }) : generateKeyPairSync('rsa', { modulusLength: 2048 });
    this.private = pair.privateKey;
    this.public = pair.publicKey;
    this.pem = pair.publicKey.export({ type: 'spki', format: 'pem' });
  }

  jwk({ alg = true } = {}) {
    return { ...this.public.export({ format: 'jwk' }), kid: this.kid, use: 'sig', ...(alg ? { alg: this.algorithm } : {}) };
  }

  /// Signs with `algorithm`, whatever the key is registered for.
  token(claims, { header = {}, algorithm = this.algorithm } = {}) {
    const head = { alg: algorithm, typ: 'JWT', ...(this.kid ? { kid: this.kid } : {}), ...header };
    const input = `${base64url(head)}.${base64url(claims)}`;
    const hash = `sha${algorithm.slice(2)}`;
    const key = algorithm.startsWith('ES') ? { key: this.private, dsaEncoding: 'ieee-p1363' } : this.private;
    return `${input}.${sign(hash, Buffer.from(input), key).toString('base64url')}`;
  }
}

/// Forged ones.
export function unsigned(claims, alg = 'none', header = {}) {
  return `${base64url({ alg, typ: 'JWT', ...header })}.${base64url(claims)}.`;
}
export function hmacWith(secret, claims, header = {}) {
  const input = `${base64url({ alg: 'HS256', typ: 'JWT', ...header })}.${base64url(claims)}`;
  return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`;
}

export function now() {
  return Math.floor(Date.now() / 1000);
}

/// A provider that publishes a discovery document and keys, and nothing else. `keys` may be changed while it runs.
export class Issuer {
  keys = [];
  requests = [];
  isDown = false;

  async start(suffix = '') {
    this.port = await freePort();
    this.url = `http://localhost:${this.port}${suffix}`;
    await this.listen();
    return this;
  }

  async listen() {
    this.server = http.createServer((incoming, outgoing) => {
      this.requests.push(incoming.url);
      const answer = (body) => {
        outgoing.writeHead(200, { 'content-type': 'application/json' });
        outgoing.end(JSON.stringify(body));
      };
      if (incoming.url.endsWith('/.well-known/openid-configuration')) {
        const issuer = this.url;
        return answer({ issuer, jwks_uri: `${issuer}/keys`, authorization_endpoint: `${issuer}/authorize`,
          token_endpoint: `${issuer}/token`, id_token_signing_alg_values_supported: ['RS256'] });
      }
      if (incoming.url.endsWith('/keys')) return answer({ keys: this.keys });
      outgoing.writeHead(404).end();
    });
    await new Promise((resolve) => this.server.listen(this.port, 'localhost', resolve));
  }

  stop() {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(resolve));
  }
}

/// Runs `cardea gate` with `settings` (of the gate file; a function of the application's host) and the proxy ('nginx',
/// 'caddy' or null) and the application around it. `files`: name to text, beside the gate file. `start` starts another
/// application than the one that tells what it was sent; `edit` changes the printed piece, as an operator would.
export async function startGate({ trusted, settings, files = {}, environment = {}, more = '', proxy = 'nginx', port: wanted, arguments: extra = [],
  start = startEcho, edit = (printed) => printed }) {
  const folder = temporaryFolder();
  const port = wanted ?? await freePort();
  const host = `localhost:${port}`;
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), typeof text === 'string' ? text : JSON.stringify(text));
  }
  const file = path.join(folder, 'gate.yaml');
  writeFileSync(file, JSON.stringify(settings(host)));
  const gate = await startServer({ command: 'gate', bootstrap: false, database: 'sqlite', environment,
    arguments: [...listening(trusted), '--gate-file', file, ...extra] });
  const world = { gate, host, file, folder, origin: `http://${host}` };
  if (proxy) {
    world.application = await start();
    const printed = await runCommand(['gate', 'config', proxy, ...gate.args], { environment });
    assert.equal(printed.code, 0, printed.all);
    const snippet = edit(printed.output).replaceAll(`127.0.0.1:${gate.port}`, `localhost:${gate.port}`);
    world.proxy = await { nginx: startNginx, caddy: startCaddy }[proxy]({ port, snippet, application: world.application.origin, more });
    world.origin = world.proxy.origin;
  }
  world.stop = async (options) => {
    await world.proxy?.stop();
    await world.application?.stop();
    await gate.stop(options);
  };
  /// A request with a bearer token, or another Authorization header.
  world.call = (target, token, { authorization = token ? `Bearer ${token}` : undefined, headers = {}, ...options } = {}) =>
    request(`${world.origin}${target}`, { ca: world.proxy?.ca, headers: { ...(authorization ? { authorization } : {}), ...headers }, ...options });
  /// The same with a target that goes out as it is: Node's URL would resolve dots, escaped ones too.
  world.raw = (target, token, headers = {}) => new Promise((resolve, reject) => {
    const transport = world.origin.startsWith('https:') ? https : http;
    const outgoing = transport.request({ host: 'localhost', port, path: target, agent: false, ca: world.proxy?.ca,
      headers: { host, ...(token ? { authorization: `Bearer ${token}` } : {}), ...headers } }, (answer) => {
      let text = '';
      answer.on('data', (part) => (text += part));
      answer.on('end', () => resolve({ status: answer.statusCode, headers: answer.headers, text }));
    });
    outgoing.on('error', reject);
    outgoing.end();
  });
  return world;
}
