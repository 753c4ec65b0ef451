// The proxies' examples of docs/guides/gate.md and docs/guides/netbird.md, taken out of the guides and run: nginx and Caddy
// are Debian's, Traefik's addresses are asked as it asks.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import http from 'node:http';
import http2 from 'node:http2';
import path from 'node:path';
import { after, test } from 'node:test';

import { runCommand, temporaryFolder } from '../harness.mjs';
import { request } from '../support/form_browser.mjs';
import { Issuer, Key, kListen, now, startGate } from '../support/gate.mjs';
import { exampleWith, examplesOf, filledIn, insideOf } from '../support/guide.mjs';

const issuer = await new Issuer().start();
const key = new Key('k1');
issuer.keys = [key.jwk()];
after(() => issuer.stop());
const providers = { one: { issuer: issuer.url, audiences: ['app'] } };
const token = (scope, change = {}) => key.token({ iss: issuer.url, sub: 'ann', aud: 'app', iat: now() - 5, exp: now() + 300, scope, ...change });
const settings = (host) => ({ providers, applications: [{ name: 'Wiki', hosts: [host, 'wiki.example.com'] }] });
const withGate = (example, printed) => example.replaceAll('127.0.0.1:8080', /proxy_pass http:\/\/([^;/]+);|forward_auth (\S+) /.exec(printed).slice(1).find(Boolean));

async function asksForScopes(world) {
  const before = world.application.seen.length;
  for (const scope of ['', 'openid', 'reports', 'reports.read2']) {
    const refused = await world.call('/reports/1', token(scope));
    assert.equal(refused.status, 403, `"${scope}" ${refused.status} ${refused.text}`);
    assert.equal(refused.json().error, 'insufficient_scope', 'the refusal is told in full');
    for (const target of ['/reports/1?scope=openid', '/reports/1?scope=reports.read', '/reports/?scope='])
      assert.equal((await world.call(target, token(scope))).status, 403, `${target} with "${scope}"`);
  }
  assert.equal((await world.call('/reports/1', null)).status, 401);
  assert.equal((await world.call('/reports/1?scope=openid', null)).status, 401);
  assert.equal(world.application.seen.length, before, 'nothing reached the application');
  for (const scope of ['reports.read', 'openid reports.write']) {
    const answer = await world.call('/reports/1?a=b&scope=c', token(scope), { method: 'POST', body: 'x' });
    assert.equal(answer.status, 200, answer.text);
    const seen = answer.json();
    assert.deepEqual([seen.method, seen.url, seen.body, seen.headers['x-auth-name']], ['POST', '/reports/1?a=b&scope=c', 'x', 'ann']);
    assert.ok(!seen.headers.authorization, 'the token stays with the gate');
  }
  assert.equal((await world.call('/page', token('openid'))).status, 200, 'other pages ask for none');
}

test('nginx_asks_for_the_scopes_of_one_location', async () => {
  const world = await startGate({ settings, edit: (printed) => printed + filledIn(withGate(exampleWith('gate.md', 'nginx', '/reports/'), printed), printed) });
  try {
    await asksForScopes(world);
    assert.equal((await world.call('/gate/check-reports', token('reports.read'))).status, 404, 'nobody asks the inner location himself');
  } finally {
    await world.stop();
  }
});

