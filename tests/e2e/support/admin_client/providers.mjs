// The rows of identity providers, components, user storage, the server, the console's own question and workflows.
import assert from 'node:assert/strict';

import { names, refusal, refusals } from './story.mjs';

const kKeys = 'org.keycloak.keys.KeyProvider';

export function identityProviders({ kc, server }) {
  const api = kc.identityProviders;
  const secret = server.keepSecret('upstream-secret-of-nobody');
  const alias = 'up';
  let mapperId;
  return [
    ['create', 'found by its alias; a second one is refused', 'Id', async () => {
      const provider = { alias, providerId: 'oidc', config: { clientId: 'c', clientSecret: secret, authorizationUrl: 'https://up.example/auth', tokenUrl: 'https://up.example/token', useJwksUrl: 'true', jwksUrl: `${server.listener.url}/jwks` } };
      const made = await api.create(provider);
      assert.equal((await api.findOne({ alias })).providerId, 'oidc');
      assert.deepEqual(await refusal(api.create(provider)), { status: 409, words: 'Identity Provider up already exists' });
      return made;
    }],
    ['find', 'by part of the alias', 'IdentityProvider[]', async () => {
      assert.deepEqual(await api.find({ search: 'zz' }), []);
      return api.find({ search: 'up' });
    }],
    ['findOne', 'the secret is masked; null for one that is not there', 'IdentityProvider', async () => {
      assert.equal(await api.findOne({ alias: 'none' }), null);
      const up = await api.findOne({ alias });
      assert.equal(up.config.clientSecret, '**********');
      return up;
    }],
    ['update', 'the changed name; the mask keeps the secret', 'nothing', async () => {
      const up = await api.findOne({ alias });
      const answer = await api.update({ alias }, { ...up, displayName: 'Upstream' });
      assert.deepEqual(await api.findOne({ alias }), { ...up, displayName: 'Upstream' });
      return answer;
    }],
    ['findFactory', 'refused for a kind that is not there', 'Factory', async () => {
      assert.ok((await refusal(api.findFactory({ providerId: 'none' }))).status >= 400);
      const found = await api.findFactory({ providerId: 'oidc' });
      assert.equal(found.id, 'oidc');
      return { id: found.id, name: found.name };
    }],
    ['findMapperTypes', 'the importer of attributes among them', 'object', async () => {
      const types = await api.findMapperTypes({ alias });
      assert.ok(Object.keys(types).includes('oidc-user-attribute-idp-mapper'));
      return types;
    }],
    ['createMapper', 'found by its id', 'Id', async () => {
      const made = await api.createMapper({ alias, identityProviderMapper: { name: 'm', identityProviderAlias: alias, identityProviderMapper: 'oidc-user-attribute-idp-mapper', config: { syncMode: 'INHERIT', claim: 'a', 'user.attribute': 'b' } } });
      mapperId = made.id;
      assert.equal((await api.findOneMapper({ alias, id: mapperId })).name, 'm');
      return made;
    }],
    ['findMappers', 'the new one', 'IdentityProviderMapper[]', () => api.findMappers({ alias })],
    ['findOneMapper', 'null for one that is not there', 'IdentityProviderMapper', async () => {
      assert.equal(await api.findOneMapper({ alias, id: 'none' }), null);
      return api.findOneMapper({ alias, id: mapperId });
    }],
    ['updateMapper', 'the changed setting', 'nothing', async () => {
      const mapper = await api.findOneMapper({ alias, id: mapperId });
      const answer = await api.updateMapper({ alias, id: mapperId }, { ...mapper, config: { ...mapper.config, claim: 'c' } });
      assert.equal((await api.findOneMapper({ alias, id: mapperId })).config.claim, 'c');
      return answer;
    }],
    ['delMapper', 'none is left', 'nothing', async () => {
      const answer = await api.delMapper({ alias, id: mapperId });
      assert.deepEqual(await api.findMappers({ alias }), []);
      return answer;
    }],
    ['importFromUrl', 'the addresses of the discovery document', 'textsByName', async () => {
      const found = await api.importFromUrl({ providerId: 'oidc', fromUrl: `${server.issuer('shop')}/.well-known/openid-configuration` });
      assert.equal(found.tokenUrl, server.endpoint('token', 'shop'));
      return found;
    }],
    ['uploadCertificate', 'the certificate that was sent', 'Certificate', async () => {
      const { keys } = await kc.realms.getKeys({ realm: 'shop' });
      const { certificate } = keys.find((key) => key.certificate);
      const data = new FormData();
      data.append('file', new Blob([`-----BEGIN CERTIFICATE-----\n${certificate}\n-----END CERTIFICATE-----\n`]), 'c.pem');
      const answer = await api.uploadCertificate({}, data);
      assert.equal(answer.certificate, certificate);
      return answer;
    }],
    ['reloadKeys', 'the key set was fetched', 'object', async () => {
      const before = server.listener.keyFetches;
      assert.equal(await api.reloadKeys({ alias }), true);
      assert.equal(server.listener.keyFetches, before + 1);
      return {};
    }],
    ['del', 'null afterwards', 'nothing', async () => {
      const answer = await api.del({ alias });
      assert.equal(await api.findOne({ alias }), null);
      return answer;
    }],
    ...refusals({
      updatePermission: () => api.updatePermission({ alias }, { enabled: true }),
      listPermissions: () => api.listPermissions({ alias }),
    }),
  ];
}

