// npm @keycloak/keycloak-admin-client, the library of operators' scripts, against the admin API: every method of every
// resource class, its effect read back and its answer compared with Keycloak's shape. Runs against a Keycloak as well
// (CARDEA_E2E_KEYCLOAK), so that what is asserted is Keycloak's behaviour. CARDEA_E2E_WRITE_REFERENCE=1 writes
// docs/reference/admin-client.md.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import KcAdminClient from '@keycloak/keycloak-admin-client';
import Resource from '@keycloak/keycloak-admin-client/lib/resources/resource.js';

import { kKeycloak, kOnlyCardea, kRoot, startServer } from '../harness.mjs';
import { authenticationManagement } from '../support/admin_client/authentication.mjs';
import { clients } from '../support/admin_client/clients.mjs';
import { Listener } from '../support/admin_client/listener.mjs';
import { organizations } from '../support/admin_client/organizations.mjs';
import { components, identityProviders, serverInfo, userStorageProvider, whoAmI, workflows } from '../support/admin_client/providers.mjs';
import { cache, clientPolicies, realms } from '../support/admin_client/realms.mjs';
import { clientScopes, groups, roles } from '../support/admin_client/scopes_roles_groups.mjs';
import { callAll, methodsOf, page } from '../support/admin_client/story.mjs';
import { attackDetection, users } from '../support/admin_client/users.mjs';
import { MailSink } from '../support/mail_sink.mjs';

const kPage = path.join(kRoot, 'docs/reference/admin-client.md');
const kVersion = JSON.parse(readFileSync(path.join(kRoot, 'tests/e2e/package.json'))).dependencies['@keycloak/keycloak-admin-client'];

const server = await startServer({ realm: null });
const kc = new KcAdminClient({ baseUrl: server.base, realmName: 'master' });
server.listener = await new Listener().listen();
const sink = await new MailSink().listen();

/// Tokens of master live for a minute: each part begins with a fresh one.
async function enter() {
  kc.setConfig({ realmName: 'master' });
  await kc.auth({ ...server.admin, grantType: 'password', clientId: 'admin-cli' });
  kc.setConfig({ realmName: 'shop' });
}

sink.withAdministratorAddress = async (email) => {
  const [administrator] = await kc.users.find({ realm: 'master', username: server.admin.username });
  await kc.users.update({ realm: 'master', id: administrator.id }, { email, firstName: 'R', lastName: 'T' });
};

const world = { kc, server, sink };
const parts = Object.fromEntries(Object.entries({
  attackDetection, authenticationManagement, cache, clientPolicies, clientScopes, clients, components, groups, identityProviders,
  organizations, realms, roles, serverInfo, userStorageProvider, users, whoAmI, workflows,
}).map(([name, make]) => [name, make(world)]));

before(async () => {
  await enter();
  if (kKeycloak) await kc.realms.del({ realm: 'shop' }).catch(() => {});
  await kc.realms.create({ realm: 'shop', enabled: true, smtpServer: sink.smtpServer });
});
after(() => {
  server.listener.close();
  sink.close();
});

test('the table has every resource class and every method that the package ships', () => {
  const resources = Object.keys(kc).filter((name) => kc[name] instanceof Resource);
  assert.deepEqual(Object.keys(parts).sort(), resources.sort());
  for (const [name, rows] of Object.entries(parts)) {
    assert.deepEqual(rows.map(([method]) => method).sort(), methodsOf(kc[name]), name);
  }
});

for (const [name, rows] of Object.entries(parts)) {
  test(`${name}: all ${rows.length} methods`, async () => {
    await enter();
    await callAll(rows);
  });
}

test('the server stops without having logged a secret', async () => {
  await server.stop();
});

test('docs/reference/admin-client.md is what was seen', kOnlyCardea, () => {
  const text = page(kVersion, parts);
  if (process.env.CARDEA_E2E_WRITE_REFERENCE) writeFileSync(kPage, text);
  assert.equal(readFileSync(kPage, 'utf8'), text);
});
