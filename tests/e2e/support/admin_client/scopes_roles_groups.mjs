// The rows of client scopes, roles and groups.
import assert from 'node:assert/strict';

import { names, refusal, refusals } from './story.mjs';

const kFullName = { name: 'full', protocol: 'openid-connect', protocolMapper: 'oidc-full-name-mapper', config: {} };

export function clientScopes({ kc }) {
  const api = kc.clientScopes;
  let id;
  let mapper;
  let role;
  let account;
  let clientRole;
  return [
    ['create', 'found by its id; the same name and one with a blank are refused', 'Id', async () => {
      const made = await api.create({ name: 'files', protocol: 'openid-connect', attributes: { 'include.in.token.scope': 'true' } });
      id = made.id;
      assert.equal((await api.findOne({ id })).name, 'files');
      assert.equal((await refusal(api.create({ name: 'files', protocol: 'openid-connect' }))).status, 409);
      assert.equal((await refusal(api.create({ name: 'a b', protocol: 'openid-connect' }))).status, 400);
      return made;
    }],
    ['find', 'the new one', 'ClientScope[]', async () => {
      const found = await api.find();
      assert.ok(names(found).includes('files'));
      return found;
    }],
    ['findOne', 'null for one that is not there', 'ClientScope', async () => {
      assert.equal(await api.findOne({ id: 'none' }), null);
      return api.findOne({ id });
    }],
    ['findOneByName', 'the same one', 'ClientScope', async () => {
      const found = await api.findOneByName({ name: 'files' });
      assert.equal(found.id, id);
      return found;
    }],
    ['update', 'the changed description', 'nothing', async () => {
      const answer = await api.update({ id }, { name: 'files', description: 'Files', protocol: 'openid-connect' });
      assert.equal((await api.findOne({ id })).description, 'Files');
      return answer;
    }],
    ['addDefaultClientScope', 'among the default ones; a new client has it', 'nothing', async () => {
      const answer = await api.addDefaultClientScope({ id });
      const made = await kc.clients.create({ clientId: 'fresh' });
      assert.ok((await kc.clients.findOne({ id: made.id })).defaultClientScopes.includes('files'));
      await kc.clients.del({ id: made.id });
      return answer;
    }],
    ['listDefaultClientScopes', 'the new one', 'ScopeName[]', async () => {
      const found = await api.listDefaultClientScopes();
      assert.ok(names(found).includes('files'));
      return found.map(({ id: scopeId, name, protocol }) => ({ id: scopeId, name, protocol }));
    }],
    ['delDefaultClientScope', 'not among the default ones', 'nothing', async () => {
      const answer = await api.delDefaultClientScope({ id });
      assert.ok(!names(await api.listDefaultClientScopes()).includes('files'));
      return answer;
    }],
    ['addDefaultOptionalClientScope', 'among the optional ones', 'nothing', async () => {
      const answer = await api.addDefaultOptionalClientScope({ id });
      assert.ok(names(await api.listDefaultOptionalClientScopes()).includes('files'));
      return answer;
    }],
    ['listDefaultOptionalClientScopes', 'the new one', 'ScopeName[]', async () => {
      const found = await api.listDefaultOptionalClientScopes();
      return found.map(({ id: scopeId, name, protocol }) => ({ id: scopeId, name, protocol }));
    }],
    ['delDefaultOptionalClientScope', 'not among the optional ones', 'nothing', async () => {
      const answer = await api.delDefaultOptionalClientScope({ id });
      assert.ok(!names(await api.listDefaultOptionalClientScopes()).includes('files'));
      return answer;
    }],
    ['addProtocolMapper', 'among the mappers', 'nothing', async () => {
      const answer = await api.addProtocolMapper({ id }, kFullName);
      mapper = await api.findProtocolMapperByName({ id, name: 'full' });
      return answer;
    }],
    ['addMultipleProtocolMappers', 'both are there', 'nothing', async () => {
      const answer = await api.addMultipleProtocolMappers({ id }, [{ ...kFullName, name: 'm1' }, { ...kFullName, name: 'm2' }]);
      assert.deepEqual(names(await api.listProtocolMappers({ id })), ['full', 'm1', 'm2']);
      return answer;
    }],
    ['listProtocolMappers', 'all three', 'Mapper[]', () => api.listProtocolMappers({ id })],
    ['findProtocolMapper', 'null for one that is not there', 'Mapper', async () => {
      assert.equal(await api.findProtocolMapper({ id, mapperId: 'none' }), null);
      return api.findProtocolMapper({ id, mapperId: mapper.id });
    }],
    ['findProtocolMapperByName', 'the one of that name', 'Mapper', () => api.findProtocolMapperByName({ id, name: 'full' })],
    ['findProtocolMappersByProtocol', 'none of another protocol', 'Mapper[]', async () => {
      assert.deepEqual(await api.findProtocolMappersByProtocol({ id, protocol: 'saml' }), []);
      return api.findProtocolMappersByProtocol({ id, protocol: 'openid-connect' });
    }],
    ['updateProtocolMapper', 'the changed setting', 'nothing', async () => {
      const answer = await api.updateProtocolMapper({ id, mapperId: mapper.id }, { ...mapper, config: { 'id.token.claim': 'false' } });
      assert.equal((await api.findProtocolMapper({ id, mapperId: mapper.id })).config['id.token.claim'], 'false');
      return answer;
    }],
    ['delProtocolMapper', 'the others are left', 'nothing', async () => {
      const answer = await api.delProtocolMapper({ id, mapperId: mapper.id });
      assert.deepEqual(names(await api.listProtocolMappers({ id })), ['m1', 'm2']);
      return answer;
    }],
    ['addRealmScopeMappings', 'among the mappings', 'nothing', async () => {
      role = await kc.roles.findOneByName({ name: 'offline_access' });
      const answer = await api.addRealmScopeMappings({ id }, [role]);
      assert.deepEqual(names(await api.listRealmScopeMappings({ id })), ['offline_access']);
      return answer;
    }],
    ['listRealmScopeMappings', 'the one added', 'Role[]', () => api.listRealmScopeMappings({ id })],
    ['listAvailableRealmScopeMappings', 'without the one added', 'Role[]', async () => {
      const found = await api.listAvailableRealmScopeMappings({ id });
      assert.ok(!names(found).includes('offline_access'));
      return found;
    }],
    ['listCompositeRealmScopeMappings', 'the one added', 'Role[]', () => api.listCompositeRealmScopeMappings({ id })],
    ['addClientScopeMappings', 'among the mappings', 'nothing', async () => {
      account = (await kc.clients.find({ clientId: 'account' }))[0].id;
      clientRole = await kc.clients.findRole({ id: account, roleName: 'manage-account' });
      const answer = await api.addClientScopeMappings({ id, client: account }, [clientRole]);
      assert.deepEqual(names(await api.listClientScopeMappings({ id, client: account })), ['manage-account']);
      return answer;
    }],
    ['listClientScopeMappings', 'the one added', 'Role[]', () => api.listClientScopeMappings({ id, client: account })],
    ['listAvailableClientScopeMappings', 'without the one added', 'Role[]', async () => {
      const found = await api.listAvailableClientScopeMappings({ id, client: account });
      assert.ok(!names(found).includes('manage-account'));
      return found;
    }],
    ['listCompositeClientScopeMappings', 'with what it is composed of', 'Role[]', async () => {
      const found = await api.listCompositeClientScopeMappings({ id, client: account });
      assert.deepEqual(names(found), ['manage-account', 'manage-account-links']);
      return found;
    }],
    ['listScopeMappings', 'of the realm and of clients', 'Mappings', async () => {
      const found = await api.listScopeMappings({ id });
      assert.deepEqual([names(found.realmMappings), Object.keys(found.clientMappings)], [['offline_access'], ['account']]);
      return found;
    }],
    ['delRealmScopeMappings', 'none is left', 'nothing', async () => {
      const answer = await api.delRealmScopeMappings({ id }, [role]);
      assert.deepEqual(await api.listRealmScopeMappings({ id }), []);
      return answer;
    }],
    ['delClientScopeMappings', 'none is left', 'nothing', async () => {
      const answer = await api.delClientScopeMappings({ id, client: account }, [clientRole]);
      assert.deepEqual(await api.listClientScopeMappings({ id, client: account }), []);
      return answer;
    }],
    ['del', 'null afterwards', 'nothing', async () => {
      const answer = await api.del({ id });
      assert.equal(await api.findOne({ id }), null);
      return answer;
    }],
    ['delByName', 'gone; an unknown name is refused', 'nothing', async () => {
      await api.create({ name: 'named', protocol: 'openid-connect' });
      const answer = await api.delByName({ name: 'named' });
      assert.equal(await api.findOneByName({ name: 'named' }), undefined);
      await assert.rejects(api.delByName({ name: 'named' }), /Scope not found/);
      return answer;
    }],
  ];
}

