// Ten thousand clients in one realm, made one after another through the admin API of the shipped binary: what the first
// tenth costs beside the last, for who makes them, for who looks for one, and for one that asks for its first token.
//   node bench/clients.mjs --build build/bench [--clients 10000] [--binary FILE] [--db-url URL [--db-url-fresh URL]] [--data FOLDER] [--out FILE]
// One connection, one call at a time. First tokens are asked for by clients that no request has named before, so none is in
// memory. The machine drifts while ten thousand are made, so the last ones are made once more in turns with the first ones
// of a second server that has no more than those, and both are looked at in turns: the ratios are of these pairs.
import { mkdirSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Administrator } from './administrator.mjs';
import { realmOf, say, Server } from './server.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const opt = { build: 'build/bench', binary: '', clients: '10000', 'db-url': '', 'db-url-fresh': '', data: join(here, '../build'), out: '' };
for (let i = 2; i < process.argv.length; i += 2) opt[process.argv[i].replace(/^--/, '')] = process.argv[i + 1];
const clients = Number(opt.clients);
const kTenths = 10;
const kSamples = 50; // look-ups of each kind after a tenth
const kWithin = 1.2; // the last tenth beside the first
const realm = realmOf.RS256;
const db = opt['db-url'] ? 'postgres' : 'sqlite';

const round = (x) => Math.round(x * 1000) / 1000;
const at = (sorted, part) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))];
const named = (i) => `made-${i}`;

/// What an application registers: a secret, redirect URIs, a mapper.
const representation = (i) => ({
  clientId: named(i), name: `Application ${i}`, enabled: true, secret: `secret-of-${i}`, serviceAccountsEnabled: true,
  rootUrl: `https://app-${i}.example.test`, redirectUris: [`https://app-${i}.example.test/callback`],
  protocolMappers: [{ name: 'audience', protocol: 'openid-connect', protocolMapper: 'oidc-audience-mapper',
    config: { 'included.custom.audience': `https://api-${i}.example.test`, 'access.token.claim': 'true' } }],
});

function summary(times) {
  const sorted = [...times].sort((a, b) => a - b);
  return { median_ms: round(at(sorted, 0.5)), p99_ms: round(at(sorted, 0.99)) };
}

async function firstToken(administrator, i) {
  const form = new URLSearchParams({ grant_type: 'client_credentials', client_id: named(i), client_secret: `secret-of-${i}` });
  const begin = process.hrtime.bigint();
  const answer = await administrator.send('POST', `/realms/${realm}/protocol/openid-connect/token`, form.toString(), { 'content-type': 'application/x-www-form-urlencoded' });
  if (answer.status !== 200) throw new Error(`no token for ${named(i)}: ${answer.status} ${answer.text}`);
  return Number(process.hrtime.bigint() - begin) / 1e6;
}

/// One tenth: `size` clients from `first` on, then look-ups among all there are.
async function tenth(administrator, server, first, size) {
  const times = [];
  const cpu = server.cpu();
  for (let i = first; i < first + size; ++i) times.push((await administrator.call('POST', `/${realm}/clients`, representation(i))).milliseconds);
  const made = { ...summary(times), cpu_ms: round(((server.cpu() - cpu) * 1000) / size) };
  const look = { search: [], page: [], deep_page: [], first_token: [] };
  for (let n = 0; n < Math.min(kSamples, size); ++n) {
    const any = Math.floor(Math.random() * (first + size));
    const found = await administrator.call('GET', `/${realm}/clients?clientId=${named(any)}`);
    if (JSON.parse(found.text).length !== 1) throw new Error(`${named(any)} is not found`);
    look.search.push(found.milliseconds);
    look.page.push((await administrator.call('GET', `/${realm}/clients?first=0&max=20`)).milliseconds);
    look.deep_page.push((await administrator.call('GET', `/${realm}/clients?first=${Math.max(0, any - 20)}&max=20`)).milliseconds);
    look.first_token.push(await firstToken(administrator, first + n)); // never asked for before
  }
  return { made, ...Object.fromEntries(Object.entries(look).map(([name, taken]) => [name, summary(taken)])) };
}

