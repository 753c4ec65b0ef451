// The front of the gate against whoever means it ill (docs/design/threat-model.md, classes 11, 12, 18, 19, 20), in the
// request shapes of Traefik, Caddy and Envoy, beside a realm in `cardea start-dev`, and the command that explains.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { after, test } from 'node:test';

import { runCommand, startServer, temporaryFolder, until } from '../harness.mjs';
import { request } from '../support/form_browser.mjs';
import { hmacWith, Issuer, Key, kListen, now, startGate, unsigned } from '../support/gate.mjs';
import { villageRealm } from '../support/realm.mjs';

const issuer = await new Issuer().start();
const key = new Key('k1');
issuer.keys = [key.jwk()];
after(() => issuer.stop());
const settings = (host) => ({
  providers: { one: { issuer: issuer.url, audiences: ['app'] } },
  applications: [{ name: 'App', hosts: [host, 'app.example.test'], roles: { reader: ['read:*'], writer: ['read:*', 'write:*'] },
    'role-rules': [{ claim: 'groups', values: ['writers'], role: 'writer' }], 'default-role': 'reader',
    'sign-in': { issuer: issuer.url, 'client-id': 'app' },
    requests: [{ path: '/public/**', open: true }, { path: '/admin/**', permission: 'write:admin' }, { path: '/**', permission: 'read:page' }] }],
});
const world = await startGate({ settings });
const claims = (change = {}) => ({ iss: issuer.url, sub: 'ann', aud: 'app', iat: now() - 5, exp: now() + 300, ...change });
const reader = key.token(claims());
const writer = key.token(claims({ groups: ['writers'] }));
const atGate = (target, { method = 'GET', headers = {} } = {}) => request(`${world.gate.base}${target}`, { method, headers });
const forwarded = (more = {}) => ({ 'x-forwarded-method': 'GET', 'x-forwarded-uri': '/', 'x-forwarded-host': 'app.example.test',
  'x-forwarded-proto': 'https', 'x-forwarded-for': '192.0.2.9', ...more });

test('the_application_answers_whom_it_should', async () => {
  assert.equal((await world.call('/public/x', null)).status, 200);
  assert.equal((await world.call('/page', reader)).status, 200);
  assert.equal((await world.call('/admin/x', reader)).status, 403);
  assert.equal((await world.call('/admin/x', writer, { method: 'POST', body: 'x' })).json().body, 'x', 'the body arrives');
});

test('refuses_ways_into_the_guarded_part', async () => {
  const before = world.application.seen.length;
  const tricks = ['//admin/x', '/public/../admin/x', '/public/..;/admin/x', '/public/%2e%2e/admin/x', '/public/..%2fadmin/x', '/public%2f..%2fadmin/x',
    '/public/%252e%252e/admin/x', '/public/..\\admin/x', '/public/x;/../../admin', '/./admin/x', '/public/./../admin/x', '/%61dmin/x', '/admin%00/x',
    '/public/x%0d%0aX-Auth-Role:%20writer', '/public\\..\\admin/x'];
  for (const target of tricks) {
    for (const token of [null, reader]) {
      const answer = await world.raw(target, token);
      assert.ok([400, 401, 403, 404].includes(answer.status), `${target}: ${answer.status}`);
    }
  }
  assert.equal(world.application.seen.length, before, 'nothing reached the application');
  const mixed = await world.raw('/ADMIN/x', reader);
  assert.equal(mixed.status, 200, 'another case is another path to the gate, and the application gets it as it was sent');
  assert.equal(JSON.parse(mixed.text).url, '/ADMIN/x');
});

test('the_host_header_chooses_no_application', async () => {
  const answer = await world.raw('http://localhost/page', null, { host: 'elsewhere.example' });
  assert.equal(answer.status, 401);
  const known = await world.raw(`http://${world.host}/page`, reader, { host: 'elsewhere.example' });
  assert.equal(JSON.parse(known.text).headers.host, world.host, 'the application is told its own name');
});

