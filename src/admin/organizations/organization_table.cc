// The rows of organizations (keycloak.md section 6.14).
#include "admin/organizations/organization_handlers.h"
#include "admin/seam/operation.h"
#include "admin/settings/setting_handlers.h"

namespace cardea::admin {
namespace {

using enum AdminRole;
using enum web::Method;
using enum Mode;

constexpr auto kSee = needs({kViewOrganizations, kManageOrganizations, kManageRealm});
constexpr auto kChange = needs({kManageOrganizations, kManageRealm});

#define ORGANIZATIONS "/admin/realms/{realm}/organizations"
#define ORGANIZATION ORGANIZATIONS "/{orgId}"
#define MEMBER ORGANIZATION "/members/{userId}"
#define INVITATION ORGANIZATION "/invitations/{invitationId}"
#define PROVIDERS ORGANIZATION "/identity-providers"
#define GROUPS ORGANIZATION "/groups"

constexpr Operation kRows[] = {
    {kGet, ORGANIZATIONS, "listOrganizations", kSee, kRead, &list_organizations},
    {kPost, ORGANIZATIONS, "createOrganization", kChange, kWrite, &create_organization, "ORGANIZATION"},
    {kGet, ORGANIZATIONS "/count", "countOrganizations", kSee, kRead, &count_organizations},
    {kGet, ORGANIZATIONS "/members/{userId}/organizations", "listOrganizationsOfUser", kSee, kRead,
     &list_organizations_of_member},
    {kGet, ORGANIZATION, "getOrganization", kSee, kRead, &get_organization},
    {kPut, ORGANIZATION, "updateOrganization", kChange, kWrite, &update_organization, "ORGANIZATION"},
    {kDelete, ORGANIZATION, "deleteOrganization", kChange, kWrite, &delete_organization, "ORGANIZATION"},

    {kGet, ORGANIZATION "/members", "listOrganizationMembers", kSee, kRead, &list_organization_members},
    {kPost, ORGANIZATION "/members", "addOrganizationMember", kChange, kWrite, &add_organization_member,
     "ORGANIZATION_MEMBERSHIP"},
    {kGet, ORGANIZATION "/members/count", "countOrganizationMembers", kSee, kRead, &count_organization_members},
    {kPost, ORGANIZATION "/members/invite-user", "inviteUser", kChange, kWrite, &invite_new_member,
     "ORGANIZATION_MEMBERSHIP", "ACTION"},
    {kPost, ORGANIZATION "/members/invite-existing-user", "inviteExistingUser", kChange, kWrite,
     &invite_existing_member, "ORGANIZATION_MEMBERSHIP", "ACTION"},
    {kGet, MEMBER, "getOrganizationMember", kSee, kRead, &get_organization_member},
    {kDelete, MEMBER, "removeOrganizationMember", kChange, kWrite, &remove_organization_member,
     "ORGANIZATION_MEMBERSHIP"},
    {kGet, MEMBER "/organizations", "listOrganizationsOfMember", kSee, kRead, &list_organizations_of_member},

    {kGet, ORGANIZATION "/invitations", "listInvitations", kSee, kRead, &list_invitations},
    {kGet, INVITATION, "getInvitation", kSee, kRead, &get_invitation},
    {kPost, INVITATION "/resend", "resendInvitation", kChange, kWrite, &resend_invitation, "ORGANIZATION_MEMBERSHIP",
     "ACTION"},
    {kDelete, INVITATION, "deleteInvitation", kChange, kWrite, &delete_invitation, "ORGANIZATION_MEMBERSHIP", "ACTION"},

    {kGet, PROVIDERS, "listOrganizationProviders", kSee, kRead, &list_organization_providers},
    {kPost, PROVIDERS, "linkOrganizationProvider", kChange, kWrite, &link_organization_provider, "ORGANIZATION",
     "UPDATE"},
    {kGet, PROVIDERS "/{alias}", "getOrganizationProvider", kSee, kRead, &get_organization_provider},
    {kDelete, PROVIDERS "/{alias}", "unlinkOrganizationProvider", kChange, kWrite, &unlink_organization_provider,
     "ORGANIZATION", "UPDATE"},

    // Groups of organizations, new in Keycloak 26.7, are not offered: there are none.
    {kGet, GROUPS, "listOrganizationGroups", kSee, kRead, &list_organization_groups},
    {kPost, GROUPS, "createOrganizationGroup", kChange, kRead, &refuse_feature},
    {kGet, GROUPS "/{groupId}", "getOrganizationGroup", kSee, kRead, &refuse_feature},
    {kPut, GROUPS "/{groupId}", "updateOrganizationGroup", kChange, kRead, &refuse_feature},
    {kDelete, GROUPS "/{groupId}", "deleteOrganizationGroup", kChange, kRead, &refuse_feature},
    {kGet, GROUPS "/{groupId}/members", "listOrganizationGroupMembers", kSee, kRead, &refuse_feature},
    {kPut, GROUPS "/{groupId}/members/{userId}", "joinOrganizationGroup", kChange, kRead, &refuse_feature},
    {kDelete, GROUPS "/{groupId}/members/{userId}", "leaveOrganizationGroup", kChange, kRead, &refuse_feature},
    {kGet, MEMBER "/groups", "listGroupsOfOrganizationMember", kSee, kRead, &list_groups_of_organization_member},
};

#undef ORGANIZATIONS
#undef ORGANIZATION
#undef MEMBER
#undef INVITATION
#undef PROVIDERS
#undef GROUPS

}  // namespace

std::span<const Operation> organization_operations() { return kRows; }

}  // namespace cardea::admin
