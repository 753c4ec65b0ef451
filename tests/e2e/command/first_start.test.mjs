// The command line of the shipped binary: the first start, what it refuses, and what it tells its operator.
import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import * as client from 'openid-client';

import { freePort, kOnlyCardea, runCommand, Server, startServer, temporaryFolder, until } from '../harness.mjs';
import { request } from '../support/form_browser.mjs';
import { villageRealm } from '../support/realm.mjs';
import { authorizationRequest, claimsOf, discover, refused } from '../support/sign_in.mjs';

const kPrintedPassword = /password\W+([A-Za-z0-9_-]{16,})/gi;

/// The passwords the server has printed for a person so far, once it has said that it runs.
async function printedBy(server) {
  await until('the banner', () => /is running/.test(server.log), { onTimeout: () => server.log });
  return [...server.log.matchAll(kPrintedPassword)].map((match) => match[1]);
}

/// A refusal ends by itself, with a code that scripts see.
function refusedToRun({ code, signal, all }, what = '') {
  assert.equal(signal, null, `it went on running: ${what}\n${all}`);
  assert.ok(code > 0, `code ${code}: ${what}\n${all}`);
}

function logIn(config, username, password) {
  return client.genericGrantRequest(config, 'password', { username, password });
}

// ---- what it refuses

test('refuses_an_unknown_option_with_the_nearest', kOnlyCardea, async () => {
  const folder = temporaryFolder();
  const bad = await runCommand(['start-dev', '--http-prot', '8081', '--data-dir', path.join(folder, 'data')]);
  refusedToRun(bad);
  assert.match(bad.all, /--http-prot.*did you mean --http-port\?/);
  assert.deepEqual(readdirSync(folder), [], 'nothing was started or written');
});

test('refuses_unknown_names_in_environment_and_file_together', kOnlyCardea, async () => {
  const folder = temporaryFolder();
  writeFileSync(path.join(folder, 'cardea.yaml'), 'http-port: 8081\nhostnmae: id.example.com\n');
  const bad = await runCommand(['start-dev', '--config-file', path.join(folder, 'cardea.yaml'), '--data-dir', folder], {
    environment: { KC_HTTP_PROT: '1' },
  });
  refusedToRun(bad);
  assert.match(bad.all, /KC_HTTP_PROT.*did you mean KC_HTTP_PORT\?/);
  assert.match(bad.all, /hostnmae.*did you mean hostname\?/);
});

test('refuses_an_unknown_command_with_the_nearest', kOnlyCardea, async () => {
  const bad = await runCommand(['strat-dev']);
  refusedToRun(bad);
  assert.match(bad.all, /start-dev/);
});

test('refuses_start_without_a_public_name', kOnlyCardea, async () => {
  const bad = await runCommand(['start', '--http-enabled=true', '--data-dir', temporaryFolder()]);
  refusedToRun(bad);
  assert.match(bad.all, /hostname/);
});

test('refuses_start_without_certificate_or_http', kOnlyCardea, async () => {
  const bad = await runCommand(['start', '--hostname', 'id.example.com', '--data-dir', temporaryFolder()]);
  refusedToRun(bad);
  assert.match(bad.all, /certificate|http-enabled/);
});

test('config_check_tells_every_problem_and_starts_nothing', kOnlyCardea, async () => {
  const folder = temporaryFolder();
  const bad = await runCommand(['config', 'check', 'start', '--http-port', 'many', '--db', 'oracle', '--data-dir', path.join(folder, 'data')]);
  refusedToRun(bad);
  for (const name of ['--http-port', '--db']) assert.match(bad.all, new RegExp(`${name}: `));
  assert.deepEqual(readdirSync(folder), []);
  const good = await runCommand(['config', 'check', 'start-dev', '--data-dir', path.join(folder, 'data')]);
  assert.equal(good.code, 0, good.all);
});

test('starts_from_a_yaml_file', kOnlyCardea, async () => {
  const file = path.join(temporaryFolder(), 'cardea.yaml');
  writeFileSync(file, 'log-console-output: json\nhttp-relative-path: /id\n');
  const server = await startServer({ realm: villageRealm(), arguments: ['--config-file', file] });
  assert.equal((await request(`${server.base}/id/realms/village`)).status, 200);
  assert.equal((await request(`${server.base}/realms/village`)).status, 404);
  await server.stop();
  for (const line of server.lines) assert.ok(JSON.parse(line).event, line);
});

