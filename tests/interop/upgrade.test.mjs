// An older release and this one: side by side on one PostgreSQL behind a balancer, and one after the other on SQLite.
// Whatever one of them wrote the other reads; the older one refuses to start on the newer schema; the way back is the
// dump of before.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import http from 'node:http';
import net from 'node:net';
import path from 'node:path';
import { test } from 'node:test';

import { freePort, kDatabase, runCommand, Server, startServer, temporaryFolder } from '../e2e/harness.mjs';
import { FormBrowser, request } from '../e2e/support/form_browser.mjs';
import { freshDatabase } from '../e2e/support/postgres.mjs';
import { kPeople, kSecrets, villageRealm } from '../e2e/support/realm.mjs';

const kOlder = process.env.CARDEA_OLDER_BINARY;
assert.ok(kOlder, 'CARDEA_OLDER_BINARY is not set: tests/interop/upgrade builds it');
const on = (database) => ({ skip: kDatabase === database ? false : `for ${database}` });
const kCallback = 'http://localhost:4003/callback';
const kClient = { client_id: 'web', client_secret: kSecrets.web };

const token = (server, form, client = kClient) => request(server.endpoint('token'), { method: 'POST', form: { ...client, ...form } });
async function granted(server, form, client) {
  const answer = await token(server, form, client);
  assert.equal(answer.status, 200, answer.text);
  return answer.json();
}
const signIn = (server, more = {}) => granted(server, { grant_type: 'password', username: 'ada', password: kPeople.ada, scope: 'openid offline_access', ...more });
const refresh = (server, tokens) => granted(server, { grant_type: 'refresh_token', refresh_token: tokens.refresh_token });
const option = (server, name) => server.args[server.args.indexOf(name) + 1];
const set = (server, name, value) => (server.args[server.args.indexOf(name) + 1] = value);
const withoutImport = (server) => {
  const at = server.args.indexOf('--import-realm');
  if (at >= 0) server.args.splice(at, 2);
};

/// One address in front of both; `balancer.target` is where new connections go, and none is kept.
http.globalAgent = new http.Agent({ keepAlive: false });
async function startBalancer() {
  const port = await freePort();
  const balancer = { base: `http://localhost:${port}`, target: 0 };
  const listener = net.createServer((client) => {
    const upstream = net.connect(balancer.target, 'localhost');
    for (const [from, to] of [[client, upstream], [upstream, client]]) from.on('error', () => to.destroy()).pipe(to);
  });
  await new Promise((done) => listener.listen(port, 'localhost', done));
  balancer.close = () => listener.close();
  balancer.endpoint = (name, realm = 'village') => `${balancer.base}/realms/${realm}/protocol/openid-connect/${name}`;
  return balancer;
}

const authorize = (front, more = {}) => `${front.endpoint('auth')}?${new URLSearchParams({ client_id: 'web', redirect_uri: kCallback, response_type: 'code', scope: 'openid', ...more })}`;
const submit = (browser, page) => browser.submit(page, { username: 'ada', password: kPeople.ada }, { wanted: 'kc-form-login', until: kCallback });
const codeOf = (back) => {
  assert.equal(back.status, 302, back.words);
  return new URL(back.url).searchParams.get('code');
};
const redeem = (front, code) => granted(front, { grant_type: 'authorization_code', code, redirect_uri: kCallback });