test('refuses_forged_tokens', async () => {
  const stranger = new Key('k1');
  const forged = { 'another key of the same id': stranger.token(claims()), unsigned: unsigned(claims()), 'alg NONE': unsigned(claims(), 'NONE'),
    'HS256 by the public key': hmacWith(key.pem, claims(), { kid: 'k1' }), 'RS512 by the right key': key.token(claims(), { algorithm: 'RS512' }),
    'a key in the header': stranger.token(claims(), { header: { kid: undefined, jwk: stranger.jwk() } }),
    'another issuer': key.token(claims({ iss: 'https://evil.example' })), 'another audience': key.token(claims({ aud: 'other' })),
    'a changed payload': reader.split('.').map((one, at) => (at === 1 ? writer.split('.')[1] : one)).join('.'),
    'four parts': `${reader}.x`, rubbish: 'eyJ.eyJ.x', long: 'a'.repeat(20_000) };
  for (const [why, token] of Object.entries(forged)) {
    const answer = await world.call('/page', token);
    assert.ok([400, 401, 431].includes(answer.status), `${why}: ${answer.status}`);
  }
  assert.equal((await world.call('/page', reader)).status, 200);
});

test('identity_headers_are_nobodys_but_ours', async () => {
  const headers = { 'x-auth-name': 'boss', 'X-AUTH-ROLE': 'writer', 'x-auth-scopes': 'all', 'x-auth-provider': 'me', 'x_auth_role': 'writer' };
  const seen = (await world.call('/page', reader, { headers })).json().headers;
  assert.equal(seen['x-auth-name'], 'ann');
  assert.equal(seen['x-auth-role'], 'reader');
  assert.equal(seen['x-auth-provider'], 'one');
  assert.equal(seen['x-auth-scopes'], undefined);
  assert.equal(seen['x_auth_role'], undefined);
  const open = (await world.call('/public/x', null, { headers })).json().headers;
  for (const name of Object.keys(open)) assert.ok(!name.startsWith('x-auth-'), `${name} got through on an open path`);
});

test('words_of_strangers_about_the_request_do_not_count', async () => {
  const strict = await startGate({ settings, proxy: false, trusted: '192.0.2.1' });
  try {
    for (const target of ['/gate/check', '/gate/forward']) {
      const answer = await request(`${strict.gate.base}${target}`, { headers: forwarded({ 'x-forwarded-uri': '/public/x' }) });
      assert.ok([401, 403].includes(answer.status), `${answer.status}`);
    }
  } finally {
    await strict.stop();
  }
  const headers = { 'x-forwarded-uri': '/public/x', 'x-forwarded-method': 'GET', 'x-original-uri': '/public/x', 'x-rewrite-url': '/public/x',
    'x-forwarded-host': 'elsewhere.example', forwarded: 'host=elsewhere.example', 'user-agent': 'GoogleHC/1.0' };
  assert.equal((await world.call('/admin/x?x=/public/x#/public/x', reader, { headers })).status, 403);
  assert.equal((await world.call('/admin/x', null, { headers })).status, 401);
});

test('broken_cookies_are_nobody', async () => {
  const login = await world.call('/page', null, { headers: { accept: 'text/html' } });
  const name = login.headers['set-cookie'][0].split('=')[0].replace(/-login-.*/, '-session');
  for (const cookie of [`${name}=`, `${name}=abc`, `${name}=${'A'.repeat(43)}`, `${name}="${'A'.repeat(43)}`, `${name}=%00`, `${name}=a; ${name}=b`, ';;;===',
    `${name}=${'x'.repeat(7000)}`, login.headers['set-cookie'][0].split(';')[0].replace(/-login-[^=]*/, '-session')]) {
    const answer = await world.call('/page', null, { headers: { cookie } });
    assert.equal(answer.status, 401, cookie.slice(0, 60));
  }
});

