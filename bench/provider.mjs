// What the provider does besides the floors: single sign-on, device polls, introspection, userinfo, DPoP; what sessions
// cost and how their purge behaves; a flood of logins beside token traffic; many realms. Everything on loopback, every
// step bounded in time.
//
//   node bench/provider.mjs --build build/bench [--db-url URL] [--only rates,flood,sessions,realms] [--rounds 3] [--seconds 6]
//        [--sessions 5000000] [--purge 1000000] [--realms 10000] [--data FOLDER] [--out bench/results/provider-sqlite.json]
//        [--keep FOLDER [--fill yes]]
//
// --keep leaves the data where they are, and --fill ends when they are filled in: that takes minutes that need not be quiet.
// With --only the file keeps what it has of the other parts, so that a machine that is quiet for minutes only can do them one
// by one. `rates` and `flood` need it quiet; the other two count bytes and say how long a thing takes.
import { execFileSync, spawn } from 'node:child_process';
import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { basic, browsers, loadCore, wrk } from './load/drivers.mjs';
import { benchRealm } from './realm.mjs';
import { realmOf, say, Server } from './server.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const opt = { build: 'build/bench', 'db-url': '', only: '', rounds: '3', seconds: '6', sessions: '5000000', purge: '1000000', realms: '10000', keep: '', fill: '', data: join(here, '../build'), out: '' };
for (let i = 2; i < process.argv.length; i += 2) opt[process.argv[i].replace(/^--/, '')] = process.argv[i + 1];
const [rounds, seconds] = [Number(opt.rounds), Number(opt.seconds)];
const db = opt['db-url'] ? 'postgres' : 'sqlite';
const service = basic('bench-service', 'bench-service-secret');
const web = basic('bench-web', 'bench-web-secret');
const kUsers = 100;
const kFloodFloor = 0.7;
const kImportMs = 40 * 60 * 1000;

const median = (list) => [...list].sort((a, b) => a - b)[Math.floor((list.length - 1) / 2)];
const round = (x, digits = 1) => Math.round(x * 10 ** digits) / 10 ** digits;
const wants = (name) => !opt.only || opt.only.split(',').includes(name);
const file = opt.out || join(here, 'results', `provider-${db}.json`);
const before = opt.only && !opt.flood && existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
if (wants('rates')) delete before.rates;
const results = { ...before, when: new Date().toISOString().slice(0, 10), db, rounds, seconds };
const endpoint = (name) => `${server.issuer('ES256')}/protocol/openid-connect/${name}`;

/// Requests by Node.js itself, for those that wrk cannot make: each `next()` gives headers and body of one. `accept`
/// says which statuses count as right.
function drive(url, next, accept, { connections = 16, limit = seconds * 1000 } = {}) {
  const target = new URL(url);
  const agent = new http.Agent({ keepAlive: true, maxSockets: connections });
  const times = [];
  let wrong = 0;
  const end = Date.now() + limit;
  const one = () => new Promise((done) => {
    const made = next();
    if (!made) return done(false);
    const begin = process.hrtime.bigint();
    const request = http.request(target, { method: 'POST', agent, localAddress: made.from, headers: { 'content-type': 'application/x-www-form-urlencoded', 'content-length': Buffer.byteLength(made.body), ...made.headers } }, (answer) => {
      answer.resume();
      answer.on('end', () => {
        times.push(Number(process.hrtime.bigint() - begin) / 1e3);
        if (!accept.includes(answer.statusCode)) wrong += 1;
        done(true);
      });
    });
    request.on('error', () => { wrong += 1; done(true); });
    request.end(made.body);
  });
  const worker = async () => { while (Date.now() < end && (await one())); };
  const begin = Date.now();
  return Promise.all(Array.from({ length: connections }, worker)).then(() => {
    agent.destroy();
    if (wrong) throw new Error(`${wrong} of ${times.length} answers of ${url} were wrong`);
    times.sort((a, b) => a - b);
    const at = (part) => Math.round(times[Math.floor(times.length * part)] ?? 0);
    return { requests: times.length, rps: times.length / ((Date.now() - begin) / 1000), p50_us: at(0.5), p99_us: at(0.99) };
  });
}

