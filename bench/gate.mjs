// The gate's checks on one core (design, section 4), in interleaved rounds with what bounds them in the same run: the
// rate of discovery for a token that comes again, raw verification by OpenSSL for new ones. With 1, 100 and 10,000
// providers that state their issuer, that have key files only (first sight apart), and by discovery. Then nginx with
// auth_request beside the same nginx without it, and beside Apache with mod_auth_openidc.
//
//   node bench/gate.mjs [--build build/bench] [--only RS256,ES256,proxies] [--rounds 3] [--seconds 2] [--folder build/gate-bench]
//        [--prepare yes] [--data FOLDER] [--out bench/results/gate.json] [--merge yes]
// --prepare yes: only makes keys and tokens, which takes a minute and is kept for a day. --merge yes: as floors.mjs.
// Needs wrk, nginx, apache2, libapache2-mod-auth-openidc and openssl.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gateChecks, raw, serverCore, wrk } from './load/drivers.mjs';
import { gateFile, kCounts, keySet, kKinds, kLastProvider, prepare, strangers, tokensOf } from './load/gate_files.mjs';
import { startApache, startNginx, startProviders } from './load/gate_proxies.mjs';
import { cpuSeconds, freePort, get, say, Server, until } from './server.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const opt = { build: 'build/bench', only: 'RS256,ES256,proxies', rounds: '3', seconds: '2', folder: join(here, '../build/gate-bench'),
  prepare: '', data: join(here, '../build'), out: join(here, 'results/gate.json'), merge: '' };
for (let i = 2; i < process.argv.length; i += 2) opt[process.argv[i].replace(/^--/, '')] = process.argv[i + 1];
const [rounds, seconds] = [Number(opt.rounds), Number(opt.seconds)];
const kNewSeconds = 1;               // of new tokens: each is signed in advance, and seen once
const kNewEachRound = 50_000;        // more than one core verifies in that time
const rawOf = { RS256: 'verify_rs256', ES256: 'verify_es256' };

const median = (list) => [...list].sort((a, b) => a - b)[Math.floor((list.length - 1) / 2)];
const round = (x, digits = 3) => Math.round(x * 10 ** digits) / 10 ** digits;
const results = { when: new Date().toISOString().slice(0, 10), cpu: os.cpus()[0].model, rounds, seconds, floors: [], first_sight_ms: {}, proxies: [] };

/// `pairs`: `{ ours, limit }` of each round, ours as wrk reports it. floor null: for information.
function judge(name, floor, pairs) {
  const ratio = median(pairs.map((p) => p.ours.rps / p.limit));
  const row = {
    name, ours: round(median(pairs.map((p) => p.ours.rps)), 1), limit: round(median(pairs.map((p) => p.limit)), 1), ratio: round(ratio),
    ratios: pairs.map((p) => round(p.ours.rps / p.limit)), floor, holds: floor === null ? null : ratio >= floor,
    p50_us: median(pairs.map((p) => p.ours.p50_us)), p99_us: median(pairs.map((p) => p.ours.p99_us)),
    ...(pairs[0].ours.cpu_us ? { cpu_us: round(median(pairs.map((p) => p.ours.cpu_us)), 1) } : {}),
  };
  say(JSON.stringify(row));
  return row;
}

const running = new Set();
process.on('exit', () => running.forEach((child) => child.kill('SIGKILL')));

/// What wrk reports, and the processor time of the gate for each request.
function measured(gate, tokens, more = {}) {
  const before = gate.cpu();
  const out = gateChecks(gate.origin, more.count ? kNewSeconds : seconds, { tokens, ...more });
  return { ...out, cpu_us: ((gate.cpu() - before) * 1e6) / out.requests };
}