test('answers_in_the_shapes_of_traefik_and_caddy', async () => {
  const good = await atGate('/gate/forward', { headers: forwarded({ authorization: `Bearer ${reader}`, 'x-forwarded-uri': '/page?a=b', 'x-forwarded-port': '443',
    'x-forwarded-server': 'traefik' }) });
  assert.equal(good.status, 200, good.text);
  assert.equal(good.headers['x-auth-name'], 'ann');
  const page = await atGate('/gate/forward', { headers: forwarded({ accept: 'text/html', 'x-forwarded-uri': '/page?a=b' }) });
  assert.equal(page.status, 302);
  assert.equal(new URL(page.headers.location).searchParams.get('redirect_uri'), 'https://app.example.test/oauth2/callback');
  assert.match(page.headers['set-cookie'][0], /^__Host-/);
  const denied = await atGate('/gate/forward', { headers: forwarded({ authorization: `Bearer ${reader}`, 'x-forwarded-method': 'DELETE', 'x-forwarded-uri': '/admin/x' }) });
  assert.equal(denied.status, 403);
});

test('answers_in_the_shape_of_envoy', async () => {
  const ask = (target, method, token) => new Promise((resolve, reject) => http.request({ host: 'localhost', port: world.gate.port, method,
    path: `/gate/envoy${target}`, headers: { host: 'app.example.test', ...(token ? { authorization: `Bearer ${token}` } : {}) } },
  (answer) => { answer.resume(); answer.on('end', () => resolve(answer)); }).on('error', reject).end());
  assert.equal((await ask('/page?scope=x', 'GET', reader)).headers['x-auth-name'], 'ann');
  assert.equal((await ask('/admin/x', 'POST', reader)).statusCode, 403);
  assert.equal((await ask('/admin/x', 'POST', writer)).statusCode, 200);
  assert.equal((await ask('/page', 'GET')).statusCode, 401);
  for (const target of ['/public/../admin/x', '//admin/x', '/public/%2e%2e/admin']) assert.ok((await ask(target, 'GET', reader)).statusCode >= 400, target);
});

test('explains_why', async () => {
  const token = path.join(world.folder, 'token.txt');
  writeFileSync(token, `${reader}\n`);
  const explain = (what) => runCommand(['gate', 'explain', ...kListen, '--gate-file', world.file, '--host', 'app.example.test', '--token-file', token, '--request', what]);
  const refused = await explain('POST /admin/x');
  assert.equal(refused.code, 0, refused.all);
  assert.match(refused.output, /needs {2}the permission write:admin/);
  assert.match(refused.output, /rule {3}groups has writers -> writer: the token does not have this claim/);
  assert.match(refused.output, /role {3}reader \(the default role\)/);
  assert.match(refused.output, /answer no: role_lacks_permission/);
  assert.ok(!refused.all.includes(reader.slice(0, 30)), 'the token is not shown');
  assert.match((await explain('GET /page')).output, /answer yes/);
  const typed = await runCommand(['gate', 'explain', ...kListen, '--gate-file', world.file, '--host', 'app.example.test', '--token', reader, '--request', 'GET /page']);
  assert.match(typed.output, /answer yes/);
  writeFileSync(token, 'rubbish');
  assert.match((await explain('GET /page')).output, /token {2}refused: malformed_token/);
  const ask = (headers) => request(`${world.gate.management}/gate/explain`, { method: 'POST', headers,
    body: JSON.stringify({ host: 'app.example.test', request: 'POST /admin/x', token: reader }) });
  assert.match((await ask({ 'content-type': 'application/json' })).text, /answer no: role_lacks_permission/);
  assert.equal((await ask({ 'content-type': 'text/plain' })).status, 400, 'what a page of another site could send');
  assert.equal((await world.call('/admin/x', reader, { method: 'POST', body: 'x' })).status, 403);
  const last = (await request(`${world.gate.management}/gate/decisions`)).json()[0];
  assert.equal(last.reason, 'role_lacks_permission');
  assert.ok(last.steps.includes('needs  the permission write:admin'), last.steps.join('\n'));
  const page = await request(`${world.gate.management}/gate/decisions`, { headers: { accept: 'text/html' } });
  assert.match(page.words, /needs the permission write:admin/);
});

