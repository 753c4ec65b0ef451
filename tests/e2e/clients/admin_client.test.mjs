// npm @keycloak/keycloak-admin-client, the library of operators' scripts, against the admin API: the methods of each
// resource class on a realm of its own, and what they changed read back. Runs against a Keycloak as well
// (CARDEA_E2E_KEYCLOAK), so that what is asserted here is Keycloak's behaviour.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import KcAdminClient from '@keycloak/keycloak-admin-client';

import { startServer } from '../harness.mjs';

const server = await startServer({ realm: null });
const kc = new KcAdminClient({ baseUrl: server.base, realmName: 'master' });
const kPassword = server.keepSecret('a-password-of-nobody');

async function signIn() {
  kc.setConfig({ realmName: 'master' });
  await kc.auth({ ...server.admin, grantType: 'password', clientId: 'admin-cli' });
}

/// The refusal of a call: its status and Keycloak's words.
async function refusal(call) {
  try {
    await call;
  } catch (error) {
    return { status: error.response?.status, words: error.responseData?.errorMessage ?? error.responseData?.error };
  }
  assert.fail('the call was not refused');
}

const names = (list, member = 'name') => list.map((item) => item[member]).sort();

/// Tokens of master live for a minute: each part of the test begins with a fresh one.
async function enterShop() {
  await signIn();
  kc.setConfig({ realmName: 'shop' });
}

before(async () => {
  await signIn();
  await kc.realms.create({ realm: 'shop', enabled: true });
});

describe('realms', () => {
  before(enterShop);

  test('refuses a realm that exists and one that does not', async () => {
    assert.deepEqual(await refusal(kc.realms.create({ realm: 'shop' })),
      { status: 409, words: 'Realm shop already exists' });
    assert.equal(await kc.realms.findOne({ realm: 'nowhere' }), null);
  });

  test('finds, changes and removes', async () => {
    assert.ok(names(await kc.realms.find(), 'realm').includes('shop'));
    await kc.realms.update({ realm: 'shop' }, { displayName: 'The Shop', accessTokenLifespan: 120 });
    const shop = await kc.realms.findOne({ realm: 'shop' });
    assert.equal(shop.displayName, 'The Shop');
    assert.equal(shop.accessTokenLifespan, 120);
    await kc.realms.create({ realm: 'gone', enabled: true });
    await kc.realms.del({ realm: 'gone' });
    assert.equal(await kc.realms.findOne({ realm: 'gone' }), null);
    const { keys } = await kc.realms.getKeys({ realm: 'shop' });
    assert.ok(keys.some((key) => key.algorithm === 'RS256' && key.status === 'ACTIVE' && key.certificate));
  });

  test('keeps texts of a locale', async () => {
    await kc.realms.addLocalization({ realm: 'shop', selectedLocale: 'de', key: 'hello' }, 'Hallo');
    assert.deepEqual(await kc.realms.getRealmLocalizationTexts({ realm: 'shop', selectedLocale: 'de' }), { hello: 'Hallo' });
    await kc.realms.deleteRealmLocalizationTexts({ realm: 'shop', selectedLocale: 'de', key: 'hello' });
    assert.deepEqual(await kc.realms.getRealmLocalizationTexts({ realm: 'shop', selectedLocale: 'de' }), {});
  });

  test('keeps the configuration of events', async () => {
    await kc.realms.updateConfigEvents({ realm: 'shop' }, { eventsEnabled: true, enabledEventTypes: ['LOGIN'] });
    const config = await kc.realms.getConfigEvents({ realm: 'shop' });
    assert.equal(config.eventsEnabled, true);
    assert.deepEqual(config.enabledEventTypes, ['LOGIN']);
  });

  test('has default groups', async () => {
    const { id } = await kc.groups.create({ name: 'everybody' });
    await kc.realms.addDefaultGroup({ realm: 'shop', id });
    assert.deepEqual(names(await kc.realms.getDefaultGroups({ realm: 'shop' })), ['everybody']);
    await kc.realms.removeDefaultGroup({ realm: 'shop', id });
    assert.deepEqual(await kc.realms.getDefaultGroups({ realm: 'shop' }), []);
    await kc.groups.del({ id });
  });
});

