// The rows of clients, those of UMA authorization apart (authorization.mjs).
import assert from 'node:assert/strict';
import { createPublicKey } from 'node:crypto';

import { request } from '../form_browser.mjs';
import { authorization } from './authorization.mjs';
import { names, refusal, refusals } from './story.mjs';

const realm = 'shop';
const kAudience = { name: 'aud', protocol: 'openid-connect', protocolMapper: 'oidc-audience-mapper', config: { 'included.client.audience': 'app' } };

const pem = (certificate) => `-----BEGIN CERTIFICATE-----\n${certificate.replace(/(.{64})/g, '$1\n')}\n-----END CERTIFICATE-----\n`;

export function clients({ kc, server }) {
  let id;
  let other;
  let scope;
  let mapper;
  let role;
  let clientRole;
  let userId;
  let before;
  const token = (secret) => request(server.endpoint('token', realm), {
    method: 'POST', form: { grant_type: 'client_credentials', client_id: 'app', client_secret: secret },
  });
  const sameScopes = (list) => list.map(({ id: scopeId, name }) => ({ id: scopeId, name }));
  return [
    ['create', 'found by its id; a second one and a script for a redirect URI are refused', 'Id', async () => {
      const made = await kc.clients.create({
        clientId: 'app', redirectUris: ['https://app.example/*'], adminUrl: server.listener.url, directAccessGrantsEnabled: true,
      });
      id = made.id;
      assert.equal((await kc.clients.findOne({ id })).fullScopeAllowed, true);
      assert.deepEqual(await refusal(kc.clients.create({ clientId: 'app' })), { status: 409, words: 'Client app already exists' });
      assert.deepEqual(await refusal(kc.clients.create({ clientId: 'bad', redirectUris: ['javascript:x'] })), { status: 400, words: 'invalid_input' });
      return made;
    }],
    ['find', 'by client id, by part of it', 'Client[]', async () => {
      assert.deepEqual(names(await kc.clients.find({ clientId: 'ap', search: true }), 'clientId'), ['app']);
      assert.deepEqual(await kc.clients.find({ clientId: 'ap' }), []);
      return kc.clients.find({ clientId: 'app' });
    }],
    ['findOne', 'null for the client id in the place of the id', 'Client', async () => {
      assert.equal(await kc.clients.findOne({ id: 'app' }), null);
      return kc.clients.findOne({ id });
    }],
    ['update', 'the changed members, and no other', 'nothing', async () => {
      before = await kc.clients.findOne({ id });
      const answer = await kc.clients.update({ id }, { clientId: 'app', name: 'App', serviceAccountsEnabled: true });
      const after = await kc.clients.findOne({ id });
      assert.deepEqual({ ...after, defaultClientScopes: [] }, { ...before, name: 'App', serviceAccountsEnabled: true, defaultClientScopes: [] });
      return answer;
    }],
    ['getServiceAccountUser', 'named for the client', 'User', async () => {
      const user = await kc.clients.getServiceAccountUser({ id });
      assert.equal(user.username, 'service-account-app');
      return user;
    }],
    ['getClientSecret', 'the secret gets a token', 'ClientSecret', async () => {
      const secret = await kc.clients.getClientSecret({ id });
      assert.equal((await token(server.keepSecret(secret.value))).status, 200);
      return secret;
    }],
    ['generateNewClientSecret', 'the new secret gets a token, the old one none', 'ClientSecret', async () => {
      const old = await kc.clients.getClientSecret({ id });
      const fresh = await kc.clients.generateNewClientSecret({ id });
      assert.deepEqual([(await token(server.keepSecret(fresh.value))).status, (await token(old.value)).status], [200, 401]);
      return fresh;
    }],
    ['invalidateSecret', 'refused, as by Keycloak: the client has no rotated secret', 'refused', async () =>
      assert.deepEqual(await refusal(kc.clients.invalidateSecret({ id })), { status: 404, words: 'Client does not have a rotated secret' })],
    ['generateRegistrationAccessToken', 'the token reads the client at the registration endpoint', 'Client', async () => {
      const client = await kc.clients.generateRegistrationAccessToken({ id });
      const read = await request(`${server.issuer(realm)}/clients-registrations/default/app`, {
        headers: { authorization: `Bearer ${server.keepSecret(client.registrationAccessToken)}` },
      });
      assert.equal(read.json().clientId, 'app');
      return client;
    }],
    ['createRole', 'found by its name', 'RoleName', async () => {
      const made = await kc.clients.createRole({ id, name: 'reader', description: 'Reads', attributes: { a: ['1'] } });
      assert.equal((await kc.clients.findRole({ id, roleName: 'reader' })).description, 'Reads');
      return made;
    }],
    ['listRoles', 'the new one', 'Role[]', async () => {
      const found = await kc.clients.listRoles({ id });
      assert.deepEqual(names(found), ['reader']);
      return found;
    }],
    ['findRole', 'with attributes; null for one that is not there', 'Role', async () => {
      assert.equal(await kc.clients.findRole({ id, roleName: 'none' }), null);
      const found = await kc.clients.findRole({ id, roleName: 'reader' });
      assert.deepEqual(found.attributes, { a: ['1'] });
      return found;
    }],
    ['updateRole', 'the changed description', 'nothing', async () => {
      const answer = await kc.clients.updateRole({ id, roleName: 'reader' }, { name: 'reader', description: 'Reads all' });
      assert.equal((await kc.clients.findRole({ id, roleName: 'reader' })).description, 'Reads all');
      return answer;
    }],
    ['findUsersWithRole', 'the one who holds it', 'UserBrief[]', async () => {
      userId = (await kc.users.create({ username: 'bob', email: 'bob@example.org', firstName: 'B', lastName: 'B', enabled: true, credentials: [{ type: 'password', value: 'a-password-of-bob' }] })).id;
      const { id: roleId, name } = await kc.clients.findRole({ id, roleName: 'reader' });
      clientRole = { id: roleId, name };
      await kc.users.addClientRoleMappings({ id: userId, clientUniqueId: id, roles: [clientRole] });
      const found = await kc.clients.findUsersWithRole({ id, roleName: 'reader' });
      assert.deepEqual(names(found, 'username'), ['bob']);
      return found;
    }],
    ['addDefaultClientScope', 'among the default ones', 'nothing', async () => {
      scope = await kc.clientScopes.create({ name: 'api', protocol: 'openid-connect' });
      const answer = await kc.clients.addDefaultClientScope({ id, clientScopeId: scope.id });
      assert.ok(names(await kc.clients.listDefaultClientScopes({ id })).includes('api'));
      return answer;
    }],
    ['listDefaultClientScopes', 'the same as in the client', 'ScopeName[]', async () => {
      const found = sameScopes(await kc.clients.listDefaultClientScopes({ id }));
      assert.deepEqual(names(found), [...(await kc.clients.findOne({ id })).defaultClientScopes].sort());
      return found;
    }],
    ['delDefaultClientScope', 'not among the default ones', 'nothing', async () => {
      const answer = await kc.clients.delDefaultClientScope({ id, clientScopeId: scope.id });
      assert.ok(!names(await kc.clients.listDefaultClientScopes({ id })).includes('api'));
      return answer;
    }],
    ['addOptionalClientScope', 'among the optional ones', 'nothing', async () => {
      const answer = await kc.clients.addOptionalClientScope({ id, clientScopeId: scope.id });
      assert.ok(names(await kc.clients.listOptionalClientScopes({ id })).includes('api'));
      return answer;
    }],
    ['listOptionalClientScopes', 'the same as in the client', 'ScopeName[]', async () => {
      const found = sameScopes(await kc.clients.listOptionalClientScopes({ id }));
      assert.deepEqual(names(found), [...(await kc.clients.findOne({ id })).optionalClientScopes].sort());
      return found;
    }],
    ['delOptionalClientScope', 'not among the optional ones', 'nothing', async () => {
      const answer = await kc.clients.delOptionalClientScope({ id, clientScopeId: scope.id });
      assert.ok(!names(await kc.clients.listOptionalClientScopes({ id })).includes('api'));
      await kc.clientScopes.del({ id: scope.id });
      return answer;
    }],
    ['addProtocolMapper', 'among the mappers; a second one of that name is refused', 'nothing', async () => {
      const answer = await kc.clients.addProtocolMapper({ id }, kAudience);
      assert.equal((await refusal(kc.clients.addProtocolMapper({ id }, kAudience))).status, 409);
      mapper = await kc.clients.findProtocolMapperByName({ id, name: 'aud' });
      return answer;
    }],
    ['addMultipleProtocolMappers', 'both are there', 'nothing', async () => {
      const answer = await kc.clients.addMultipleProtocolMappers({ id }, [{ ...kAudience, name: 'm1' }, { ...kAudience, name: 'm2' }]);
      assert.deepEqual(names(await kc.clients.listProtocolMappers({ id })), ['aud', 'm1', 'm2']);
      return answer;
    }],
    ['listProtocolMappers', 'all three', 'Mapper[]', () => kc.clients.listProtocolMappers({ id })],
    ['findProtocolMapperByName', 'the one of that name', 'Mapper', () => kc.clients.findProtocolMapperByName({ id, name: 'aud' })],
    ['findProtocolMapperById', 'the same one; null for another id', 'Mapper', async () => {
      assert.equal(await kc.clients.findProtocolMapperById({ id, mapperId: 'none' }), null);
      const found = await kc.clients.findProtocolMapperById({ id, mapperId: mapper.id });
      assert.deepEqual(found, mapper);
      return found;
    }],
    ['findProtocolMappersByProtocol', 'all three', 'Mapper[]', async () => {
      const found = await kc.clients.findProtocolMappersByProtocol({ id, protocol: 'openid-connect' });
      assert.equal(found.length, 3);
      return found;
    }],
    ['updateProtocolMapper', 'the changed setting', 'nothing', async () => {
      const answer = await kc.clients.updateProtocolMapper({ id, mapperId: mapper.id }, { ...mapper, config: { ...mapper.config, 'access.token.claim': 'true' } });
      assert.equal((await kc.clients.findProtocolMapperById({ id, mapperId: mapper.id })).config['access.token.claim'], 'true');
      return answer;
    }],
    ['evaluateGenerateAccessToken', 'the audience of the mapper is in it', 'object', async () => {
      const example = await kc.clients.evaluateGenerateAccessToken({ id, scope: 'openid', userId, audience: '' });
      assert.equal(example.azp, 'app');
      assert.ok([example.aud].flat().includes('app'));
      return example;
    }],
    ['evaluateGenerateIdToken', 'the person', 'object', async () => {
      const example = await kc.clients.evaluateGenerateIdToken({ id, scope: 'openid', userId });
      assert.deepEqual([example.preferred_username, example.aud], ['bob', 'app']);
      return example;
    }],
    ['evaluateGenerateUserInfo', 'the person', 'object', async () => {
      const example = await kc.clients.evaluateGenerateUserInfo({ id, scope: 'openid', userId });
      assert.deepEqual([example.preferred_username, example.sub], ['bob', userId]);
      return example;
    }],
    ['evaluateListProtocolMapper', 'those of the client and of its scopes', 'EvaluatedMapper[]', async () => {
      const found = await kc.clients.evaluateListProtocolMapper({ id, scope: 'openid' });
      assert.ok(names(found, 'mapperName').includes('aud') && names(found, 'protocolMapper').includes('oidc-sub-mapper'));
      return found;
    }],
    ['evaluatePermission', 'the role of the client is granted', 'Role[]', async () => {
      const found = await kc.clients.evaluatePermission({ id, roleContainer: id, type: 'granted', scope: 'openid' });
      assert.deepEqual(names(found), ['reader']);
      return found;
    }],
    ['delProtocolMapper', 'the others are left', 'nothing', async () => {
      const answer = await kc.clients.delProtocolMapper({ id, mapperId: mapper.id });
      assert.deepEqual(names(await kc.clients.listProtocolMappers({ id })), ['m1', 'm2']);
      return answer;
    }],
    ['addRealmScopeMappings', 'among the mappings', 'nothing', async () => {
      await kc.roles.create({ name: 'seller' });
      role = await kc.roles.findOneByName({ name: 'seller' });
      const answer = await kc.clients.addRealmScopeMappings({ id }, [role]);
      assert.deepEqual(names(await kc.clients.listRealmScopeMappings({ id })), ['seller']);
      return answer;
    }],
    ['listRealmScopeMappings', 'the one added', 'Role[]', () => kc.clients.listRealmScopeMappings({ id })],
    ['listAvailableRealmScopeMappings', 'without the one added', 'Role[]', async () => {
      const found = await kc.clients.listAvailableRealmScopeMappings({ id });
      assert.ok(!names(found).includes('seller'));
      return found;
    }],
    ['listCompositeRealmScopeMappings', 'the one added', 'Role[]', async () => {
      const found = await kc.clients.listCompositeRealmScopeMappings({ id });
      assert.ok(names(found).includes('seller'));
      return found;
    }],
    ['addClientScopeMappings', 'among the mappings', 'nothing', async () => {
      other = (await kc.clients.create({ clientId: 'other' })).id;
      const answer = await kc.clients.addClientScopeMappings({ id: other, client: id }, [clientRole]);
      assert.deepEqual(names(await kc.clients.listClientScopeMappings({ id: other, client: id })), ['reader']);
      return answer;
    }],
    ['listClientScopeMappings', 'the one added', 'Role[]', () => kc.clients.listClientScopeMappings({ id: other, client: id })],
    ['listAvailableClientScopeMappings', 'none but the one added', 'list', async () => {
      const found = await kc.clients.listAvailableClientScopeMappings({ id: other, client: id });
      assert.deepEqual(found, []);
      return found;
    }],
    ['listCompositeClientScopeMappings', 'the one added', 'Role[]', async () => {
      const found = await kc.clients.listCompositeClientScopeMappings({ id: other, client: id });
      assert.deepEqual(names(found), ['reader']);
      return found;
    }],
    ['listScopeMappings', 'of the realm and of clients', 'Mappings', async () => {
      assert.deepEqual(names((await kc.clients.listScopeMappings({ id })).realmMappings), ['seller']);
      return kc.clients.listScopeMappings({ id: other });
    }],
    ['delClientScopeMappings', 'none is left', 'nothing', async () => {
      const answer = await kc.clients.delClientScopeMappings({ id: other, client: id }, [clientRole]);
      assert.deepEqual(await kc.clients.listClientScopeMappings({ id: other, client: id }), []);
      return answer;
    }],
    ['delRealmScopeMappings', 'none is left', 'nothing', async () => {
      const answer = await kc.clients.delRealmScopeMappings({ id }, [role]);
      assert.deepEqual(await kc.clients.listRealmScopeMappings({ id }), []);
      await kc.roles.delById({ id: role.id });
      return answer;
    }],
    ['delRole', 'none is left', 'nothing', async () => {
      const answer = await kc.clients.delRole({ id, roleName: 'reader' });
      assert.deepEqual(await kc.clients.listRoles({ id }), []);
      return answer;
    }],
    ['listSessions', 'the session of a person', 'Session[]', async () => {
      const { value } = await kc.clients.getClientSecret({ id });
      for (const scopes of ['openid', 'openid offline_access']) {
        const answer = await request(server.endpoint('token', realm), {
          method: 'POST', form: { grant_type: 'password', client_id: 'app', client_secret: value, username: 'bob', password: 'a-password-of-bob', scope: scopes },
        });
        assert.equal(answer.status, 200, answer.text);
      }
      return kc.clients.listSessions({ id });
    }],
    ['getSessionCount', 'as many as the list has', 'Count', async () => {
      const { count } = await kc.clients.getSessionCount({ id });
      assert.equal(count, (await kc.clients.listSessions({ id })).length);
      return { count };
    }],
    ['listOfflineSessions', 'the offline one', 'Session[]', () => kc.clients.listOfflineSessions({ id })],
    ['getOfflineSessionCount', 'one', 'Count', async () => {
      const count = await kc.clients.getOfflineSessionCount({ id });
      assert.deepEqual(count, { count: 1 });
      return count;
    }],
    ['getInstallationProviders', 'names client and realm; 404 for an unknown form', 'object', async () => {
      const file = await kc.clients.getInstallationProviders({ id, providerId: 'keycloak-oidc-keycloak-json' });
      assert.deepEqual([file.resource, file.realm], ['app', realm]);
      assert.equal((await refusal(kc.clients.getInstallationProviders({ id, providerId: 'nothing' }))).status, 404);
      return file;
    }],
    ['pushRevocation', 'the client was told of the time', 'GlobalResult', async () => {
      const answer = await kc.clients.pushRevocation({ id });
      assert.deepEqual(answer.successRequests, [server.listener.url]);
      assert.equal(server.listener.take('/k_push_not_before').resource, 'app');
      return answer;
    }],
    ['addClusterNode', 'among the nodes of the client', 'nothing', async () => {
      const answer = await kc.clients.addClusterNode({ id, node: 'localhost' });
      assert.deepEqual(Object.keys((await kc.clients.findOne({ id })).registeredNodes), ['localhost']);
      return answer;
    }],
    ['testNodesAvailable', 'the node was asked', 'GlobalResult', async () => {
      const answer = await kc.clients.testNodesAvailable({ id });
      assert.equal(answer.successRequests.length, 1);
      assert.equal(server.listener.take('/k_test_available').action, 'TEST_AVAILABILITY');
      return answer;
    }],
    ['deleteClusterNode', 'no node is left; 404 for one that is not there', 'nothing', async () => {
      const answer = await kc.clients.deleteClusterNode({ id, node: 'localhost' });
      assert.deepEqual(Object.keys((await kc.clients.findOne({ id })).registeredNodes ?? {}), []);
      assert.equal((await refusal(kc.clients.deleteClusterNode({ id, node: 'localhost' }))).status, 404);
      return answer;
    }],
    ['generateKey', 'the certificate is kept, the key is told this once', 'Certificate', async () => {
      const made = await kc.clients.generateKey({ id, attr: 'jwt.credential' });
      server.keepSecret(made.privateKey);
      assert.equal((await kc.clients.findOne({ id })).attributes['jwt.credential.certificate'], made.certificate);
      return made;
    }],
    ['getKeyInfo', 'the certificate, no key', 'Certificate', async () => {
      const info = await kc.clients.getKeyInfo({ id, attr: 'jwt.credential' });
      assert.deepEqual([typeof info.certificate, info.privateKey], ['string', undefined]);
      createPublicKey(pem(info.certificate));
      return info;
    }],
    ['generateAndDownloadKey', 'a key store of PKCS #12; another certificate is kept', 'bytes', async () => {
      const old = await kc.clients.getKeyInfo({ id, attr: 'jwt.credential' });
      const store = await kc.clients.generateAndDownloadKey({ id, attr: 'jwt.credential' }, { format: 'PKCS12', keyAlias: 'app', keyPassword: 'pass', storePassword: 'pass' });
      assert.equal(new Uint8Array(store)[0], 0x30);
      assert.notEqual((await kc.clients.getKeyInfo({ id, attr: 'jwt.credential' })).certificate, old.certificate);
      return store;
    }],
    ['downloadKey', 'a key store with the certificate', 'bytes', async () => {
      const store = await kc.clients.downloadKey({ id, attr: 'jwt.credential' }, { format: 'PKCS12', keyAlias: 'app', keyPassword: 'pass', storePassword: 'pass' });
      assert.equal(new Uint8Array(store)[0], 0x30);
      return store;
    }],
    ['uploadCertificate', 'the uploaded certificate is kept', 'Certificate', async () => {
      const { certificate } = await kc.clients.getKeyInfo({ id, attr: 'jwt.credential' });
      await kc.clients.generateKey({ id, attr: 'jwt.credential' });
      const data = new FormData();
      data.append('keystoreFormat', 'Certificate PEM');
      data.append('file', new Blob([pem(certificate)]), 'app.pem');
      const answer = await kc.clients.uploadCertificate({ id, attr: 'jwt.credential' }, data);
      assert.equal((await kc.clients.getKeyInfo({ id, attr: 'jwt.credential' })).certificate, certificate);
      return answer;
    }],
    ['uploadKey', 'the certificate of the file is kept; key stores are refused', 'Certificate', async () => {
      const { certificate } = await kc.clients.getKeyInfo({ id, attr: 'jwt.credential' });
      await kc.clients.generateKey({ id, attr: 'jwt.credential' });
      const file = (format, content) => {
        const data = new FormData();
        data.append('keystoreFormat', format);
        data.append('file', new Blob([content]), 'app');
        return data;
      };
      assert.equal((await refusal(kc.clients.uploadKey({ id, attr: 'jwt.credential' }, file('PKCS12', 'x')))).status, 400);
      const answer = await kc.clients.uploadKey({ id, attr: 'jwt.credential' }, file('Certificate PEM', pem(certificate)));
      assert.equal((await kc.clients.getKeyInfo({ id, attr: 'jwt.credential' })).certificate, certificate);
      return answer;
    }],
    ['del', 'null afterwards', 'nothing', async () => {
      const answer = await kc.clients.del({ id });
      assert.equal(await kc.clients.findOne({ id }), null);
      await kc.users.del({ id: userId });
      return answer;
    }],
    ['v2', 'refused: the experimental second version of the API is not offered', '501', async () => {
      const experimental = new kc.constructor({ baseUrl: server.base, realmName: realm, enableExperimentalApis: true });
      experimental.registerTokenProvider({ getAccessToken: () => kc.getAccessToken() });
      assert.equal((await refusal(experimental.clients.v2().get())).status, 501);
      await kc.clients.del({ id: other });
    }],
    ...refusals({
      evaluateGenerateSamlResponse: () => kc.clients.evaluateGenerateSamlResponse({ id, scope: '', userId: '' }),
      updateFineGrainPermission: () => kc.clients.updateFineGrainPermission({ id }, { enabled: true }),
      listFineGrainPermissions: () => kc.clients.listFineGrainPermissions({ id }),
      ...authorization(kc, () => id),
    }),
  ];
}