test('refuses_a_broken_realm_file', kOnlyCardea, async () => {
  for (const text of ['{"realm":"broken",', '{"realm":"x","enabled":"perhaps"}', '[]x']) {
    const folder = temporaryFolder();
    writeFileSync(path.join(folder, 'broken.json'), text);
    const bad = await runCommand(['start-dev', '--data-dir', path.join(folder, 'data'), '--import-realm', path.join(folder, 'broken.json'),
      '--http-port', `${await freePort()}`, '--http-management-port', `${await freePort()}`]);
    refusedToRun(bad, text);
    assert.match(bad.all, /broken\.json/, text);
  }
});

test('refuses_a_key_file_that_others_may_read', kOnlyCardea, async () => {
  const folder = temporaryFolder();
  mkdirSync(path.join(folder, 'data'));
  writeFileSync(path.join(folder, 'key'), Buffer.alloc(32, 7).toString('base64'));
  chmodSync(path.join(folder, 'key'), 0o644);
  const bad = await runCommand(['start-dev', '--data-dir', path.join(folder, 'data'), '--master-key-file', path.join(folder, 'key'),
    '--http-port', `${await freePort()}`, '--http-management-port', `${await freePort()}`]);
  refusedToRun(bad);
  assert.match(bad.all, /key/);
});

test('refuses_json_logs_with_nowhere_to_show_the_first_password', kOnlyCardea, async () => {
  const bad = await runCommand(['start-dev', '--data-dir', path.join(temporaryFolder(), 'data'), '--log-console-output', 'json',
    '--http-port', `${await freePort()}`, '--http-management-port', `${await freePort()}`]);
  refusedToRun(bad);
  assert.match(bad.all, /bootstrap-admin-password/);
  assert.doesNotMatch(bad.all, kPrintedPassword);
});

// ---- the first start

test('first_start_prints_one_secret_once_and_it_signs_in', kOnlyCardea, async () => {
  const server = await startServer({ bootstrap: false });
  const printed = await printedBy(server);
  assert.equal(printed.length, 1, `one secret, once:\n${server.log}`);
  const cli = await discover(server, 'admin-cli', client.None(), 'master');
  for (const guess of ['admin', 'password', 'change_me', 'secret']) await refused(logIn(cli, 'admin', guess), 'invalid_grant');
  const tokens = await logIn(cli, 'admin', printed[0]);
  assert.equal(claimsOf(tokens.access_token).azp, 'admin-cli');

  const before = server.log.length;
  await server.restart();
  await until('the second banner', () => /is running/.test(server.log.slice(before)));
  assert.ok(!server.log.slice(before).includes(printed[0]), 'printed again');
  assert.doesNotMatch(server.log.slice(before), kPrintedPassword);
  await logIn(cli, 'admin', printed[0]);
  await server.endGracefully();
});

test('first_starts_have_different_secrets', kOnlyCardea, async () => {
  const seen = new Set();
  for (let start = 0; start < 2; ++start) {
    const server = await startServer({ bootstrap: false });
    seen.add((await printedBy(server))[0]);
    await server.endGracefully();
  }
  assert.equal(seen.size, 2);
});

test('a_given_administrator_is_not_printed', kOnlyCardea, async () => {
  const server = await startServer({
    bootstrap: false,
    environment: { KEYCLOAK_ADMIN: 'olduser', KEYCLOAK_ADMIN_PASSWORD: 'old-guide-pass-1' },
  });
  server.keepSecret('old-guide-pass-1');
  const cli = await discover(server, 'admin-cli', client.None(), 'master');
  await refused(logIn(cli, 'admin', 'admin'), 'invalid_grant');
  await logIn(cli, 'olduser', 'old-guide-pass-1');
  await server.stop();
  assert.doesNotMatch(server.log, kPrintedPassword);
});

test('files_of_the_data_folder_are_for_the_owner_only', kOnlyCardea, async () => {
  const server = await startServer({ database: 'sqlite' });
  assert.equal(statSync(server.dataDir).mode & 0o077, 0);
  const key = statSync(path.join(server.dataDir, 'master.key'));
  assert.equal(key.mode & 0o777, 0o600);

  // A second server may not open the same folder.
  const second = await runCommand(['start-dev', '--data-dir', server.dataDir, '--http-port', `${await freePort()}`,
    '--http-management-port', `${await freePort()}`]);
  refusedToRun(second);
  assert.match(second.all, /data/);
  await server.stop();
});

test('refuses_a_port_that_is_taken', kOnlyCardea, async () => {
  const server = await startServer({});
  const second = await runCommand(['start-dev', '--data-dir', temporaryFolder(), '--http-port', `${server.port}`,
    '--http-management-port', `${await freePort()}`]);
  refusedToRun(second);
  assert.match(second.all, new RegExp(`${server.port}`));
  await server.stop();
});