test('caddy_asks_for_the_scopes_of_one_path', async () => {
  const edit = (printed) => {
    const { lines, end } = insideOf(printed, /forward_auth \S+/.exec(printed)[0]);
    const example = filledIn(withGate(exampleWith('gate.md', 'caddy', '/reports/'), printed), `forward_auth {\n${lines.join('\n')}\n}`)
      .replace(/^ *# \.\.\. the rest as printed after "forward_auth"$/m, printed.slice(end, printed.indexOf('}', end)));
    return printed.replace(/^ *handle \{$/m, (line) => `${example}${line}`);
  };
  const world = await startGate({ proxy: 'caddy', settings, edit });
  try {
    await asksForScopes(world);
  } finally {
    await world.stop();
  }
});

test('traefik_asks_for_the_scopes_of_one_path', async () => {
  const example = exampleWith('gate.md', 'yaml', 'forwardAuth');
  const address = new URL(/address: "(.*)"/.exec(example)[1]);
  const world = await startGate({ settings, proxy: null });
  try {
    const printed = await runCommand(['gate', 'config', 'traefik', ...world.gate.args]);
    const chain = /middlewares: \[(.*)\]/.exec(example)[1].split(', ');
    assert.deepEqual(/middlewares: \[(.*)\]/.exec(printed.output)[1].split(', ').map((name) => (name === 'cardea-gate' ? 'cardea-reports' : name)), chain,
      'the chain is the printed one with the other question');
    const ask = (scope) => request(`${world.gate.base}${address.pathname}${address.search}`, { headers: { authorization: `Bearer ${token(scope)}`, accept: '*/*',
      'x-forwarded-method': 'GET', 'x-forwarded-uri': '/reports/1', 'x-forwarded-host': 'wiki.example.com', 'x-forwarded-proto': 'https', 'x-forwarded-for': '192.0.2.9' } });
    assert.equal((await ask('openid')).status, 403);
    for (const scope of ['reports.read', 'reports.write']) assert.equal((await ask(scope)).status, 200, scope);
  } finally {
    await world.stop();
  }
});

test('the_guides_first_file_is_one_that_the_gate_takes', async () => {
  const folder = temporaryFolder();
  const file = path.join(folder, 'gate.yaml');
  writeFileSync(file, exampleWith('gate.md', 'yaml', 'name: Wiki'));
  const check = () => runCommand(['gate', 'check', ...kListen, '--gate-file', file]);
  const without = await check();
  assert.equal(without.code, 2);
  assert.match(without.errors, /client-secret-file: cannot be read/);
  writeFileSync(path.join(folder, 'wiki.secret'), 'of-this-test\n');
  const checked = await check();
  assert.equal(checked.code, 0, checked.all);
});

/// NetBird behind nginx: what has proofs of its own goes by the gate, and all the rest to it (docs/guides/netbird.md).
test('netbirds_own_proofs_pass_by_the_gate_and_nothing_else_does', async () => {
  const peers = http2.createServer();
  peers.on('stream', (stream, headers) => {
    stream.resume();
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
    stream.respond({ ':status': 200, 'content-type': 'application/grpc', 'x-was': headers[':path'] }, { waitForTrailers: true });
    stream.end();
  });
  await new Promise((resolve) => peers.listen(0, '127.0.0.1', resolve));
  const grpc = `127.0.0.1:${peers.address().port}`;
  const straight = http.createServer((incoming, outgoing) => outgoing.end(JSON.stringify({ url: incoming.url, upgrade: incoming.headers.upgrade })));
  straight.on('upgrade', (incoming, socket) => socket.end(`HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\nX-Was: ${incoming.url}\r\n\r\n`));
  await new Promise((resolve) => straight.listen(0, '127.0.0.1', resolve));
  const management = `127.0.0.1:${straight.address().port}`;
  const example = exampleWith('netbird.md', 'nginx', 'grpc_pass').replaceAll('grpc://MANAGEMENT', `grpc://${grpc}`).replaceAll('grpc://SIGNAL', `grpc://${grpc}`)
    .replaceAll('http://MANAGEMENT', `http://${management}`).replaceAll('http://RELAY', `http://${management}`);
  const world = await startGate({ settings: (host) => ({ providers, applications: [{ name: 'NetBird', hosts: [host], answers: 'netbird' }] }),
    edit: (printed) => printed + example });
  try {
    for (const target of ['/api/instance', '/api/setup', '/api/users/invites/nbi_abc', '/api/users/invites/nbi_abc/accept', '/api/reverse-proxy/callback?code=1', '/ws-proxy/management']) {
      const answer = await world.call(target, null);
      assert.equal(answer.status, 200, `${target}: ${answer.text}`);
      assert.equal(answer.json().url, target);
    }
    for (const service of ['management.ManagementService/GetServerKey', 'signalexchange.SignalExchange/ConnectStream']) {
      const answer = await world.call(`/${service}`, null, { method: 'POST', body: '\0\0\0\0\0', headers: { 'content-type': 'application/grpc', te: 'trailers' } });
      assert.deepEqual([answer.status, answer.headers['x-was']], [200, `/${service}`], answer.text);
    }
    for (const target of ['/relay', '/ws-proxy/signal']) {
      const upgraded = await new Promise((resolve, reject) => http.request(`${world.origin}${target}`, { headers: { connection: 'Upgrade', upgrade: 'websocket' } })
        .on('upgrade', (answer, socket) => { socket.destroy(); resolve(answer); }).on('response', resolve).on('error', reject).end());
      assert.deepEqual([upgraded.statusCode, upgraded.headers['x-was']], [101, target]);
    }
    for (const target of ['/', '/api/users', '/api/users/invites', '/api/users/invites/abc', '/api/instances', '/api/instance/x', '/api/setups', '/api/setup-keys',
      '/relays', '/ws-proxy', '/api/reverse-proxy/services', '/management.ManagementServices/x', '/API/instance', '/api//instance', '/x/nbi_1']) {
      const answer = await world.raw(target, null);
      assert.ok([400, 401, 403].includes(answer.status), `${target}: ${answer.status}`);
    }
    const users = await world.call('/api/users', token('openid'));
    assert.equal(users.status, 200, users.text);
    assert.match(users.json().headers.authorization, /^Bearer eyJ/, 'the management server checks the token itself');
  } finally {
    await world.stop();
    peers.close();
    straight.closeAllConnections();
    straight.close();
  }
});

test('every_example_of_a_proxy_in_these_guides_is_run_here', () => {
  const known = { 'gate.md': 2, 'netbird.md': 1, 'keep.md': 0, 'kestra.md': 0, 'domino-keep.md': 0 };
  for (const [guide, count] of Object.entries(known))
    assert.equal(examplesOf(guide, 'nginx').length + examplesOf(guide, 'caddy').length, count, guide);
});
