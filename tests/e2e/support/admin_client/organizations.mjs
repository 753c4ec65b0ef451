// The rows of organizations.
import assert from 'node:assert/strict';

import { names, refusal } from './story.mjs';

const realm = 'shop';

const form = (members) => {
  const data = new FormData();
  for (const [name, value] of Object.entries(members)) data.append(name, value);
  return data;
};

export function organizations({ kc, sink }) {
  let id;
  let userId;
  let invitation;
  const domains = [{ name: 'acme.example', verified: false }];
  return [
    ['create', 'found by its id; refused while organizations are off, and a second time', 'Id', async () => {
      await kc.realms.update({ realm }, { organizationsEnabled: false });
      assert.deepEqual(await refusal(kc.organizations.create({ name: 'Acme', domains })), { status: 404, words: 'Organizations not enabled for this realm.' });
      await kc.realms.update({ realm }, { organizationsEnabled: true });
      const made = await kc.organizations.create({ name: 'Acme', alias: 'acme', domains, attributes: { tier: ['gold'] } });
      id = made.id;
      assert.equal((await kc.organizations.findOne({ id })).name, 'Acme');
      assert.deepEqual(await refusal(kc.organizations.create({ name: 'Acme', domains })), { status: 409, words: 'A organization with the same name already exists.' });
      return made;
    }],
    ['find', 'by part of its name, by domain, by attribute', 'Organization[]', async () => {
      assert.deepEqual(names(await kc.organizations.find({ search: 'acme.example', exact: true })), ['Acme']);
      assert.deepEqual(names(await kc.organizations.find({ q: 'tier:gold' })), ['Acme']);
      assert.deepEqual(await kc.organizations.find({ search: 'zzz' }), []);
      return kc.organizations.find({ search: 'cm' });
    }],
    ['findOne', 'with its attributes; 404 for one that is not there', 'Organization', async () => {
      assert.deepEqual(await refusal(kc.organizations.findOne({ id: 'none' })), { status: 404, words: 'Organization not found.' });
      const found = await kc.organizations.findOne({ id });
      assert.deepEqual(found.attributes, { tier: ['gold'] });
      return found;
    }],
    ['updateById', 'the changed description', 'nothing', async () => {
      const before = await kc.organizations.findOne({ id });
      const answer = await kc.organizations.updateById({ id }, { ...before, description: 'Makes everything' });
      assert.deepEqual(await kc.organizations.findOne({ id }), { ...before, description: 'Makes everything' });
      return answer;
    }],
    ['addMember', 'among the members; a second time is refused', 'nothing', async () => {
      userId = (await kc.users.create({ username: 'olga', email: 'olga@acme.example', firstName: 'O', lastName: 'M', enabled: true })).id;
      const answer = await kc.organizations.addMember({ orgId: id, userId });
      assert.equal((await refusal(kc.organizations.addMember({ orgId: id, userId }))).status, 409);
      return answer;
    }],
    ['listMembers', 'found by name', 'Member[]', async () => {
      assert.deepEqual(await kc.organizations.listMembers({ orgId: id, search: 'zzz' }), []);
      return kc.organizations.listMembers({ orgId: id, search: 'olga' });
    }],
    ['getMember', 'its kind of membership', 'Member', async () => {
      const member = await kc.organizations.getMember({ orgId: id, userId });
      assert.equal(member.membershipType, 'UNMANAGED');
      return member;
    }],
    ['memberOrganizations', 'the one joined', 'Organization[]', async () => {
      const found = await kc.organizations.memberOrganizations({ userId });
      assert.deepEqual(names(found), ['Acme']);
      return found;
    }],
    ['delMember', 'no member, but still a user', 'nothing', async () => {
      const answer = await kc.organizations.delMember({ orgId: id, userId });
      assert.deepEqual(await kc.organizations.listMembers({ orgId: id }), []);
      assert.equal((await kc.users.findOne({ id: userId })).username, 'olga');
      return answer;
    }],
    ['invite', 'a mail with a link arrives; an address that is none is refused', 'nothing', async () => {
      const answer = await kc.organizations.invite({ orgId: id }, form({ email: 'new@acme.example', firstName: 'N', lastName: 'W' }));
      assert.match((await sink.take('new@acme.example')).link, /^http/);
      assert.equal((await refusal(kc.organizations.invite({ orgId: id }, form({ email: 'nothing' })))).status, 400);
      return answer;
    }],
    ['inviteExistingUser', 'a mail with a link arrives', 'nothing', async () => {
      const answer = await kc.organizations.inviteExistingUser({ orgId: id }, form({ id: userId }));
      assert.match((await sink.take('olga@acme.example')).link, /^http/);
      return answer;
    }],
    ['listInvitations', 'both, found by address too', 'Invitation[]', async () => {
      assert.deepEqual(names(await kc.organizations.listInvitations({ orgId: id, email: 'new@acme.example' }), 'email'), ['new@acme.example']);
      const found = await kc.organizations.listInvitations({ orgId: id });
      assert.deepEqual(names(found, 'email'), ['new@acme.example', 'olga@acme.example']);
      invitation = found.find(({ email }) => email === 'new@acme.example');
      return found;
    }],
    ['findInvitation', 'the same one', 'Invitation', async () => {
      const found = await kc.organizations.findInvitation({ orgId: id, invitationId: invitation.id });
      assert.deepEqual([found.email, found.status], ['new@acme.example', 'PENDING']);
      return found;
    }],
    ['resendInvitation', 'the mail arrives again', 'nothing', async () => {
      const answer = await kc.organizations.resendInvitation({ orgId: id, invitationId: invitation.id });
      await sink.take('new@acme.example');
      return answer;
    }],
    ['deleteInvitation', 'the other one is left', 'nothing', async () => {
      const [found] = await kc.organizations.listInvitations({ orgId: id, email: 'new@acme.example' });
      const answer = await kc.organizations.deleteInvitation({ orgId: id, invitationId: found.id });
      assert.deepEqual(names(await kc.organizations.listInvitations({ orgId: id }), 'email'), ['olga@acme.example']);
      return answer;
    }],
    ['linkIdp', 'the identity provider names its organization', 'nothing', async () => {
      await kc.identityProviders.create({ alias: 'acme-up', providerId: 'oidc', config: { clientId: 'c', clientSecret: 'acme-secret', authorizationUrl: 'https://up.example/a', tokenUrl: 'https://up.example/t' } });
      const answer = await kc.organizations.linkIdp({ orgId: id, alias: 'acme-up' });
      assert.equal((await kc.identityProviders.findOne({ alias: 'acme-up' })).organizationId, id);
      return answer;
    }],
    ['listIdentityProviders', 'the linked one, its secret masked', 'IdentityProvider[]', async () => {
      const found = await kc.organizations.listIdentityProviders({ orgId: id });
      assert.deepEqual([found.length, found[0].config.clientSecret], [1, '**********']);
      return found;
    }],
    ['unLinkIdp', 'none is linked', 'nothing', async () => {
      const answer = await kc.organizations.unLinkIdp({ orgId: id, alias: 'acme-up' });
      assert.deepEqual(await kc.organizations.listIdentityProviders({ orgId: id }), []);
      await kc.identityProviders.del({ alias: 'acme-up' });
      return answer;
    }],
    ['groups', 'groups inside of the organization: made, found, moved, changed and removed', 'text', async () => {
      const groups = kc.organizations.groups(id);
      assert.equal(groups.isOrgGroups(), true);
      assert.deepEqual(await groups.find(), []);
      const { id: staff } = await groups.create({ name: 'staff', attributes: { floor: ['1'] } });
      const { id: night } = await groups.createChildGroup({ id: staff }, { name: 'night' });
      assert.deepEqual(names(await groups.find(), 'path'), ['/staff']);
      assert.deepEqual(names(await groups.find({ search: 'igh' }), 'path'), ['/staff/night']);
      assert.deepEqual(names(await groups.listSubGroups({ parentId: staff })), ['night']);
      await groups.updateRoot({ id: night, name: 'night' });
      assert.equal((await groups.findOne({ id: night })).path, '/night');
      await groups.updateChildGroup({ id: staff }, { id: night, name: 'night' });
      await groups.update({ id: staff }, { name: 'crew' });
      assert.deepEqual((await groups.findOne({ id: staff })).attributes, { floor: ['1'] });
      assert.equal((await groups.findOne({ id: night })).path, '/crew/night');
      await groups.del({ id: staff });
      assert.deepEqual(await groups.find(), []);
      return groups.getOrgId();
    }],
    ['delById', 'gone, and its members are still users', 'nothing', async () => {
      const answer = await kc.organizations.delById({ id });
      assert.equal((await refusal(kc.organizations.findOne({ id }))).status, 404);
      assert.equal((await kc.users.findOne({ id: userId })).username, 'olga');
      await kc.users.del({ id: userId });
      await kc.realms.update({ realm }, { organizationsEnabled: false });
      return answer;
    }],
  ];
}
