// Signing in through the hub (guides.md G2) on one core: the time of a whole login by a person with 0, 200, 5,000 and 20,000
// groups at the provider, what 200 logins that wait for a provider which does not answer leave of client_credentials, and the
// synchronisation with a directory of 100,000 people who are all linked and 10,000 groups: at first, with nothing new, and after 1,000
// people came into other groups.
//
//   node bench/hub.mjs [--build build/bench] [--groups 0,200,5000,20000] [--logins 30] [--seconds 3] [--rounds 3] [--people 100000] [--directory 10000] [--parts login,stalled,directory] [--data FOLDER] [--out bench/results/hub.json]
//
// A login is the requests of a browser: our authorization endpoint, the provider, our callback, the answer to the client. What the
// client then waits for its tokens is timed apart; they name no groups, and all roles of the person.
// The first login of a person waits for the provider and makes groups; those that are timed come when all are made, those with
// many groups and those with none in turns.
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import { dirname, join } from 'node:path';
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Administrator } from './administrator.mjs';
import { basic, wrk } from './load/drivers.mjs';
import { kTenant, providerRecord, startUpstream } from './load/upstream.mjs';
import { say, Server } from './server.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const opt = { build: 'build/bench', groups: '0,200,5000,20000', logins: '30', seconds: '3', rounds: '3', people: '100000', directory: '10000', parts: 'login,stalled,directory', data: join(here, '../build'), out: join(here, 'results/hub.json') };
for (let i = 2; i < process.argv.length; i += 2) opt[process.argv[i].replace(/^--/, '')] = process.argv[i + 1];
const [logins, seconds, rounds] = [Number(opt.logins), Number(opt.seconds), Number(opt.rounds)];
const kGroupsEach = 5; // of a person in the directory
const kMoved = 1000;
const parts = new Set(opt.parts.split(','));
const kWaiting = 200;
const kSettle = 1000; // milliseconds
const kPause = 20; // milliseconds

const median = (list) => [...list].sort((a, b) => a - b)[Math.floor((list.length - 1) / 2)];
const round = (x, digits = 2) => Math.round(x * 10 ** digits) / 10 ** digits;

