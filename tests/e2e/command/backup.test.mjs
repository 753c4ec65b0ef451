// `cardea backup` and `cardea restore` on the binary, and PostgreSQL's own tools: what was acknowledged before the backup
// is there after it was restored somewhere else, and a backup that could not be read is refused when it is made.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { test } from 'node:test';

import { kDatabase, kKeycloak, runCommand, startServer, temporaryFolder } from '../harness.mjs';
import { request } from '../support/form_browser.mjs';
import { freshDatabase } from '../support/postgres.mjs';
import { kPeople, kSecrets, villageRealm } from '../support/realm.mjs';

const only = (database) => ({ skip: kKeycloak ? 'the server is a Keycloak' : kDatabase !== database ? `for ${database}` : false });
const kClient = { client_id: 'web', client_secret: kSecrets.web };
const kDamage = 40_000; // bytes from the start: past the first pages

const token = (server, form) => request(server.endpoint('token'), { method: 'POST', form: { ...kClient, ...form } });
const signIn = async (server, username = 'ada') => {
  const answer = await token(server, { grant_type: 'password', username, password: kPeople[username], scope: 'openid' });
  assert.equal(answer.status, 200, answer.text);
  return answer.json();
};
const refresh = (server, tokens) => token(server, { grant_type: 'refresh_token', refresh_token: tokens.refresh_token });
const certs = async (server) => (await request(server.endpoint('certs'))).text;

/// One of the two commands on a data folder; fails unless it ends with `code`.
async function run(command, dataDir, words, code = 0, environment = {}) {
  const done = await runCommand([command, '--data-dir', dataDir, ...words], { environment });
  assert.equal(done.code, code, done.all);
  return done.all;
}

/// A data folder with nothing but the master key of `server`.
function folderWithKeyOf(server) {
  const folder = path.join(temporaryFolder(), 'data');
  mkdirSync(folder, { mode: 0o700 });
  copyFileSync(path.join(server.dataDir, 'master.key'), path.join(folder, 'master.key'));
  return folder;
}

/// The server again, on another data folder and without a realm to import.
async function runOn(server, dataDir) {
  server.args[server.args.indexOf('--data-dir') + 1] = dataDir;
  server.dataDir = dataDir;
  const at = server.args.indexOf('--import-realm');
  if (at >= 0) server.args.splice(at, 2);
  await server.run();
}

test('a_backup_of_a_running_server_restores_elsewhere_with_all_that_was_acknowledged', only('sqlite'), async () => {
  const server = await startServer({ realm: villageRealm() });
  const kept = await signIn(server);
  const keys = await certs(server);
  let working = true;
  let written = 0;
  const load = Array.from({ length: 3 }, async () => {
    while (working) {
      await signIn(server, 'dora');
      written += 1;
    }
  });
  const file = path.join(temporaryFolder(), 'cardea.backup');
  const said = await run('backup', server.dataDir, ['--file', file]);
  working = false;
  await Promise.all(load);
  assert.ok(written > 0, 'nothing was written meanwhile');
  assert.match(said, /master key is not in it/);
  assert.equal(statSync(file).mode & 0o077, 0, 'others may not read it');
  assert.ok(!existsSync(`${file}-wal`) && !existsSync(`${file}.part`), 'the backup is one file');
  const bytes = readFileSync(file);
  for (const secret of [kSecrets.web, kPeople.ada, readFileSync(path.join(server.dataDir, 'master.key'), 'utf8').trim()]) {
    assert.ok(!bytes.includes(secret), 'a secret stands in the backup in clear');
  }
  const late = await signIn(server);
  await server.stop();

  const target = folderWithKeyOf(server);
  await run('restore', target, ['--file', file]);
  await runOn(server, target);
  assert.equal(await certs(server), keys);
  assert.equal((await refresh(server, kept)).status, 200, 'a session from before the backup is lost');
  assert.equal((await refresh(server, late)).status, 400, 'a session from after the backup is not in it');
  await signIn(server, 'bert');
  await server.stop();
});

test('backup_refuses_what_nobody_could_restore', only('sqlite'), async () => {
  const server = await startServer({ realm: villageRealm(), bootstrap: false });
  const file = path.join(temporaryFolder(), 'cardea.backup');
  const other = { KC_MASTER_KEY: randomBytes(32).toString('base64') };
  assert.match(await run('backup', server.dataDir, ['--file', file], 1, other), /not the one this database was made with/);
  assert.ok(!existsSync(file) && !existsSync(`${file}.part`), 'a refused backup leaves nothing');
  await run('backup', server.dataDir, ['--file', file]);
  assert.match(await run('backup', server.dataDir, ['--file', file], 1), /exists/i, 'an older backup stays');
  assert.match(await run('backup', server.dataDir, [], 2), /--file: is needed/);
  const empty = folderWithKeyOf(server);
  assert.match(await run('backup', empty, ['--file', `${file}.2`], 1), /there is no file/);
  assert.ok(!existsSync(path.join(empty, 'cardea.db')), 'asking made a database');
  await server.stop();
});

