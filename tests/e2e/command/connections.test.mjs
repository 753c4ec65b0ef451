// From a plain shell, whose limit of open files is 1024, the server holds ten thousand connections that wait.
import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import path from 'node:path';
import { test } from 'node:test';

import { kOnlyCardea, kRoot, startServer } from '../harness.mjs';
import { request } from '../support/form_browser.mjs';

const kConnections = 10_000;
const kProcesses = 4;

/// One round of requests on every connection of every process.
async function round(holders) {
  const counts = await Promise.all(holders.map((holder) => new Promise((resolve, reject) => {
    holder.once('message', resolve).once('exit', () => reject(new Error('a process that holds connections ended')));
    holder.send('ask');
  })));
  return counts.reduce((sum, { answered, lost }) => ({ answered: sum.answered + answered, lost: sum.lost + lost }));
}

async function openConnections(server) {
  const text = (await request(`${server.management}/metrics`)).text;
  return Number(/^cardea_http_connections\{listener="public"\} (\d+)/m.exec(text)?.[1]);
}

test('refuses_none_of_ten_thousand_connections_from_a_plain_shell', kOnlyCardea, async (context) => {
  const server = await startServer({ database: 'sqlite', under: ['sh', '-c', 'ulimit -Sn 1024; exec "$0" "$@"'] });
  const program = path.join(kRoot, 'tests/e2e/support/idle_sockets.mjs');
  const holders = Array.from({ length: kProcesses }, () => fork(program, [`${server.port}`, `${kConnections / kProcesses}`]));
  context.after(() => holders.forEach((holder) => holder.kill('SIGKILL')));
  for (const when of ['when they come', 'after they waited']) {
    assert.deepEqual(await round(holders), { answered: kConnections, lost: 0 }, `${when}\n${server.log.slice(-2000)}`);
    assert.ok((await openConnections(server)) >= kConnections, when);
  }
  await server.stop();
});

test('warns_when_the_system_allows_fewer_than_it_could_hold', kOnlyCardea, async () => {
  const server = await startServer({ database: 'sqlite', under: ['sh', '-c', 'ulimit -n 1024; exec "$0" "$@"'] });
  await server.stop();
  assert.match(server.log, /may open 1024 files/);
});
