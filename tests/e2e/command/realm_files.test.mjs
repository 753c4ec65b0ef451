// `cardea export` and `cardea import` on the binary: a realm goes out into a folder, into another database, and out
// again as the same bytes; whoever could sign in still can.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

import { kDatabase, kOnlyCardea, runCommand, startServer, temporaryFolder } from '../harness.mjs';
import { request } from '../support/form_browser.mjs';
import { kPeople, kSecrets, villageRealm } from '../support/realm.mjs';

const kCrowd = 120; // more than two files of users
const kOnlySqlite = kDatabase === 'sqlite' ? kOnlyCardea : { skip: 'the commands are told the database by its file' };

const crowd = (realm) => {
  for (let i = 0; i < kCrowd; ++i) {
    realm.users.push({ username: `villager-${i}`, enabled: true, email: `villager-${i}@village.example`, firstName: 'A', lastName: 'Villager', attributes: { house: [`${i}`] } });
  }
};

const contents = (folder) => Object.fromEntries(readdirSync(folder).sort().map((name) => [name, readFileSync(path.join(folder, name), 'utf8')]));

/// The command on the database of a server that does not run; fails unless it ends with `code`.
async function run(command, server, words, code = 0) {
  const done = await runCommand([command, '--data-dir', server.dataDir, ...words]);
  assert.equal(done.code, code, done.all);
  for (const secret of [...Object.values(kPeople), ...Object.values(kSecrets)]) assert.ok(!done.all.includes(secret), 'a secret was printed');
  return done.all;
}

async function signIn(server, username = 'ada') {
  const answer = await request(server.endpoint('token'), {
    method: 'POST',
    form: { grant_type: 'password', client_id: 'web', client_secret: kSecrets.web, username, password: kPeople[username], scope: 'openid' },
  });
  return answer.status;
}

test('export_and_import_carry_a_realm_whole_and_refuse_to_overwrite', kOnlySqlite, async () => {
  const source = await startServer({ realm: villageRealm({}, crowd), bootstrap: false });
  assert.equal(await signIn(source), 200);
  await source.stop();

  const first = path.join(temporaryFolder(), 'out');
  await run('export', source, ['--dir', first, '--realm', 'village']);
  const exported = contents(first);
  const files = Object.keys(exported);
  assert.ok(files.includes('village-realm.json') && files.includes('village-users-0.json') && files.includes('village-users-2.json'), files.join());
  const users = files.filter((name) => name.includes('-users-')).flatMap((name) => JSON.parse(exported[name]).users);
  assert.equal(users.filter(({ username }) => username.startsWith('villager-')).length, kCrowd);
  assert.equal(new Set(users.map(({ id }) => id)).size, users.length, 'nobody twice');
  for (const name of files) assert.equal(statSync(path.join(first, name)).mode & 0o077, 0, `${name} holds secrets: others may not read it`);
  assert.match(await run('export', source, ['--dir', first, '--realm', 'village'], 1), /exists/i, 'files that are there stay');

  // Another database, with a realm of that name that is another one.
  const target = await startServer({ realm: { realm: 'village', enabled: true }, bootstrap: false });
  assert.notEqual(await signIn(target), 200);
  await target.stop();
  assert.match(await run('import', target, ['--dir', first], 1), /--override/, 'a realm that is there stays');
  await run('import', target, ['--dir', first, '--override']);

  const second = path.join(temporaryFolder(), 'out');
  await run('export', target, ['--dir', second, '--realm', 'village']);
  assert.deepEqual(Object.keys(contents(second)), files);
  for (const [name, text] of Object.entries(contents(second))) assert.equal(text, exported[name], `${name} is not the same`);

  target.args = target.args.filter((word, i, all) => word !== '--import-realm' && all[i - 1] !== '--import-realm');
  await target.run();
  assert.equal(await signIn(target), 200, 'the password is the same');
  assert.equal(await signIn(target, 'bert'), 200);
  await target.stop();
});

test('export_and_import_take_keycloaks_flags', kOnlySqlite, async () => {
  const source = await startServer({ realm: villageRealm({}, crowd), bootstrap: false });
  await source.stop();
  const folder = () => path.join(temporaryFolder(), 'out');
  for (const [words, reason] of [
    [['--dir', folder(), '--users', 'elsewhere'], /--users.*must be/],
    [['--file', folder(), '--users', 'different_files'], /--users/],
    [['--dir', folder(), '--users-per-file', '0'], /--users-per-file/],
    [['--dir', folder(), '--users', 'skip', '--users-per-file', '5'], /--users-per-file/],
  ]) assert.match(await run('export', source, words, 2), reason);

  const listed = async (...words) => {
    const out = folder();
    await run('export', source, ['--dir', out, '--realm', 'village', ...words]);
    const files = contents(out);
    return { names: Object.keys(files), users: Object.values(files).flatMap((text) => JSON.parse(text).users ?? []).length };
  };
  const { users: all } = await listed();
  assert.ok(all > kCrowd);
  assert.deepEqual(await listed('--users', 'skip'), { names: ['village-realm.json'], users: 0 });
  assert.deepEqual(await listed('--users', 'realm_file'), { names: ['village-realm.json'], users: all });
  assert.deepEqual(await listed('--users', 'same_file'), { names: ['village-realm.json', 'village-users-0.json'], users: all });
  assert.equal((await listed('--users', 'different_files', '--users-per-file', '100')).names.length, 3);

  // One file with every realm, into a database that has one of that name.
  const file = path.join(temporaryFolder(), 'all.json');
  await run('export', source, ['--file', file]);
  const realms = JSON.parse(readFileSync(file, 'utf8'));
  assert.deepEqual(realms.map(({ realm }) => realm).sort(), ['master', 'village']);
  assert.equal(realms.find(({ realm }) => realm === 'village').users.length, all);
  const village = path.join(temporaryFolder(), 'village.json');
  await run('export', source, ['--file', village, '--realm', 'village']);
  const target = await startServer({ realm: { realm: 'village', enabled: true }, bootstrap: false });
  await target.stop();
  for (const words of [[], ['--override', 'false'], ['--override=false']])
    assert.match(await run('import', target, ['--file', village, ...words], 1), /--override/, `${words}: a realm that is there stays`);
  await run('import', target, ['--file', village, '--override', 'true']);
  await target.run();
  await target.stop();
});
