// `cardea preset`, `cardea apply` and `cardea admin` against a running server: an application set up in one step, and
// what was set up used by its client.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { test } from 'node:test';
import * as client from 'openid-client';

import { freePort, kOnlyCardea, runCommand, startServer, temporaryFolder } from '../harness.mjs';
import { AdminApi } from '../support/admin_api.mjs';
import { FormBrowser, request } from '../support/form_browser.mjs';
import { kListen } from '../support/gate.mjs';
import { exampleWith } from '../support/guide.mjs';
import { MicronautClient } from '../support/micronaut.mjs';
import { authorizationRequest, claimsOf, signInAt } from '../support/sign_in.mjs';

const server = await startServer();
const home = temporaryFolder();
const who = ['--server', server.base, '--user', server.admin.username];
const kNora = server.keepSecret('nora nests in norway');
const environment = { HOME: home, CARDEA_ADMIN_PASSWORD: server.admin.password };

const cardea = (...args) => runCommand(args, { environment, cwd: home });
async function done(...args) {
  const ended = await cardea(...args);
  assert.equal(ended.code, 0, ended.all);
  return ended.output;
}
const admin = async (...args) => JSON.parse(await done('admin', 'get', ...args, ...who));

/// The values that a shell gets from an installer's file.
function sourced(file) {
  const text = execFileSync('bash', ['--norc', '-c', 'set -a; source "$1"; env -0', 'bash', file], { env: {}, encoding: 'utf8' });
  return Object.fromEntries(text.split('\0').filter(Boolean).map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]));
}

/// A person of `realm` with a password; `more` as `-s` takes it.
async function addPerson(realm, username, password, ...more) {
  await done('admin', 'create', 'users', '-r', realm, '-s', `username=${username}`, '-s', 'enabled=true', '-s', `email=${username}@example.test`,
    '-s', 'emailVerified=true', '-s', `firstName=${username}`, '-s', 'lastName=Lee', ...more.flatMap((word) => ['-s', word]), ...who);
  await done('admin', 'set-password', '-r', realm, '--username', username, '-p', server.keepSecret(password), ...who);
}

async function discovered(issuer, id, how) {
  const config = await client.discovery(new URL(issuer), id, undefined, how, { execute: [client.allowInsecureRequests] });
  client.enableNonRepudiationChecks(config);
  return config;
}

// The guide's own lines: what it writes into the file, its command, and the answer that it shows.
test('a_property_mapping_is_tried_from_the_command_line', kOnlyCardea, async () => {
  const [, json, words, shown] = /^\$ cat try\.json\n(.+)\n\$ cardea (admin create .*)\n(.+)/m.exec(exampleWith('authentik-entra.md', 'console', 'try-property-mapping'));
  const home = temporaryFolder();
  writeFileSync(path.join(home, 'try.json'), json);
  const run = (...all) => runCommand(all, { environment: { ...environment, HOME: home }, cwd: home });
  const done = async (...all) => {
    const ended = await run(...all);
    assert.equal(ended.code, 0, `${all.join(' ')}: ${ended.all}`);
    return ended.output;
  };
  await done('admin', 'create', 'realms', '-s', 'realm=tried', '-s', 'enabled=true', ...who);
  await done('admin', 'create', 'identity-provider/instances', '-r', 'tried', ...who, '-b', JSON.stringify({ alias: 'entra-id', providerId: 'oidc', enabled: true,
    config: { clientId: 'c', clientSecret: 'a-secret-of-this-test', authorizationUrl: 'https://up.example.test/a', tokenUrl: 'https://up.example.test/t' } }));
  const asked = words.replace('YOUR-REALM', 'tried').split(' ');
  assert.deepEqual(JSON.parse(await done(...asked, ...who)), JSON.parse(shown));
  writeFileSync(path.join(home, 'try.json'), JSON.stringify({ expression: 'while true do end' }));
  assert.equal(JSON.parse(await done(...asked, ...who)).error, 'expression_too_many_steps');
  const refused = await run(...asked.map((word) => word.replace('entra-id', 'other')), ...who);
  assert.notEqual(refused.code, 0, refused.all);
  await done('admin', 'delete', 'realms/tried', ...who);
});

