// Attack class 26: what a request says never becomes a metric's label. A label that anyone can choose makes a new series
// with each value, until the server, or who reads its metrics, is out of memory.
import assert from 'node:assert/strict';
import net from 'node:net';
import { once } from 'node:events';
import { test } from 'node:test';

import { kOnlyCardea, startServer } from '../harness.mjs';
import { request } from '../support/form_browser.mjs';
import { kSecrets, villageRealm } from '../support/realm.mjs';

const kRounds = 50;
const kMethods = ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'PROPFIND', 'REPORT', 'M-SEARCH', 'LOCK'];

/// The samples by series (the name with its labels).
async function samples(server) {
  const { text } = await request(`${server.management}/metrics`);
  const lines = text.split('\n').filter((line) => line && !line.startsWith('#'));
  return new Map(lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]));
}

function answered(all) {
  return [...all].filter(([series]) => series.startsWith('cardea_http_requests_total{')).reduce((sum, [, value]) => sum + value, 0);
}

/// Bytes that no client library sends, on a connection of their own, to its end.
async function sendRaw(server, bytes) {
  const socket = net.connect(server.port, 'localhost');
  socket.on('error', () => {}).resume();
  socket.end(bytes);
  await once(socket, 'close');
}

/// Ten requests, each odd in another way, all different from those of every other round.
function oddRequests(server, round) {
  const odd = `odd-${round}-${Math.random().toString(36).slice(2)}`;
  const token = (form, headers) => request(server.endpoint('token'), { method: 'POST', form, headers });
  const basic = { authorization: `Basic ${Buffer.from(`${odd}:${odd}`).toString('base64')}` };
  return [
    request(`${server.base}/${odd}`, { method: kMethods[round % kMethods.length] }),
    request(`${server.base}/realms/${odd}`),
    request(`${server.base}/realms/village/${odd}/%F0%9F%90%8B?${odd}=${odd}`, { headers: { 'user-agent': odd, [`x-${odd}`]: odd } }),
    request(`${server.endpoint('auth')}?client_id=${odd}&redirect_uri=${odd}&scope=${odd}`, { headers: { host: `${odd}.example` } }),
    request(`${server.base}/realms/village/broker/${odd}/endpoint?state=${odd}&error=${odd}&error_description=${odd}`),
    request(`${server.base}/admin/realms/${odd}/${odd}`, { headers: { authorization: `Bearer ${odd}` } }),
    token({ grant_type: odd, client_id: odd }),
    token({ grant_type: 'password', client_id: 'web', username: odd, password: odd }, basic),
    request(server.endpoint('userinfo'), { headers: { authorization: `DPoP ${odd}` } }),
    sendRaw(server, round % 2 ? `${odd} / HTTP/1.1\r\nHost: ${odd}\r\n\r\n` : `GET /${odd} HTTP/${round}.9\r\n${odd}\r\n\r\n`),
  ];
}

test('refuses_to_make_a_metric_of_what_requests_say', kOnlyCardea, async () => {
  const server = await startServer({ realm: villageRealm() });
  const before = await samples(server);
  let refused = 0;
  for (let round = 0; round < kRounds; ++round) {
    for (const answer of await Promise.all(oddRequests(server, round))) refused += answer?.status >= 400;
  }
  const after = await samples(server);
  assert.ok(refused >= 8 * kRounds, `only ${refused} were refused`);
  assert.ok(answered(after) - answered(before) >= 9 * kRounds, 'the requests were not counted at all');
  assert.deepEqual([...after.keys()].sort(), [...before.keys()].sort());
  assert.ok(![...after.keys()].some((series) => series.includes('odd-')));
  await server.stop();
});

test('counts_user_events_by_realm_client_and_error_and_by_nothing_that_requests_say', kOnlyCardea, async () => {
  const server = await startServer({ realm: villageRealm(), environment: {
    KC_EVENT_METRICS_USER_ENABLED: 'true', KC_EVENT_METRICS_USER_TAGS: 'realm,clientId,idp' } });
  const token = (form) => request(server.endpoint('token'), { method: 'POST', form });
  const service = { grant_type: 'client_credentials', client_id: 'robot', client_secret: kSecrets.robot };
  assert.equal((await token(service)).status, 200);
  assert.equal((await token(service)).status, 200);
  assert.equal((await token({ ...service, client_secret: 'wrong' })).status, 401);
  for (let round = 0; round < kRounds; ++round) await Promise.all(oddRequests(server, round));
  const after = await samples(server);
  const events = [...after].filter(([series]) => series.startsWith('keycloak_user_events_total{'));
  assert.ok(events.length < 40, events.map(([series]) => series).join('\n'));
  assert.ok(!events.some(([series]) => series.includes('odd-')));
  const count = (error) => after.get(
    `keycloak_user_events_total{client_id="robot",error="${error}",event="client_login",idp="",realm="village"}`);
  assert.equal(count(''), 2);
  assert.equal(count('invalid_client_credentials'), 1);
  await server.stop();
});
