// The admin API of a large server: what an operator's page costs when there are many people and many realms.
//   node bench/admin.mjs --build build/bench [--users 1000000] [--realms 1000] [--calls 200] [--out FILE]
//        [--db-url URL --db-url-realms URL] [--binary FILE] [--parts users,realms,console] [--keep FOLDER --fill N]
// User list, search and creation at the first users and at all of them; three rows of the realm list, one realm and realm
// creation at 1 realm beside master and at all realms, where the cost of a call must stay within 20 %; a page of the list
// and the whole of it, which grow with the rows in them; the first load of the console with its login page, in bytes and until it can be used
// (needs playwright-core of tests/e2e and Chromium; left out without them). One connection, one call at a time: this is
// the time a person waits.
//
// A run can be cut into pieces: `--parts` measures some and leaves in FILE what other pieces measured. `--keep FOLDER` keeps
// the server of the users, and `--fill N` makes at most N of them in this run: run again until it measures.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Administrator } from './administrator.mjs';
import { benchUser, kEllipticKeys } from './realm.mjs';
import { realmOf, say, Server } from './server.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const opt = { build: 'build/bench', binary: '', users: '1000000', realms: '1000', calls: '200', out: '', data: join(here, '../build'), 'db-url': '', 'db-url-realms': '', keep: '', fill: '1000000000', parts: 'users,realms,console' };
for (let i = 2; i < process.argv.length; i += 2) opt[process.argv[i].replace(/^--/, '')] = process.argv[i + 1];
const [users, realms, calls] = [Number(opt.users), Number(opt.realms), Number(opt.calls)];
const kImported = 100;
const kWithin = 1.2;
const binary = opt.binary || join(opt.build, 'cardea');
const realm = realmOf.RS256;

const round = (x) => Math.round(x * 1000) / 1000;
const at = (sorted, part) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))];
const median = (list) => at([...list].sort((a, b) => a - b), 0.5);

/// Calls `count` times after a few that are not counted; `one(i)` gives method, path and body. `undo(i)`, which is
/// neither timed nor counted, takes back what a call left.
async function timed(administrator, count, one, undo) {
  const times = [];
  let cpu = 0;
  for (let i = -5; i < count; ++i) {
    const before = administrator.server.cpu();
    const { milliseconds } = await administrator.call(...one(i));
    cpu += administrator.server.cpu() - before;
    if (i >= 0) times.push(milliseconds);
    if (undo) await administrator.call(...undo(i));
  }
  times.sort((a, b) => a - b);
  return { median_ms: round(median(times)), p99_ms: round(at(times, 0.99)), cpu_ms: round((cpu * 1000) / (count + 5)) };
}

let made = 0;
const work = {
  list: (count) => () => ['GET', `/${realm}/users?first=${Math.floor(Math.random() * Math.max(1, Math.min(count, 1000) - 20))}&max=20`],
  count: () => () => ['GET', `/${realm}/users/count`],
  search_by_exact_name: (count) => () => ['GET', `/${realm}/users?username=bench${Math.floor(Math.random() * count)}&exact=true`],
  search_by_beginning: (count) => () => ['GET', `/${realm}/users?search=bench${Math.floor(Math.random() * count)}&max=20`],
  search_for_a_part: (count) => () => ['GET', `/${realm}/users?search=*nch${Math.floor(Math.random() * count)}*&max=20`],
  read: (count, ids) => () => ['GET', `/${realm}/users/${ids[Math.floor(Math.random() * ids.length)]}`],
  create: () => () => ['POST', `/${realm}/users`, { ...benchUser(`made${++made}`), credentials: undefined }],
};
/// Searches that look at every row are no page of the console: fewer calls, and no claim about growth.
const kScans = new Set(['search_for_a_part', 'count', 'search_by_beginning']);

async function measureUsers(server, count) {
  const administrator = new Administrator(server);
  const ids = JSON.parse((await administrator.call('GET', `/${realm}/users?max=100`)).text).map(({ id }) => id);
  const results = {};
  for (const [name, make] of Object.entries(work)) {
    results[name] = await timed(administrator, kScans.has(name) ? Math.min(calls, 10) : calls, make(count, ids));
    say(`${count} users: ${name} ${JSON.stringify(results[name])}`);
  }
  return results;
}

async function serverWithUsers() {
  const server = await Server.make({ binary, parent: opt.data, users: kImported, databaseUrl: opt['db-url'], keep: opt.keep });
  const note = join(server.work, 'progress.json');
  const progress = existsSync(note) ? JSON.parse(readFileSync(note)) : { made: kImported };
  if (!progress.few) {
    await server.start([`--import-realm=${server.realms}`]);
    progress.few = await measureUsers(server, kImported);
    await server.stop();
  }
  const few = progress.few;
  const upTo = Math.min(users, progress.made + Number(opt.fill));
  if (upTo > progress.made) {
    const begin = Date.now();
    execFileSync(join(opt.build, 'create_users'), [realm, String(progress.made), String(upTo), 'start', '--http-enabled=true', '--hostname-strict=false', ...server.database], { stdio: ['ignore', 'inherit', 'inherit'], env: server.environment });
    say(`${upTo - progress.made} users made in ${Math.round((Date.now() - begin) / 1000)} s`);
    progress.made = upTo;
    writeFileSync(note, JSON.stringify(progress));
  }
  if (progress.made < users) return null;
  await server.start();
  made = Math.floor(Math.random() * 1e9) * 1000; // names that no run before has taken
  const many = await measureUsers(server, users);
  const memory = server.memory();
  await server.stop();
  const compared = Object.fromEntries(Object.keys(work).map((name) => {
    const ratio = round(many[name].median_ms / few[name].median_ms);
    return [name, { few: few[name], many: many[name], ratio, ...(kScans.has(name) ? { looks_at_every_row: true } : { holds: ratio <= kWithin }) }];
  }));
  return { few: kImported, many: users, work: compared, ...memory };
}