export function roles({ kc }) {
  const api = kc.roles;
  let parent;
  let child;
  let account;
  return [
    ['create', 'found by its name; a second one is refused', 'RoleName', async () => {
      const made = await api.create({ name: 'parent', description: 'P', attributes: { color: ['red'] } });
      await api.create({ name: 'child' });
      parent = await api.findOneByName({ name: 'parent' });
      child = await api.findOneByName({ name: 'child' });
      assert.deepEqual(await refusal(api.create({ name: 'parent' })), { status: 409, words: 'Role with name parent already exists' });
      return made;
    }],
    ['find', 'by part of the name', 'Role[]', async () => {
      assert.deepEqual(names(await api.find({ search: 'paren', first: 0, max: 5 })), ['parent']);
      return api.find();
    }],
    ['findOneByName', 'with attributes; null for one that is not there', 'Role', async () => {
      assert.equal(await api.findOneByName({ name: 'none' }), null);
      const found = await api.findOneByName({ name: 'parent' });
      assert.deepEqual(found.attributes, { color: ['red'] });
      return found;
    }],
    ['findOneById', 'the same one; null for one that is not there', 'Role', async () => {
      assert.equal(await api.findOneById({ id: 'none' }), null);
      return api.findOneById({ id: parent.id });
    }],
    ['createComposite', 'the role is composite', 'nothing', async () => {
      account = (await kc.clients.find({ clientId: 'account' }))[0].id;
      const answer = await api.createComposite({ roleId: parent.id }, [child, await kc.clients.findRole({ id: account, roleName: 'view-profile' })]);
      assert.equal((await api.findOneById({ id: parent.id })).composite, true);
      return answer;
    }],
    ['getCompositeRoles', 'both', 'Role[]', async () => {
      const found = await api.getCompositeRoles({ id: parent.id });
      assert.deepEqual(names(found), ['child', 'view-profile']);
      return found;
    }],
    ['getCompositeRolesForRealm', 'the one of the realm', 'Role[]', async () => {
      const found = await api.getCompositeRolesForRealm({ id: parent.id });
      assert.deepEqual(names(found), ['child']);
      return found;
    }],
    ['getCompositeRolesForClient', 'the one of the client', 'Role[]', async () => {
      const found = await api.getCompositeRolesForClient({ id: parent.id, clientId: account });
      assert.deepEqual(names(found), ['view-profile']);
      return found;
    }],
    ['delCompositeRoles', 'the other one is left', 'nothing', async () => {
      const answer = await api.delCompositeRoles({ id: parent.id }, [child]);
      assert.deepEqual(names(await api.getCompositeRoles({ id: parent.id })), ['view-profile']);
      return answer;
    }],
    ['findUsersWithRole', 'who holds it directly', 'UserBrief[]', async () => {
      const { id } = await kc.users.create({ username: 'holder', enabled: true });
      await kc.users.addRealmRoleMappings({ id, roles: [{ id: child.id, name: 'child' }] });
      const found = await api.findUsersWithRole({ name: 'child' });
      assert.deepEqual(names(found, 'username'), ['holder']);
      await kc.users.del({ id });
      return found;
    }],
    ['updateById', 'the new name', 'nothing', async () => {
      const answer = await api.updateById({ id: child.id }, { name: 'grown', description: 'x' });
      assert.equal((await api.findOneById({ id: child.id })).name, 'grown');
      return answer;
    }],
    ['updateByName', 'the new description', 'nothing', async () => {
      const answer = await api.updateByName({ name: 'grown' }, { name: 'grown', description: 'y' });
      assert.equal((await api.findOneByName({ name: 'grown' })).description, 'y');
      return answer;
    }],
    ['delByName', 'null afterwards', 'nothing', async () => {
      const answer = await api.delByName({ name: 'grown' });
      assert.equal(await api.findOneByName({ name: 'grown' }), null);
      return answer;
    }],
    ['delById', 'null afterwards', 'nothing', async () => {
      const answer = await api.delById({ id: parent.id });
      assert.equal(await api.findOneById({ id: parent.id }), null);
      return answer;
    }],
    ...refusals({
      updatePermission: () => api.updatePermission({ id: parent.id }, { enabled: true }),
      listPermissions: () => api.listPermissions({ id: parent.id }),
    }),
  ];
}