describe('users', () => {
  before(enterShop);

  let id;
  before(async () => {
    ({ id } = await kc.users.create({ username: 'Ada', email: 'ada@example.org', firstName: 'Ada', lastName: 'L', enabled: true }));
  });

  test('refuses names and addresses that are taken', async () => {
    assert.deepEqual(await refusal(kc.users.create({ username: 'ada' })), { status: 409, words: 'User exists with same username' });
    assert.deepEqual(await refusal(kc.users.create({ username: 'eva', email: 'ADA@example.org' })),
      { status: 409, words: 'User exists with same email' });
    assert.equal(await kc.users.findOne({ id: 'nobody' }), null);
  });

  test('finds, counts and changes', async () => {
    assert.deepEqual(names(await kc.users.find({ search: 'ad' }), 'username'), ['ada']);
    assert.deepEqual(names(await kc.users.find({ email: 'ada@example.org', exact: true }), 'username'), ['ada']);
    assert.equal(await kc.users.count(), 1);
    await kc.users.update({ id }, { lastName: 'Lovelace' });
    const ada = await kc.users.findOne({ id });
    assert.equal(ada.lastName, 'Lovelace');
    assert.equal(ada.username, 'ada');
  });

  test('sets a password that signs in, and shows no secret of it', async () => {
    await kc.users.resetPassword({ id, credential: { type: 'password', value: kPassword, temporary: false } });
    const [credential] = await kc.users.getCredentials({ id });
    assert.equal(credential.type, 'password');
    assert.equal(credential.secretData, undefined);
    await kc.users.updateCredentialLabel({ id, credentialId: credential.id }, 'My password');
    assert.equal((await kc.users.getCredentials({ id }))[0].userLabel, 'My password');
    const own = new KcAdminClient({ baseUrl: server.base, realmName: 'shop' });
    await own.auth({ username: 'ada', password: kPassword, grantType: 'password', clientId: 'admin-cli' });
    assert.equal((await refusal(own.users.find())).status, 403);
    assert.equal((await kc.users.listSessions({ id })).length, 1);
    await kc.users.logout({ id });
    assert.deepEqual(await kc.users.listSessions({ id }), []);
  });

  test('maps realm roles', async () => {
    await kc.roles.create({ name: 'editor' });
    const role = await kc.roles.findOneByName({ name: 'editor' });
    assert.ok(names(await kc.users.listAvailableRealmRoleMappings({ id })).includes('editor'));
    await kc.users.addRealmRoleMappings({ id, roles: [{ id: role.id, name: role.name }] });
    assert.ok(names(await kc.users.listRealmRoleMappings({ id })).includes('editor'));
    assert.ok(names(await kc.users.listCompositeRealmRoleMappings({ id })).includes('offline_access'));
    assert.ok(names((await kc.users.listRoleMappings({ id })).realmMappings).includes('editor'));
    await kc.users.delRealmRoleMappings({ id, roles: [{ id: role.id, name: role.name }] });
    assert.ok(!names(await kc.users.listRealmRoleMappings({ id })).includes('editor'));
    await kc.roles.delByName({ name: 'editor' });
  });

  test('maps client roles', async () => {
    const [management] = await kc.clients.find({ clientId: 'realm-management' });
    const clientUniqueId = management.id;
    const available = await kc.users.listAvailableClientRoleMappings({ id, clientUniqueId });
    const role = available.find(({ name }) => name === 'view-users');
    await kc.users.addClientRoleMappings({ id, clientUniqueId, roles: [{ id: role.id, name: role.name }] });
    assert.deepEqual(names(await kc.users.listClientRoleMappings({ id, clientUniqueId })), ['view-users']);
    assert.deepEqual(names(await kc.users.listCompositeClientRoleMappings({ id, clientUniqueId })),
      ['query-groups', 'query-users', 'view-users']);
    await kc.users.delClientRoleMappings({ id, clientUniqueId, roles: [{ id: role.id, name: role.name }] });
    assert.deepEqual(await kc.users.listClientRoleMappings({ id, clientUniqueId }), []);
  });

  test('joins and leaves groups', async () => {
    const group = await kc.groups.create({ name: 'staff' });
    await kc.users.addToGroup({ id, groupId: group.id });
    assert.deepEqual(names(await kc.users.listGroups({ id })), ['staff']);
    assert.deepEqual(await kc.users.countGroups({ id }), { count: 1 });
    assert.deepEqual(names(await kc.groups.listMembers({ id: group.id }), 'username'), ['ada']);
    await kc.users.delFromGroup({ id, groupId: group.id });
    assert.deepEqual(await kc.users.listGroups({ id }), []);
    await kc.groups.del({ id: group.id });
  });

  test('has a profile', async () => {
    const profile = await kc.users.getProfile();
    assert.deepEqual(names(profile.attributes), ['email', 'firstName', 'lastName', 'username']);
    await kc.users.updateProfile({ ...profile, unmanagedAttributePolicy: 'ENABLED' });
    await kc.users.update({ id }, { attributes: { phone: ['1'] } });
    assert.deepEqual((await kc.users.findOne({ id })).attributes, { phone: ['1'] });
    assert.deepEqual(await kc.users.getUnmanagedAttributes({ id }), { phone: ['1'] });
    assert.deepEqual(names(await kc.users.find({ q: 'phone:1' }), 'username'), ['ada']);
  });

  test('says whether somebody is locked out, what was allowed, and what is linked', async () => {
    const status = await kc.attackDetection.findOne({ id });
    assert.equal(status.disabled, false);
    assert.equal(status.lastIPFailure, 'n/a');
    await kc.attackDetection.del({ id });
    assert.deepEqual(await kc.users.listConsents({ id }), []);
    assert.deepEqual(await kc.users.listFederatedIdentities({ id }), []);
  });

  test('removes', async () => {
    const { id: gone } = await kc.users.create({ username: 'gone' });
    await kc.users.del({ id: gone });
    assert.equal(await kc.users.findOne({ id: gone }), null);
  });
});

