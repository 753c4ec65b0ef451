// The rows of users and of attack detection.
import assert from 'node:assert/strict';

import { request } from '../form_browser.mjs';
import { names, refusal, refusals } from './story.mjs';

const realm = 'shop';

export function users({ kc, server, sink }) {
  const kPassword = server.keepSecret('a-password-of-ada');
  const tokens = (scope = 'openid') => request(server.endpoint('token', realm), {
    method: 'POST', form: { grant_type: 'password', client_id: 'admin-cli', username: 'ada', password: kPassword, scope },
  });
  let id;
  let role;
  let management;
  let manager;
  let groupId;
  let moved;
  return [
    ['create', 'found by its id, lower case, with its link and group; a second one is refused', 'Id', async () => {
      await kc.identityProviders.create({ alias: 'up', providerId: 'oidc', config: { clientId: 'c', clientSecret: 'up-secret', authorizationUrl: 'https://up.example/a', tokenUrl: 'https://up.example/t' } });
      groupId = (await kc.groups.create({ name: 'staff' })).id;
      const made = await kc.users.create({
        username: 'Ada', email: 'ada@example.org', firstName: 'Ada', lastName: 'L', enabled: true, groups: ['/staff'],
        federatedIdentities: [{ identityProvider: 'up', userId: 'ada-there', userName: 'ada.l' }],
      });
      id = made.id;
      assert.equal((await kc.users.findOne({ id })).username, 'ada');
      assert.deepEqual((await kc.users.listFederatedIdentities({ id }))[0].userId, 'ada-there');
      assert.deepEqual(names(await kc.users.listGroups({ id })), ['staff']);
      assert.deepEqual(await refusal(kc.users.create({ username: 'ada' })), { status: 409, words: 'User exists with same username' });
      assert.deepEqual(await refusal(kc.users.create({ username: 'eva', email: 'ADA@example.org' })), { status: 409, words: 'User exists with same email' });
      return made;
    }],
    ['find', 'by part of a name, by exact address', 'UserBrief[]', async () => {
      assert.deepEqual(names(await kc.users.find({ email: 'ada@example.org', exact: true }), 'username'), ['ada']);
      assert.deepEqual(await kc.users.find({ search: 'zz' }), []);
      return kc.users.find({ search: 'ad' });
    }],
    ['findOne', 'null for nobody', 'User', async () => {
      assert.equal(await kc.users.findOne({ id: 'nobody' }), null);
      return kc.users.findOne({ id });
    }],
    ['count', 'as many as the list has', 'number', async () => {
      const count = await kc.users.count();
      assert.equal(count, (await kc.users.find()).length);
      assert.equal(await kc.users.count({ username: 'ada' }), 1);
      return count;
    }],
    ['update', 'the changed member, and no other', 'nothing', async () => {
      const before = await kc.users.findOne({ id });
      const answer = await kc.users.update({ id }, { lastName: 'Lovelace' });
      assert.deepEqual(await kc.users.findOne({ id }), { ...before, lastName: 'Lovelace' });
      return answer;
    }],
    ['getProfile', 'the four attributes everybody has', 'ProfileConfig', async () => {
      const profile = await kc.users.getProfile();
      assert.deepEqual(names(profile.attributes), ['email', 'firstName', 'lastName', 'username']);
      return profile;
    }],
    ['updateProfile', 'a user has the attribute that it lets in; what it refuses stays out', 'ProfileConfig', async () => {
      const profile = await kc.users.getProfile();
      const answer = await kc.users.updateProfile({ ...profile, unmanagedAttributePolicy: 'ENABLED' });
      await kc.users.update({ id }, { attributes: { phone: ['1'] } });
      assert.deepEqual(names(await kc.users.find({ q: 'phone:1' }), 'username'), ['ada']);
      assert.equal((await refusal(kc.users.updateProfile({ attributes: [{ name: 'x', validations: { nothing: {} } }] }))).status, 400);
      return answer;
    }],
    ['getProfileMetadata', 'says that a user name is required', 'ProfileMetadata', async () => {
      const metadata = await kc.users.getProfileMetadata();
      assert.equal(metadata.attributes.find(({ name }) => name === 'username').required, true);
      return metadata;
    }],
    ['getUnmanagedAttributes', 'those that the profile does not name', 'listsByName', async () => {
      const attributes = await kc.users.getUnmanagedAttributes({ id });
      assert.deepEqual(attributes, { phone: ['1'] });
      return attributes;
    }],
    ['addRealmRoleMappings', 'the user has the role', 'nothing', async () => {
      await kc.roles.create({ name: 'editor' });
      const { id: roleId, name } = await kc.roles.findOneByName({ name: 'editor' });
      role = { id: roleId, name };
      assert.ok(names(await kc.users.listAvailableRealmRoleMappings({ id })).includes('editor'));
      const answer = await kc.users.addRealmRoleMappings({ id, roles: [role] });
      assert.ok(names(await kc.users.listRealmRoleMappings({ id })).includes('editor'));
      return answer;
    }],
    ['listRealmRoleMappings', 'the direct ones', 'Role[]', () => kc.users.listRealmRoleMappings({ id })],
    ['listAvailableRealmRoleMappings', 'without the one it has', 'Role[]', async () => {
      const found = await kc.users.listAvailableRealmRoleMappings({ id });
      assert.ok(!names(found).includes('editor'));
      return found;
    }],
    ['listCompositeRealmRoleMappings', 'with those that come by composites', 'Role[]', async () => {
      const found = await kc.users.listCompositeRealmRoleMappings({ id });
      assert.ok(names(found).includes('offline_access') && names(found).includes('editor'));
      return found;
    }],
    ['addClientRoleMappings', 'the user has the role of the client', 'nothing', async () => {
      management = (await kc.clients.find({ clientId: 'realm-management' }))[0].id;
      const available = await kc.users.listAvailableClientRoleMappings({ id, clientUniqueId: management });
      const found = available.find(({ name }) => name === 'view-users');
      manager = { id: found.id, name: found.name };
      const answer = await kc.users.addClientRoleMappings({ id, clientUniqueId: management, roles: [manager] });
      assert.deepEqual(names(await kc.users.listClientRoleMappings({ id, clientUniqueId: management })), ['view-users']);
      return answer;
    }],
    ['listRoleMappings', 'of the realm and of clients', 'Mappings', async () => {
      const found = await kc.users.listRoleMappings({ id });
      assert.ok(names(found.realmMappings).includes('editor'));
      assert.deepEqual(names(found.clientMappings['realm-management'].mappings), ['view-users']);
      return found;
    }],
    ['listClientRoleMappings', 'the direct ones', 'Role[]', () => kc.users.listClientRoleMappings({ id, clientUniqueId: management })],
    ['listAvailableClientRoleMappings', 'without the one it has', 'Role[]', async () => {
      const found = await kc.users.listAvailableClientRoleMappings({ id, clientUniqueId: management });
      assert.ok(!names(found).includes('view-users'));
      return found;
    }],
    ['listCompositeClientRoleMappings', 'with those that come by composites', 'Role[]', async () => {
      const found = await kc.users.listCompositeClientRoleMappings({ id, clientUniqueId: management });
      assert.deepEqual(names(found), ['query-groups', 'query-users', 'view-users']);
      return found;
    }],
    ['delRealmRoleMappings', 'the role is gone', 'nothing', async () => {
      const answer = await kc.users.delRealmRoleMappings({ id, roles: [role] });
      assert.ok(!names(await kc.users.listRealmRoleMappings({ id })).includes('editor'));
      await kc.roles.delById({ id: role.id });
      return answer;
    }],
    ['delClientRoleMappings', 'the role is gone', 'nothing', async () => {
      const answer = await kc.users.delClientRoleMappings({ id, clientUniqueId: management, roles: [manager] });
      assert.deepEqual(await kc.users.listClientRoleMappings({ id, clientUniqueId: management }), []);
      return answer;
    }],
    ['delFromGroup', 'not among the members', 'nothing', async () => {
      const answer = await kc.users.delFromGroup({ id, groupId });
      assert.deepEqual(await kc.groups.listMembers({ id: groupId }), []);
      return answer;
    }],
    ['addToGroup', 'among the members', 'nothing', async () => {
      const answer = await kc.users.addToGroup({ id, groupId });
      assert.deepEqual(names(await kc.groups.listMembers({ id: groupId }), 'username'), ['ada']);
      return answer;
    }],
    ['listGroups', 'the one joined', 'Group[]', async () => {
      const found = await kc.users.listGroups({ id, briefRepresentation: false });
      assert.deepEqual(names(found), ['staff']);
      return found;
    }],
    ['countGroups', 'one', 'Count', async () => {
      const count = await kc.users.countGroups({ id });
      assert.deepEqual(count, { count: 1 });
      await kc.groups.del({ id: groupId });
      return count;
    }],
    ['delFromFederatedIdentity', 'the link is gone', 'nothing', async () => {
      const answer = await kc.users.delFromFederatedIdentity({ id, federatedIdentityId: 'up' });
      assert.deepEqual(await kc.users.listFederatedIdentities({ id }), []);
      return answer;
    }],
    ['addToFederatedIdentity', 'the link is there; a second one is refused', 'nothing', async () => {
      const link = { identityProvider: 'up', userId: 'other-there', userName: 'ada' };
      const answer = await kc.users.addToFederatedIdentity({ id, federatedIdentityId: 'up', federatedIdentity: link });
      assert.deepEqual(await kc.users.listFederatedIdentities({ id }), [link]);
      assert.equal((await refusal(kc.users.addToFederatedIdentity({ id, federatedIdentityId: 'up', federatedIdentity: link }))).status, 409);
      return answer;
    }],
    ['listFederatedIdentities', 'also in the export of the user', 'Link[]', () => kc.users.listFederatedIdentities({ id })],
    ['resetPassword', 'the password signs in', 'nothing', async () => {
      const answer = await kc.users.resetPassword({ id, credential: { type: 'password', value: kPassword, temporary: false } });
      const signedIn = await tokens();
      assert.equal(signedIn.status, 200, signedIn.text);
      return answer;
    }],
    ['getCredentials', 'no secret in them', 'Credential[]', async () => {
      const found = await kc.users.getCredentials({ id });
      assert.equal(found[0].secretData, undefined);
      return found;
    }],
    ['updateCredentialLabel', 'the label', 'nothing', async () => {
      const [{ id: credentialId }] = await kc.users.getCredentials({ id });
      const answer = await kc.users.updateCredentialLabel({ id, credentialId }, 'My password');
      assert.equal((await kc.users.getCredentials({ id }))[0].userLabel, 'My password');
      return answer;
    }],
    ['getUserStorageCredentialTypes', 'none: there is no user federation', 'texts', async () => {
      const types = await kc.users.getUserStorageCredentialTypes({ id });
      assert.deepEqual(types, []);
      return types;
    }],
    ['moveCredentialPositionUp', 'the second one comes first', 'nothing', async () => {
      moved = (await kc.users.create({ username: 'moved', credentials: [
        { type: 'password', value: 'a-first-password' },
        { type: 'otp', userLabel: 'phone', secretData: '{"value":"abcdefghijklmnopqrst"}', credentialData: '{"subType":"totp","digits":6,"counter":0,"period":30,"algorithm":"HmacSHA1"}' },
      ] })).id;
      const [first, second] = await kc.users.getCredentials({ id: moved });
      const answer = await kc.users.moveCredentialPositionUp({ id: moved, credentialId: second.id });
      assert.deepEqual((await kc.users.getCredentials({ id: moved })).map((credential) => credential.id), [second.id, first.id]);
      return answer;
    }],
    ['moveCredentialPositionDown', 'it comes after the other one again', 'nothing', async () => {
      const [first, second] = await kc.users.getCredentials({ id: moved });
      const answer = await kc.users.moveCredentialPositionDown({ id: moved, credentialId: first.id, newPreviousCredentialId: second.id });
      assert.deepEqual((await kc.users.getCredentials({ id: moved })).map((credential) => credential.id), [second.id, first.id]);
      return answer;
    }],
    ['deleteCredential', 'the other one is left', 'nothing', async () => {
      const [first, second] = await kc.users.getCredentials({ id: moved });
      const answer = await kc.users.deleteCredential({ id: moved, credentialId: first.id });
      assert.deepEqual((await kc.users.getCredentials({ id: moved })).map((credential) => credential.id), [second.id]);
      return answer;
    }],
    ['removeTotp', 'refused as by Keycloak, which took this path away: credentials are deleted one by one', 'refused', async () =>
      assert.equal((await refusal(kc.users.removeTotp({ id: moved }))).status, 404)],
    ['listSessions', 'the session of the sign-in', 'Session[]', async () => {
      const found = await kc.users.listSessions({ id });
      assert.deepEqual([found.length, found[0].username], [1, 'ada']);
      return found;
    }],
    ['listOfflineSessions', 'the offline one alone', 'Session[]', async () => {
      assert.equal((await tokens('openid offline_access')).status, 200);
      const [{ id: clientId }] = await kc.clients.find({ clientId: 'admin-cli' });
      return kc.users.listOfflineSessions({ id, clientId });
    }],
    ['listConsents', 'the offline grant', 'Consent[]', async () => {
      const found = await kc.users.listConsents({ id });
      assert.equal(found[0].clientId, 'admin-cli');
      return found;
    }],
    ['revokeConsent', 'consent and offline session are gone', 'nothing', async () => {
      const answer = await kc.users.revokeConsent({ id, clientId: 'admin-cli' });
      assert.deepEqual(await kc.users.listConsents({ id }), []);
      return answer;
    }],
    ['logout', 'no session is left', 'nothing', async () => {
      await tokens();
      const answer = await kc.users.logout({ id });
      assert.deepEqual(await kc.users.listSessions({ id }), []);
      return answer;
    }],
    ['executeActionsEmail', 'a mail with a link arrives; an action nobody knows is refused', 'nothing', async () => {
      const answer = await kc.users.executeActionsEmail({ id, actions: ['UPDATE_PASSWORD'], lifespan: 600 });
      assert.match((await sink.take('ada@example.org')).link, /login-actions\/action-token\?key=/);
      assert.equal((await refusal(kc.users.executeActionsEmail({ id, actions: ['NOTHING'] }))).status, 400);
      return answer;
    }],
    ['sendVerifyEmail', 'a mail with a link arrives', 'nothing', async () => {
      const answer = await kc.users.sendVerifyEmail({ id });
      assert.match((await sink.take('ada@example.org')).link, /login-actions\/action-token\?key=/);
      return answer;
    }],
    ['impersonation', 'the answer leads to the account console, and the person has a session', 'Impersonation', async () => {
      const answer = await kc.users.impersonation({ id }, { user: id, realm });
      assert.equal(answer.sameRealm, false);
      assert.equal((await kc.users.listSessions({ id })).length, 1);
      return answer;
    }],
    ['del', 'null afterwards', 'nothing', async () => {
      const answer = await kc.users.del({ id });
      await kc.users.del({ id: moved });
      assert.equal(await kc.users.findOne({ id }), null);
      await kc.identityProviders.del({ alias: 'up' });
      return answer;
    }],
    ...refusals({
      listVerifiableCredentials: () => kc.users.listVerifiableCredentials({ id }),
      createVerifiableCredential: () => kc.users.createVerifiableCredential({ id }, {}),
      revokeVerifiableCredential: () => kc.users.revokeVerifiableCredential({ id, credentialScopeName: 'x' }),
      updateVerifiableCredential: () => kc.users.updateVerifiableCredential({ id, credentialScopeName: 'x' }),
      sendVerifiableCredentialOffer: () => kc.users.sendVerifiableCredentialOffer({ id }, {}),
      listIssuedVerifiableCredentials: () => kc.users.listIssuedVerifiableCredentials({ id }),
      revokeIssuedVerifiableCredential: () => kc.users.revokeIssuedVerifiableCredential({ id, credentialId: 'x' }),
    }),
  ];
}

export function attackDetection({ kc, server }) {
  let id;
  const fail = () => request(server.endpoint('token', realm), {
    method: 'POST', form: { grant_type: 'password', client_id: 'admin-cli', username: 'mallory', password: 'wrong' },
  });
  const failures = async () => (await kc.attackDetection.findOne({ id })).numFailures;
  const attack = async () => {
    await fail();
    assert.equal(await failures(), 1);
  };
  return [
    ['findOne', 'one failed sign-in', 'Attack', async () => {
      await kc.realms.update({ realm }, { bruteForceProtected: true });
      ({ id } = await kc.users.create({ username: 'mallory', enabled: true, credentials: [{ type: 'password', value: 'a-password-here' }] }));
      await attack();
      return kc.attackDetection.findOne({ id });
    }],
    ['del', 'none of this user', 'nothing', async () => {
      const answer = await kc.attackDetection.del({ id });
      assert.equal(await failures(), 0);
      return answer;
    }],
    ['delAll', 'none of anybody', 'nothing', async () => {
      await attack();
      const answer = await kc.attackDetection.delAll();
      assert.equal(await failures(), 0);
      await kc.users.del({ id });
      await kc.realms.update({ realm }, { bruteForceProtected: false });
      return answer;
    }],
  ];
}