test('both_releases_serve_one_postgresql_side_by_side', on('postgres'), async (t) => {
  const front = await startBalancer();
  const realm = villageRealm({ 4003: 4003 }, (village) => {
    village.revokeRefreshToken = true;
    village.bruteForceProtected = true;
  });
  const older = new Server({ realm, binary: kOlder });
  await older.prepare();
  older.args.push('--hostname', front.base);
  await older.run();
  const newer = new Server({ bootstrap: false });
  await newer.prepare();
  newer.args.push('--hostname', front.base);
  set(newer, '--db-url', option(older, '--db-url'));
  newer.environment.KC_MASTER_KEY = older.environment.KC_MASTER_KEY;
  const ask = (server) => (front.target = server.port);
  t.after(() => Promise.all([front.close(), ...[older, newer].map((server) => server.endGracefully())]));

  ask(older);
  let kept = await signIn(front);
  const spare = await signIn(front);
  const openPage = { browser: new FormBrowser() };
  openPage.page = await openPage.browser.open(authorize(front));
  const code = codeOf(await submit(openPage.second = new FormBrowser(), await openPage.second.open(authorize(front))));
  const keys = (await request(front.endpoint('certs'))).text;
  const dump = path.join(temporaryFolder(), 'before.dump');
  const environment = { ...process.env, PGUSER: option(older, '--db-username'), PGPASSWORD: older.environment.KC_DB_PASSWORD };
  execFileSync('pg_dump', ['--format=custom', '--file', dump, option(older, '--db-url')], { env: environment });

  await newer.run(); // migrates under the older one

  await t.test('what the older one wrote the newer one reads', async () => {
    ask(newer);
    assert.equal((await request(front.endpoint('certs'))).text, keys);
    kept = await refresh(front, kept);
    await redeem(front, code);
    await redeem(front, codeOf(await submit(openPage.browser, openPage.page))); // a login page that stood open
    const silent = await openPage.second.open(authorize(front, { prompt: 'none' }), { until: kCallback });
    await redeem(front, codeOf(silent));
  });
  await t.test('and the other way round', async () => {
    ask(newer);
    const browser = new FormBrowser();
    const page = await browser.open(authorize(front));
    const second = new FormBrowser();
    const ours = codeOf(await submit(second, await second.open(authorize(front))));
    const online = await signIn(front, { scope: 'openid' });
    ask(older);
    kept = await refresh(front, kept);
    await refresh(front, online);
    await redeem(front, ours);
    await redeem(front, codeOf(await submit(browser, page)));
    await redeem(front, codeOf(await second.open(authorize(front, { prompt: 'none' }), { until: kCallback })));
    const seen = await request(front.endpoint('userinfo'), { headers: { authorization: `Bearer ${online.access_token}` } });
    assert.equal(seen.status, 200, seen.text);
  });
  await t.test('settings, wrong passwords and sign-outs are common to both', async () => {
    ask(newer);
    const { access_token: admin } = await granted({ endpoint: (name) => front.endpoint(name, 'master') }, { grant_type: 'password', ...older.admin }, { client_id: 'admin-cli' });
    const headers = { authorization: `Bearer ${admin}`, 'content-type': 'application/json' };
    const clients = `${front.base}/admin/realms/village/clients`;
    const made = await request(clients, { method: 'POST', headers, body: JSON.stringify({ clientId: 'late', secret: 'late-secret', serviceAccountsEnabled: true }) });
    assert.equal(made.status, 201, made.text);
    ask(older);
    await granted(front, { grant_type: 'client_credentials' }, { client_id: 'late', client_secret: 'late-secret' });
    const wrong = await token(front, { grant_type: 'password', username: 'bert', password: 'wrong' });
    assert.equal(wrong.status, 400);
    ask(newer);
    const again = await token(front, { grant_type: 'password', username: 'bert', password: 'wrong' });
    assert.equal(again.status, 400, again.text);
    const ended = await request(front.endpoint('logout'), { method: 'POST', form: { ...kClient, refresh_token: spare.refresh_token } });
    assert.equal(ended.status, 204);
    ask(older);
    assert.equal((await token(front, { grant_type: 'refresh_token', refresh_token: spare.refresh_token })).status, 400);
  });
  await t.test('the older one refuses to start on the newer schema, where there is one', async () => {
    await older.endGracefully();
    withoutImport(older);
    const versions = execFileSync('psql', ['-XAtq', '-d', option(older, '--db-url'), '-c', 'SELECT max(number) FROM schema_migrations'], { env: environment }).toString().trim();
    const before = execFileSync('pg_restore', ['--data-only', '--table=schema_migrations', '--file=-', dump]).toString();
    const isNewer = !new RegExp(`^${versions}\\t`, 'm').test(before);
    if (!isNewer) return t.diagnostic('both releases have one schema');
    const refused = await runCommand(['start-dev', ...older.args], { binary: kOlder, environment: older.environment });
    assert.equal(refused.code, 1, refused.all);
    assert.match(refused.all, /newer release/);
  });
  await t.test('the way back is the dump of before', async () => {
    const target = await freshDatabase();
    execFileSync('pg_restore', ['--exit-on-error', '--dbname', target.address, dump], { env: environment });
    set(older, '--db-url', target.address);
    await older.run();
    ask(older);
    await signIn(front);
  });
  ask(newer);
  await refresh(front, kept);
  await newer.stop();
  await older.stop();
});

test('the_newer_release_goes_on_where_the_older_one_stopped_on_sqlite', on('sqlite'), async () => {
  const server = await startServer({ realm: villageRealm({ 4003: 4003 }), binary: kOlder });
  const kept = await signIn(server);
  const browser = new FormBrowser();
  codeOf(await submit(browser, await browser.open(authorize(server))));
  await server.endGracefully();
  withoutImport(server);
  delete server.options.binary;
  await server.run();
  await refresh(server, kept);
  const silent = await browser.open(authorize(server, { prompt: 'none' }), { until: kCallback });
  await redeem(server, codeOf(silent));
  await server.stop();
});
