// The rows of organizations.
import assert from 'node:assert/strict';

import { refusals } from './story.mjs';

const id = 'none';

export function organizations({ kc }) {
  const api = kc.organizations;
  return [
    ['groups', 'made by the library: names the organization', 'text', async () => {
      assert.equal(api.groups(id).isOrgGroups(), true);
      return api.groups(id).getOrgId();
    }],
    ...refusals({
      find: () => api.find(),
      findOne: () => api.findOne({ id }),
      create: () => api.create({ name: 'Acme' }),
      delById: () => api.delById({ id }),
      updateById: () => api.updateById({ id }, {}),
      listMembers: () => api.listMembers({ orgId: id }),
      addMember: () => api.addMember({ orgId: id, userId: id }),
      delMember: () => api.delMember({ orgId: id, userId: id }),
      getMember: () => api.getMember({ orgId: id, userId: id }),
      memberOrganizations: () => api.memberOrganizations({ userId: id }),
      invite: () => api.invite({ orgId: id }, new FormData()),
      inviteExistingUser: () => api.inviteExistingUser({ orgId: id }, new FormData()),
      listIdentityProviders: () => api.listIdentityProviders({ orgId: id }),
      linkIdp: () => api.linkIdp({ orgId: id, alias: 'up' }),
      unLinkIdp: () => api.unLinkIdp({ orgId: id, alias: 'up' }),
      listInvitations: () => api.listInvitations({ orgId: id }),
      findInvitation: () => api.findInvitation({ orgId: id, invitationId: id }),
      resendInvitation: () => api.resendInvitation({ orgId: id, invitationId: id }),
      deleteInvitation: () => api.deleteInvitation({ orgId: id, invitationId: id }),
    }),
  ];
}