test('plain_http_off_this_machine_is_warned_of_and_its_cookies_are_no_worse_than_they_must_be', kOnlyCardea, async () => {
  const server = await startServer({ realm: villageRealm(), arguments: ['--http-host', '0.0.0.0'] });
  const warnings = server.lines.filter((line) => /Plain HTTP is served/.test(line));
  assert.equal(warnings.length, 1, server.log);
  assert.match(warnings[0], /warn/i);
  const web = await discover(server, 'web');
  const { url } = await authorizationRequest(web, 'http://localhost:4003/callback');
  const page = await request(url);
  assert.equal(page.status, 200, page.words);
  assert.ok(page.headers['set-cookie'].length > 0);
  for (const cookie of page.headers['set-cookie']) {
    const flags = cookie.split('; ').slice(1);
    assert.ok(flags.includes('HttpOnly') && flags.includes('SameSite=Lax'), cookie);
    assert.doesNotMatch(cookie, /secure/i, 'a browser would not keep it');
  }
  await server.stop();
});

// ---- health, metrics, logs

test('health_and_metrics_answer_on_the_management_port', kOnlyCardea, async () => {
  const server = await startServer({});
  for (const probe of ['/health', '/health/live', '/health/ready', '/health/started']) {
    const answer = await request(`${server.management}${probe}`);
    assert.equal(answer.status, 200, probe);
    assert.equal(answer.json().status, 'UP', probe);
  }
  const metrics = await request(`${server.management}/metrics`);
  assert.match(metrics.headers['content-type'], /^text\/plain/);
  for (const line of metrics.text.trim().split('\n')) assert.match(line, /^# (HELP|TYPE) \w+|^\w+(\{[^}]*\})? [\d.e+-]+(Inf|NaN)?$/i, line);
  assert.equal((await request(`${server.management}/realms/master`)).status, 404, 'no realm on the management port');
  await server.stop();
});

test('json_logs_are_json_on_every_line', kOnlyCardea, async () => {
  const server = await startServer({ realm: villageRealm(), arguments: ['--log-console-output', 'json'] });
  const trace = '4bf92f3577b34da6a3ce929d0e0e4736';
  await request(`${server.issuer()}/protocol/openid-connect/auth?client_id=nobody`, { headers: { traceparent: `00-${trace}-00f067aa0ba902b7-01` } });
  await server.stop();
  assert.ok(server.lines.length > 2);
  for (const line of server.lines) {
    const entry = JSON.parse(line);
    assert.ok(entry.time && entry.level && entry.event, line);
  }
  const refusals = server.lines.map((line) => JSON.parse(line)).filter((entry) => entry.correlation_id === trace && entry.reason);
  assert.equal(refusals.length, 1, `one refusal with the id of the caller's trace:\n${server.log}`);
});

// ---- realm files

test('a_folder_of_realms_is_imported_and_existing_ones_are_skipped', kOnlyCardea, async () => {
  const second = { realm: 'meadow', enabled: true, displayName: 'Before' };
  const server = await startServer({ files: { 'village-realm.json': JSON.stringify(villageRealm()), 'meadow-realm.json': JSON.stringify(second) } });
  assert.equal((await request(server.issuer('village'))).status, 200);
  assert.equal((await request(server.issuer('meadow'))).status, 200);
  const keys = (await request(server.endpoint('certs', 'village'))).json().keys.map((key) => key.kid);
  await server.restart();
  const after = (await request(server.endpoint('certs', 'village'))).json().keys.map((key) => key.kid);
  assert.deepEqual(after, keys, 'the realm kept its keys, so it was not imported again');
  await server.stop();
});

test('what_is_not_understood_is_listed_in_one_warning', kOnlyCardea, async () => {
  const realm = villageRealm({}, (made) => Object.assign(made, { shinyNewSetting: true, anotherOne: { deep: 1 } }));
  const server = await startServer({ realm });
  await server.stop(); // the log is whole only then
  const warnings = server.lines.filter((line) => line.includes('shinyNewSetting'));
  assert.equal(warnings.length, 1, server.log);
  assert.match(warnings[0], /anotherOne/);
  assert.match(warnings[0], /warn/i);
});

test('refuses_to_wait_for_a_server_that_ended', kOnlyCardea, async () => {
  const server = new Server({ arguments: ['--no-such-option'] });
  await server.prepare();
  await assert.rejects(server.run(), /the server ended/);
});