async function startGate(file) {
  const port = await freePort();
  const begin = process.hrtime.bigint();
  const gate = spawn('taskset', ['-c', serverCore, resolve(opt.build, 'cardea'), 'gate', '--gate-file', file, '--http-host', '127.0.0.1', '--http-port', String(port),
    '--http-enabled=true', '--proxy-headers', 'xforwarded', '--proxy-trusted-addresses', '127.0.0.1', '--outbound-addresses', '127.0.0.1', '--log-level', 'error'],
  { stdio: ['ignore', 'ignore', 'inherit'] });
  const stop = () => gate.kill('SIGKILL');
  running.add(gate);
  const origin = `http://127.0.0.1:${port}`;
  await until(async () => {
    if (gate.exitCode !== null) throw new Error(`the gate of ${file} ended with ${gate.exitCode}`);
    return (await get(`${origin}/gate/keys`)).status > 0;
  }, 120_000);
  return { origin, port, stop, cpu: () => cpuSeconds(gate.pid), start_ms: Number(process.hrtime.bigint() - begin) / 1e6 };
}

/// Milliseconds of one check, as the proxy waits for it; fails unless the answer is `status`.
function once(gate, token, status = 200) {
  const headers = { authorization: `Bearer ${token}`, 'x-forwarded-method': 'GET', 'x-forwarded-uri': '/x', 'x-forwarded-for': '192.0.2.1' };
  const begin = process.hrtime.bigint();
  return new Promise((done, fail) => {
    http.get(`${gate.origin}/gate/check`, { agent: false, headers }, (answer) => {
      answer.resume();
      if (answer.statusCode !== status) return fail(new Error(`${gate.origin} answered ${answer.statusCode}`));
      answer.on('end', () => done(Number(process.hrtime.bigint() - begin) / 1e6));
    }).on('error', fail);
  });
}

const firstToken = (file) => { const text = readFileSync(file, 'utf8'); return text.slice(0, text.indexOf('\n')); };

/// All gates of one algorithm and kind, ready: what they read from elsewhere is read.
async function gatesOf(made, algorithm, kind, stub) {
  const gates = new Map();
  for (const count of kCounts) gates.set(count, await startGate(gateFile(made, algorithm, kind, count)));
  const wanted = kind === 'discovery' ? 2 * kCounts.reduce((sum, count) => sum + count, 0) : 0;
  await until(async () => { await new Promise((again) => setTimeout(again, 20)); return stub.asked() >= wanted; }, 90_000);
  return gates;
}

async function checks(algorithm, made, server) {
  const sets = { right: keySet(made, algorithm, 'right'), other: keySet(made, algorithm, 'other') };
  for (const kind of kKinds) {
    const stub = await startProviders(made.port, (name) => sets[name === `p${kLastProvider}` ? 'right' : 'other']);
    const gates = await gatesOf(made, algorithm, kind, stub);
    const file = tokensOf(made, algorithm);
    const again = new Map(), fresh = new Map(), sight = new Map();
    const unknown = kind === 'keys' ? await strangers(made, algorithm, rounds) : [];
    for (const count of kCounts) { again.set(count, []); fresh.set(count, []); sight.set(count, [await once(gates.get(count), firstToken(file))]); }
    for (let i = 0; i < rounds; i++) {
      const discovery = wrk(`${server.issuer('RS256')}/.well-known/openid-configuration`, seconds).rps;
      const verification = raw(join(opt.build, 'raw_limits'), rawOf[algorithm], kNewSeconds);
      for (const count of i % 2 === 0 ? kCounts : [...kCounts].reverse()) {
        const gate = gates.get(count);
        again.get(count).push({ ours: measured(gate, file), limit: discovery });
        fresh.get(count).push({ ours: measured(gate, file, { first: 1 + i * kNewEachRound, count: kNewEachRound }), limit: verification });
        if (unknown[i]) sight.get(count).push(await once(gates.get(count), unknown[i]));
      }
    }
    for (const count of kCounts) {
      results.floors.push(judge(`repeated token ${algorithm}, ${count} providers (${kind}), beside discovery`, 0.75, again.get(count)));
      results.floors.push(judge(`new token ${algorithm}, ${count} providers (${kind}), beside raw verification`, algorithm === 'RS256' ? 0.5 : null, fresh.get(count)));
      results.first_sight_ms[`${algorithm}, ${count} providers (${kind})`] = sight.get(count).map((ms) => round(ms, 1));
    }
    for (const [what, runs] of [['repeated', again], ['new', fresh]]) {
      for (const count of kCounts.slice(1)) {
        const pairs = runs.get(count).map(({ ours }, i) => ({ ours, limit: runs.get(1)[i].ours.rps }));
        results.floors.push(judge(`${what} token ${algorithm}, ${count} providers beside 1 (${kind})`, 0.9, pairs));
      }
    }
    results.start_ms = { ...results.start_ms, [`${algorithm} ${kind}`]: Object.fromEntries([...gates].map(([count, { start_ms }]) => [count, Math.round(start_ms)])) };
    for (const gate of gates.values()) gate.stop();
    stub.stop();
  }
}

