// The floors of the design (one server core), each a ratio taken in one run, in interleaved pairs with the machine's raw
// limit or with nginx. Everything on loopback, every step bounded in time.
//
//   node bench/floors.mjs --build build/bench [--db-url URL] [--rounds 5] [--seconds 6] [--only cc,static,refresh,login,
//        sso,latency,trips] [--users 100] [--data FOLDER] [--out bench/results/floors-sqlite.json] [--merge yes]
// --merge yes: what this run did not measure is kept from the file that is there, so that a long run can be taken in parts.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { basic, browsers, raw, refreshChains, serverCore, steadyRate, wrk } from './load/drivers.mjs';
import { freePort, get, say, Server, until } from './server.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const opt = { build: 'build/bench', 'db-url': '', rounds: '5', seconds: '6', only: '', out: '', merge: '', users: '100', data: join(here, '../build') };
for (let i = 2; i < process.argv.length; i += 2) opt[process.argv[i].replace(/^--/, '')] = process.argv[i + 1];
const [rounds, seconds, users] = [Number(opt.rounds), Number(opt.seconds), Number(opt.users)];
const db = opt['db-url'] ? 'postgres' : 'sqlite';
const service = basic('bench-service', 'bench-service-secret');
const web = basic('bench-web', 'bench-web-secret');
const clientCredentials = { method: 'POST', auth: service, body: 'grant_type=client_credentials' };
const rawOf = { RS256: 'rs256', ES256: 'es256' };

const median = (list) => [...list].sort((a, b) => a - b)[Math.floor((list.length - 1) / 2)];
const round = (x, digits = 3) => Math.round(x * 10 ** digits) / 10 ** digits;
const rawRate = (name) => raw(join(opt.build, 'raw_limits'), name, Math.max(1, seconds / 2));
const results = { when: new Date().toISOString().slice(0, 10), db, cpu: os.cpus()[0].model, rounds, seconds, users, floors: [] };

/// One floor: `limit` and `ours` in turn, `rounds` times. The result is the median of the ratios. floor null: for information.
/// The floors are of one server core. PostgreSQL and the load share the other core of a small machine: where they keep the
/// server waiting, `per_core` says what its core does in the time that it has, and decides.
async function measure(name, floor, limit, ours, more = {}) {
  const pairs = [];
  for (let i = 0; i < rounds; i++) {
    const pair = { limit: await limit() };
    let before;
    const begin = async () => { before = [server.cpu(), Date.now()]; };
    await begin();
    Object.assign(pair, await ours(begin));
    pair.cpu = (server.cpu() - before[0]) / ((Date.now() - before[1]) / 1000);
    pairs.push(pair);
  }
  const ratio = median(pairs.map((p) => p.rps / p.limit));
  const perCore = median(pairs.map((p) => p.rps / p.limit / Math.min(1, p.cpu)));
  const kept = db === 'postgres' && median(pairs.map((p) => p.cpu)) < 0.95 ? perCore : ratio;
  const row = {
    name, ours: round(median(pairs.map((p) => p.rps)), 1), limit: round(median(pairs.map((p) => p.limit)), 1), ratio: round(ratio),
    ratios: pairs.map((p) => round(p.rps / p.limit)), per_core: round(perCore), floor, holds: floor === null ? null : kept >= floor,
    server_cores: round(median(pairs.map((p) => p.cpu)), 2), p50_us: median(pairs.map((p) => p.p50_us)), p99_us: median(pairs.map((p) => p.p99_us)), ...more,
  };
  results.floors.push(row);
  say(JSON.stringify(row));
}

/// nginx on the server's core, with the same headers and body as the answer it stands beside.
async function nginxServing(document) {
  const folder = mkdtempSync(join(os.tmpdir(), 'cardea-nginx-'));
  const port = await freePort();
  writeFileSync(join(folder, 'body.json'), document.body);
  const ownOfNginx = ['date', 'content-length', 'content-type', 'connection'];
  const headers = Object.entries(document.headers).filter(([k]) => !ownOfNginx.includes(k)).map(([k, v]) => `add_header ${k} "${v}";`).join(' ');
  writeFileSync(join(folder, 'nginx.conf'), `daemon off; master_process off; worker_processes 1; pid ${folder}/pid; error_log stderr error;
events { worker_connections 1024; } http { access_log off; keepalive_requests 100000000; default_type application/json; open_file_cache max=10; sendfile on; tcp_nopush on;
server { listen 127.0.0.1:${port} reuseport; root ${folder}; location = /body.json { ${headers} } } }`);
  const nginx = spawn('taskset', ['-c', serverCore, 'nginx', '-c', join(folder, 'nginx.conf')], { stdio: 'ignore' });
  const stop = () => { nginx.kill('SIGKILL'); rmSync(folder, { recursive: true, force: true }); };
  process.on('exit', stop);
  const url = `http://127.0.0.1:${port}/body.json`;
  await until(async () => (await get(url)).status === 200);
  return { url, stop };
}