const agent = new http.Agent({ keepAlive: true, maxSockets: 512 });
function call(url, { jar, address = '192.0.2.1', form } = {}) {
  return new Promise((done, fail) => {
    const headers = { 'x-forwarded-for': address, ...(jar?.size ? { cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; ') } : {}),
      ...(form ? { 'content-type': 'application/x-www-form-urlencoded' } : {}) };
    http.request(url, { agent, headers, method: form ? 'POST' : 'GET' }, (answer) => {
      for (const line of answer.headers['set-cookie'] ?? []) {
        const [, name, value] = /^([^=]+)=([^;]*)/.exec(line);
        if (value) jar?.set(name, value); else jar?.delete(name);
      }
      answer.resume();
      answer.on('end', () => done({ status: answer.statusCode, location: answer.headers.location }));
    }).on('error', fail).end(form ? new URLSearchParams(form).toString() : undefined);
  });
}

const upstream = await startUpstream();
async function startServer() {
const server = await Server.make({ binary: join(opt.build, 'cardea'), parent: opt.data, users: 1 });
const file = join(server.realms, 'bench-realm.json');
const realm = JSON.parse(readFileSync(file, 'utf8'));
realm.identityProviders = [providerRecord(upstream.origin)];
writeFileSync(file, JSON.stringify(realm));
await server.start([`--import-realm=${server.realms}`, '--outbound-addresses=127.0.0.1', '--proxy-headers=xforwarded', '--proxy-trusted-addresses=127.0.0.1']);
return server;
}
const options = ['--outbound-addresses=127.0.0.1'];
let server = await startServer();

/// Up to our callback: everything but the requests to the provider.
async function toCallback(address) {
  const jar = new Map();
  const verifier = randomBytes(32).toString('base64url');
  const query = new URLSearchParams({ client_id: 'bench-web', redirect_uri: 'https://app.example.test/cb', response_type: 'code', scope: 'openid', state: 's', kc_idp_hint: 'up',
    code_challenge_method: 'S256', code_challenge: createHash('sha256').update(verifier).digest('base64url') });
  let url = `${server.issuer('RS256')}/protocol/openid-connect/auth?${query}`;
  for (let i = 0; i < 8; ++i) {
    const answer = await call(url, url.startsWith(server.base) ? { jar, address } : {});
    if (answer.status !== 302 && answer.status !== 303) throw new Error(`${answer.status} of ${url}`);
    url = new URL(answer.location, url).href;
    if (url.includes('/broker/up/endpoint')) return { jar, url, verifier };
  }
  throw new Error('no way to the callback');
}

async function finish({ jar, url }, address) {
  for (let i = 0; i < 8; ++i) {
    const answer = await call(url, { jar, address });
    if (answer.status !== 302 && answer.status !== 303) throw new Error(`${answer.status} of ${url.slice(0, 120)}`);
    url = new URL(answer.location, url).href;
    if (url.startsWith('https://app.example.test/cb')) {
      const code = new URL(url).searchParams.get('code');
      if (!code) throw new Error(`no code: ${url}`);
      return code;
    }
  }
  throw new Error('no end');
}

/// Milliseconds until the server has nothing to do.
async function idle() {
  const begin = Date.now();
  for (let before = -1, now = server.cpu(); now - before > 0.02; now = server.cpu()) {
    before = now;
    await new Promise((go) => setTimeout(go, kSettle));
  }
  return Math.max(0, Date.now() - begin - kSettle);
}

let nth = 0;
async function login() {
  nth += 1;
  const address = `198.51.${(nth >> 8) % 256}.${nth % 256}`;
  const begin = process.hrtime.bigint();
  const begun = await toCallback(address);
  const code = await finish(begun, address);
  const signedIn = process.hrtime.bigint();
  const tokens = await call(server.token('RS256'), { address, form: { grant_type: 'authorization_code', code, redirect_uri: 'https://app.example.test/cb', code_verifier: begun.verifier, client_id: 'bench-web', client_secret: 'bench-web-secret' } });
  if (tokens.status !== 200) throw new Error(`${tokens.status} for the code`);
  return { ms: Number(signedIn - begin) / 1e6, tokens_ms: Number(process.hrtime.bigint() - signedIn) / 1e6 };
}

const results = { ...JSON.parse(readFileSync(opt.out, 'utf8')), when: new Date().toISOString().slice(0, 10), cpu: os.cpus()[0].model, logins, rounds };

if (parts.has('login')) {
  const people = [];
  for (const count of opt.groups.split(',').map(Number)) {
    const somebody = upstream.setGroups(count, `uma${count}`);
    const first = await login();
    people.push({ somebody, row: { groups: count, first_ms: round(first.ms), made_ms: await idle() }, times: [] }); // what a login left to be done is done beside it
  }
  // In turns, each beginning with another: what the machine does meanwhile happens to all of them.
  for (let turn = 0; turn < logins; ++turn) {
    for (let i = 0; i < people.length; ++i) {
      const { somebody, times } = people[(turn + i) % people.length];
      upstream.use(somebody);
      const cpu = server.cpu();
      const times_ms = await login();
      await new Promise((go) => setTimeout(go, kPause));
      times.push({ ...times_ms, cpu_s: server.cpu() - cpu });
    }
  }
  results.login = people.map(({ row, times }) => ({ ...row, p50_ms: round(median(times.map(({ ms }) => ms))), max_ms: round(Math.max(...times.map(({ ms }) => ms))),
    tokens_ms: round(median(times.map(({ tokens_ms }) => tokens_ms))), cpu_ms: round((times.reduce((sum, { cpu_s }) => sum + cpu_s, 0) * 1e3) / logins) }));
  const [bare] = results.login;
  for (const row of results.login) {
    Object.assign(row, { ratio: round(row.p50_ms / bare.p50_ms, 3), tokens_ratio: round(row.tokens_ms / bare.tokens_ms, 3), holds: row.p50_ms <= bare.p50_ms * 1.1 });
    say(JSON.stringify(row));
  }
}

const rate = () => wrk(server.token('RS256'), seconds, { method: 'POST', auth: basic('bench-service', 'bench-service-secret'), body: 'grant_type=client_credentials' }).rps;
const pairs = [];
upstream.setGroups(0, 'waiting');
for (let i = 0; i < (parts.has('stalled') ? rounds : 0); ++i) {
  const alone = rate();
  upstream.stalls = true;
  const begun = await Promise.all(Array.from({ length: kWaiting }, (_, n) => toCallback(`203.0.${i}.${n}`)));
  let pending = kWaiting;
  const ends = begun.map((each, n) => finish(each, `203.0.${i}.${n}`).catch(() => {}).finally(() => { pending -= 1; }));
  await new Promise((go) => setTimeout(go, kSettle)); // few of them may speak to one provider at once: the others wait here
  const held = { waiting: pending, at_the_provider: upstream.waiting.length };
  const beside = rate();
  upstream.stalls = false;
  for (const outgoing of upstream.waiting.splice(0)) outgoing.destroy();
  await Promise.all(ends);
  pairs.push({ alone: round(alone, 1), beside: round(beside, 1), ratio: round(beside / alone, 3), ...held });
  say(JSON.stringify(pairs.at(-1)));
}
if (pairs.length) {
  const ratio = median(pairs.map((pair) => pair.ratio));
  results.stalled = { logins: kWaiting, pairs, ratio, floor: 0.9, holds: ratio >= 0.9 };
  results.memory = server.memory();
}
await server.stop();

/// One synchronisation: from the first call at the provider until it is said to be done.
async function synchronised(before) {
  let peak = 0;
  upstream.first = undefined;
  const [calls, cpu, asked] = [upstream.calls, server.cpu(), await server.metric('cardea_directory_people_asked')];
  for (;;) {
    await new Promise((again) => setTimeout(again, 100));
    peak = Math.max(peak, server.memory().anonymous_kb);
    if (await server.metric('cardea_directory_syncs_failed') > 0) throw new Error('a synchronisation failed');
    if (await server.metric('cardea_directory_syncs') > before) break;
  }
  const row = { seconds: round((upstream.last - upstream.first) / 1000), cpu_seconds: round(server.cpu() - cpu), calls: upstream.calls - calls,
    asked: await server.metric('cardea_directory_people_asked') - asked, anonymous_kb_max: peak, anonymous_kb_after: server.memory().anonymous_kb };
  say(JSON.stringify(row));
  return row;
}

if (parts.has('directory')) {
  const people = Number(opt.people);
  server = await startServer();
  await server.stop();
  const tool = (name, ...more) => execFileSync(join(opt.build, name), [...more, 'start', '--http-enabled=true', '--hostname-strict=false', ...server.database], { stdio: ['ignore', 'inherit', 'inherit'], env: server.environment });
  tool('create_users', 'bench', '1', String(people));
  tool('link_users', 'bench', 'up', kTenant, '1', String(people));
  upstream.setDirectory(people, Number(opt.directory), kGroupsEach);
  await server.start(options);
  const administrator = new Administrator(server);
  const idle_kb = server.memory().anonymous_kb;
  const record = providerRecord(upstream.origin);
  Object.assign(record.config, { directorySync: 'true', directorySyncSeconds: '5' });
  await administrator.call('PUT', '/bench/identity-provider/instances/up', record);
  const first = await synchronised(0);
  const unchanged = await synchronised(1);
  upstream.move(kMoved);
  const changed = await synchronised(2);
  results.directory = { people: people - 1, groups: Number(opt.directory), groups_each: kGroupsEach, idle_kb, first, unchanged, changed: { moved: kMoved, ...changed } };
  await server.stop();
}
writeFileSync(opt.out, `${JSON.stringify(results, null, 1)}\n`);
say(`written to ${opt.out}`);
upstream.stop();
process.exit(0);
