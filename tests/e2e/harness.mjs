// Starts the shipped binary for one test file, watches what it prints, and stops it. A server that logs an error, a
// secret or a token, or that does not end on SIGTERM, fails the test that stops it.
//
//   CARDEA_BINARY          the binary; by default build/release/cardea
//   CARDEA_E2E_DATABASE    sqlite (default) or postgres; for the latter CARDEA_E2E_POSTGRES is the server's URL
//   CARDEA_E2E_LOG         set: every server's log is printed when it ends
//   CARDEA_E2E_KEYCLOAK    base URL of a running Keycloak (administrator admin/admin) to test these tests against
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { randomBytes, randomInt, webcrypto } from 'node:crypto';
import { closeSync, existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { request } from './support/form_browser.mjs';
import { KeycloakServer } from './support/keycloak.mjs';
import { freshDatabase } from './support/postgres.mjs';
import { kPeople, kSecrets } from './support/realm.mjs';

globalThis.crypto ??= webcrypto; // Debian 12's Node.js 18 has it only as a module; openid-client wants the global.

export const kRoot = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
export const kBinary = process.env.CARDEA_BINARY ?? path.join(kRoot, 'build/release/cardea');
export const kKeycloak = process.env.CARDEA_E2E_KEYCLOAK ?? '';
export const kDatabase = process.env.CARDEA_E2E_DATABASE ?? 'sqlite';
/// For tests of what Keycloak does otherwise, or not at all.
export const kOnlyCardea = { skip: kKeycloak ? 'the server is a Keycloak' : false };

const kReadySeconds = 60;
const kStopSeconds = 40;
const kCommandSeconds = 120;
const kPollMilliseconds = 20;
const kBusy = 3;
const kTokenShape = /eyJ[A-Za-z0-9_-]{12,}\.[A-Za-z0-9_-]{12,}/;
const kErrorLine = /^\S+Z\s+error\b|"level":"error"|AddressSanitizer|runtime error:|terminate called|Assertion/m;

const children = new Set();
process.on('exit', () => children.forEach((child) => child.kill('SIGKILL')));

/// Calls `attempt` until it returns something true. `seconds` is what a machine at leisure may take; one that is busy with
/// other tests gets three times that.
export async function until(what, attempt, { seconds = 10, onTimeout = () => '' } = {}) {
  const end = Date.now() + kBusy * seconds * 1000;
  for (;;) {
    const found = await attempt();
    if (found) return found;
    if (Date.now() > end) assert.fail(`waited ${kBusy * seconds} s for ${what}\n${onTimeout()}`);
    await new Promise((resolve) => setTimeout(resolve, kPollMilliseconds));
  }
}

function canListen(port) {
  return new Promise((resolve) => {
    const probe = net.createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
}

/// Files run side by side and listen some time after they were given a port: one port is given once in a run.
function reserve(port) {
  if (!process.env.CARDEA_E2E_PORTS) return true;
  try {
    closeSync(openSync(path.join(process.env.CARDEA_E2E_PORTS, `${port}`), 'wx'));
    return true;
  } catch {
    return false;
  }
}

/// A loopback port nobody listens on, below the range the system gives to outgoing connections.
export async function freePort() {
  for (let attempt = 0; attempt < 100; ++attempt) {
    const port = randomInt(20_000, 32_000);
    if ((await canListen(port)) && reserve(port)) return port;
  }
  assert.fail('no free port found');
}

export function temporaryFolder() {
  const folder = mkdtempSync(path.join(tmpdir(), 'cardea-e2e-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/// Runs a command of the binary to its end; one that is still running after a while is killed (`signal` says so).
export function runCommand(args, { environment = {}, cwd, binary = kBinary } = {}) {
  const child = spawn(binary, args, { cwd: cwd ?? temporaryFolder(), env: cleanEnvironment(environment) });
  children.add(child);
  const limit = setTimeout(() => child.kill('SIGKILL'), kCommandSeconds * 1000);
  let output = '';
  let errors = '';
  child.stdout.on('data', (part) => (output += part));
  child.stderr.on('data', (part) => (errors += part));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      clearTimeout(limit);
      children.delete(child);
      resolve({ code, signal, output, errors, all: output + errors });
    });
  });
}

function cleanEnvironment(more) {
  const kept = Object.entries(process.env).filter(([name]) => !/^(KC_|KEYCLOAK_|CARDEA_)/.test(name));
  return { ...Object.fromEntries(kept), ...more };
}

/// A certificate for `host`, signed by itself: the paths of `{ key, certificate }` in `folder`.
export function makeCertificate(folder, host) {
  const [key, certificate] = ['key.pem', 'certificate.pem'].map((name) => path.join(folder, name));
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2',
    '-subj', `/CN=${host}`, '-addext', `subjectAltName=DNS:${host}`, '-keyout', key, '-out', certificate], { stdio: 'ignore' });
  return { key, certificate };
}

export class Server {
  #child = null;
  #closed = null;
  #secrets = new Set([...Object.values(kPeople), ...Object.values(kSecrets)]);

  constructor(options) {
    this.options = options;
    this.log = '';
    this.exit = null;
  }

  /// Remembers a value that must never be logged.
  keepSecret(value) {
    this.#secrets.add(value);
    return value;
  }

  issuer(realm = 'village') {
    return `${this.base}/realms/${realm}`;
  }

  endpoint(name, realm) {
    return `${this.issuer(realm)}/protocol/openid-connect/${name}`;
  }

  get lines() {
    return this.log.split('\n').filter(Boolean);
  }

