// The server under test: on one core, on loopback, with two realms that differ in the signature algorithm only.
import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import { join, resolve } from 'node:path';
import { serverCore } from './load/drivers.mjs';
import { benchRealm } from './realm.mjs';

export const realmOf = { RS256: 'bench', ES256: 'bench-es' };
export const say = (text) => process.stderr.write(`${text}\n`);

export const freePort = () => new Promise((done) => {
  const s = net.createServer().listen(0, '127.0.0.1', () => { const { port } = s.address(); s.close(() => done(port)); });
});

export const get = (url) => new Promise((done) => {
  const r = http.get(url, { agent: false, timeout: 2000 }, (m) => {
    const parts = [];
    m.on('data', (d) => parts.push(d));
    m.on('end', () => done({ status: m.statusCode, headers: m.headers, body: Buffer.concat(parts) }));
  });
  r.on('error', () => done({ status: 0 }));
  r.on('timeout', () => r.destroy());
});

/// Seconds of CPU of a process so far.
export function cpuSeconds(pid) {
  const f = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /, '').split(' ');
  return (Number(f[11]) + Number(f[12])) / Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));
}

export async function until(what, limitMs = 30000) {
  const end = Date.now() + limitMs;
  while (Date.now() < end) {
    const r = await what();
    if (r) return r;
    await new Promise((again) => setTimeout(again, 1));  // a busy loop would take the core from PostgreSQL, which shares it
  }
  throw new Error('timed out');
}

/// A new key, or the one that `folder` keeps.
function masterKey(folder) {
  if (!folder) return randomBytes(32).toString('base64');
  const file = join(folder, 'bench-key');
  if (!existsSync(file)) writeFileSync(file, randomBytes(32).toString('base64'), { mode: 0o600 });
  return readFileSync(file, 'utf8');
}

export class Server {
  /// `databaseUrl`: PostgreSQL; SQLite without. The data folder is made under `parent`, which decides what a sync costs.
  /// `keep`: the folder itself, which stays, so that a later run finds what this one made.
  static async make({ binary, parent, users, databaseUrl = '', keep = '' }) {
    const server = new Server();
    server.binary = resolve(binary);
    if (keep) mkdirSync(keep, { recursive: true });
    server.work = keep ? resolve(keep) : mkdtempSync(join(parent, 'cardea-bench-'));
    process.on('exit', () => { server.process?.kill('SIGKILL'); if (!keep) rmSync(server.work, { recursive: true, force: true }); });
    server.port = await freePort();
    server.managementPort = await freePort();
    server.base = `http://127.0.0.1:${server.port}`;
    // A key for a database server is never made silently.
    server.environment = { ...process.env, KC_BOOTSTRAP_ADMIN_USERNAME: 'admin', KC_BOOTSTRAP_ADMIN_PASSWORD: 'bench-admin-password', KC_MASTER_KEY: masterKey(keep && server.work) };
    server.database = [`--data-dir=${join(server.work, 'data')}`, ...(databaseUrl ? ['--db=postgres', `--db-url=${databaseUrl}`] : [])];
    server.realms = join(server.work, 'realms');
    mkdirSync(server.realms, { recursive: true });
    for (const [algorithm, name] of Object.entries(realmOf)) {
      writeFileSync(join(server.realms, `${name}-realm.json`), JSON.stringify(benchRealm(name, algorithm, users)));
    }
    return server;
  }

  /// Resolves with the milliseconds from the start of the process to the first 200; gives up after `limitMs`.
  async start(extra = [], limitMs = 120000) {
    const begin = process.hrtime.bigint();
    const options = ['start', '--http-enabled=true', '--http-host=127.0.0.1', `--http-port=${this.port}`, `--http-management-port=${this.managementPort}`,
      '--hostname-strict=false', '--metrics-enabled=true', '--log-level=warn', ...this.database, ...extra];
    const started = spawn('taskset', ['-c', serverCore, this.binary, ...options], {
      env: this.environment, stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.process = started;
    let log = '';
    for (const stream of [started.stdout, started.stderr]) stream.on('data', (d) => { log += d; });
    started.on('exit', (code) => {
      if (started.expected) return;
      say(`server ended with ${code}: ${log}`);
      process.exit(1);
    });
    await until(async () => (await get(`${this.issuer('RS256')}/.well-known/openid-configuration`)).status === 200, limitMs);
    return Number(process.hrtime.bigint() - begin) / 1e6;
  }

  async stop() {
    this.process.expected = true;
    const gone = new Promise((done) => this.process.on('exit', done));
    this.process.kill('SIGTERM');
    await gone;
  }

  issuer(algorithm) { return `${this.base}/realms/${realmOf[algorithm]}`; }
  token(algorithm) { return `${this.issuer(algorithm)}/protocol/openid-connect/token`; }

  memory() {
    const rollup = readFileSync(`/proc/${this.process.pid}/smaps_rollup`, 'utf8');
    const kb = (name) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(rollup)?.[1] ?? 0);
    return { rss_kb: kb('Rss'), pss_kb: kb('Pss'), anonymous_kb: kb('Anonymous') };
  }

  cpu() { return cpuSeconds(this.process.pid); }

  async metrics() { return (await get(`http://127.0.0.1:${this.managementPort}/metrics`)).body.toString(); }

  async metric(name) {
    return Number(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)`, 'm').exec(await this.metrics())?.[1] ?? NaN);
  }

  /// Answers of any status by the public listener so far.
  async answers() {
    const lines = (await this.metrics()).matchAll(/^cardea_http_requests_total\{([^}]*)\} (\S+)/gm);
    return [...lines].filter(([, labels]) => labels.includes('listener="public"')).reduce((sum, [, , count]) => sum + Number(count), 0);
  }
}
