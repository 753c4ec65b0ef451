// A stranger at the gate who writes requests by hand: what no decent client would send, through the pieces that the gate
// prints for Debian's nginx and Caddy, and what an application of today needs to come through them (attack classes 18, 19, 20).
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import http from 'node:http';
import net from 'node:net';
import tls from 'node:tls';
import { after, test } from 'node:test';

import { freePort, until } from '../harness.mjs';
import { Issuer, Key, now, startGate } from '../support/gate.mjs';

const kKey = 'a-key-of-this-test';
const issuer = await new Issuer().start();
const key = new Key('k1');
issuer.keys = [key.jwk()];
after(() => issuer.stop());

/// Tells what it was sent; changes to the protocol that it is asked for; tells events one by one, or answers late.
async function startApplication() {
  const port = await freePort();
  const seen = [];
  const waiting = [];
  const sockets = new Set();
  const server = http.createServer((incoming, outgoing) => {
    const told = { method: incoming.method, url: incoming.url, headers: incoming.headers, bytes: 0 };
    incoming.on('data', (part) => (told.bytes += part.length));
    incoming.on('end', () => {
      seen.push(told);
      if (incoming.url === '/public/events') {
        outgoing.writeHead(200, { 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' });
        outgoing.write('data: one\n\n');
        return waiting.push(() => outgoing.end('data: two\n\n'));
      }
      if (incoming.url === '/public/late') return waiting.push(() => outgoing.end('late'));
      outgoing.writeHead(200, { 'content-type': 'application/json' });
      return outgoing.end(JSON.stringify(told));
    });
  });
  server.on('upgrade', (incoming, socket) => {
    seen.push({ method: incoming.method, url: incoming.url, headers: incoming.headers, upgraded: true });
    sockets.add(socket);
    socket.on('error', () => {});
    socket.write(`HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: ${incoming.headers.upgrade}\r\n\r\n`);
    socket.on('data', (part) => socket.write(part));
  });
  await new Promise((resolve) => server.listen(port, '127.0.0.1', resolve));
  const stop = () => new Promise((resolve) => {
    for (const socket of sockets) socket.destroy();
    server.closeAllConnections();
    server.close(resolve);
  });
  return { origin: `http://127.0.0.1:${port}`, seen, waiting, stop };
}

const worlds = {};
for (const proxy of ['nginx', 'caddy']) {
  worlds[proxy] = await startGate({ proxy, start: startApplication, more: proxy === 'nginx' ? 'client_max_body_size 64m;' : '', settings: (host) => ({
    providers: { one: { issuer: issuer.url, audiences: ['app'] } },
    applications: [{ name: 'App', hosts: [host], roles: { reader: ['read:*'], writer: ['read:*', 'write:*'] }, 'default-role': 'reader',
      'role-rules': [{ claim: 'groups', values: ['writers'], role: 'writer' }], headers: { 'X-Groups': 'groups' },
      'api-keys': [{ name: 'robot', role: 'reader', sha256: createHash('sha256').update(kKey).digest('hex') }],
      requests: [{ path: '/public/**', open: true }, { path: '/admin/**', permission: 'write:admin' }, { path: '/**', methods: ['GET'], permission: 'read:page' },
        { path: '/**', permission: 'write:page' }] }] }) });
}
const claims = (change = {}) => ({ iss: issuer.url, sub: 'ann', aud: 'app', iat: now() - 5, exp: now() + 3600, ...change });
const reader = key.token(claims());

/// A connection to the proxy. `text()` is what came so far.
function connect(world) {
  const port = Number(new URL(world.origin).port);
  const socket = world.proxy.ca ? tls.connect({ port, host: 'localhost', servername: 'localhost', ca: world.proxy.ca, ALPNProtocols: ['http/1.1'] })
    : net.connect(port, 'localhost');
  let text = '';
  let ended = false;
  socket.setEncoding('latin1');
  socket.on('data', (part) => (text += part));
  for (const event of ['end', 'close', 'error']) socket.on(event, () => (ended = true));
  return { socket, text: () => text, ended: () => ended };
}

/// Bytes as they are; the first status line of the answer, "closed" when there is none.
async function send(world, bytes) {
  const { socket, text, ended } = connect(world);
  socket.write(bytes, 'latin1');
  await until('an answer', () => /^HTTP\/1\.[01] \d{3}[^\n]*\n/.test(text()) || ended());
  await new Promise((resolve) => { socket.end(resolve); });
  return { status: Number(/^HTTP\/1\.[01] (\d{3})/.exec(text())?.[1] ?? 0) };
}

const lines = (...list) => `${list.join('\r\n')}\r\n`;
const forEach = (name, steps) => {
  for (const proxy of Object.keys(worlds)) test(`${proxy}_${name}`, () => steps(worlds[proxy], proxy));
};
/// No request for the guarded part was seen since.
const nothingGuarded = (world, from, what) => {
  for (const { method, url } of world.application.seen.slice(from)) assert.ok(!/admin/i.test(url), `${what}: ${method} ${url}`);
};

forEach('lets_nothing_through_by_the_seams_between_requests', async (world) => {
  const hidden = `GET /admin/x HTTP/1.1\r\nHost: ${world.host}\r\nX-Auth-Role: writer\r\nX-Auth-Name: boss\r\n\r\n`;
  const bodies = [[`Content-Length: ${5 + hidden.length}`, 'Transfer-Encoding: chunked'], ['Transfer-Encoding: chunked', 'Content-Length: 4'],
    ['Transfer-Encoding: xchunked', `Content-Length: 5`], ['Transfer-Encoding: chunked', 'Transfer-Encoding: identity'], ['Transfer-Encoding : chunked'],
    ['Transfer-Encoding:\tchunked', 'Content-Length: 5'], ['Transfer-Encoding: \x0bchunked', 'Content-Length: 5'], ['Content-Length: 5', `Content-Length: ${5 + hidden.length}`],
    ['Content-Length: +5'], ['Content-Length: 5, 5'], ['Content-Length: 0x5'], ['X: y', ' Transfer-Encoding: chunked', 'Content-Length: 5']];
  for (const headers of bodies) {
    const from = world.application.seen.length;
    const answer = await send(world, `${lines('POST /public/x HTTP/1.1', `Host: ${world.host}`, ...headers, '')}0\r\n\r\n${hidden}`);
    nothingGuarded(world, from, JSON.stringify(headers));
    assert.ok(answer.status === 0 || [200, 400, 411, 413, 501].includes(answer.status), `${JSON.stringify(headers)}: ${answer.status}`);
  }
});

forEach('reads_odd_request_lines_as_nobodys_or_not_at_all', async (world) => {
  const { host } = world;
  const from = world.application.seen.length;
  const odd = { 'no host': lines('GET /admin/x HTTP/1.0', ''), 'an old version': lines('GET /admin/x HTTP/1.0', `Host: ${host}`, ''),
    'another host twice': lines('GET /admin/x HTTP/1.1', `Host: ${host}`, 'Host: other.example', ''), 'a whole address': lines(`GET http://${host}/admin/x HTTP/1.1`, `Host: ${host}`, ''),
    'another whole address': lines('GET http://other.example/admin/x HTTP/1.1', `Host: ${host}`, ''), 'a name and a secret': lines(`GET http://a:b@${host}/admin/x HTTP/1.1`, `Host: ${host}`, ''),
    'no path': lines('GET admin/x HTTP/1.1', `Host: ${host}`, ''), 'a star': lines('OPTIONS * HTTP/1.1', `Host: ${host}`, ''), 'a tunnel': lines(`CONNECT ${host} HTTP/1.1`, `Host: ${host}`, ''),
    'a trace': lines('TRACE /admin/x HTTP/1.1', `Host: ${host}`, ''), 'a method of its own': lines('GETT /admin/x HTTP/1.1', `Host: ${host}`, ''), 'small letters': lines('get /admin/x HTTP/1.1', `Host: ${host}`, ''),
    'no version': 'GET /admin/x\r\n\r\n', 'a later version': lines('GET /admin/x HTTP/3.0', `Host: ${host}`, ''), 'a folded header': lines('GET /admin/x HTTP/1.1', `Host: ${host}`, 'X: a', ' b', ''),
    'a name with a space': lines('GET /admin/x HTTP/1.1', `Host: ${host}`, 'X-Auth-Role : writer', ''), 'a byte of zero': lines('GET /admin/x\0 HTTP/1.1', `Host: ${host}`, ''),
    'a tab': lines('GET /public/\t../admin/x HTTP/1.1', `Host: ${host}`, ''), 'an overlong dot': lines('GET /public/%c0%ae%c0%ae/admin/x HTTP/1.1', `Host: ${host}`, ''),
    'raw bytes': lines('GET /\xe0\x80\xafadmin/x HTTP/1.1', `Host: ${host}`, ''), 'a fragment': lines('GET /public/x#/../../admin/x HTTP/1.1', `Host: ${host}`, ''),
    'a long header': lines('GET /admin/x HTTP/1.1', `Host: ${host}`, `X: ${'a'.repeat(200_000)}`, ''), 'many headers': lines('GET /admin/x HTTP/1.1', `Host: ${host}`, ...Array.from({ length: 3000 }, (_, at) => `X-${at}: y`), ''),
    'a long path': lines(`GET /admin/${'a'.repeat(40_000)} HTTP/1.1`, `Host: ${host}`, '') };
  for (const [what, bytes] of Object.entries(odd)) {
    const { status } = await send(world, bytes);
    nothingGuarded(world, from, what);
    // Caddy answers hosts of no site with an empty 200, by itself.
    assert.ok(status === 0 || status >= 400 || world.application.seen.length === from, `${what}: ${status}`);
  }
});

forEach('believes_no_header_about_the_request_and_passes_none_on', async (world) => {
  const words = { 'X-Original-URL': '/admin/x', 'X-Rewrite-URL': '/admin/x', 'X-Original-URI': '/admin/x', 'X-Forwarded-Uri': '/admin/x', 'X-Forwarded-Method': 'DELETE',
    'X-HTTP-Method-Override': 'DELETE', 'X-HTTP-Method': 'DELETE', 'X-Method-Override': 'DELETE', 'X-Forwarded-Prefix': '/evil', Forwarded: 'host=evil.example;proto=http' };
  const about = { 'X-Forwarded-Host': 'evil.example', 'X-Forwarded-For': '203.0.113.9' };
  const answer = await world.call('/public/x', null, { headers: { ...words, ...about } });
  assert.equal(answer.status, 200, answer.text);
  const { headers } = answer.json();
  for (const name of Object.keys(words)) assert.ok(!headers[name.toLowerCase()], `${name}: ${headers[name.toLowerCase()]}`);
  assert.equal(headers['x-forwarded-host'], world.host);
  assert.match(headers['x-forwarded-for'], /^(127\.0\.0\.1|::1)$/);
});

forEach('says_who_it_is_whatever_connection_names', async (world) => {
  for (const connection of ['close, X-Auth-Name, X-Auth-Role, X-Auth-Subject', 'keep-alive, x-auth-name', 'Upgrade, X-Auth-Name', 'X-Forwarded-Uri, X-Forwarded-Host, X-Forwarded-For, Authorization']) {
    const from = world.application.seen.length;
    const { status } = await send(world, lines('GET /page HTTP/1.1', `Host: ${world.host}`, `Authorization: Bearer ${reader}`, `Connection: ${connection}`, ''));
    if (status >= 400) continue;  // it named what the gate has to see, and nobody is let in
    assert.equal(status, 200, connection);
    const { headers } = world.application.seen.slice(from).at(-1);
    assert.equal(headers['x-auth-name'], 'ann', connection);
    assert.equal(headers['x-auth-role'], 'reader', connection);
  }
});

forEach('keeps_its_cookies_and_what_it_judged_to_itself', async (world) => {
  const cookies = (headers) => headers.cookie ?? '';
  const sent = { 'cardea-gate-abc123-session=x': '', 'a=1; cardea-gate-abc123-session=x; b=2': 'a=1; b=2', '__Host-cardea-gate-abc123-session=x; a=1': 'a=1', 'a=1; cardea-gate-q-login-z=1; cardea-gate-abc-session=y': 'a=1',
    'cardea-gate-a-session=1; cardea-gate-b-session=2; cardea-gate-c-rounds=3; a="4"; cardea-gate-d-session=5; b=6': 'a="4"; b=6', 'my-cardea-gate-x=1; a=cardea-gate-y': 'my-cardea-gate-x=1; a=cardea-gate-y', 'a=1;cardea-gate-b-session=2': 'a=1' };
  for (const [cookie, kept] of Object.entries(sent)) {
    const answer = await world.call('/page', reader, { headers: { cookie } });
    assert.equal(answer.status, 200, answer.text);
    assert.equal(cookies(answer.json().headers), kept, cookie);
    assert.equal(cookies((await world.call('/public/x', null, { headers: { cookie } })).json().headers), kept, `${cookie} on an open path`);
  }
  const many = Array.from({ length: 40 }, (_, at) => `cardea-gate-${at}-session=s${at}`).join('; ');
  assert.doesNotMatch(cookies((await world.call('/page', reader, { headers: { cookie: `a=1; ${many}; b=2` } })).json().headers), /cardea-gate/);
  const robot = (await world.call('/page', null, { headers: { 'x-api-key': kKey } })).json().headers;
  assert.equal(robot['x-auth-name'], 'robot');
  assert.ok(!robot['x-api-key'], 'the key stays with the gate');
  assert.ok(!(await world.call('/page', reader)).json().headers.authorization);
});

forEach('tells_many_groups', async (world) => {
  const groups = Array.from({ length: 250 }, (_, at) => `00000000-0000-4000-8000-${String(at).padStart(12, '0')}`);
  const answer = await world.call('/page', key.token(claims({ groups })));
  assert.equal(answer.status, 200, answer.text);
  assert.equal(answer.json().headers['x-groups'], groups.join(','));
});

const upgrade = (world, target, protocol, more = []) => lines(`GET ${target} HTTP/1.1`, `Host: ${world.host}`, 'Connection: Upgrade', `Upgrade: ${protocol}`,
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==', 'Sec-WebSocket-Version: 13', ...more, '');

forEach('judges_websockets_and_lets_them_speak', async (world) => {
  const refused = await send(world, upgrade(world, '/page', 'websocket'));
  assert.equal(refused.status, 401);
  const { socket, text } = connect(world);
  socket.write(upgrade(world, '/page', 'websocket', [`Authorization: Bearer ${reader}`]));
  await until('the other protocol', () => /^HTTP\/1\.1 101/.test(text()));
  socket.write('are you there?');
  await until('an echo', () => text().endsWith('are you there?'));
  socket.destroy();
  const { headers } = world.application.seen.findLast((each) => each.upgraded);
  assert.equal(headers['x-auth-name'], 'ann');
  assert.ok(!headers.authorization);
});

forEach('changes_to_no_other_protocol', async (world) => {
  for (const [protocol, more] of [['h2c', ['HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA']], ['h2c, websocket', []], ['TLS/1.0', []]]) {
    const from = world.application.seen.length;
    const { status } = await send(world, upgrade(world, '/public/x', protocol, more));
    assert.notEqual(status, 101, protocol);
    for (const { headers } of world.application.seen.slice(from)) assert.ok(!headers.upgrade, `${protocol}: ${headers.upgrade}`);
  }
});

forEach('passes_events_on_as_they_come', async (world) => {
  const { socket, text } = connect(world);
  socket.write(lines('GET /public/events HTTP/1.1', `Host: ${world.host}`, ''));
  await until('the first event', () => text().includes('data: one'));
  assert.ok(!text().includes('data: two'));
  world.application.waiting.shift()();
  await until('the second event', () => text().includes('data: two'));
  socket.destroy();
});

forEach('lets_a_late_answer_hold_nobody_up', async (world) => {
  const late = world.call('/public/late', null);
  await until('the application to be asked', () => world.application.waiting.length === 1);
  for (let at = 0; at < 20; ++at) assert.equal((await world.call('/page', reader)).status, 200);
  world.application.waiting.shift()();
  assert.equal((await late).text, 'late');
});

forEach('passes_large_bodies_on_once_somebody_may_send_them', async (world) => {
  const body = 'x'.repeat(20 * 1024 * 1024);
  assert.equal((await world.call('/upload', null, { method: 'PUT', body })).status, 401);
  const answer = await world.call('/public/upload', null, { method: 'PUT', body });
  assert.equal(answer.status, 200, answer.text);
  assert.equal(answer.json().bytes, body.length);
});

test('the_gates_end_on_sigterm_and_their_logs_are_clean', async () => {
  for (const world of Object.values(worlds)) await world.stop();
});
