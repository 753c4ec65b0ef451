// Debian's Apache with mod_auth_openidc in front of two pages, with a configuration of its own on a loopback port.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { temporaryFolder, until } from '../harness.mjs';
import { request } from './form_browser.mjs';

const kModules = process.env.CARDEA_APACHE_MODULES ?? '/usr/lib/apache2/modules';
const kBinaries = ['/usr/sbin/apache2', '/usr/sbin/httpd'];
const kPage = '<!doctype html><title>Secret garden</title><p id="user"><!--#echo var="REMOTE_USER" --></p>' +
  '<p id="email"><!--#echo var="OIDC_CLAIM_email" --></p><p id="groups"><!--#echo var="OIDC_CLAIM_groups" --></p>';

function configuration(folder, port, issuer, secret) {
  const modules = ['mpm_event', 'authn_core', 'authz_core', 'authz_user', 'include', 'auth_openidc'];
  const user = process.getuid() === 0 ? 'User www-data\nGroup www-data\n' : '';
  return `ServerRoot "${folder}"
Listen 127.0.0.1:${port}
ServerName localhost:${port}
PidFile "${folder}/httpd.pid"
ErrorLog "${folder}/error.log"
LogLevel warn auth_openidc:warn
DefaultRuntimeDir "${folder}"
${user}${modules.map((name) => `LoadModule ${name}_module ${kModules}/mod_${name}.so`).join('\n')}
StartServers 1
ServerLimit 1
ThreadsPerChild 8
MaxRequestWorkers 8
DocumentRoot "${folder}/www"
OIDCProviderMetadataURL ${issuer}/.well-known/openid-configuration
OIDCClientID apache
OIDCClientSecret ${secret}
OIDCRedirectURI http://localhost:${port}/secure/redirect_uri
OIDCDefaultURL http://localhost:${port}/secure/
OIDCCryptoPassphrase a-passphrase-of-this-test
OIDCScope "openid profile email"
OIDCPKCEMethod S256
OIDCProviderTokenEndpointAuth client_secret_basic
OIDCIDTokenSignedResponseAlg RS256
OIDCRemoteUserClaim preferred_username
OIDCPassClaimsAs environment
OIDCCookieSameSite On
OIDCInfoHook iat access_token access_token_expires id_token refresh_token userinfo session
<Directory "${folder}/www">
  Require all granted
  Options +Includes
  SetOutputFilter INCLUDES
  ForceType text/html
</Directory>
<Location "/secure">
  AuthType openid-connect
  Require valid-user
</Location>
<Location "/secure/engineers">
  AuthType openid-connect
  Require claim groups:engineering
</Location>
`;
}

/// Starts Apache; returns `{ origin, errors(), stop() }`.
export async function startApache({ port, issuer, secret }) {
  const binary = kBinaries.find((name) => existsSync(name));
  assert.ok(binary && existsSync(`${kModules}/mod_auth_openidc.so`), 'needs the packages apache2 and libapache2-mod-auth-openidc');
  const folder = temporaryFolder();
  mkdirSync(path.join(folder, 'www/secure/engineers'), { recursive: true });
  writeFileSync(path.join(folder, 'www/public'), '<!doctype html><title>Public</title>Anyone may read this.');
  writeFileSync(path.join(folder, 'www/secure/page'), kPage);
  writeFileSync(path.join(folder, 'www/secure/engineers/page'), kPage);
  writeFileSync(path.join(folder, 'httpd.conf'), configuration(folder, port, issuer, secret), { mode: 0o600 });
  chmodSync(folder, 0o755);
  const child = spawn(binary, ['-f', path.join(folder, 'httpd.conf'), '-DFOREGROUND'], { stdio: ['ignore', 'pipe', 'pipe'] });
  process.on('exit', () => child.kill('SIGKILL'));
  let output = '';
  let ended = false;
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part) => (output += part));
  const closed = new Promise((resolve) => child.on('close', () => resolve((ended = true))));
  const errors = () => output + (existsSync(path.join(folder, 'error.log')) ? readFileSync(path.join(folder, 'error.log'), 'utf8') : '');
  const origin = `http://localhost:${port}`;
  await until('Apache to answer', async () => {
    assert.ok(!ended, `Apache ended:\n${errors()}`);
    return (await request(`${origin}/public`).catch(() => null))?.status === 200;
  }, { seconds: 30, onTimeout: errors });
  return {
    origin,
    errors,
    async stop() {
      child.kill('SIGTERM');
      await closed;
    },
  };
}
