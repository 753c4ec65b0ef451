// NetBird's own setup script against this server: `./dev interop netbird FOLDER`, FOLDER is infrastructure_files of a copy of its
// repository, which is not brought along. It reads discovery with curl and jq and writes management.json, whose keys are
// held to what this server says. What was seen stands in docs/guides/netbird.md.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, test } from 'node:test';

import { startServer, temporaryFolder } from '../e2e/harness.mjs';
import { request } from '../e2e/support/form_browser.mjs';
import { villageRealm } from '../e2e/support/realm.mjs';

const kFiles = ['configure.sh', 'base.setup.env', 'docker-compose.yml.tmpl', 'management.json.tmpl', 'turnserver.conf.tmpl'];
const from = process.env.NETBIRD_INFRASTRUCTURE_FILES ?? '';
const missing = kFiles.filter((name) => !existsSync(path.join(from, name)));
assert.deepEqual(missing, [], `files of NetBird that are not in "${from}"`);

const server = await startServer({ realm: villageRealm() });
after(() => server.stop());
const issuer = server.issuer('village');

/// The settings of its guide for Keycloak.
const settings = {
  NETBIRD_DOMAIN: 'netbird.example.test',
  NETBIRD_TURN_EXTERNAL_IP: '192.0.2.7', // or it asks the internet
  NETBIRD_AUTH_OIDC_CONFIGURATION_ENDPOINT: `${issuer}/.well-known/openid-configuration`,
  NETBIRD_USE_AUTH0: 'false',
  NETBIRD_AUTH_CLIENT_ID: 'netbird-client',
  NETBIRD_AUTH_SUPPORTED_SCOPES: 'openid profile email offline_access api',
  NETBIRD_AUTH_AUDIENCE: 'netbird-client',
  NETBIRD_AUTH_DEVICE_AUTH_CLIENT_ID: 'netbird-client',
  NETBIRD_AUTH_DEVICE_AUTH_AUDIENCE: 'netbird-client',
  NETBIRD_MGMT_IDP: 'keycloak',
  NETBIRD_IDP_MGMT_CLIENT_ID: 'netbird-backend',
  NETBIRD_IDP_MGMT_CLIENT_SECRET: 'not-a-real-secret',
  NETBIRD_IDP_MGMT_EXTRA_ADMIN_ENDPOINT: `${server.base}/admin/realms/village`,
};

test('the_setup_script_of_netbird_writes_what_this_server_says', async () => {
  const folder = temporaryFolder();
  for (const name of kFiles) cpSync(path.join(from, name), path.join(folder, name));
  writeFileSync(path.join(folder, 'setup.env'), Object.entries(settings).map(([name, value]) => `${name}="${value}"\n`).join(''));
  const tools = path.join(folder, 'tools');
  mkdirSync(tools);
  writeFileSync(path.join(tools, 'docker'), '#!/bin/sh\nexit 0\n'); // it asks for old volumes; there are none
  chmodSync(path.join(tools, 'docker'), 0o755);
  const said = execFileSync('bash', ['configure.sh'], { cwd: folder, encoding: 'utf8', env: { ...process.env, PATH: `${tools}:${process.env.PATH}` }, stdio: ['ignore', 'pipe', 'pipe'] });
  const discovery = (await request(settings.NETBIRD_AUTH_OIDC_CONFIGURATION_ENDPOINT)).json();
  const keys = Object.fromEntries([...said.matchAll(/^(NETBIRD_AUTH_\w+)=(.*)$/gm)].map(([, name, value]) => [name, value]));
  assert.deepEqual(
    { authority: keys.NETBIRD_AUTH_AUTHORITY, certs: keys.NETBIRD_AUTH_JWT_CERTS, token: keys.NETBIRD_AUTH_TOKEN_ENDPOINT, device: keys.NETBIRD_AUTH_DEVICE_AUTH_ENDPOINT, pkce: keys.NETBIRD_AUTH_PKCE_AUTHORIZATION_ENDPOINT },
    { authority: issuer, certs: discovery.jwks_uri, token: discovery.token_endpoint, device: discovery.device_authorization_endpoint, pkce: discovery.authorization_endpoint },
  );
  const text = readFileSync(path.join(folder, 'artifacts/management.json'), 'utf8');
  assert.doesNotMatch(text, /"null"/, 'a key that discovery does not have is written as null');
  const written = JSON.parse(text);
  assert.equal(written.HttpConfig.AuthIssuer, issuer);
  assert.equal(written.HttpConfig.AuthKeysLocation, discovery.jwks_uri);
  assert.equal(written.IdpManagerConfig.ClientConfig.TokenEndpoint, discovery.token_endpoint);
  assert.equal(written.IdpManagerConfig.ExtraConfig.AdminEndpoint, settings.NETBIRD_IDP_MGMT_EXTRA_ADMIN_ENDPOINT);
  assert.equal(written.DeviceAuthorizationFlow.ProviderConfig.DeviceAuthEndpoint, discovery.device_authorization_endpoint);
  assert.equal(written.PKCEAuthorizationFlow.ProviderConfig.AuthorizationEndpoint, discovery.authorization_endpoint);
  assert.equal((await request(written.HttpConfig.AuthKeysLocation)).json().keys.length > 0, true);
  console.log(Object.entries(keys).filter(([name]) => /AUTHORITY|CERTS|ENDPOINT/.test(name)).map(([name]) => name).sort().join(' '));
});
