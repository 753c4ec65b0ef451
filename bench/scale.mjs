// A large directory beside a small one: the same work on two servers that differ in the number of users only, in turn.
//   node bench/scale.mjs --build build/bench [--small 10000] [--large 1000000] [--rounds 5] [--seconds 6] [--out FILE]
//        [--db-url-small URL --db-url-large URL]
// Both servers stand on the same core; the one that is not asked is idle.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { basic, browsers, refreshChains } from './load/drivers.mjs';
import { realmOf, say, Server } from './server.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const opt = { build: 'build/bench', small: '10000', large: '1000000', rounds: '5', seconds: '6', out: '', data: join(here, '../build'), 'db-url-small': '', 'db-url-large': '' };
for (let i = 2; i < process.argv.length; i += 2) opt[process.argv[i].replace(/^--/, '')] = process.argv[i + 1];
const [rounds, seconds] = [Number(opt.rounds), Number(opt.seconds)];
const imported = 100;
const web = basic('bench-web', 'bench-web-secret');
const median = (list) => [...list].sort((a, b) => a - b)[Math.floor((list.length - 1) / 2)];
const round = (x) => Math.round(x * 1000) / 1000;

async function serverWith(users, databaseUrl) {
  const server = await Server.make({ binary: join(opt.build, 'cardea'), parent: opt.data, users: imported, databaseUrl });
  server.users = users;
  await server.start([`--import-realm=${server.realms}`]);
  await server.stop();
  const begin = Date.now();
  execFileSync(join(opt.build, 'create_users'), [realmOf.RS256, String(imported), String(users), 'start', '--http-enabled=true', '--hostname-strict=false', ...server.database], { stdio: ['ignore', 'inherit', 'inherit'], env: server.environment });
  say(`${users} users made in ${Math.round((Date.now() - begin) / 1000)} s`);
  server.start_ms = await server.start();
  return server;
}

const servers = { small: await serverWith(Number(opt.small), opt['db-url-small']), large: await serverWith(Number(opt.large), opt['db-url-large']) };
const work = {
  refresh: (server) => refreshChains(server.token('RS256'), web, seconds, { users: server.users }),
  // Neighbours in the list of users are strangers in the database: ids are random.
  login: (server) => browsers('login', server.issuer('RS256'), server.users, seconds, ['--concurrency', '4']),
};
execFileSync('sync'); // what was filled in is written before anything is measured
const results = { when: new Date().toISOString().slice(0, 10), db: opt['db-url-large'] ? 'postgres' : 'sqlite', small: servers.small.users, large: servers.large.users, rounds, seconds, within: 0.9, work: {} };
for (const [name, run] of Object.entries(work)) {
  const pairs = [];
  for (let i = 0; i < rounds; i++) {
    const pair = {};
    for (const size of i % 2 === 0 ? ['small', 'large'] : ['large', 'small']) {
      const before = servers[size].cpu();
      const out = await run(servers[size]);
      pair[size] = out.rps;
      pair[`${size}_cpu_us`] = ((servers[size].cpu() - before) * 1e6) / out.requests;
    }
    pairs.push(pair);
  }
  const ratio = median(pairs.map((p) => p.large / p.small));
  const cpuRatio = median(pairs.map((p) => p.small_cpu_us / p.large_cpu_us)); // of work for the same processor time
  results.work[name] = { small: median(pairs.map((p) => p.small)), large: median(pairs.map((p) => p.large)), ratio: round(ratio), ratios: pairs.map((p) => round(p.large / p.small)), cpu_ratio: round(cpuRatio), holds: ratio >= 0.9 };
  say(`${name} ${JSON.stringify(results.work[name])}`);
}
for (const size of ['small', 'large']) results[`${size}_server`] = { start_ms: Math.round(servers[size].start_ms), ...servers[size].memory() };
for (const server of Object.values(servers)) await server.stop();
writeFileSync(opt.out || join(here, 'results', `scale-${results.db}.json`), `${JSON.stringify(results, null, 1)}\n`);
process.exit(0);
