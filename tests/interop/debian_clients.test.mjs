// Clients from Debian that no npm registry has: Authlib, and oidc-agent on the command line. ./dev interop runs them.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { createInterface } from 'node:readline';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { freePort, startServer, temporaryFolder } from '../e2e/harness.mjs';
import { FormBrowser } from '../e2e/support/form_browser.mjs';
import { kPeople, kSecrets, villageRealm } from '../e2e/support/realm.mjs';

const run = promisify(execFile);
const port = await freePort();
const kCallback = `http://localhost:${port}/callback`;
const kSharedSecret = 'a shared secret of more than thirty-two bytes';
const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
const other = generateKeyPairSync('rsa', { modulusLength: 2048 });
const pem = (key) => key.export({ type: 'pkcs8', format: 'pem' });

const service = (clientId, more) => ({ clientId, enabled: true, publicClient: false, standardFlowEnabled: false, serviceAccountsEnabled: true, ...more });
const server = await startServer({
  realm: villageRealm({ 4003: port }, (realm) => realm.clients.push(
    service('shared', { clientAuthenticatorType: 'client-secret-jwt', secret: kSharedSecret }),
    service('pair', {
      clientAuthenticatorType: 'client-jwt',
      attributes: { 'use.jwks.string': 'true', 'jwks.string': JSON.stringify({ keys: [{ ...pair.publicKey.export({ format: 'jwk' }), alg: 'RS256', use: 'sig' }] }) },
    }),
    { clientId: 'agent', enabled: true, publicClient: true, directAccessGrantsEnabled: true, redirectUris: ['http://localhost:4242'], attributes: { 'oauth2.device.authorization.grant.enabled': 'true' } },
  )),
});
server.keepSecret(kSharedSecret);

async function signIn(url) {
  const browser = new FormBrowser();
  const page = await browser.open(url, { until: kCallback });
  return browser.submit(page, { username: 'ada', password: kPeople.ada }, { wanted: 'kc-form-login', until: kCallback });
}

test('authlib_does_the_code_flow_and_proves_clients_three_ways', async () => {
  const settings = {
    issuer: server.issuer(), callback: kCallback, web_secret: kSecrets.web, api_secret: kSecrets['reports-api'], shared_secret: kSharedSecret,
    private_key: pem(pair.privateKey), other_key: pem(other.privateKey),
  };
  const child = spawn('/usr/bin/python3', [fileURLToPath(new URL('authlib_client.py', import.meta.url)), JSON.stringify(settings)],
    { stdio: ['pipe', 'pipe', 'inherit'], env: { ...process.env, AUTHLIB_INSECURE_TRANSPORT: '1' } });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const back = await signIn((await lines.next()).value);
  child.stdin.end(`${back.url}\n`);
  const seen = JSON.parse((await lines.next()).value ?? '{}');
  assert.deepEqual(seen, {
    username: 'ada', userinfo: 'ada', refreshed: true, active: true, active_after: false,
    shared_key: 'shared', key_pair: 'pair', other_key: 'invalid_client',
  });
});

test('oidc_agent_gets_a_token_and_gets_it_again_from_what_it_keeps', async () => {
  const home = temporaryFolder();
  const environment = { ...process.env, HOME: home, XDG_CONFIG_HOME: home, OIDC_AGENT_TEST: '1' };
  const { stdout } = await run('oidc-agent', [], { env: environment });
  for (const [, name, value] of stdout.matchAll(/^(\w+)=([^;]*);/gm)) environment[name] = value;
  after(() => { try { process.kill(Number(environment.OIDCD_PID)); } catch { /* it ended */ } });
  const agent = (...args) => run(args[0], args.slice(1), { env: environment, timeout: 20_000 });
  await agent('oidc-gen', '--manual', '--iss', server.issuer(), '--client-id=agent', '--client-secret=', '--scope=openid profile offline_access',
    '--redirect-uri=http://localhost:4242', '--flow=password', '--op-username=ada', `--op-password=${kPeople.ada}`, '--prompt=none', '--pw-cmd=echo kept', 'village');
  const token = (await agent('oidc-token', 'village')).stdout.trim();
  server.keepSecret(token);
  const who = await fetch(server.endpoint('userinfo'), { headers: { authorization: `Bearer ${token}` } });
  assert.equal((await who.json()).preferred_username, 'ada');
  const again = (await agent('oidc-token', '--time=400', 'village')).stdout.trim();
  assert.ok(again && again !== token, 'a fresh one by its refresh token');
});

test('the_server_ends_on_sigterm_and_its_log_is_clean', () => server.stop());