test('restore_refuses_before_it_touches_anything', only('sqlite'), async () => {
  const server = await startServer({ realm: villageRealm(), bootstrap: false });
  const folder = temporaryFolder();
  const file = path.join(folder, 'cardea.backup');
  await run('backup', server.dataDir, ['--file', file]);
  assert.match(await run('restore', server.dataDir, ['--file', file], 1), /another server/, 'under a running server');
  const kept = await signIn(server);
  await server.stop();

  assert.match(await run('restore', server.dataDir, ['--file', file], 1), /--override/, 'over a database that is there');
  const target = folderWithKeyOf(server);
  const refused = async (what, change) => {
    const copy = path.join(folder, `${what}.backup`);
    copyFileSync(file, copy);
    change(copy);
    const said = await run('restore', target, ['--file', copy], 1);
    assert.ok(!existsSync(path.join(target, 'cardea.db')), `${what}: something was restored`);
    return said;
  };
  await refused('short', (copy) => truncateSync(copy, statSync(copy).size - kDamage));
  await refused('garbled', (copy) => {
    const bytes = readFileSync(copy);
    bytes.fill(0xa5, kDamage, kDamage + 20_000);
    writeFileSync(copy, bytes);
  });
  assert.match(await refused('foreign', (copy) => writeFileSync(copy, '')), /not a database of this server/);
  const newer = (copy) => execFileSync('python3', ['-c', 'import sqlite3, sys; db = sqlite3.connect(sys.argv[1]); db.execute("INSERT INTO schema_migrations VALUES (9999, \'later\')"); db.commit()', copy]);
  assert.match(await refused('newer', newer), /newer release/);
  const other = { KC_MASTER_KEY: randomBytes(32).toString('base64') };
  assert.match(await run('restore', target, ['--file', file], 1, other), /not the one this database was made with/);
  assert.match(await run('restore', path.join(folder, 'keyless'), ['--file', file], 1), /no master key/);

  const garbled = path.join(folder, 'garbled.backup');
  await run('restore', server.dataDir, ['--file', garbled, '--override'], 1);
  assert.ok(existsSync(path.join(server.dataDir, 'cardea.db')), 'a refused restore took the database away');
  assert.ok(!existsSync(path.join(server.dataDir, 'cardea.db.replaced')) && !existsSync(path.join(server.dataDir, 'cardea.db.part')));

  // With --override the database that was there is kept whole beside the new one.
  await run('restore', server.dataDir, ['--file', file, '--override']);
  assert.ok(existsSync(path.join(server.dataDir, 'cardea.db.replaced')));
  await runOn(server, server.dataDir);
  assert.equal((await refresh(server, kept)).status, 400, 'the database was not replaced');
  await server.stop();
  assert.match(await run('restore', server.dataDir, ['--file', file, '--override'], 1), /earlier restore/);
});

test('a_dump_of_postgresql_restores_into_another_database', only('postgres'), async () => {
  const server = await startServer({ realm: villageRealm() });
  const kept = await signIn(server);
  const keys = await certs(server);
  const value = (name) => server.args[server.args.indexOf(name) + 1];
  const options = ['--db', 'postgres', '--db-url', value('--db-url'), '--db-username', value('--db-username')];
  const said = await runCommand(['backup', '--file', '/nonexistent/file', ...options], { environment: server.environment });
  assert.equal(said.code, 1);
  assert.match(said.all, /pg_dump/);

  const file = path.join(temporaryFolder(), 'cardea.dump');
  const target = await freshDatabase();
  const environment = { ...process.env, PGUSER: target.user, PGPASSWORD: target.password };
  execFileSync('pg_dump', ['--format=custom', '--file', file, value('--db-url')], { env: environment });
  const late = await signIn(server);
  await server.stop();
  execFileSync('pg_restore', ['--exit-on-error', '--dbname', target.address, file], { env: environment });

  server.args[server.args.indexOf('--db-url') + 1] = target.address;
  server.args.splice(server.args.indexOf('--import-realm'), 2);
  const right = server.environment.KC_MASTER_KEY;
  const wrong = { ...server.environment, KC_MASTER_KEY: randomBytes(32).toString('base64') };
  const refused = await runCommand(['start-dev', ...server.args], { environment: wrong });
  assert.equal(refused.code, 1, refused.all);
  assert.match(refused.all, /not the one this database was made with/);
  server.environment.KC_MASTER_KEY = right;
  await server.run();
  assert.equal(await certs(server), keys);
  assert.equal((await refresh(server, kept)).status, 200, 'a session from before the dump is lost');
  assert.equal((await refresh(server, late)).status, 400, 'a session from after the dump is not in it');
  await server.stop();
});