/// A realm whose keys are elliptic: what making one costs beside the search for primes.
const cheap = (name) => ({ realm: name, enabled: true, defaultSignatureAlgorithm: 'ES256', components: kEllipticKeys });

/// Realms as the console makes them: a name, enabled. The list is asked for as the console does, a page at a time. There
/// are as many realms at the end of each measurement as at its beginning.
/// The same number of rows from few realms and from many is what the list costs; a page of twenty, and one answer with
/// every realm in it, have more rows among many: no claim about growth.
const kFewRealms = 3;
const kMoreRows = new Set(['page', 'whole_list']);
async function measureRealms(administrator) {
  return {
    list: await timed(administrator, calls, () => ['GET', `/master/ui-ext/realms/names?first=0&max=${kFewRealms}`]),
    page: await timed(administrator, calls, () => ['GET', '/master/ui-ext/realms/names?first=0&max=20']),
    read: await timed(administrator, calls, () => ['GET', `/${realm}`]),
    whole_list: await timed(administrator, Math.min(calls, 10), () => ['GET', '?briefRepresentation=true']),
    create_elliptic: await timed(administrator, calls, (i) => ['POST', '', cheap(`tenant-${i + 5}`)], (i) => ['DELETE', `/tenant-${i + 5}`]),
    create: await timed(administrator, Math.min(calls, 40), (i) => ['POST', '', { realm: `tenant-${i + 5}`, enabled: true }], (i) => ['DELETE', `/tenant-${i + 5}`]),
  };
}

async function serverWithRealms() {
  const server = await Server.make({ binary, parent: opt.data, users: 1, databaseUrl: opt['db-url-realms'] });
  await server.start([`--import-realm=${server.realms}`]);
  const administrator = new Administrator(server);
  const few = await measureRealms(administrator);
  say(`few realms: ${JSON.stringify(few)}`);
  const begin = Date.now();
  for (let i = 1; i < realms; ++i) await administrator.call('POST', '', cheap(`filler-${i}`));
  say(`${realms} realms after ${Math.round((Date.now() - begin) / 1000)} s`);
  const many = await measureRealms(administrator);
  say(`${realms} realms: ${JSON.stringify(many)}`);
  const memory = server.memory();
  await server.stop();
  const compared = Object.fromEntries(Object.keys(few).map((name) => {
    const ratio = round(many[name].median_ms / few[name].median_ms);
    return [name, { few: few[name], many: many[name], ratio, ...(kMoreRows.has(name) ? { answers_with_more_rows: true } : { holds: ratio <= kWithin }) }];
  }));
  return { few: 1, many: realms, work: compared, ...memory };
}

/// Bytes over the wire of the first load, the login page (`login_bytes` of them) among them, and the time from signing in
/// until the menu can be clicked.
async function consoleFirstLoad() {
  const modules = createRequire(resolve(here, '../tests/e2e/package.json'));
  let chromium;
  try {
    ({ chromium } = modules('playwright-core'));
  } catch {
    return null;
  }
  const executablePath = process.env.CARDEA_E2E_CHROMIUM ?? '/usr/bin/chromium';
  if (!existsSync(executablePath)) return null;
  const server = await Server.make({ binary, parent: opt.data, users: 1 });
  await server.start([`--import-realm=${server.realms}`]);
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  const runs = [];
  for (let i = 0; i < 5; ++i) {
    const context = await browser.newContext();
    const page = await context.newPage();
    const session = await context.newCDPSession(page);
    await session.send('Network.enable');
    let bytes = 0;
    let requests = 0;
    session.on('Network.loadingFinished', ({ encodedDataLength }) => { bytes += encodedDataLength; ++requests; });
    await page.goto(`${server.base}/admin/master/console/`);
    await page.locator('#username').fill('admin');
    await page.locator('#password').fill('bench-admin-password');
    const loginBytes = bytes;
    const begin = process.hrtime.bigint();
    await page.locator('#kc-login, button[type=submit]').first().click();
    await page.getByTestId('nav-item-clients').waitFor({ timeout: 60_000 });
    runs.push({ interactive_ms: Number(process.hrtime.bigint() - begin) / 1e6, bytes, login_bytes: loginBytes, requests });
    await context.close();
  }
  await browser.close();
  await server.stop();
  return Object.fromEntries(['interactive_ms', 'bytes', 'login_bytes', 'requests'].map((name) => [name, Math.round(median(runs.map((run) => run[name])))]));
}

const db = opt['db-url'] || opt['db-url-realms'] ? 'postgres' : 'sqlite';
const out = opt.out || join(here, 'results', `admin-${db}.json`);
const results = existsSync(out) ? JSON.parse(readFileSync(out)) : {};
Object.assign(results, { when: new Date().toISOString().slice(0, 10), db, calls, within: kWithin });
const kParts = { users: serverWithUsers, realms: serverWithRealms, console: consoleFirstLoad };
for (const part of opt.parts.split(',')) {
  const measured = await kParts[part]();
  if (!measured && part === 'users') {
    say('more users are to be made: run this again');
    continue;
  }
  results[part] = measured;
  if (part === 'console') say(`console ${JSON.stringify(results.console)}`);
  writeFileSync(out, `${JSON.stringify(results, null, 1)}\n`);
}
say(`results: ${out}`);
process.exit(0);
