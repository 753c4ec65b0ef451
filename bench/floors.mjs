// The floors of the design (one server core), each a ratio taken in one run, in interleaved pairs with the machine's raw
// limit or with nginx. Everything on loopback, every step bounded in time.
//
//   node bench/floors.mjs --binary build/bench/cardea --raw build/bench/raw_limits [--db sqlite|postgres] [--db-url URL]
//        [--rounds 3] [--seconds 4] [--only cc,discovery,...] [--out bench/results/floors-sqlite.json] [--users N]
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import os from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { benchRealm } from './realm.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const opt = { binary: 'build/bench/cardea', raw: 'build/bench/raw_limits', db: 'sqlite', rounds: '3', seconds: '4', only: '', out: '', users: '100' };
for (let i = 2; i < process.argv.length; i += 2) opt[process.argv[i].replace(/^--/, '')] = process.argv[i + 1];
const rounds = Number(opt.rounds);
const seconds = Number(opt.seconds);
const wanted = (name) => !opt.only || opt.only.split(',').includes(name);
const work = mkdtempSync(join(os.tmpdir(), 'cardea-bench-'));
const say = (text) => process.stderr.write(`${text}\n`);
const median = (list) => [...list].sort((a, b) => a - b)[Math.floor((list.length - 1) / 2)];
const round = (x, digits = 3) => Math.round(x * 10 ** digits) / 10 ** digits;

const freePort = () => new Promise((done) => {
  const s = net.createServer().listen(0, '127.0.0.1', () => { const { port } = s.address(); s.close(() => done(port)); });
});
const get = (url) => new Promise((done) => {
  const r = http.get(url, { agent: false, timeout: 2000 }, (m) => { const parts = []; m.on('data', (d) => parts.push(d)); m.on('end', () => done({ status: m.statusCode, headers: m.headers, body: Buffer.concat(parts) })); });
  r.on('error', () => done({ status: 0 }));
  r.on('timeout', () => r.destroy());
});
const until = async (what, limitMs = 30000) => {
  const end = Date.now() + limitMs;
  while (Date.now() < end) { const r = await what(); if (r) return r; await new Promise((r2) => setImmediate(r2)); }
  throw new Error('timed out');
};

function memory(pid) {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  const kb = (name) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(rollup)?.[1] ?? 0);
  return { rss_kb: kb('Rss'), anonymous_kb: kb('Anonymous') };
}
const ticks = (pid) => { const f = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /, '').split(' '); return Number(f[11]) + Number(f[12]); };

/// One core's raw rate, on the server's core while the server is idle.
function raw(name) {
  const r = JSON.parse(execFileSync('taskset', ['-c', '0', opt.raw, String(Math.max(1, seconds / 2)), name], { encoding: 'utf8' }));
  return r[name];
}
function wrk(url, { method = 'GET', auth = '', body = '', connections = 32, duration = seconds } = {}) {
  const r = spawnSync('taskset', ['-c', '1', 'wrk', '-t1', `-c${connections}`, `-d${duration}s`, '--latency', '-s', join(here, 'load/http.lua'), url],
    { encoding: 'utf8', env: { ...process.env, WRK_METHOD: method, WRK_AUTH: auth, WRK_BODY: body, WRK_TAG: 'x' } });
  const line = /^RESULT (.*)$/m.exec(r.stdout);
  if (!line) throw new Error(`wrk: ${r.stdout} ${r.stderr}`);
  const out = JSON.parse(line[1]);
  if (out.err_status > 0) throw new Error(`wrk: ${out.err_status} answers were errors at ${url}`);
  return out;
}
function loginDriver(mode, issuer, extra = []) {
  const r = spawnSync('taskset', ['-c', '1', 'node', join(here, 'load/login.mjs'), '--mode', mode, '--issuer', issuer, '--client-id', 'bench-web',
    '--client-secret', 'bench-web-secret', '--redirect-uri', 'https://app.example.test/cb', '--user', 'bench', '--password', 'bench',
    '--users', opt.users, '--concurrency', '8', '--duration', String(seconds), '--warmup', '1', ...extra], { encoding: 'utf8' });
  const line = /^RESULT (.*)$/m.exec(r.stdout);
  if (!line) throw new Error(`login.mjs ${mode}: ${r.stdout} ${r.stderr}`);
  const out = JSON.parse(line[1]);
  if (out.err_status > 0) throw new Error(`${mode}: ${out.err_status} failures, first: ${out.first_error}`);
  return out;
}