  async prepare() {
    const { realm, files, arguments: extra = [], bootstrap = true, database = kDatabase, https = false } = this.options;
    this.folder = temporaryFolder();
    this.dataDir = path.join(this.folder, 'data');
    this.port = await freePort();
    this.managementPort = await freePort();
    this.base = `${https ? 'https' : 'http'}://localhost:${this.port}`;
    this.management = `http://localhost:${this.managementPort}`;
    this.args = ['--data-dir', this.dataDir, '--http-management-port', `${this.managementPort}`, '--health-enabled=true',
      '--metrics-enabled=true', https ? '--https-port' : '--http-port', `${this.port}`];
    this.environment = {};
    if (https) this.args.push('--http-enabled=false', ...this.makeCertificate());
    if (bootstrap) {
      this.admin = { username: 'root', password: this.keepSecret(randomBytes(12).toString('base64url')) };
      this.environment.KC_BOOTSTRAP_ADMIN_USERNAME = this.admin.username;
      this.environment.KC_BOOTSTRAP_ADMIN_PASSWORD = this.admin.password;
    }
    if (database === 'postgres') {
      const url = await freshDatabase();
      this.args.push('--db', 'postgres', '--db-url', url.address, '--db-username', url.user);
      this.environment.KC_DB_PASSWORD = this.keepSecret(url.password);
      this.environment.KC_MASTER_KEY = this.keepSecret(randomBytes(32).toString('base64'));
    }
    const realms = files ?? (realm ? { [`${realm.realm}-realm.json`]: JSON.stringify(realm) } : {});
    if (Object.keys(realms).length) {
      const imports = path.join(this.folder, 'import');
      mkdirSync(imports);
      for (const [name, text] of Object.entries(realms)) writeFileSync(path.join(imports, name), text);
      this.args.push('--import-realm', Object.keys(realms).length === 1 ? path.join(imports, Object.keys(realms)[0]) : imports);
    }
    this.args.push(...extra);
    Object.assign(this.environment, this.options.environment);
  }

  /// A certificate for localhost, signed by itself; `ca` is what a client must trust.
  /// Called again, it makes another one in its place.
  makeCertificate() {
    const { key, certificate } = makeCertificate(this.folder, 'localhost');
    this.ca = readFileSync(certificate);
    return ['--https-certificate-file', certificate, '--https-certificate-key-file', key];
  }

  /// Starts the prepared server, the first time or again, and returns when it is ready.
  async run() {
    assert.ok(existsSync(kBinary), `no binary at ${kBinary}: ./dev build makes it`);
    this.exit = null;
    const { command = 'start-dev', cwd, under = [], binary = kBinary } = this.options;
    const [program, ...words] = [...under, binary, command, ...this.args];
    const child = spawn(program, words, { cwd: cwd ?? this.folder, env: cleanEnvironment(this.environment) });
    this.#child = child;
    children.add(child);
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8');
      stream.on('data', (part) => (this.log += part));
    }
    this.#closed = new Promise((resolve) => {
      child.on('error', (error) => (this.log += `${error}\n`));
      child.on('close', (code, signal) => {
        children.delete(child);
        resolve((this.exit = { code, signal }));
      });
    });
    await until('the server to be ready', () => this.isReady(), { seconds: kReadySeconds, onTimeout: () => this.log });
  }

  async isReady() {
    assert.ok(!this.exit, `the server ended with ${JSON.stringify(this.exit)}:\n${this.log}`);
    for (const scheme of this.ca ? ['http', 'https'] : ['http']) {
      const answer = await request(`${scheme}://localhost:${this.managementPort}/health/ready`, { ca: this.ca }).catch(() => null);
      if (answer?.status === 200) return true;
    }
    return false;
  }

  get pid() {
    return this.#child.pid;
  }

  signal(name) {
    this.#child.kill(name);
  }

  /// Waits for the process to end; fails after `seconds`.
  async ended(seconds = kStopSeconds) {
    let timer;
    const late = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new Error(`still running ${seconds} s after the signal:\n${this.log}`)), seconds * 1000);
    });
    try {
      return await Promise.race([this.#closed, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  /// kill -9, as a power cut would.
  async crash() {
    this.signal('SIGKILL');
    await this.ended();
  }

  async restart() {
    await this.endGracefully();
    await this.run();
  }

  async endGracefully() {
    if (this.exit) return;
    this.signal('SIGTERM');
    const { code, signal } = await this.ended();
    assert.equal(code, 0, `ended with code ${code} signal ${signal} on SIGTERM:\n${this.log.slice(-4000)}`);
  }

  /// Ends the server and judges its log.
  async stop({ allowedErrors = [] } = {}) {
    await this.endGracefully();
    this.checkLog(allowedErrors);
  }

  checkLog(allowedErrors = []) {
    if (process.env.CARDEA_E2E_LOG) console.log(this.log);
    const errors = this.lines.filter((line) => kErrorLine.test(line) && !allowedErrors.some((known) => known.test(line)));
    assert.deepEqual(errors, [], 'the server logged errors');
    assert.doesNotMatch(this.log, kTokenShape, 'the server logged a token');
    for (const secret of this.#secrets) assert.ok(!this.log.includes(secret), `the server logged a secret: ${secret}`);
  }
}

/// Starts a server. Options: `realm` (an object to import) or `files` (name to text), `command`, `arguments`,
/// `environment`, `bootstrap` (false: no administrator is given), `database`, `https`, `cwd`, `under` (the command that
/// runs the binary, which is put behind it), `binary` (another one).
export async function startServer(options = {}) {
  const server = kKeycloak ? new KeycloakServer(kKeycloak, options) : new Server(options);
  await server.prepare();
  await server.run();
  return server;
}