mkdirSync(opt.data, { recursive: true });
/// A server with its realm and an administrator, warm.
async function started(databaseUrl) {
  const made = await Server.make({ binary: opt.binary || join(opt.build, 'cardea'), parent: opt.data, users: 1, databaseUrl });
  await made.start([`--import-realm=${made.realms}`]);
  const administrator = new Administrator(made);
  for (let i = 0; i < 20; ++i) await administrator.call('POST', `/${realm}/clients`, { ...representation(i), clientId: `warm-${i}` });
  return { server: made, administrator };
}

/// Looks for clients, reads the first page and asks for first tokens on each in turns.
async function looksInTurns(full, fresh, first) {
  const looks = {
    search: (each, n) => each.call('GET', `/${realm}/clients?clientId=${named(first + n)}`),
    page: (each) => each.call('GET', `/${realm}/clients?first=0&max=20`),
    first_token: async (each, n) => ({ milliseconds: await firstToken(each, first + n) }),
  };
  const compared = {};
  for (const [name, look] of Object.entries(looks)) {
    const times = [[], []];
    for (let n = 0; n < 2 * kSamples; ++n) {
      for (const [which, { administrator: each }] of [full, fresh].entries()) times[which].push((await look(each, n)).milliseconds);
    }
    const [many, few] = times.map(summary);
    compared[name] = { many, few, ratio: round(many.median_ms / few.median_ms) };
  }
  return compared;
}

/// Makes `count` clients on each in turns, a few at a time: medians of the full one and of the fresh one, and how they compare.
async function inTurns(full, fresh, first, count) {
  const kTurn = 10;
  const times = [[], []];
  const cpu = [full, fresh].map(({ server: each }) => -each.cpu());
  for (let i = 0; i < count; i += kTurn) {
    for (const [which, { administrator: each }] of [full, fresh].entries()) {
      for (let n = i; n < Math.min(count, i + kTurn); ++n) {
        times[which].push((await each.call('POST', `/${realm}/clients`, representation(first + n))).milliseconds);
      }
    }
  }
  const [many, few] = times.map(summary);
  const [cpuMany, cpuFew] = [full, fresh].map(({ server: each }, which) => round(((cpu[which] + each.cpu()) * 1000) / count));
  return { many: { ...many, cpu_ms: cpuMany }, few: { ...few, cpu_ms: cpuFew }, ratio: round(many.median_ms / few.median_ms), cpu_ratio: round(cpuMany / cpuFew) };
}

const size = Math.max(1, Math.floor(clients / kTenths));
const { server, administrator } = await started(opt['db-url']);
const tenths = [];
for (let n = 0; n < kTenths; ++n) {
  tenths.push(await tenth(administrator, server, n * size, size));
  say(`${(n + 1) * size} clients: ${JSON.stringify(tenths[n])}`);
}
const compared = Object.fromEntries(Object.keys(tenths[0]).map((name) => {
  const medians = tenths.map((part) => part[name].median_ms);
  const ratio = round(medians[kTenths - 1] / medians[0]);
  // A page far behind goes over what lies before it: no promise.
  return [name, { median_ms_by_tenth: medians, ratio, ...(name === 'deep_page' ? {} : { holds: ratio <= kWithin }) }];
}));
if (db === 'sqlite' || opt['db-url-fresh']) {
  const fresh = await started(opt['db-url-fresh']);
  const full = { server, administrator };
  const turns = { made: await inTurns(full, fresh, size * kTenths, size), ...(await looksInTurns(full, fresh, size * kTenths)) };
  await fresh.server.stop();
  for (const [name, turn] of Object.entries(turns)) {
    say(`${name} in turns: ${JSON.stringify(turn)}`);
    Object.assign(compared[name], { in_turns: turn, ratio: turn.ratio, holds: turn.ratio <= kWithin, ratio_of_tenths: compared[name].ratio });
  }
}
const results = {
  when: new Date().toISOString().slice(0, 10), db, cpu: os.cpus()[0].model, clients: size * kTenths, within: kWithin, work: compared,
  made_cpu_ms_by_tenth: tenths.map((part) => part.made.cpu_ms), made_p99_ms_by_tenth: tenths.map((part) => part.made.p99_ms), loaded: server.memory(),
};
await server.stop();
results.start_ms = round(await server.start());
await server.stop();
const out = opt.out || join(here, 'results', `clients-${db}.json`);
writeFileSync(out, `${JSON.stringify(results, null, 1)}\n`);
say(`results: ${out}`);
process.exit(0);