describe('clients', () => {
  before(enterShop);

  let id;
  before(async () => {
    ({ id } = await kc.clients.create({ clientId: 'app', redirectUris: ['https://app.example/*'] }));
  });

  test('refuses what exists and what no client may have', async () => {
    assert.deepEqual(await refusal(kc.clients.create({ clientId: 'app' })), { status: 409, words: 'Client app already exists' });
    assert.deepEqual(await refusal(kc.clients.create({ clientId: 'bad', redirectUris: ['javascript:x'] })),
      { status: 400, words: 'invalid_input' });
    assert.equal(await kc.clients.findOne({ id: 'app' }), null);
  });

  test('finds and changes', async () => {
    const app = await kc.clients.findOne({ id });
    assert.equal(app.fullScopeAllowed, true);
    await kc.clients.update({ id }, { clientId: 'app', name: 'App', serviceAccountsEnabled: true });
    assert.equal((await kc.clients.findOne({ id })).name, 'App');
    assert.equal((await kc.clients.getServiceAccountUser({ id })).username, 'service-account-app');
  });

  test('has a secret that is made anew', async () => {
    const old = await kc.clients.getClientSecret({ id });
    server.keepSecret(old.value);
    const fresh = await kc.clients.generateNewClientSecret({ id });
    server.keepSecret(fresh.value);
    assert.notEqual(fresh.value, old.value);
    assert.deepEqual(await kc.clients.getClientSecret({ id }), fresh);
  });

  test('has roles', async () => {
    await kc.clients.createRole({ id, name: 'reader', description: 'Reads' });
    assert.deepEqual(names(await kc.clients.listRoles({ id })), ['reader']);
    await kc.clients.updateRole({ id, roleName: 'reader' }, { name: 'reader', description: 'Reads all' });
    assert.equal((await kc.clients.findRole({ id, roleName: 'reader' })).description, 'Reads all');
    assert.deepEqual(await kc.clients.findUsersWithRole({ id, roleName: 'reader' }), []);
    await kc.clients.delRole({ id, roleName: 'reader' });
    assert.deepEqual(await kc.clients.listRoles({ id }), []);
  });

  test('has protocol mappers', async () => {
    const mapper = { name: 'aud', protocol: 'openid-connect', protocolMapper: 'oidc-audience-mapper', config: { 'included.client.audience': 'app' } };
    await kc.clients.addProtocolMapper({ id }, mapper);
    assert.equal((await refusal(kc.clients.addProtocolMapper({ id }, mapper))).status, 409);
    const made = await kc.clients.findProtocolMapperByName({ id, name: 'aud' });
    await kc.clients.updateProtocolMapper({ id, mapperId: made.id }, { ...made, config: { ...made.config, 'access.token.claim': 'true' } });
    assert.equal((await kc.clients.findProtocolMapperById({ id, mapperId: made.id })).config['access.token.claim'], 'true');
    assert.equal((await kc.clients.findProtocolMappersByProtocol({ id, protocol: 'openid-connect' })).length, 1);
    await kc.clients.delProtocolMapper({ id, mapperId: made.id });
    assert.deepEqual(await kc.clients.listProtocolMappers({ id }), []);
  });

  test('has scopes, and shows what its tokens would hold', async () => {
    const scope = await kc.clientScopes.create({ name: 'api', protocol: 'openid-connect' });
    await kc.clients.addOptionalClientScope({ id, clientScopeId: scope.id });
    assert.ok(names(await kc.clients.listOptionalClientScopes({ id })).includes('api'));
    await kc.clients.delOptionalClientScope({ id, clientScopeId: scope.id });
    await kc.clients.addDefaultClientScope({ id, clientScopeId: scope.id });
    assert.ok(names(await kc.clients.listDefaultClientScopes({ id })).includes('api'));
    const [ada] = await kc.users.find({ username: 'ada' });
    const example = await kc.clients.evaluateGenerateAccessToken({ id, scope: 'openid', userId: ada.id, audience: '' });
    assert.equal(example.azp, 'app');
    assert.ok(names(await kc.clients.evaluateListProtocolMapper({ id, scope: 'openid' }), 'protocolMapper').includes('oidc-sub-mapper'));
    await kc.clients.delDefaultClientScope({ id, clientScopeId: scope.id });
    await kc.clientScopes.del({ id: scope.id });
  });

  test('has scope mappings', async () => {
    const { roleName } = await kc.roles.create({ name: 'seller' });
    const role = await kc.roles.findOneByName({ name: roleName });
    await kc.clients.addRealmScopeMappings({ id }, [role]);
    assert.deepEqual(names(await kc.clients.listRealmScopeMappings({ id })), ['seller']);
    assert.ok(!names(await kc.clients.listAvailableRealmScopeMappings({ id })).includes('seller'));
    await kc.clients.delRealmScopeMappings({ id }, [role]);
    assert.deepEqual(await kc.clients.listRealmScopeMappings({ id }), []);
    await kc.roles.delById({ id: role.id });
  });

  test('shows sessions and installation', async () => {
    assert.deepEqual(await kc.clients.getSessionCount({ id }), { count: 0 });
    assert.deepEqual(await kc.clients.listSessions({ id }), []);
    const installation = await kc.clients.getInstallationProviders({ id, providerId: 'keycloak-oidc-keycloak-json' });
    assert.match(JSON.stringify(installation), /"?app"?/);
  });

  test('removes', async () => {
    const gone = await kc.clients.create({ clientId: 'gone' });
    await kc.clients.del({ id: gone.id });
    assert.equal(await kc.clients.findOne({ id: gone.id }), null);
  });
});