const results = { when: new Date().toISOString().slice(0, 10), db: opt.db, cpu: os.cpus()[0].model, rounds, seconds, floors: [] };
function record(name, floor, pairs, more = {}) {
  const ratios = pairs.map((p) => p.ours / p.limit);
  const row = { name, ours: round(median(pairs.map((p) => p.ours)), 1), limit: round(median(pairs.map((p) => p.limit)), 1), ratio: round(median(ratios)), ratios: ratios.map((r) => round(r)), floor, holds: median(ratios) >= floor, ...more };
  results.floors.push(row);
  say(JSON.stringify(row));
}
async function pairs(limit, ours) {
  const list = [];
  for (let i = 0; i < rounds; i++) list.push({ limit: await limit(), ours: await ours() });
  return list;
}

// --- the server -----------------------------------------------------------------------------------------------------
const port = await freePort();
const managementPort = await freePort();
const base = `http://127.0.0.1:${port}`;
const realms = join(work, 'realms');
mkdirSync(realms);
writeFileSync(join(realms, 'bench-realm.json'), JSON.stringify(benchRealm('bench', 'RS256', Number(opt.users))));
writeFileSync(join(realms, 'bench-es-realm.json'), JSON.stringify(benchRealm('bench-es', 'ES256', Number(opt.users))));
const database = opt.db === 'postgres' ? ['--db', 'postgres', '--db-url', opt['db-url']] : ['--data-dir', join(work, 'data')];
if (opt.db === 'postgres') database.push('--data-dir', join(work, 'data'));
const environment = { ...process.env, KC_BOOTSTRAP_ADMIN_USERNAME: 'admin', KC_BOOTSTRAP_ADMIN_PASSWORD: 'bench-admin-password' };
let server;
async function start(extra = []) {
  const t0 = process.hrtime.bigint();
  server = spawn('taskset', ['-c', '0', resolve(opt.binary), 'start', '--http-enabled=true', '--http-host=127.0.0.1', `--http-port=${port}`, `--http-management-port=${managementPort}`,
    '--hostname-strict=false', '--log-level=warn', ...database, ...extra], { env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
  let log = '';
  server.stdout.on('data', (d) => { log += d; });
  server.stderr.on('data', (d) => { log += d; });
  server.on('exit', (code) => { if (!server.expected) { say(`server ended with ${code}: ${log}`); process.exit(1); } });
  await until(async () => (await get(`${base}/realms/bench/.well-known/openid-configuration`)).status === 200, 120000);
  return Number(process.hrtime.bigint() - t0) / 1e6;
}
async function stop() {
  server.expected = true;
  const gone = new Promise((done) => server.on('exit', done));
  server.kill('SIGTERM');
  await gone;
}
const children = [];
process.on('exit', () => { server?.kill('SIGKILL'); children.forEach((c) => c.kill('SIGKILL')); rmSync(work, { recursive: true, force: true }); });

await start([`--import-realm=${realms}`]);
await stop();
const starts = [];
for (let i = 0; i < 5; i++) { starts.push(await start()); if (i < 4) await stop(); }
results.start_ms = round(median(starts), 1);
results.idle = memory(server.pid);
say(JSON.stringify({ start_ms: results.start_ms, floor_ms: 50, ...results.idle }));

const issuer = (realm) => `${base}/realms/${realm}`;
const endpoint = (realm, path) => `${issuer(realm)}/protocol/openid-connect/${path}`;
const basic = `Basic ${Buffer.from('bench-service:bench-service-secret').toString('base64')}`;
const ccBody = 'grant_type=client_credentials';
const realmOf = { RS256: 'bench', ES256: 'bench-es' };
const rawOf = { RS256: 'rs256', ES256: 'es256' };

if (wanted('cc')) {
  for (const [alg, floor] of [['RS256', 0.8], ['ES256', 0.48]]) {
    let last;
    const list = await pairs(() => raw(rawOf[alg]), () => { last = wrk(endpoint(realmOf[alg], 'token'), { method: 'POST', auth: basic, body: ccBody }); return last.rps; });
    record(`client_credentials ${alg}`, floor, list, { p50_us: last.p50_us, p99_us: last.p99_us });
  }
}
if (wanted('static')) {
  for (const [name, path] of [['discovery', '/realms/bench/.well-known/openid-configuration'], ['jwks', '/realms/bench/protocol/openid-connect/certs']]) {
    const document = await get(base + path);
    const nginxPort = await freePort();
    const dir = join(work, `nginx-${name}`);
    mkdirSync(dir);
    writeFileSync(join(dir, 'body.json'), document.body);
    const extra = Object.entries(document.headers).filter(([k]) => !['date', 'content-length', 'content-type', 'connection'].includes(k)).map(([k, v]) => `add_header ${k} "${v}";`).join(' ');
    writeFileSync(join(dir, 'nginx.conf'), `daemon off; master_process off; worker_processes 1; pid ${dir}/pid; error_log stderr error;
events { worker_connections 1024; } http { access_log off; keepalive_requests 100000000; default_type application/json; open_file_cache max=10; sendfile on; tcp_nopush on;
server { listen 127.0.0.1:${nginxPort} reuseport; root ${dir}; location = /body.json { ${extra} } } }`);
    const nginx = spawn('taskset', ['-c', '0', 'nginx', '-c', join(dir, 'nginx.conf')], { stdio: 'ignore' });
    children.push(nginx);
    await until(async () => (await get(`http://127.0.0.1:${nginxPort}/body.json`)).status === 200);
    const list = await pairs(() => wrk(`http://127.0.0.1:${nginxPort}/body.json`).rps, () => wrk(base + path).rps);
    record(`${name} beside nginx`, 0.8, list, { bytes: document.body.length });
    nginx.kill('SIGKILL');
  }
}
if (wanted('refresh')) {
  for (const alg of ['RS256', 'ES256']) {
    const list = await pairs(() => raw(rawOf[alg]) / 2, () => loginDriver('refresh', issuer(realmOf[alg]), ['--scope', 'openid profile email']).rps);
    record(`refresh ${alg}, rotating, durable, two signatures`, 0.7, list);
  }
}
if (wanted('login')) {
  for (const [alg, floor] of [['ES256', 0.9], ['RS256', 0.85]]) {
    const list = await pairs(() => raw('hash'), () => loginDriver('login', issuer(realmOf[alg]), ['--scope', 'openid profile email']).rps);
    record(`password login ${alg}, whole browser flow`, floor, list);
  }
}
if (wanted('sso')) {
  const sso = loginDriver('sso', issuer('bench'), ['--scope', 'openid profile email']);
  results.sso_per_second = sso.rps;
}
if (wanted('latency')) {
  const peak = wrk(endpoint('bench', 'token'), { method: 'POST', auth: basic, body: ccBody }).rps;
  const rate = Math.floor(peak / 2);
  const p99 = await atRate(endpoint('bench', 'token'), rate, seconds);
  results.latency = { rate, ...p99, floor_p99_ms: 5 };
  say(JSON.stringify(results.latency));
}
results.loaded = memory(server.pid);
say(JSON.stringify({ loaded: results.loaded, floor_rss_kb: 61440 }));
if (opt.db === 'postgres') results.round_trips = await roundTrips();
await stop();
const out = opt.out || join(here, 'results', `floors-${opt.db}.json`);
writeFileSync(out, `${JSON.stringify(results, null, 1)}\n`);
say(`results: ${out}`);
process.exit(0);

/// Open-loop load at a fixed rate: latency counts from the moment a request was due.
async function atRate(url, rate, duration) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 64 });
  const u = new URL(url);
  const latencies = [];
  let failures = 0;
  const t0 = process.hrtime.bigint();
  const due = (i) => t0 + BigInt(Math.round((i * 1e9) / rate));
  const total = rate * duration;
  const pending = [];
  for (let i = 0; i < total;) {
    const now = process.hrtime.bigint();
    while (i < total && due(i) <= now) {
      const at = due(i++);
      pending.push(new Promise((done) => {
        const r = http.request({ agent, host: u.hostname, port: u.port, path: u.pathname, method: 'POST', headers: { authorization: basic, 'content-type': 'application/x-www-form-urlencoded', 'content-length': ccBody.length } }, (m) => {
          m.resume();
          m.on('end', () => { if (m.statusCode !== 200) failures++; latencies.push(Number(process.hrtime.bigint() - at) / 1e6); done(); });
        });
        r.on('error', () => { failures++; done(); });
        r.end(ccBody);
      }));
    }
    await new Promise((r) => setImmediate(r));
  }
  await Promise.all(pending);
  latencies.sort((a, b) => a - b);
  const q = (p) => round(latencies[Math.floor(latencies.length * p)], 2);
  return { p50_ms: q(0.5), p99_ms: q(0.99), failures };
}

/// Database round trips of one request of each kind, from the counter in /metrics.
async function roundTrips() {
  const count = async () => Number(/^cardea_db_round_trips(?:\{[^}]*\})? (\d+)/m.exec((await get(`http://127.0.0.1:${managementPort}/metrics`)).body.toString())?.[1] ?? NaN);
  const of = async (work2, times) => { const before = await count(); work2(); return round((await count() - before) / times, 2); };
  const cc = () => { for (let i = 0; i < 20; i++) execFileSync('curl', ['-sf', '-u', 'bench-service:bench-service-secret', '-d', ccBody, endpoint('bench', 'token'), '-o', '/dev/null']); };
  return { client_credentials: await of(cc, 20) };
}