/// What asking the gate costs nginx, and Apache its own module, on one core each with all that belongs to it.
async function proxies(made) {
  const gate = await startGate(gateFile(made, 'RS256', 'issuers', 1));
  const nginx = await startNginx(gate.port), apache = await startApache(join(made.folder, 'RS256-right.crt'));
  const auth = `Bearer ${firstToken(tokensOf(made, 'RS256'))}`;
  for (const origin of [nginx.origin, apache.origin]) {
    const status = (await get(`${origin}/guarded`)).status;
    if (status !== 401) throw new Error(`${origin}/guarded answered ${status} to nobody`);
  }
  const runs = { nginx: [], apache: [], both: [] };
  for (let i = 0; i < rounds; i++) {
    const rate = (proxy, path) => wrk(`${proxy.origin}${path}`, seconds, { auth });
    const one = { plain: rate(nginx, '/plain'), guarded: rate(nginx, '/guarded') };
    const other = { plain: rate(apache, '/plain'), guarded: rate(apache, '/guarded') };
    runs.nginx.push({ ours: one.guarded, limit: one.plain.rps });
    runs.apache.push({ ours: other.guarded, limit: other.plain.rps });
    runs.both.push({ ours: one.guarded, limit: other.guarded.rps });
  }
  results.proxies = [judge('nginx asking the gate, beside the same nginx without it', null, runs.nginx),
    judge('Apache with mod_auth_openidc, beside the same Apache without it', null, runs.apache),
    judge('nginx asking the gate, beside Apache with mod_auth_openidc', null, runs.both)];
  for (const part of [nginx, apache, gate]) part.stop();
}

function save() {
  if (opt.merge && existsSync(opt.out)) {
    const before = JSON.parse(readFileSync(opt.out, 'utf8'));
    const measured = new Map(results.floors.map((row) => [row.name, row]));
    const kept = before.floors.map((row) => measured.get(row.name) ?? row);
    const added = results.floors.filter((row) => !before.floors.some(({ name }) => name === row.name));
    Object.assign(results, { floors: [...kept, ...added], first_sight_ms: { ...before.first_sight_ms, ...results.first_sight_ms },
      start_ms: { ...before.start_ms, ...results.start_ms }, proxies: results.proxies.length > 0 ? results.proxies : before.proxies });
  }
  writeFileSync(opt.out, `${JSON.stringify(results, null, 1)}\n`);
  say(`results: ${opt.out}`);
}

const made = await prepare(resolve(opt.folder), 1 + rounds * kNewEachRound);
if (opt.prepare) process.exit(0);
mkdirSync(opt.data, { recursive: true });
const only = opt.only.split(',');
const algorithms = ['RS256', 'ES256'].filter((name) => only.includes(name));
if (algorithms.length > 0) {
  const server = await Server.make({ binary: join(opt.build, 'cardea'), parent: opt.data, users: 1 });
  await server.start([`--import-realm=${server.realms}`]);
  for (const algorithm of algorithms) await checks(algorithm, made, server);
  await server.stop();
}
if (only.includes('proxies')) await proxies(made);
save();
process.exit(0);