describe('client scopes', () => {
  before(enterShop);

  let id;
  before(async () => {
    ({ id } = await kc.clientScopes.create({ name: 'files', protocol: 'openid-connect' }));
  });

  test('refuses names that are taken or are none', async () => {
    assert.equal((await refusal(kc.clientScopes.create({ name: 'files', protocol: 'openid-connect' }))).status, 409);
    assert.equal((await refusal(kc.clientScopes.create({ name: 'a b', protocol: 'openid-connect' }))).status, 400);
  });

  test('changes, has mappers, and becomes a default', async () => {
    await kc.clientScopes.update({ id }, { name: 'files', description: 'Files', protocol: 'openid-connect' });
    assert.equal((await kc.clientScopes.findOne({ id })).description, 'Files');
    assert.equal((await kc.clientScopes.findOneByName({ name: 'files' })).id, id);
    await kc.clientScopes.addProtocolMapper({ id }, { name: 'full', protocol: 'openid-connect', protocolMapper: 'oidc-full-name-mapper', config: {} });
    assert.equal((await kc.clientScopes.listProtocolMappers({ id })).length, 1);
    await kc.clientScopes.addDefaultClientScope({ id });
    assert.ok(names(await kc.clientScopes.listDefaultClientScopes()).includes('files'));
    await kc.clientScopes.delDefaultClientScope({ id });
    await kc.clientScopes.addDefaultOptionalClientScope({ id });
    assert.ok(names(await kc.clientScopes.listDefaultOptionalClientScopes()).includes('files'));
    await kc.clientScopes.delDefaultOptionalClientScope({ id });
    await kc.clientScopes.del({ id });
    assert.ok(!names(await kc.clientScopes.find()).includes('files'));
  });
});

