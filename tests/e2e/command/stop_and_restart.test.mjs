// SIGTERM answers what was asked, and a restart loses nothing.
import assert from 'node:assert/strict';
import http from 'node:http';
import net from 'node:net';
import { once } from 'node:events';
import { test } from 'node:test';
import * as client from 'openid-client';

import { freePort, kOnlyCardea, startServer } from '../harness.mjs';
import { FormBrowser, request } from '../support/form_browser.mjs';
import { kPeople, kSecrets, villageRealm } from '../support/realm.mjs';
import { authorizationRequest, discover, refused, signIn } from '../support/sign_in.mjs';

const port = await freePort();
const kCallback = `http://localhost:${port}/callback`;
const start = () => startServer({ realm: villageRealm({ 4003: port }) });

test('sigterm_answers_requests_that_are_under_way', kOnlyCardea, async () => {
  const server = await start();
  const agent = new http.Agent({ keepAlive: true, maxSockets: 8 });
  const body = new URLSearchParams({ grant_type: 'password', client_id: 'web', client_secret: kSecrets.web, username: 'ada', password: kPeople.ada });
  const sent = [];
  const answers = Array.from({ length: 6 }, () => new Promise((resolve, reject) => {
    const outgoing = http.request(server.endpoint('token'), {
      method: 'POST', agent, headers: { 'content-type': 'application/x-www-form-urlencoded' },
    }, (answer) => {
      answer.resume();
      answer.on('end', () => resolve(answer.statusCode));
    });
    sent.push(once(outgoing, 'finish'));
    outgoing.on('error', reject);
    outgoing.end(body.toString());
  }));
  const first = await Promise.race(answers);
  assert.equal(first, 200);
  await Promise.all(sent);
  server.signal('SIGTERM');
  for (const status of await Promise.allSettled(answers)) assert.equal(status.value, 200, String(status.reason));
  agent.destroy();
  assert.equal((await server.ended()).code, 0, server.log);
  server.checkLog();
});

test('sigterm_does_not_wait_for_idle_connections', kOnlyCardea, async () => {
  const server = await start();
  const idle = net.connect(server.port, 'localhost');
  await once(idle, 'connect');
  const half = net.connect(server.port, 'localhost');
  await once(half, 'connect');
  half.write('GET /realms/village HTTP/1.1\r\nHost: localhost\r\n');
  const kept = net.connect(server.port, 'localhost');
  kept.write('GET /realms/village HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await once(kept, 'data');
  for (const socket of [idle, half, kept]) socket.on('error', () => {}).resume();
  await server.endGracefully(); // fails when it takes too long
  server.checkLog();
});

test('a_restart_keeps_sessions_keys_and_logouts', async () => {
  const server = await start();
  if (!server.restart) return; // a Keycloak that runs elsewhere is not ours to restart
  let web = await discover(server, 'web');
  const kept = await signIn(server, web, kCallback);
  const ended = await signIn(server, web, kCallback, { username: 'bert' });
  await client.tokenRevocation(web, ended.tokens.refresh_token);
  const revoked = await signIn(server, web, kCallback, { username: 'cleo' });
  await client.tokenRevocation(web, revoked.tokens.access_token);
  const keys = (await request(server.endpoint('certs'))).text;

  await server.restart();
  assert.equal((await request(server.endpoint('certs'))).text, keys);
  web = await discover(server, 'web');
  const reports = await discover(server, 'reports-api');
  assert.equal((await client.fetchUserInfo(web, kept.tokens.access_token, kept.tokens.claims().sub)).preferred_username, 'ada');
  const refreshed = await client.refreshTokenGrant(web, kept.tokens.refresh_token);
  assert.equal(refreshed.claims().sid, kept.tokens.claims().sid);
  const { url, checks } = await authorizationRequest(web, kCallback, { prompt: 'none' });
  const silent = await kept.browser.open(url, { until: kCallback });
  const tokens = await client.authorizationCodeGrant(web, new URL(silent.url), checks);
  assert.equal(tokens.claims().sid, kept.tokens.claims().sid, 'single sign-on goes on');
  await refused(client.refreshTokenGrant(web, ended.tokens.refresh_token), 'invalid_grant');
  assert.equal((await client.tokenIntrospection(reports, revoked.tokens.access_token)).active, false, 'revoked tokens stay revoked');
  await server.stop();
});

test('a_login_page_opened_before_a_restart_still_signs_in', kOnlyCardea, async () => {
  const server = await start();
  const web = await discover(server, 'web');
  const browser = new FormBrowser();
  const { url, checks } = await authorizationRequest(web, kCallback);
  const page = await browser.open(url);
  await server.restart();
  const back = await browser.submit(page, { username: 'ada', password: kPeople.ada }, { wanted: 'kc-form-login', until: kCallback });
  assert.equal(back.status, 302, back.words);
  await client.authorizationCodeGrant(web, new URL(back.url), checks);
  await server.stop();
});
