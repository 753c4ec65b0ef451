// Turns bench/results/{floors,scale,clients}-*.json and gate.json into Markdown: one row per floor, with what the machine gave in the
// same run.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = join(dirname(fileURLToPath(import.meta.url)), 'results');
for (const file of readdirSync(folder).filter((f) => /^floors-.*\.json$/.test(f)).sort()) {
  const r = JSON.parse(readFileSync(join(folder, file), 'utf8'));
  console.log(`\n## ${r.db}, ${r.when}, ${r.cpu}, ${r.rounds} pairs of ${r.seconds} s\n`);
  console.log('| work, over HTTP, one server core | Cardea /s | limit /s | ratio (of the time its core had) | floor | holds |\n| --- | --- | --- | --- | --- | --- |');
  for (const f of r.floors) console.log(`| ${f.name} | ${f.ours} | ${f.limit} | ${f.ratio}${f.per_core && r.db === 'postgres' ? ` (${f.per_core})` : ''} | ${f.floor ?? ''} | ${f.holds === null ? '' : f.holds ? 'yes' : '**no**'} |`);
  if (r.start_ms !== undefined) console.log(`| start to first 200, ms | ${r.start_ms} | | | 50 | ${r.start_ms <= 50 ? 'yes' : '**no**'} |`);
  const mb = (kb) => Math.round(kb / 102.4) / 10;
  if (r.idle) console.log(`| idle, MB resident (anonymous) | ${mb(r.idle.rss_kb)} (${mb(r.idle.anonymous_kb)}) | | | 30 (12) | ${r.idle.rss_kb <= 30720 && r.idle.anonymous_kb <= 12288 ? 'yes' : '**no**'} |`);
  if (r.loaded) console.log(`| loaded, MB resident | ${mb(r.loaded.rss_kb)} | | | 60 | ${r.loaded.rss_kb <= 61440 ? 'yes' : '**no**'} |`);
  if (r.latency) console.log(`| p99 of client_credentials at half the peak (${r.latency.rate}/s), ms | ${r.latency.p99_us / 1000} | ${r.latency.machine_p99_us ? r.latency.machine_p99_us / 1000 : ''} | | 5 | ${r.latency.p99_us <= 5000 ? 'yes' : '**no**'} |`);
  for (const [name, most] of Object.entries(r.round_trips?.at_most ?? {})) {
    console.log(`| round trips of ${name} | ${r.round_trips[name]} | | | ${most} | ${r.round_trips[name] <= most ? 'yes' : '**no**'} |`);
  }
}
for (const file of readdirSync(folder).filter((f) => /^scale-.*\.json$/.test(f)).sort()) {
  const r = JSON.parse(readFileSync(join(folder, file), 'utf8'));
  console.log(`\n## ${r.small} users beside ${r.large}, ${r.db}, ${r.when}, ${r.rounds} pairs of ${r.seconds} s\n`);
  console.log('| work | small /s | large /s | ratio | floor | holds |\n| --- | --- | --- | --- | --- | --- |');
  for (const [name, w] of Object.entries(r.work)) console.log(`| ${name} | ${w.small} | ${w.large} | ${w.ratio} | ${r.within} | ${w.holds ? 'yes' : '**no**'} |`);
}
for (const file of readdirSync(folder).filter((f) => /^clients-.*\.json$/.test(f)).sort()) {
  const r = JSON.parse(readFileSync(join(folder, file), 'utf8'));
  console.log(`\n## ${r.clients} clients in one realm, ${r.db}, ${r.when}\n`);
  console.log('| work | with a tenth, ms | with all, ms | ratio | at most | holds |\n| --- | --- | --- | --- | --- | --- |');
  for (const [name, w] of Object.entries(r.work)) {
    const [few, many] = w.in_turns ? [w.in_turns.few.median_ms, w.in_turns.many.median_ms] : [w.median_ms_by_tenth[0], w.median_ms_by_tenth.at(-1)];
    const promised = w.holds !== undefined;
    console.log(`| ${name} | ${few} | ${many} | ${w.ratio} | ${promised ? r.within : ''} | ${promised ? (w.holds ? 'yes' : '**no**') : ''} |`);
  }
}
for (const file of readdirSync(folder).filter((f) => /^admin-.*\.json$/.test(f)).sort()) {
  const r = JSON.parse(readFileSync(join(folder, file), 'utf8'));
  for (const part of ['users', 'realms'].filter((name) => r[name])) {
    console.log(`\n## the admin API with ${r[part].few} and ${r[part].many} ${part}, ${r.db}, ${r.when}\n`);
    console.log('| work | few, ms | many, ms | processor few, many | ratio | at most | holds |\n| --- | --- | --- | --- | --- | --- | --- |');
    for (const [name, w] of Object.entries(r[part].work)) {
      const holds = w.holds === undefined ? '' : w.holds ? 'yes' : '**no**';
      console.log(`| ${name} | ${w.few.median_ms} | ${w.many.median_ms} | ${w.few.cpu_ms}, ${w.many.cpu_ms} | ${w.ratio} | ${w.holds === undefined ? '' : r.within} | ${holds} |`);
    }
  }
  if (r.console) console.log(`\nThe console's first load: ${r.console.bytes} bytes (${r.console.login_bytes} of the login page) in ${r.console.requests} requests; ${r.console.interactive_ms} ms from signing in to the menu.`);
}
const gate = join(folder, 'gate.json');
if (existsSync(gate)) {
  const r = JSON.parse(readFileSync(gate, 'utf8'));
  console.log(`\n## the gate, ${r.when}, ${r.cpu}, ${r.rounds} rounds of ${r.seconds} s\n`);
  console.log('| work, over HTTP, one server core | Cardea /s | limit /s | ratio | floor | holds |\n| --- | --- | --- | --- | --- | --- |');
  for (const f of [...r.floors, ...r.proxies]) console.log(`| ${f.name} | ${f.ours} | ${f.limit} | ${f.ratio} | ${f.floor ?? ''} | ${f.holds === null ? '' : f.holds ? 'yes' : '**no**'} |`);
  for (const [what, ms] of Object.entries(r.first_sight_ms)) console.log(`| first sight, ms: ${what} | ${ms.join(', ')} | | | | |`);
}