describe('roles', () => {
  before(enterShop);

  test('refuses a role that exists', async () => {
    await kc.roles.create({ name: 'twice' });
    assert.deepEqual(await refusal(kc.roles.create({ name: 'twice' })), { status: 409, words: 'Role with name twice already exists' });
    await kc.roles.delByName({ name: 'twice' });
    assert.equal(await kc.roles.findOneByName({ name: 'twice' }), null);
  });

  test('composes', async () => {
    await kc.roles.create({ name: 'parent' });
    await kc.roles.create({ name: 'child', attributes: { color: ['red'] } });
    const parent = await kc.roles.findOneByName({ name: 'parent' });
    const child = await kc.roles.findOneByName({ name: 'child' });
    assert.deepEqual(child.attributes, { color: ['red'] });
    await kc.roles.createComposite({ roleId: parent.id }, [child]);
    assert.deepEqual(names(await kc.roles.getCompositeRoles({ id: parent.id })), ['child']);
    assert.deepEqual(names(await kc.roles.getCompositeRolesForRealm({ id: parent.id })), ['child']);
    assert.equal((await kc.roles.findOneById({ id: parent.id })).composite, true);
    await kc.roles.delCompositeRoles({ id: parent.id }, [child]);
    assert.deepEqual(await kc.roles.getCompositeRoles({ id: parent.id }), []);
    await kc.roles.updateById({ id: child.id }, { name: 'grown', description: 'x' });
    assert.equal((await kc.roles.findOneById({ id: child.id })).name, 'grown');
    assert.deepEqual(await kc.roles.findUsersWithRole({ name: 'grown' }), []);
    for (const role of [parent, child]) await kc.roles.delById({ id: role.id });
  });
});

describe('groups', () => {
  before(enterShop);

  test('make a tree with roles', async () => {
    const { id } = await kc.groups.create({ name: 'cooks' });
    assert.deepEqual(await refusal(kc.groups.create({ name: 'cooks' })), { status: 409, words: "Top level group named 'cooks' already exists." });
    const child = await kc.groups.createChildGroup({ id }, { name: 'bakers' });
    assert.deepEqual(names(await kc.groups.listSubGroups({ parentId: id })), ['bakers']);
    assert.deepEqual(await kc.groups.count(), { count: 2 });
    await kc.groups.update({ id }, { name: 'cooks', attributes: { floor: ['1'] } });
    assert.deepEqual((await kc.groups.findOne({ id })).attributes, { floor: ['1'] });
    const role = await kc.roles.findOneByName({ name: 'offline_access' });
    await kc.groups.addRealmRoleMappings({ id, roles: [{ id: role.id, name: role.name }] });
    assert.deepEqual(names(await kc.groups.listRealmRoleMappings({ id })), ['offline_access']);
    await kc.groups.delRealmRoleMappings({ id, roles: [{ id: role.id, name: role.name }] });
    assert.deepEqual(await kc.groups.listRealmRoleMappings({ id }), []);
    assert.equal((await kc.groups.findOne({ id: child.id })).path, '/cooks/bakers');
    await kc.groups.del({ id });
    assert.equal(await kc.groups.findOne({ id: child.id }), null);
  });
});

