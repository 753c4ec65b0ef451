// The load generators, each pinned to the core the server does not use, each one a bounded run with one result.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
export const serverCore = '0';
export const loadCore = '1';
export const basic = (client, secret) => `Basic ${Buffer.from(`${client}:${secret}`).toString('base64')}`;

/// One core's raw rate, on the server's core while the server is idle.
export function raw(binary, name, seconds) {
  return JSON.parse(execFileSync('taskset', ['-c', serverCore, binary, String(seconds), name], { encoding: 'utf8' }))[name];
}

function wrkRun(script, url, connections, seconds, environment) {
  const r = spawnSync('taskset', ['-c', loadCore, 'wrk', '-t1', `-c${connections}`, `-d${seconds}s`, '--latency', '-s', join(here, script), url],
    { encoding: 'utf8', env: { ...process.env, ...environment } });
  const line = /^RESULT (.*)$/m.exec(r.stdout);
  if (!line) throw new Error(`wrk: ${r.stdout} ${r.stderr}`);
  const out = JSON.parse(line[1]);
  const broken = ['err_connect', 'err_read', 'err_write', 'err_timeout'].filter((name) => out[name] > 0);
  if (broken.length > 0) throw new Error(`wrk: ${broken.map((name) => `${out[name]} ${name}`).join(', ')} beside ${out.requests} answers of ${url}`);
  if (out.err_status > 0) throw new Error(`wrk: ${out.err_status} of ${out.requests} answers were errors at ${url}`);
  return out;
}

/// The same request again and again.
export function wrk(url, seconds, { method = 'GET', auth = '', body = '', connections = 32 } = {}) {
  return wrkRun('http.lua', url, connections, seconds, { WRK_METHOD: method, WRK_AUTH: auth, WRK_BODY: body, WRK_TAG: 'x' });
}

/// The gate's check of `count` tokens of a file, from `first` on, each once; of one token again and again.
export function gateChecks(origin, seconds, { tokens, first = 0, count = 1, connections = 32 }) {
  const out = wrkRun('gate.lua', origin, connections, seconds, { GATE_TOKENS: tokens, GATE_FIRST: String(first), GATE_COUNT: String(count) });
  if (out.used_up) throw new Error(`${count} new tokens are too few for ${seconds} s`);
  return out;
}

async function passwordGrant(tokenEndpoint, auth, username, password) {
  const answer = await fetch(tokenEndpoint, {
    method: 'POST', headers: { authorization: auth },
    body: new URLSearchParams({ grant_type: 'password', scope: 'openid profile email', username, password }),
  });
  const body = await answer.json();
  if (answer.status !== 200) throw new Error(`password grant: ${JSON.stringify(body)}`);
  return body.refresh_token;
}

/// `sessions` sessions of users spread over all `users`, each with its chain of rotating refresh tokens, of which
/// `connections` are in flight at a time. `ready` is called when the sessions are there.
export async function refreshChains(tokenEndpoint, auth, seconds, { users = 100, sessions = 64, connections = 32, ready = async () => {} } = {}) {
  const folder = mkdtempSync(join(os.tmpdir(), 'cardea-tokens-'));
  const tokens = [];
  for (let i = 0; i < sessions; i++) tokens.push(await passwordGrant(tokenEndpoint, auth, `bench${Math.floor((i * users) / sessions)}`, 'bench'));
  writeFileSync(join(folder, 'tokens'), `${tokens.join('\n')}\n`, { mode: 0o600 });
  await ready();
  try {
    return wrkRun('refresh.lua', tokenEndpoint, connections, seconds, { WRK_AUTH: auth, WRK_TOKENS: join(folder, 'tokens') });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/// Whole browser flows (mode login), silent re-authorizations (mode sso): see login.mjs.
export function browsers(mode, issuer, users, seconds, extra = []) {
  const r = spawnSync('taskset', ['-c', loadCore, 'node', join(here, 'login.mjs'), '--mode', mode, '--issuer', issuer, '--client-id', 'bench-web',
    '--client-secret', 'bench-web-secret', '--redirect-uri', 'https://app.example.test/cb', '--user', 'bench', '--password', 'bench', '--users', String(users),
    '--scope', 'openid profile email', '--concurrency', '8', '--duration', String(seconds), '--warmup', '1', ...extra], { encoding: 'utf8' });
  const line = /^RESULT (.*)$/m.exec(r.stdout);
  if (!line) throw new Error(`login.mjs ${mode}: ${r.stdout} ${r.stderr}`);
  const out = JSON.parse(line[1]);
  if (out.err_status > 0) throw new Error(`${mode}: ${out.err_status} failures, first: ${out.first_error}`);
  return out;
}

/// One request at a fixed rate; latency from the moment each was due.
export function steadyRate(binary, url, rate, seconds, { auth, body, connections = 64 }) {
  const u = new URL(url);
  const request = `POST ${u.pathname} HTTP/1.1\r\nHost: ${u.host}\r\nAuthorization: ${auth}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
  const out = JSON.parse(execFileSync('taskset', ['-c', loadCore, binary, u.port, String(rate), String(seconds), String(connections)], { encoding: 'utf8', input: request }));
  if (out.failures > 0) throw new Error(`steady rate: ${out.failures} failures`);
  return out;
}