async function record(name, run, more = {}) {
  const runs = [];
  for (let i = 0; i < rounds; i++) {
    const before = server.cpu();
    const out = await run();
    runs.push({ ...out, cpu_us: ((server.cpu() - before) * 1e6) / out.requests });
  }
  const row = { name, rps: round(median(runs.map((r) => r.rps))), p50_us: median(runs.map((r) => r.p50_us)), p99_us: median(runs.map((r) => r.p99_us)), cpu_us: round(median(runs.map((r) => r.cpu_us))), ...more };
  (results.rates ??= []).push(row);
  say(JSON.stringify(row));
}

async function post(url, form, headers = {}) {
  const answer = await fetch(url, { method: 'POST', body: new URLSearchParams(form), headers });
  const body = await answer.json();
  if (answer.status !== 200) throw new Error(`${url}: ${answer.status} ${JSON.stringify(body)}`);
  return body;
}

/// Proofs of one key for client_credentials, made before they are sent: signing them is not what is measured.
function proofs(count) {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { kty, crv, x, y } = publicKey.export({ format: 'jwk' });
  const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const head = encode({ typ: 'dpop+jwt', alg: 'ES256', jwk: { kty, crv, x, y } });
  const iat = Math.floor(Date.now() / 1000);
  return Array.from({ length: count }, () => {
    const text = `${head}.${encode({ jti: randomBytes(12).toString('base64url'), htm: 'POST', htu: endpoint('token'), iat })}`;
    return `${text}.${sign('sha256', Buffer.from(text), { key: privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
  });
}

const clientCredentials = { method: 'POST', auth: service, body: 'grant_type=client_credentials' };
const cases = {
  async rates() {
    const tokens = await post(endpoint('token'), { grant_type: 'password', scope: 'openid profile email', username: 'bench0', password: 'bench' }, { authorization: web });
    await record('introspection of a session\'s token', () => wrk(endpoint('token/introspect'), seconds, { method: 'POST', auth: web, body: `token=${tokens.access_token}` }));
    await record('userinfo', () => wrk(endpoint('userinfo'), seconds, { auth: `Bearer ${tokens.access_token}` }));
    await record('single sign-on, silent, with the code\'s exchange', () => browsers('sso', server.issuer('ES256'), kUsers, seconds));
    const device = await post(endpoint('auth/device'), { scope: 'openid' }, { authorization: web });
    const poll = { headers: { authorization: web }, body: new URLSearchParams({ grant_type: 'urn:ietf:params:oauth:grant-type:device_code', device_code: device.device_code }).toString() };
    await record('device poll, written down', () => drive(endpoint('token'), () => poll, [400]));
    await record('client_credentials with DPoP, each proof written down', () => {
      const made = proofs(3000 * seconds);
      return drive(endpoint('token'), () => { const proof = made.pop(); return proof && { headers: { authorization: service, DPoP: proof }, body: clientCredentials.body }; }, [200]);
    });
  },

  /// Wrong passwords for every account from two hundred addresses at once, beside client_credentials.
  async flood() {
    const ratios = [];
    for (let i = 0; i < rounds; i++) {
      const alone = wrk(server.token('ES256'), seconds, clientCredentials).rps;
      const flooder = spawn('taskset', ['-c', loadCore, 'node', fileURLToPath(import.meta.url), '--flood', server.token('ES256'), '--seconds', String(seconds + 1)], { stdio: ['ignore', 'pipe', 'inherit'] });
      let said = '';
      flooder.stdout.on('data', (part) => (said += part));
      const ended = new Promise((done) => flooder.on('exit', done));
      await new Promise((done) => setTimeout(done, 500));
      const beside = wrk(server.token('ES256'), seconds, clientCredentials).rps;
      await ended;
      ratios.push({ ratio: round(beside / alone, 3), alone: round(alone), beside: round(beside), attempts: JSON.parse(said).requests });
    }
    const ratio = median(ratios.map((r) => r.ratio));
    results.flood = { ratio, floor: kFloodFloor, holds: ratio >= kFloodFloor, runs: ratios, note: 'the flood shares the core of the load' };
    say(JSON.stringify(results.flood));
  },

  async sessions() {
    const count = Number(opt.sessions);
    await server.stop();
    const kept = await once('sessions', () => {
      const before = databaseBytes();
      const filled = tool('fill', count);
      return { count, bytes_each: round((databaseBytes() - before) / count), filled };
    });
    if (opt.fill) return server.start();
    const start_ms = await server.start();
    const memory = server.memory();
    const sso = browsers('sso', server.issuer('ES256'), kUsers, seconds);
    await server.stop();
    results.sessions = { ...kept, start_ms: round(start_ms), ...memory, sso_rps: sso.rps, purge: tool('purge', Math.min(count, Number(opt.purge))) };
    await server.start();
    say(JSON.stringify(results.sessions));
  },

  /// Realms with ES256 alone: making RSA keys would be all that is measured.
  async realms() {
    const count = Number(opt.realms);
    await server.stop();
    const kept = await once('realms', async () => {
      const folder = join(server.work, 'many');
      mkdirSync(folder, { recursive: true });
      for (let i = 0; i < count; i++) writeFileSync(join(folder, `many${i}-realm.json`), JSON.stringify(benchRealm(`many${i}`, 'ES256', 0)));
      const imported_ms = await server.start([`--import-realm=${folder}`], kImportMs);
      await server.stop();
      return { count, imported_s: round(imported_ms / 1000) };
    });
    if (opt.fill) return server.start();
    const start_ms = await server.start();
    const idle = server.memory();
    // One after the other, so that each is asked for once and none is in memory before.
    const after = [];
    let at = 0;
    for (const upTo of [200, 2000, count].filter((many) => many <= count)) {
      const begin = Date.now();
      const from = at;
      for (; at < upTo; at++) await post(`${server.base}/realms/many${at}/protocol/openid-connect/token`, { grant_type: 'client_credentials' }, { authorization: service });
      after.push({ realms: upTo, ...server.memory(), ms_each: round((Date.now() - begin) / Math.max(1, at - from), 2) });
    }
    results.realms = { ...kept, start_ms: round(start_ms), idle, after_a_token_from_each: after };
    say(JSON.stringify(results.realms));
  },
};

/// What `fill` gives, or what it gave before in the folder that is kept.
async function once(name, fill) {
  const file = join(server.work, 'filled.json');
  const known = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
  known[name] ??= await fill();
  if (opt.keep) writeFileSync(file, JSON.stringify(known));
  return known[name];
}

function databaseBytes() {
  if (db === 'postgres') return Number(execFileSync('psql', ['-At', opt['db-url'], '-c', 'SELECT pg_database_size(current_database())'], { encoding: 'utf8' }));
  const folder = join(server.work, 'data');
  return readdirSync(folder).filter((name) => /\.db/.test(name)).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
}

function tool(what, count) {
  const out = execFileSync(join(opt.build, 'create_sessions'), [realmOf.ES256, what, String(count), 'start', '--http-enabled=true', '--hostname-strict=false', ...server.database], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'], env: server.environment });
  return JSON.parse(out.trim().split('\n').at(-1));
}

if (opt.flood) {
  let at = 0;
  const attempt = () => {
    at += 1;
    const form = { grant_type: 'password', client_id: 'bench-web', client_secret: 'bench-web-secret', username: `bench${at % kUsers}`, password: createHash('md5').update(String(at)).digest('hex') };
    return { from: `127.0.1.${1 + (at % 200)}`, headers: {}, body: new URLSearchParams(form).toString() };
  };
  const out = await drive(opt.flood, attempt, [400, 401, 429, 503], { connections: 64, limit: seconds * 1000 });
  process.stdout.write(`${JSON.stringify(out)}\n`, () => process.exit(0));
  await new Promise(() => {});
}

mkdirSync(opt.data, { recursive: true });
const server = await Server.make({ binary: join(opt.build, 'cardea'), parent: opt.data, users: kUsers, databaseUrl: opt['db-url'], keep: opt.keep });
writeFileSync(join(server.realms, `${realmOf.ES256}-realm.json`), JSON.stringify(forDevices(benchRealm(realmOf.ES256, 'ES256', kUsers))));
await server.start([`--import-realm=${server.realms}`]);
for (const [name, run] of Object.entries(cases)) if (wants(name)) await run();
await server.stop();
if (!opt.fill) writeFileSync(file, `${JSON.stringify(results, null, 1)}\n`);
say(`results: ${file}`);
process.exit(0);

function forDevices(realm) {
  for (const client of realm.clients) client.attributes = { ...client.attributes, 'oauth2.device.authorization.grant.enabled': 'true' };
  realm.oauth2DevicePollingInterval = 1;
  return realm;
}