describe('authentication', () => {
  before(enterShop);

  test('copies and changes a flow, never a built-in one', async () => {
    const management = kc.authenticationManagement;
    assert.equal((await refusal(management.addExecutionToFlow({ flow: 'browser', provider: 'auth-cookie' }))).status, 400);
    await management.copyFlow({ flow: 'browser', newName: 'ours' });
    const flows = await management.getFlows();
    const ours = flows.find(({ alias }) => alias === 'ours');
    assert.equal(ours.builtIn, false);
    const [first] = await management.getExecutions({ flow: 'ours' });
    assert.equal(first.providerId, 'auth-cookie');
    await management.updateExecution({ flow: 'ours' }, { ...first, requirement: 'DISABLED' });
    assert.equal((await management.getExecutions({ flow: 'ours' }))[0].requirement, 'DISABLED');
    await management.deleteFlow({ flowId: ours.id });
    assert.ok(!names(await management.getFlows(), 'alias').includes('ours'));
  });

  test('has required actions', async () => {
    const management = kc.authenticationManagement;
    const terms = await management.getRequiredActionForAlias({ alias: 'TERMS_AND_CONDITIONS' });
    assert.equal(terms.enabled, false);
    await management.updateRequiredAction({ alias: 'TERMS_AND_CONDITIONS' }, { ...terms, enabled: true });
    assert.equal((await management.getRequiredActionForAlias({ alias: 'TERMS_AND_CONDITIONS' })).enabled, true);
    assert.ok((await management.getClientAuthenticatorProviders()).some(({ id }) => id === 'client-secret'));
  });
});

describe('components and identity providers', () => {
  before(enterShop);

  test('add and remove a key', async () => {
    const providerType = 'org.keycloak.keys.KeyProvider';
    assert.equal((await refusal(kc.components.create({ name: 'x', providerId: 'nothing', providerType }))).status, 400);
    const { id } = await kc.components.create({ name: 'ec', providerId: 'ecdsa-generated', providerType, config: { priority: ['5'] } });
    assert.ok(names(await kc.components.find({ type: providerType })).includes('ec'));
    const { keys } = await kc.realms.getKeys({ realm: 'shop' });
    assert.ok(keys.some((key) => key.algorithm === 'ES256'));
    await kc.components.del({ id });
    assert.equal(await kc.components.findOne({ id }), null);
  });

  test('keep the secret of an identity provider', async () => {
    const secret = server.keepSecret('upstream-secret-of-nobody');
    await kc.identityProviders.create({ alias: 'up', providerId: 'oidc', config: { clientId: 'c', clientSecret: secret, authorizationUrl: 'https://up.example/auth', tokenUrl: 'https://up.example/token' } });
    const up = await kc.identityProviders.findOne({ alias: 'up' });
    assert.equal(up.config.clientSecret, '**********');
    await kc.identityProviders.update({ alias: 'up' }, { ...up, displayName: 'Upstream' });
    assert.equal((await kc.identityProviders.findOne({ alias: 'up' })).displayName, 'Upstream');
    const mapper = await kc.identityProviders.createMapper({ alias: 'up', identityProviderMapper: { name: 'm', identityProviderAlias: 'up', identityProviderMapper: 'oidc-user-attribute-idp-mapper', config: { syncMode: 'INHERIT' } } });
    assert.deepEqual(names(await kc.identityProviders.findMappers({ alias: 'up' })), ['m']);
    await kc.identityProviders.delMapper({ alias: 'up', id: mapper.id });
    await kc.identityProviders.del({ alias: 'up' });
    assert.equal(await kc.identityProviders.findOne({ alias: 'up' }), null);
  });
});

describe('the server', () => {
  before(enterShop);

  test('tells its version and what it has', async () => {
    const info = await kc.serverInfo.find();
    assert.match(info.systemInfo.version, /^26\./);
    assert.ok(info.protocolMapperTypes['openid-connect'].some(({ id }) => id === 'oidc-audience-mapper'));
    assert.ok(info.componentTypes['org.keycloak.keys.KeyProvider'].length > 0);
  });

  test('stops without having logged a secret', async () => {
    await server.stop();
  });
});