export function groups({ kc }) {
  const api = kc.groups;
  let id;
  let child;
  let role;
  let account;
  let clientRole;
  let userId;
  let org;
  let orgId;
  return [
    ['create', 'found by its id; a second one is refused', 'Id', async () => {
      const made = await api.create({ name: 'cooks', description: 'They cook', attributes: { floor: ['1'] } });
      id = made.id;
      assert.equal((await api.findOne({ id })).path, '/cooks');
      assert.deepEqual(await refusal(api.create({ name: 'cooks' })), { status: 409, words: "Top level group named 'cooks' already exists." });
      return made;
    }],
    ['find', 'by part of the name', 'Group[]', async () => {
      assert.deepEqual(await api.find({ search: 'zz' }), []);
      const found = await api.find({ search: 'ook' });
      assert.deepEqual(names(found), ['cooks']);
      return found;
    }],
    ['findOne', 'with attributes; null for one that is not there', 'Group', async () => {
      assert.equal(await api.findOne({ id: 'none' }), null);
      const found = await api.findOne({ id });
      assert.deepEqual(found.attributes, { floor: ['1'] });
      return found;
    }],
    ['update', 'the changed attributes', 'nothing', async () => {
      const answer = await api.update({ id }, { name: 'cooks', attributes: { floor: ['2'] } });
      assert.deepEqual((await api.findOne({ id })).attributes, { floor: ['2'] });
      return answer;
    }],
    ['createChildGroup', 'found below its parent', 'Id', async () => {
      const made = await api.createChildGroup({ id }, { name: 'bakers' });
      child = made.id;
      assert.equal((await api.findOne({ id: child })).path, '/cooks/bakers');
      return made;
    }],
    ['listSubGroups', 'by part of the name', 'Group[]', async () => {
      assert.deepEqual(await api.listSubGroups({ parentId: id, search: 'zz' }), []);
      return api.listSubGroups({ parentId: id, search: 'bak' });
    }],
    ['count', 'both', 'Count', async () => {
      const count = await api.count();
      assert.deepEqual(count, { count: 2 });
      return count;
    }],
    ['updateRoot', 'the child stands at the top', 'nothing', async () => {
      const answer = await api.updateRoot({ id: child, name: 'bakers' });
      assert.equal((await api.findOne({ id: child })).path, '/bakers');
      return answer;
    }],
    ['updateChildGroup', 'below its parent again', 'nothing', async () => {
      const answer = await api.updateChildGroup({ id }, { id: child, name: 'bakers' });
      assert.equal((await api.findOne({ id: child })).path, '/cooks/bakers');
      return answer;
    }],
    ['listMembers', 'who joined', 'UserBrief[]', async () => {
      userId = (await kc.users.create({ username: 'cook', enabled: true })).id;
      await kc.users.addToGroup({ id: userId, groupId: id });
      const found = await api.listMembers({ id });
      assert.deepEqual(names(found, 'username'), ['cook']);
      return found;
    }],
    ['addRealmRoleMappings', 'a member has the role', 'nothing', async () => {
      await kc.roles.create({ name: 'taster' });
      role = await kc.roles.findOneByName({ name: 'taster' });
      const answer = await api.addRealmRoleMappings({ id, roles: [{ id: role.id, name: role.name }] });
      assert.ok(names(await kc.users.listCompositeRealmRoleMappings({ id: userId })).includes('taster'));
      return answer;
    }],
    ['listRealmRoleMappings', 'the one added', 'Role[]', () => api.listRealmRoleMappings({ id })],
    ['listAvailableRealmRoleMappings', 'without the one added', 'Role[]', async () => {
      const found = await api.listAvailableRealmRoleMappings({ id });
      assert.ok(!names(found).includes('taster'));
      return found;
    }],
    ['listCompositeRealmRoleMappings', 'the one added', 'Role[]', () => api.listCompositeRealmRoleMappings({ id })],
    ['addClientRoleMappings', 'among the mappings', 'nothing', async () => {
      account = (await kc.clients.find({ clientId: 'account' }))[0].id;
      clientRole = await kc.clients.findRole({ id: account, roleName: 'view-groups' });
      const answer = await api.addClientRoleMappings({ id, clientUniqueId: account, roles: [{ id: clientRole.id, name: clientRole.name }] });
      assert.deepEqual(names(await api.listClientRoleMappings({ id, clientUniqueId: account })), ['view-groups']);
      return answer;
    }],
    ['listClientRoleMappings', 'the one added', 'Role[]', () => api.listClientRoleMappings({ id, clientUniqueId: account })],
    ['listAvailableClientRoleMappings', 'without the one added', 'Role[]', async () => {
      const found = await api.listAvailableClientRoleMappings({ id, clientUniqueId: account });
      assert.ok(!names(found).includes('view-groups'));
      return found;
    }],
    ['listCompositeClientRoleMappings', 'the one added', 'Role[]', () => api.listCompositeClientRoleMappings({ id, clientUniqueId: account })],
    ['listRoleMappings', 'of the realm and of clients', 'Mappings', async () => {
      const found = await api.listRoleMappings({ id });
      assert.deepEqual([names(found.realmMappings), Object.keys(found.clientMappings)], [['taster'], ['account']]);
      return found;
    }],
    ['delRealmRoleMappings', 'none is left', 'nothing', async () => {
      const answer = await api.delRealmRoleMappings({ id, roles: [{ id: role.id, name: role.name }] });
      assert.deepEqual(await api.listRealmRoleMappings({ id }), []);
      await kc.roles.delById({ id: role.id });
      await kc.users.del({ id: userId });
      return answer;
    }],
    ['delClientRoleMappings', 'none is left', 'nothing', async () => {
      const answer = await api.delClientRoleMappings({ id, clientUniqueId: account, roles: [{ id: clientRole.id, name: clientRole.name }] });
      assert.deepEqual(await api.listClientRoleMappings({ id, clientUniqueId: account }), []);
      return answer;
    }],
    ['del', 'gone with what is below it', 'nothing', async () => {
      const answer = await api.del({ id });
      assert.deepEqual([await api.findOne({ id }), await api.findOne({ id: child })], [null, null]);
      return answer;
    }],
    ['getOrgId', 'made by the library: undefined for the groups of the realm', 'absent', async () => api.getOrgId()],
    ['isOrgGroups', 'made by the library: false for the groups of the realm', 'boolean', async () => {
      assert.equal(api.isOrgGroups(), false);
      return api.isOrgGroups();
    }],
    ['addMemberToOrgGroup', 'among its members; refused to who is not in the organization, and a second time', 'nothing', async () => {
      await kc.realms.update({ realm: 'shop' }, { organizationsEnabled: true });
      orgId = (await kc.organizations.create({ name: 'Guild' })).id;
      userId = (await kc.users.create({ username: 'gilda', enabled: true })).id;
      org = kc.organizations.groups(orgId);
      id = (await org.create({ name: 'masters' })).id;
      assert.deepEqual(await refusal(org.addMemberToOrgGroup({ groupId: id, userId })), { status: 400, words: 'User is not member of the organization' });
      await kc.organizations.addMember({ orgId, userId });
      const answer = await org.addMemberToOrgGroup({ groupId: id, userId });
      assert.deepEqual(names(await org.listMembers({ id }), 'username'), ['gilda']);
      assert.equal((await refusal(org.addMemberToOrgGroup({ groupId: id, userId }))).status, 409);
      return answer;
    }],
    ['listOrgGroups', 'the group joined', 'Group[]', async () => {
      const found = await org.listOrgGroups({ id: userId });
      assert.deepEqual(names(found, 'path'), ['/masters']);
      return found;
    }],
    ['removeMemberFromOrgGroup', 'not among its members', 'nothing', async () => {
      const answer = await org.removeMemberFromOrgGroup({ groupId: id, userId });
      assert.deepEqual(await org.listMembers({ id }), []);
      await kc.organizations.delById({ id: orgId });
      await kc.users.del({ id: userId });
      await kc.realms.update({ realm: 'shop' }, { organizationsEnabled: false });
      return answer;
    }],
    ...refusals({
      updatePermission: () => api.updatePermission({ id }, { enabled: true }),
      listPermissions: () => api.listPermissions({ id }),
    }),
  ];
}