const cases = {
  async cc() {
    for (const [algorithm, floor] of [['RS256', 0.8], ['ES256', 0.48]]) {
      await measure(`client_credentials ${algorithm}`, floor, () => rawRate(rawOf[algorithm]), () => wrk(server.token(algorithm), seconds, clientCredentials));
    }
  },
  async static() {
    for (const [name, path] of [['discovery', '.well-known/openid-configuration'], ['jwks', 'protocol/openid-connect/certs']]) {
      const url = `${server.issuer('RS256')}/${path}`;
      const document = await get(url);
      const nginx = await nginxServing(document);
      await measure(`${name}, beside nginx`, 0.8, () => wrk(nginx.url, seconds).rps, () => wrk(url, seconds), { bytes: document.body.length });
      nginx.stop();
    }
  },
  // Realms sign with RS256 unless told otherwise, so RS256 is what the floor is about. With ES256 the signatures cost so
  // little that the transaction is what is measured; the figure is published without a floor of its own.
  async refresh() {
    for (const [algorithm, floor] of [['RS256', 0.7], ['ES256', null]]) {
      await measure(`refresh ${algorithm}, rotating, durable, two signatures`, floor, () => rawRate(rawOf[algorithm]) / 2,
        (begin) => refreshChains(server.token(algorithm), web, seconds, { users, ready: begin }));
    }
  },
  async login() {
    for (const [algorithm, floor] of [['ES256', 0.9], ['RS256', 0.85]]) {
      await measure(`password login ${algorithm}, whole browser flow`, floor, () => rawRate('hash'), () => browsers('login', server.issuer(algorithm), users, seconds));
    }
  },
  async sso() {
    const out = browsers('sso', server.issuer('RS256'), users, seconds);
    results.sso = { rps: out.rps, p50_us: out.p50_us, p99_us: out.p99_us };
    say(JSON.stringify(results.sso));
  },
  async latency() {
    const peak = wrk(server.token('RS256'), seconds, clientCredentials).rps;
    const [runs, machine] = [[], []];  // the machine alone at the same beat, in turn with the server
    for (let i = 0; i < rounds; i++) {
      machine.push(rawRate(`beat@${Math.floor(peak / 2)}`));
      runs.push(steadyRate(join(opt.build, 'steady_rate'), server.token('RS256'), Math.floor(peak / 2), seconds, clientCredentials));
    }
    results.latency = { rate: Math.floor(peak / 2), p50_us: median(runs.map((r) => r.p50_us)), p99_us: median(runs.map((r) => r.p99_us)), p999_us: median(runs.map((r) => r.p999_us)), machine_p99_us: Math.round(median(machine)), p99s_us: runs.map((r) => r.p99_us), floor_p99_us: 5000 };
    say(JSON.stringify(results.latency));
  },
};

/// Database round trips of one request of each kind, from the server's own counters of round trips and of answers: what the
/// load generator had sent and not read when it stopped counts on both sides. `requests` is what one unit of work asks for.
async function roundTrips() {
  const counted = () => server.metric('cardea_db_round_trips');
  const now = async () => ({ trips: await counted(), answers: await server.answers(), at: Date.now() });
  const quiet = await now();
  await new Promise((done) => setTimeout(done, 3000));
  const after = await now();
  const background = (after.trips - quiet.trips) / (after.at - quiet.at);  // version checks and housekeeping, per millisecond
  const of = async (requests, work) => {
    let before;
    const begin = async () => { before = await now(); };
    await begin();
    await work(begin);
    await new Promise((done) => setTimeout(done, 500));  // what is still running ends
    const end = await now();
    return round((end.trips - before.trips - background * (end.at - before.at)) * requests / (end.answers - before.answers), 2);
  };
  return {
    client_credentials: await of(1, () => wrk(server.token('RS256'), seconds, clientCredentials)),
    refresh: await of(1, (begin) => refreshChains(server.token('RS256'), web, seconds, { users, ready: begin })),
    sso_login: await of(2, () => browsers('sso', server.issuer('RS256'), users, seconds, ['--warmup', '0'])),
    at_most: { client_credentials: 1, refresh: 3, sso_login: 6 },
  };
}

mkdirSync(opt.data, { recursive: true });
const server = await Server.make({ binary: join(opt.build, 'cardea'), parent: opt.data, users, databaseUrl: opt['db-url'] });
await server.start([`--import-realm=${server.realms}`]);
await server.stop();
const starts = [];
for (let i = 0; i < 5; i++) {
  if (i > 0) await server.stop();
  starts.push(await server.start());
}
Object.assign(results, { start_ms: round(median(starts), 1), idle: server.memory() });
say(JSON.stringify({ start_ms: results.start_ms, ...results.idle }));
for (const [name, run] of Object.entries(cases)) if (!opt.only || opt.only.split(',').includes(name)) await run();
results.loaded = server.memory();
if (db === 'postgres' && (!opt.only || opt.only.split(',').includes('trips'))) results.round_trips = await roundTrips();
say(JSON.stringify({ loaded: results.loaded, round_trips: results.round_trips }));
await server.stop();
// What must not be exceeded, with its verdict beside it.
const bound = (name, ours, at_most) => ours !== undefined && results.bounds.push({ name, ours: round(ours, 2), at_most, holds: ours <= at_most });
results.bounds = [];
bound('start, ms', results.start_ms, 50);
bound('idle, MB', results.idle.rss_kb / 1024, 30);
bound('loaded, MB', results.loaded.rss_kb / 1024, 60);
bound('p99 at half the peak, ms', results.latency && results.latency.p99_us / 1000, 5);
for (const [name, most] of Object.entries(results.round_trips?.at_most ?? {})) bound(`round trips of ${name}`, results.round_trips[name], most);
for (const row of results.bounds) say(JSON.stringify(row));
const out = opt.out || join(here, 'results', `floors-${db}.json`);
if (opt.merge && existsSync(out)) {
  const before = JSON.parse(readFileSync(out, 'utf8'));
  const measured = new Map(results.floors.map((row) => [row.name, row]));
  const kept = before.floors.map((row) => measured.get(row.name) ?? row);
  const fresh = results.floors.filter((row) => !before.floors.some(({ name }) => name === row.name));
  Object.assign(results, { ...before, ...results, floors: [...kept, ...fresh] });
}
writeFileSync(out, `${JSON.stringify(results, null, 1)}\n`);
say(`results: ${out}`);
process.exit(0);