// The commands of Keycloak's guide to kcadm, in its order and with its flags; a session stands in for --server and --user.
test('scripts_for_kcadm_run_as_they_are', kOnlyCardea, async () => {
  const own = { ...environment, HOME: temporaryFolder() };
  const kcadm = async (...words) => {
    const ended = await runCommand(['admin', ...words], { environment: own });
    assert.equal(ended.code, 0, `${words.join(' ')}: ${ended.all}`);
    return ended.output;
  };
  await kcadm('config', 'credentials', ...who);
  const made = (text) => text.trim();
  await kcadm('create', 'realms', '-s', 'realm=kcadm', '-s', 'enabled=true', '-o');
  const uuid = made(await kcadm('create', 'clients', '-r', 'kcadm', '-s', 'clientId=myapp', '-s', 'enabled=true', '-s', 'redirectUris=["http://localhost:8980/myapp/*"]', '-i'));
  await kcadm('create', 'roles', '-r', 'kcadm', '-s', 'name=user', '-s', 'description=Regular user with a limited set of permissions');
  await kcadm('create', `clients/${uuid}/roles`, '-r', 'kcadm', '-s', 'name=editor');
  await kcadm('create', 'groups', '-r', 'kcadm', '-s', 'name=Group');
  const user = made(await kcadm('create', 'users', '-r', 'kcadm', '-s', 'username=testuser', '-s', 'enabled=true', '-i'));
  await kcadm('set-password', '-r', 'kcadm', '--username', 'testuser', '--new-password', server.keepSecret('NEWPASSWORD-4711'), '--temporary');
  await kcadm('add-roles', '-r', 'kcadm', '--uusername', 'testuser', '--rolename', 'user');
  await kcadm('add-roles', '-r', 'kcadm', '--uusername', 'testuser', '--cclientid', 'realm-management', '--rolename', 'create-client', '--rolename', 'view-users');
  await kcadm('add-roles', '-r', 'kcadm', '--gname', 'Group', '--cclientid', 'myapp', '--rolename', 'editor');
  await kcadm('add-roles', '-r', 'kcadm', '--rname', 'user', '--cclientid', 'realm-management', '--rolename', 'view-realm');
  const names = async (...words) => (await kcadm('get-roles', '-r', 'kcadm', ...words, '--fields', 'name', '--format', 'csv', '--noquotes')).trim().split('\n').sort().join(' ');
  assert.equal(await names('--uusername', 'testuser'), 'default-roles-kcadm user');
  assert.equal(await names('--uid', user, '--cclientid', 'realm-management', '--effective'), 'create-client query-groups query-users view-realm view-users');
  assert.equal(await names('--gpath', '/Group', '--cclientid', 'myapp'), 'editor');
  assert.equal(await names('--rname', 'user', '--effective'), 'view-realm');
  assert.equal(await names('--cid', uuid), 'editor');
  assert.match(await kcadm('get-roles', '-r', 'kcadm', '--rolename', 'user'), /Regular user/);
  await kcadm('remove-roles', '-r', 'kcadm', '--uusername', 'testuser', '--rolename', 'user');
  assert.equal(await names('--uusername', 'testuser'), 'default-roles-kcadm');
  await kcadm('update', 'realms/kcadm', '-s', 'enabled=false');
  assert.equal((await admin('realms/kcadm')).enabled, false);
  assert.equal(await kcadm('get', 'users', '-r', 'kcadm', '-q', 'username=testuser', '-q', 'exact=true', '--fields', 'id', '--format', 'csv', '--noquotes'), `${user}\n`);
  // A template of a client, without its id and its secret; headers in and out; a realm made with a member taken away.
  const template = JSON.parse(await kcadm('get', `clients/${uuid}`, '-r', 'kcadm', '--fields', '*(*),-id,-secret,-protocolMappers'));
  assert.equal(template.clientId, 'myapp');
  assert.ok(!('id' in template) && !('secret' in template) && !('protocolMappers' in template));
  assert.match(await kcadm('get', 'roles/user', '-r', 'kcadm', '-h', 'X-Asked-By=script', '-H'), /^HTTP\/1\.1 200\n(.+: .*\n)+\n\{/i);
  await kcadm('create', 'roles', '-r', 'kcadm', '-s', 'name=plain', '-s', 'description=d', '-d', 'description');
  assert.equal(JSON.parse(await kcadm('get', 'roles/plain', '-r', 'kcadm')).description, undefined);
  const quiet = { ...own, KC_CLI_PASSWORD: server.keepSecret('NEWPASSWORD-4712') };
  const set = await runCommand(['admin', 'set-password', '-r', 'kcadm', '--username', 'testuser'], { environment: quiet });
  assert.equal(set.code, 0, set.all);
  assert.equal(set.all, '', 'a password is not printed');
  assert.match(await kcadm('help', 'set-password'), /--new-password/);
  const bearer = (await (await fetch(`${server.base}/realms/master/protocol/openid-connect/token`, { method: 'POST', body: new URLSearchParams({ grant_type: 'password', client_id: 'admin-cli', username: server.admin.username, password: server.admin.password }) })).json()).access_token;
  assert.equal(JSON.parse(await kcadm('get', 'realms/kcadm', '--no-config', '--server', server.base, '--token', bearer)).realm, 'kcadm');
  assert.equal(JSON.parse(await kcadm('get', 'realms/kcadm', '-a', `${server.base}/admin`)).realm, 'kcadm');
  await kcadm('delete', `users/${user}`, '-r', 'kcadm');
  await kcadm('delete', 'realms/kcadm');
});

test('refuses_what_it_cannot_set_up', kOnlyCardea, async () => {
  for (const [args, words] of [
    [['preset', 'nothing', '--set', 'a=b'], /no preset nothing/],
    [['preset', 'netbird', '--set', 'domian=nb.example.test'], /did you mean domain/],
    [['preset', 'netbird', '--set', 'domain=https://nb.example.test'], /domain must be a host name/],
    [['apply', 'missing.yaml', ...who], /missing.yaml cannot be read/],
    [['admin', 'get', 'users', ...who, '--password', 'wrong'], /sign-in refused: 40[01] Invalid user credentials/],
    [['admin', 'get', 'users'], /cardea admin login/],
  ]) {
    const ended = await cardea(...args);
    assert.notEqual(ended.code, 0, args.join(' '));
    assert.match(ended.errors, words);
  }
});

test('G4_05_one_step_setup', kOnlyCardea, async () => {
  const folder = path.join(home, 'netbird');
  const told = await done('preset', 'netbird', '--set', 'domain=nb.example.test', '--output', folder, ...who);
  const file = path.join(folder, 'setup.env');
  assert.equal(statSync(file).mode & 0o777, 0o600);
  const env = sourced(file);
  server.keepSecret(env.NETBIRD_IDP_MGMT_CLIENT_SECRET);
  assert.ok(!told.includes(env.NETBIRD_IDP_MGMT_CLIENT_SECRET));

  // Client and redirects, and the scope with its audience, are there.
  const [made] = await admin('clients', '-r', 'netbird', '-q', `clientId=${env.NETBIRD_AUTH_CLIENT_ID}`);
  assert.equal(made.publicClient, true);
  assert.deepEqual([...made.redirectUris].sort(), ['http://localhost:53000', 'https://nb.example.test/*']);
  assert.deepEqual(made.webOrigins, ['+']);
  assert.equal(made.attributes['post.logout.redirect.uris'], 'https://nb.example.test/*');
  assert.ok(made.defaultClientScopes.includes('netbird-client-audience'));

  // Everything in setup.env holds: the documents it leads to, as the installer reads them.
  const document = await (await fetch(env.NETBIRD_AUTH_OIDC_CONFIGURATION_ENDPOINT)).text();
  for (const member of ['issuer', 'jwks_uri', 'token_endpoint', 'device_authorization_endpoint', 'authorization_endpoint'])
    assert.match(execFileSync('jq', ['-r', `.${member}`], { input: document, encoding: 'utf8' }), /^http:\/\/localhost:\d+\//, member);

  // A person signs in with the client's own settings, and the token names NetBird as its audience.
  await done('admin', 'create', 'users', '-r', 'netbird', '-s', 'username=nora', '-s', 'enabled=true', '-s', 'email=nora@example.test',
    '-s', 'firstName=Nora', '-s', 'lastName=Nest', '-s', 'emailVerified=true', ...who);
    await done('admin', 'set-password', '-r', 'netbird', '--username', 'nora', '-p', kNora, ...who);
  const config = await discovered(JSON.parse(document).issuer, env.NETBIRD_AUTH_CLIENT_ID, client.None());
  const { url, checks } = await authorizationRequest(config, 'http://localhost:53000', { scope: env.NETBIRD_AUTH_SUPPORTED_SCOPES });
  const callback = await signInAt(new FormBrowser(), url, 'http://localhost:53000', 'nora', kNora);
  const tokens = await client.authorizationCodeGrant(config, callback, checks);
  assert.ok([claimsOf(tokens.access_token).aud].flat().includes(env.NETBIRD_AUTH_AUDIENCE));
  assert.deepEqual(claimsOf(tokens.access_token).scope.split(' ').sort(), env.NETBIRD_AUTH_SUPPORTED_SCOPES.split(' ').sort());
  await client.initiateDeviceAuthorization(config, { scope: 'openid', audience: env.NETBIRD_AUTH_DEVICE_AUTH_AUDIENCE });

  // The service account reads users where setup.env says, and does no more.
  const service = await discovered(JSON.parse(document).issuer, env.NETBIRD_IDP_MGMT_CLIENT_ID, client.ClientSecretPost(env.NETBIRD_IDP_MGMT_CLIENT_SECRET));
  const { access_token: bearer } = await client.clientCredentialsGrant(service);
  const headers = { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' };
  const count = await fetch(`${env.NETBIRD_IDP_MGMT_EXTRA_ADMIN_ENDPOINT}/users/count?`, { headers });
  assert.equal(await count.text(), '1');
  assert.equal((await fetch(`${env.NETBIRD_IDP_MGMT_EXTRA_ADMIN_ENDPOINT}/clients`, { headers })).status, 403);
});

test('a_second_run_changes_nothing', kOnlyCardea, async () => {
  assert.match(await done('preset', 'netbird', '--set', 'domain=nb.example.test', ...who), /Realm netbird is as it should be/);
});

test('mends_what_somebody_changed_by_hand_and_tells_it_first', kOnlyCardea, async () => {
  const [made] = await admin('clients', '-r', 'netbird', '-q', 'clientId=netbird-client');
  await done('admin', 'update', `clients/${made.id}`, '-r', 'netbird', '-s', 'webOrigins=["https://evil.example.test"]', ...who);
  const told = await done('preset', 'netbird', '--set', 'domain=nb.example.test', '--dry-run', ...who);
  assert.match(told, /webOrigins: \["https:\/\/evil\.example\.test"\] -> \["\+"\]/);
  assert.deepEqual((await admin(`clients/${made.id}`, '-r', 'netbird')).webOrigins, ['https://evil.example.test']);
  await done('preset', 'netbird', '--set', 'domain=nb.example.test', ...who);
  assert.deepEqual((await admin(`clients/${made.id}`, '-r', 'netbird')).webOrigins, ['+']);
});

test('a_secret_that_a_shell_would_run_is_not_written', kOnlyCardea, async () => {
  const [made] = await admin('clients', '-r', 'netbird', '-q', 'clientId=netbird-backend');
  const folder = path.join(home, 'shell');
  await done('admin', 'update', `clients/${made.id}`, '-r', 'netbird', '-s', 'secret=x;touch$IFS/tmp/owned', ...who);
  const ended = await cardea('preset', 'netbird', '--set', 'domain=nb.example.test', '--output', folder, ...who);
  assert.equal(ended.code, 1, ended.all);
  assert.match(ended.errors, /make a new secret/);
  assert.throws(() => readFileSync(path.join(folder, 'setup.env')), /ENOENT/);
  await done('admin', 'create', `clients/${made.id}/client-secret`, '-r', 'netbird', ...who);
  await done('preset', 'netbird', '--set', 'domain=nb.example.test', '--output', folder, ...who);
});

test('check_finds_nothing_in_what_the_preset_made', kOnlyCardea, async () => {
  assert.match(await done('check', 'netbird', '--set', 'domain=nb.example.test', ...who), /everything is as the application needs it/);
});

test('G4_03_no_audience_mapper_is_told_with_the_step_of_the_guide_that_was_left_out', kOnlyCardea, async () => {
  const [made] = await admin('clients', '-r', 'netbird', '-q', 'clientId=netbird-client');
  const scope = (await admin('client-scopes', '-r', 'netbird')).find(({ name }) => name === 'netbird-client-audience');
  await done('admin', 'delete', `clients/${made.id}/default-client-scopes/${scope.id}`, '-r', 'netbird', ...who);
  const found = await cardea('check', 'netbird', '--set', 'domain=nb.example.test', ...who);
  assert.equal(found.code, 1, found.all);
  assert.match(found.output, /client netbird-client \+ client scope netbird-client-audience is missing\n {4}Guide, step 5/);
  assert.match(found.output, /claim aud is .*, without netbird-client\n {4}Guide, steps 4 and 5: without them NetBird answers 401/);
  await done('preset', 'netbird', '--set', 'domain=nb.example.test', ...who);
  await done('check', 'netbird', '--set', 'domain=nb.example.test', ...who);
});

test('G4_32_secret_in_spa', kOnlyCardea, async () => {
  const [made] = await admin('clients', '-r', 'netbird', '-q', 'clientId=netbird-client');
  await done('admin', 'update', `clients/${made.id}`, '-r', 'netbird', '-s', 'publicClient=false', '-s', 'secret=a secret that a page would show', ...who);
  const found = await cardea('check', 'netbird', '--set', 'domain=nb.example.test', ...who);
  assert.equal(found.code, 1, found.all);
  assert.match(found.output, /client netbird-client: publicClient: false -> true\n.*a browser can keep no secret/);
  // It works with NETBIRD_AUTH_CLIENT_SECRET, which the dashboard then sends, and not without.
  const codeFor = async (how) => {
    const config = await discovered(server.issuer('netbird'), 'netbird-client', how);
    const { url, checks } = await authorizationRequest(config, 'https://nb.example.test/', { scope: 'openid' });
    return client.authorizationCodeGrant(config, await signInAt(new FormBrowser(), url, 'https://nb.example.test/', 'nora', kNora), checks);
  };
  const refused = await codeFor(client.None()).then(() => null, (problem) => problem);
  assert.equal(refused?.error, 'unauthorized_client');
  assert.ok((await codeFor(client.ClientSecretPost('a secret that a page would show'))).access_token);
  await done('preset', 'netbird', '--set', 'domain=nb.example.test', ...who);
});

test('G4_31_discovery_incomplete', kOnlyCardea, async () => {
  // A proxy in front of the server, as a reverse proxy with a rule too many: the document lacks its device endpoint.
  const port = await freePort();
  const proxy = http.createServer((asked, answer) => {
    const onward = http.request({ port: server.port, host: 'localhost', path: asked.url, method: asked.method, headers: asked.headers }, (back) => {
      const parts = [];
      back.on('data', (part) => parts.push(part));
      back.on('end', () => {
        let body = Buffer.concat(parts);
        if (asked.url.endsWith('openid-configuration')) body = Buffer.from(JSON.stringify({ ...JSON.parse(body), device_authorization_endpoint: undefined }));
        answer.writeHead(back.statusCode, { ...back.headers, 'content-length': body.length }).end(body);
      });
    });
    asked.pipe(onward);
  });
  await new Promise((resolve) => proxy.listen(port, 'localhost', resolve));
  try {
    const folder = path.join(home, 'incomplete');
    const ended = await cardea('preset', 'netbird', '--set', 'domain=nb.example.test', '--output', folder, '--server', `http://localhost:${port}`, '--user', server.admin.username);
    assert.equal(ended.code, 1, ended.all);
    assert.match(ended.errors, /lacks device_authorization_endpoint/);
    assert.throws(() => readFileSync(path.join(folder, 'setup.env')), /ENOENT/);
    assert.ok(!ended.output.includes('null'));
  } finally {
    proxy.close();
    proxy.closeAllConnections();
  }
});

test('kestra_and_keep_domino_are_set_up_in_one_step', kOnlyCardea, async () => {
  const folder = path.join(home, 'kestra');
  await done('preset', 'kestra', '--set', 'url=https://kestra.example.test', '--output', folder, ...who);
  assert.match(readFileSync(path.join(folder, 'application.yaml'), 'utf8'), new RegExp(`issuer: "${server.issuer('kestra')}"`));
  await done('preset', 'keep-domino', '--set', 'url=https://keep.example.test', '--output', folder, ...who);
  const entry = JSON.parse(readFileSync(path.join(folder, 'cardea.json'), 'utf8')).jwt.cardea;
  assert.equal((await (await fetch(`${entry.providerUrl}/.well-known/openid-configuration`)).json()).issuer, entry.providerUrl);

  // A token of the realm has what KEEP asks for: audience, scope, and the Notes name.
  const password = 'ann leaves at eleven';
  await addPerson('keep', 'ann', password, 'attributes.CN=["CN=Ann Lee/O=Acme"]');
  const config = await discovered(entry.providerUrl, 'keep-app', client.None());
  const { url, checks } = await authorizationRequest(config, 'https://keep.example.test/back', { scope: 'openid $DATA' });
  const callback = await signInAt(new FormBrowser(), url, 'https://keep.example.test/back', 'ann', password);
  const claims = claimsOf((await client.authorizationCodeGrant(config, callback, checks)).access_token);
  assert.ok([claims.aud].flat().includes('Domino'));
  assert.ok(claims.scope.split(' ').includes('$DATA'));
  assert.ok(!claims.scope.split(' ').includes('MAIL'));
  assert.equal(claims.CN, 'CN=Ann Lee/O=Acme');
});

// Policy oauth21 (exact redirect URIs, PKCE always, no password grant) is no hindrance to the applications it is given to.
test('kestra_signs_in_refreshes_and_signs_out_with_the_client_of_its_preset', kOnlyCardea, async () => {
  const folder = path.join(home, 'kestra-oauth21');
  await done('preset', 'kestra', '--set', 'url=https://kestra.example.test', '--set', 'realm=oauth21', '--output', folder, ...who);
  const [made] = await admin('clients', '-r', 'oauth21', '-q', 'clientId=kestra');
  assert.equal(made.attributes['cardea.policy'], 'oauth21');
  const clientSecret = server.keepSecret(/client-secret: "([^"]+)"/.exec(readFileSync(path.join(folder, 'application.yaml'), 'utf8'))[1]);
  await addPerson('oauth21', 'kim', 'kim keeps kites');
  const kestra = await new MicronautClient({ issuer: server.issuer('oauth21'), clientId: 'kestra', clientSecret,
    origin: 'https://kestra.example.test', scopes: ['openid', 'profile', 'email', 'groups'] }).start();
  const session = await kestra.signIn({ username: 'kim', password: 'kim keeps kites' });
  assert.equal(session.claims.email, 'kim@example.test');
  const refreshed = await kestra.token({ grant_type: 'refresh_token', refresh_token: session.refresh_token });
  assert.equal(refreshed.status, 200, refreshed.text);
  const left = await session.browser.open(kestra.logoutUrl({ id_token_hint: session.id_token,
    post_logout_redirect_uri: 'https://kestra.example.test/logout' }), { until: 'https://kestra.example.test/logout' });
  assert.ok(left.url.startsWith('https://kestra.example.test/logout'), left.words);
});

test('apply_converges_and_prunes_on_request_only', kOnlyCardea, async () => {
  const file = path.join(home, 'shop.yaml');
  const text = (clients) => `
realm: shop
enabled: true
roles: { realm: [ { name: buyer, description: may buy }, { name: chief, composites: { realm: [ buyer ] } } ] }
clients:
${clients}
groups: [ { name: staff, realmRoles: [ buyer ], subGroups: [ { name: "night/day" } ] } ]
users: [ { username: bob, enabled: true, email: bo@example.test, firstName: Bo, lastName: Oak, groups: [ /staff ], credentials: [ { type: password, value: bo bought a boat } ] } ]
`;
  writeFileSync(file, text('  - { clientId: web, redirectUris: [ "https://a.test/*" ] }\n  - { clientId: old }'));
  await done('apply', file, ...who);
  assert.match(await done('apply', file, ...who), /Realm shop is as it should be/);
  const [bo] = await admin('users', '-r', 'shop', '-q', 'username=bob');
  assert.deepEqual((await admin(`users/${bo.id}/groups`, '-r', 'shop')).map((group) => group.path), ['/staff']);
  assert.deepEqual((await admin('roles/chief/composites', '-r', 'shop')).map((role) => role.name), ['buyer']);

  writeFileSync(file, text('  - { clientId: web, redirectUris: [ "https://b.test/*" ] }'));
  await done('apply', file, ...who);
  assert.equal((await admin('clients', '-r', 'shop', '-q', 'clientId=old')).length, 1);
  const told = await done('apply', file, '--prune', ...who);
  assert.match(told, /- client old/);
  assert.deepEqual(await admin('clients', '-r', 'shop', '-q', 'clientId=old'), []);
  assert.deepEqual((await admin('clients', '-r', 'shop', '-q', 'clientId=web'))[0].redirectUris, ['https://b.test/*']);
  const signed = await request(server.endpoint('token', 'shop'), { method: 'POST', form: { client_id: 'admin-cli', grant_type: 'password', username: 'bob', password: 'bo bought a boat' } });
  assert.equal(signed.status, 200, signed.text);
});

test('apply_converges_flows_components_and_organizations_and_takes_its_own_export', kOnlyCardea, async () => {
  const file = path.join(home, 'guild.json');
  const step = (authenticator, requirement, priority, more = {}) => ({ authenticator, requirement, priority, ...more });
  const kPolicies = 'org.keycloak.services.clientregistration.policy.ClientRegistrationPolicy';
  const realm = {
    realm: 'guild', enabled: true, organizationsEnabled: true, browserFlow: 'guild browser',
    roles: { realm: [{ name: 'smith' }] },
    users: [{ username: 'ada', enabled: true, email: 'ada@example.test', firstName: 'Ada', lastName: 'Elm' }, { username: 'ben', enabled: true, email: 'ben@example.test', firstName: 'Ben', lastName: 'Elm' }],
    clients: [{ clientId: 'forge', fullScopeAllowed: false }],
    scopeMappings: [{ client: 'forge', roles: ['smith'] }],
    authenticationFlows: [
      { alias: 'guild browser', description: 'for the guild', providerId: 'basic-flow', topLevel: true, builtIn: false, authenticationExecutions: [
        step('auth-cookie', 'ALTERNATIVE', 10), step('identity-provider-redirector', 'ALTERNATIVE', 20, { authenticatorConfig: 'to the guild' }), { flowAlias: 'guild forms', requirement: 'ALTERNATIVE', priority: 30 }] },
      { alias: 'guild forms', description: '', providerId: 'basic-flow', topLevel: false, builtIn: false, authenticationExecutions: [step('auth-username-password-form', 'REQUIRED', 10)] }],
    authenticatorConfig: [{ alias: 'to the guild', config: { defaultProvider: 'guild' } }],
    components: { [kPolicies]: [{ name: 'Few Clients', providerId: 'max-clients', subType: 'anonymous', config: { 'max-clients': ['5'] } }],
      'org.keycloak.keys.KeyProvider': [{ name: 'elliptic', providerId: 'ecdsa-generated', config: { priority: ['90'], ecdsaEllipticCurveKey: ['P-256'] } }] },
    organizations: [{ name: 'Smiths', alias: 'smiths', domains: [{ name: 'smiths.test' }], groups: [{ name: 'masters', realmRoles: ['smith'], subGroups: [{ name: 'gold' }] }], members: [{ username: 'ada', groups: ['/masters/gold'] }, { username: 'ben' }] }],
  };
  const put = (value) => writeFileSync(file, JSON.stringify(value));
  put(realm);
  const planned = await done('apply', file, '--dry-run', ...who);
  for (const line of ['+ flow guild browser', '+ step of flow guild browser: auth-cookie', '+ component Few Clients (anonymous)', '+ organization Smiths', '~ organization Smiths + member ada',
    '+ organization Smiths group /masters/gold', '~ client forge in scope + role smith']) assert.ok(planned.includes(line), `${line} in ${planned}`);
  assert.equal((await cardea('admin', 'get', 'realms/guild', ...who)).code, 1, 'a dry run makes nothing');
  await done('apply', file, ...who);
  assert.match(await done('apply', file, ...who), /^Realm guild is as it should be/m);

  const of = (...words) => admin(...words, '-r', 'guild');
  assert.equal((await admin('realms/guild')).browserFlow, 'guild browser');
  const steps = await of('authentication/flows/guild%20browser/executions');
  assert.deepEqual(steps.map((row) => [row.level, row.providerId ?? row.displayName, row.requirement]), [[0, 'auth-cookie', 'ALTERNATIVE'],
    [0, 'identity-provider-redirector', 'ALTERNATIVE'], [0, 'guild forms', 'ALTERNATIVE'], [1, 'auth-username-password-form', 'REQUIRED']]);
  assert.equal((await of(`authentication/config/${steps[1].authenticationConfig}`)).config.defaultProvider, 'guild');
  const [organization] = await of('organizations');
  const members = async () => (await of(`organizations/${organization.id}/members`)).map(({ username }) => username);
  assert.deepEqual(await members(), ['ada', 'ben']);
  const [ada] = await of('users', '-q', 'username=ada');
  assert.deepEqual((await of(`organizations/${organization.id}/members/${ada.id}/groups`)).map((group) => group.path), ['/masters/gold']);
  const [masters] = await of(`organizations/${organization.id}/groups`);
  assert.deepEqual((await of(`organizations/${organization.id}/groups/${masters.id}/role-mappings/realm`)).map((role) => role.name), ['smith']);

  // Another order, another requirement, a step and a member less: told, done, and nothing taken away unless asked.
  const [browser, forms] = realm.authenticationFlows;
  browser.authenticationExecutions = [{ ...browser.authenticationExecutions[2], priority: 10 }, step('auth-cookie', 'DISABLED', 20)];
  realm.organizations[0].members.pop();
  realm.organizations[0].description = 'they smith';
  realm.components[kPolicies][0].config['max-clients'] = ['7'];
  put(realm);
  const told = await done('apply', file, '--dry-run', ...who);
  assert.match(told, /max-clients: \["5"\] -> \["7"\]/);
  await done('apply', file, ...who);
  const names = async () => (await of('authentication/flows/guild%20browser/executions')).filter((row) => row.level === 0).map((row) => row.providerId ?? row.displayName);
  assert.deepEqual((await names()).toSorted(), ['auth-cookie', 'guild forms', 'identity-provider-redirector']);
  assert.deepEqual(await members(), ['ada', 'ben']);
  const pruned = await done('apply', file, '--prune', ...who);
  for (const line of ['- step of flow guild browser: identity-provider-redirector', '- organization Smiths member ben']) assert.ok(pruned.includes(line), `${line} in ${pruned}`);
  assert.deepEqual(await names(), ['guild forms', 'auth-cookie']);
  assert.deepEqual(await members(), ['ada']);
  assert.equal((await of('users', '-q', 'username=ben')).length, 1, 'people stay');
  assert.equal(forms.alias, 'guild forms');
  assert.match(await done('apply', file, '--prune', ...who), /^Realm guild is as it should be/m);

  // What the server says of the realm is what it should be.
  put((await new AdminApi(server, 'guild').send('POST', '/partial-export?exportClients=true&exportGroupsAndRoles=true')).json());
  assert.match(await done('apply', file, ...who), /^Realm guild is as it should be/m);
});

test('admin_has_kcadms_verbs', kOnlyCardea, async () => {
  await done('admin', 'config', 'credentials', ...who);
  const session = path.join(home, '.cardea', 'admin.json');
  assert.equal(statSync(session).mode & 0o777, 0o600);
  assert.ok(!readFileSync(session, 'utf8').includes(server.admin.password));
  const plain = async (...args) => done('admin', ...args);
  const id = (await plain('create', 'groups', '-r', 'shop', '-s', 'name=guests', '-i')).trim();
  await plain('update', `groups/${id}`, '-r', 'shop', '-s', 'attributes.floor=["2"]');
  assert.deepEqual(JSON.parse(await plain('get', `groups/${id}`, '-r', 'shop', '-F', 'name,attributes(*)')), { name: 'guests', attributes: { floor: ['2'] } });
  assert.equal(await plain('get', 'groups', '-r', 'shop', '--format', 'csv', '-F', 'name', '--noquotes', '-q', 'search=guests'), 'guests\n');
  await plain('delete', `groups/${id}`, '-r', 'shop');
  const gone = await cardea('admin', 'get', `groups/${id}`, '-r', 'shop');
  assert.equal(gone.code, 1);
  assert.match(gone.errors, /404 Could not find group by id/);
});

test('the_gate_reads_what_the_preset_for_keep_writes', kOnlyCardea, async () => {
  const folder = path.join(home, 'keep');
  await done('preset', 'keep', '--set', 'host=keep.example.test', '--output', folder, ...who);
  assert.match(await done('gate', 'check', '--gate-file', path.join(folder, 'gate.yaml'), '--http-enabled=true'), /settings are good: 1 providers, 1 applications/);
  const groups = await admin('groups', '-r', 'keep');
  assert.deepEqual(groups.map((group) => group.name).sort(), ['admin', 'noc']);
});

test('people_reach_keep_by_the_gate_with_the_client_of_its_preset', kOnlyCardea, async () => {
  const folder = path.join(home, 'keep-oauth21');
  const host = `localhost:${await freePort()}`;
  await done('preset', 'keep', '--set', `host=${host}`, '--set', `url=http://${host}`, '--set', 'realm=alerts', '--output', folder, ...who);
  const [made] = await admin('clients', '-r', 'alerts', '-q', 'clientId=keep');
  assert.equal(made.attributes['cardea.policy'], 'oauth21');
  await addPerson('alerts', 'noa', 'noa knows noon', 'groups=["/noc"]');
  const gate = await startServer({ command: 'gate', bootstrap: false, database: 'sqlite', arguments: [...kListen, '--gate-file', path.join(folder, 'gate.yaml')] });
  try {
    const asked = (page, cookie = '') => request(`${gate.base}${new URL(page, gate.base).pathname}${new URL(page, gate.base).search}`, {
      headers: { accept: 'text/html', cookie, 'x-forwarded-host': host, 'x-forwarded-proto': 'http', 'x-forwarded-method': 'GET', 'x-forwarded-uri': '/alerts' } });
    const cookies = (page) => (page.headers['set-cookie'] ?? []).map((line) => line.split(';')[0]).join('; ');
    const away = await asked('/gate/forward');
    assert.equal(away.status, 302, away.words);
    const callback = `http://${host}/oauth2/callback`;
    const back = await signInAt(new FormBrowser(), away.headers.location, callback, 'noa', 'noa knows noon');
    const arrived = await asked(back.href, cookies(away));
    assert.equal(arrived.status, 302, arrived.words);
    const inside = await asked('/gate/forward', cookies(arrived));
    assert.equal(inside.status, 200, inside.words);
    assert.equal(inside.headers['x-forwarded-email'], 'noa');
    assert.equal(inside.headers['x-forwarded-groups'], 'noc');
  } finally {
    await gate.stop();
  }
});

test('the_server_logs_nothing_secret_and_no_error', () => server.stop());