test('check_says_everything_that_is_wrong', async () => {
  const file = path.join(temporaryFolder(), 'gate.yaml');
  writeFileSync(file, 'providers:\n  p: { issuer: nowhere, algorithms: [HS256] }\napplications:\n  - { name: a, hosts: [x], nonsense: 1 }\n  - { name: b, hosts: [X] }\n');
  const checked = await runCommand(['gate', 'check', ...kListen, '--gate-file', file]);
  assert.equal(checked.code, 2);
  for (const line of [/providers\.p\.algorithms: HS256 is refused/, /applications\[0\]\.nonsense: is not known/, /applications\[1\]\.hosts: x is claimed by a already/])
    assert.match(checked.errors, line);
  assert.equal((await runCommand(['gate', ...kListen, '--gate-file', file])).code, 1, 'and it does not start');
});

test('check_refuses_what_the_start_refuses_without_a_database', async () => {
  const file = path.join(temporaryFolder(), 'gate.yaml');
  writeFileSync(file, JSON.stringify({ providers: { one: { issuer: issuer.url, audiences: ['app'] } },
    applications: [{ name: 'Net', hosts: ['net.example.test'], roles: { owner: ['read:*'] }, 'owner-role': 'owner' }] }));
  const checked = await runCommand(['gate', 'check', ...kListen, '--gate-file', file]);
  assert.equal(checked.code, 2, checked.all);
  assert.match(checked.errors, /Net: owner-role needs a database/);
  const kept = await runCommand(['gate', 'check', ...kListen, '--gate-file', file, '--data-dir', path.join(temporaryFolder(), 'data')]);
  assert.equal(kept.code, 0, kept.all);
});

test('a_gate_beside_the_realms', async () => {
  const file = path.join(temporaryFolder(), 'gate.yaml');
  writeFileSync(file, JSON.stringify(settings('app2.example.test')));
  const server = await startServer({ realm: villageRealm(), arguments: ['--gate-file', file, '--proxy-headers', 'xforwarded', '--proxy-trusted-addresses', '127.0.0.1,::1'] });
  try {
    assert.equal((await request(`${server.issuer()}/.well-known/openid-configuration`)).status, 200, 'realms are there');
    const ask = (more) => request(`${server.base}/gate/forward`, { headers: forwarded(more) });
    assert.equal((await ask({ authorization: `Bearer ${reader}`, 'x-forwarded-uri': '/page' })).status, 200);
    assert.equal((await ask({ 'x-forwarded-uri': '/page' })).status, 401);
    const realm = await request(`${server.base}/realms/village`, { headers: { 'x-forwarded-host': 'app.example.test' } });
    assert.equal(realm.status, 404, 'the host of an application shows no realm');
  } finally {
    await server.stop();
  }
  writeFileSync(file, JSON.stringify(settings('*')));
  const hiding = await startServer({ arguments: ['--gate-file', file] }).catch((error) => error);
  assert.match(String(hiding.message), /App: .*takes every host, the realms' too/);
});

test('a_reload_tells_what_it_changed_and_keeps_the_old_settings_when_the_new_ones_are_wrong', async () => {
  const other = await startGate({ proxy: false, settings });
  const reload = (text) => {
    writeFileSync(other.file, text);
    other.gate.signal('SIGHUP');
  };
  const line = (pattern) => until(`${pattern}`, () => other.gate.lines.some((text) => pattern.test(text)));
  try {
    const fresh = JSON.parse(JSON.stringify(settings(other.host)));
    fresh.applications[0]['default-role'] = 'writer';
    fresh.applications[0]['sign-in']['client-secret'] = other.gate.keepSecret('secret-of-the-reload');
    reload(JSON.stringify(fresh));
    await line(/gate_settings_changed.*applications\[App\]\.default-role.*reader.*writer/);
    await line(/gate_settings_changed.*applications\[App\]\.sign-in\.client-secret/);
    reload('applications: nonsense');
    await line(/gate_reload_refused/);
    const answer = await request(`${other.gate.base}/gate/forward`, { headers: forwarded({ authorization: `Bearer ${reader}`, 'x-forwarded-uri': '/page' }) });
    assert.equal(answer.headers['x-auth-role'], 'writer', 'the settings before the wrong ones');
  } finally {
    await other.stop();
  }
});

test('the_gate_ends_on_sigterm_and_its_log_is_clean', () => world.stop());