export function components({ kc }) {
  const api = kc.components;
  let id;
  const key = { name: 'ec', providerId: 'ecdsa-generated', providerType: kKeys, config: { priority: ['5'] } };
  return [
    ['create', 'the realm has a key of that kind; an unknown kind is refused', 'Id', async () => {
      const made = await api.create(key);
      id = made.id;
      const { keys } = await kc.realms.getKeys({ realm: 'shop' });
      assert.ok(keys.some(({ algorithm }) => algorithm === 'ES256'));
      assert.equal((await refusal(api.create({ ...key, providerId: 'nothing' }))).status, 400);
      return made;
    }],
    ['find', 'by kind and name', 'Component[]', async () => {
      assert.deepEqual(names(await api.find({ type: kKeys, name: 'ec' })), ['ec']);
      return api.find();
    }],
    ['findOne', 'no key in it; null for one that is not there', 'Component', async () => {
      assert.equal(await api.findOne({ id: 'none' }), null);
      const found = await api.findOne({ id });
      assert.doesNotMatch(JSON.stringify(found), /PRIVATE KEY|"ecdsaPrivateKey":\["M/);
      return found;
    }],
    ['update', 'the changed priority', 'nothing', async () => {
      const found = await api.findOne({ id });
      const answer = await api.update({ id }, { ...found, config: { ...found.config, priority: ['7'] } });
      assert.deepEqual((await api.findOne({ id })).config.priority, ['7']);
      return answer;
    }],
    ['listSubComponents', 'refused, as by Keycloak: keys have no parts', 'refused', async () =>
      assert.equal((await refusal(api.listSubComponents({ id, type: 'org.keycloak.storage.ldap.mappers.LDAPStorageMapper' }))).status, 400)],
    ['del', 'the realm has no key of that kind', 'nothing', async () => {
      const answer = await api.del({ id });
      assert.equal(await api.findOne({ id }), null);
      const { keys } = await kc.realms.getKeys({ realm: 'shop' });
      assert.ok(!keys.some(({ algorithm, status }) => algorithm === 'ES256' && status === 'ACTIVE'));
      return answer;
    }],
  ];
}

export function userStorageProvider({ kc }) {
  const api = kc.userStorageProvider;
  return refusals({
    name: () => api.name({ id: 'none' }),
    removeImportedUsers: () => api.removeImportedUsers({ id: 'none' }),
    sync: () => api.sync({ id: 'none', action: 'triggerFullSync' }),
    unlinkUsers: () => api.unlinkUsers({ id: 'none' }),
    mappersSync: () => api.mappersSync({ id: 'none', parentId: 'none', direction: 'fedToKeycloak' }),
  });
}

export function serverInfo({ kc }) {
  return [
    ['find', 'its version, and the kinds of mappers and components it has', 'ServerInfo', async () => {
      const info = await kc.serverInfo.find();
      assert.match(info.systemInfo.version, /^26\./);
      assert.ok(info.protocolMapperTypes['openid-connect'].some(({ id }) => id === 'oidc-audience-mapper'));
      assert.ok(info.componentTypes[kKeys].length > 0);
      return info;
    }],
    ['findEffectiveMessageBundles', 'the texts of the console', 'Message[]', async () => {
      const found = await kc.serverInfo.findEffectiveMessageBundles({ realm: 'shop', themeType: 'admin', locale: 'en' });
      assert.ok(names(found, 'key').includes('realmSettings'));
      return found;
    }],
  ];
}

export function whoAmI({ kc, server }) {
  return [
    ['find', 'the administrator, and what she may in the realm; refused to tokens that are not the console\'s', 'WhoAmI', async () => {
      assert.equal((await refusal(kc.whoAmI.find({ realm: 'master', currentRealm: 'shop' }))).status, 403);
      const [{ id }] = await kc.clients.find({ realm: 'master', clientId: 'security-admin-console' });
      await kc.clients.update({ realm: 'master', id }, { directAccessGrantsEnabled: true });
      const console = new kc.constructor({ baseUrl: server.base, realmName: 'master' });
      await console.auth({ ...server.admin, grantType: 'password', clientId: 'security-admin-console' });
      const answer = await console.whoAmI.find({ currentRealm: 'shop' });
      await kc.clients.update({ realm: 'master', id }, { directAccessGrantsEnabled: false });
      const [administrator] = await kc.users.find({ realm: 'master', username: server.admin.username });
      assert.deepEqual([answer.userId, answer.createRealm], [administrator.id, true]);
      assert.ok(answer.realm_access.shop.includes('manage-users'));
      return answer;
    }],
  ];
}

export function workflows({ kc }) {
  const api = kc.workflows;
  return refusals({
    find: () => api.find(),
    findOne: () => api.findOne({ id: 'none' }),
    scheduled: () => api.scheduled({ userId: 'none' }),
    update: () => api.update({ id: 'none' }, {}),
    create: () => api.create({ name: 'w' }),
    createAsYaml: () => api.createAsYaml({ yaml: 'name: w' }),
    delById: () => api.delById({ id: 'none' }),
  });
}
