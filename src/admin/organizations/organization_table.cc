// The rows of organizations (keycloak.md section 6.14).
#include "admin/organizations/organization_groups.h"
#include "admin/organizations/organization_handlers.h"
#include "admin/roles/role_mappings.h"
#include "admin/seam/operation.h"

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
#define GROUP GROUPS "/{groupId}"
#define BY_PATH GROUPS "/group-by-path"

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

    {kGet, GROUPS, "listOrganizationGroups", kSee, kRead, &list_organization_groups},
    {kPost, GROUPS, "createOrganizationGroup", kChange, kWrite, &create_organization_group, "ORGANIZATION_GROUP"},
    {kGet, GROUP, "getOrganizationGroup", kSee, kRead, &get_organization_group},
    {kPut, GROUP, "updateOrganizationGroup", kChange, kWrite, &update_organization_group, "ORGANIZATION_GROUP"},
    {kDelete, GROUP, "deleteOrganizationGroup", kChange, kWrite, &delete_organization_group, "ORGANIZATION_GROUP"},
    {kGet, GROUP "/children", "listOrganizationGroupChildren", kSee, kRead, &list_organization_group_children},
    {kPost, GROUP "/children", "createOrganizationGroupChild", kChange, kWrite, &create_organization_group_child,
     "ORGANIZATION_GROUP"},
    {kGet, GROUP "/members", "listOrganizationGroupMembers", kSee, kRead, &list_organization_group_members},
    {kPut, GROUP "/members/{userId}", "joinOrganizationGroup", kChange, kWrite, &join_organization_group,
     "ORGANIZATION_GROUP_MEMBERSHIP", "CREATE"},
    {kDelete, GROUP "/members/{userId}", "leaveOrganizationGroup", kChange, kWrite, &leave_organization_group,
     "ORGANIZATION_GROUP_MEMBERSHIP"},
    CARDEA_MAPPING_ROWS(GROUP "/role-mappings", "OrganizationGroup", "RoleMappings", "Roles", "ROLE_MAPPING",
                        organization_group_holder, kSee, kChange),
    {kGet, MEMBER "/groups", "listGroupsOfOrganizationMember", kSee, kRead, &list_groups_of_organization_member},
    {kGet, BY_PATH "/{p1}", "getOrganizationGroupByPath", kSee, kRead, &get_organization_group_by_path},
    {kGet, BY_PATH "/{p1}/{p2}", "getOrganizationGroupByPath2", kSee, kRead, &get_organization_group_by_path},
    {kGet, BY_PATH "/{p1}/{p2}/{p3}", "getOrganizationGroupByPath3", kSee, kRead, &get_organization_group_by_path},
    {kGet, BY_PATH "/{p1}/{p2}/{p3}/{p4}", "getOrganizationGroupByPath4", kSee, kRead, &get_organization_group_by_path},
    {kGet, BY_PATH "/{p1}/{p2}/{p3}/{p4}/{p5}", "getOrganizationGroupByPath5", kSee, kRead,
     &get_organization_group_by_path},
    {kGet, BY_PATH "/{p1}/{p2}/{p3}/{p4}/{p5}/{p6}", "getOrganizationGroupByPath6", kSee, kRead,
     &get_organization_group_by_path},
    {kGet, BY_PATH "/{p1}/{p2}/{p3}/{p4}/{p5}/{p6}/{p7}", "getOrganizationGroupByPath7", kSee, kRead,
     &get_organization_group_by_path},
    {kGet, BY_PATH "/{p1}/{p2}/{p3}/{p4}/{p5}/{p6}/{p7}/{p8}", "getOrganizationGroupByPath8", kSee, kRead,
     &get_organization_group_by_path},
    {kGet, BY_PATH "/{p1}/{p2}/{p3}/{p4}/{p5}/{p6}/{p7}/{p8}/{p9}", "getOrganizationGroupByPath9", kSee, kRead,
     &get_organization_group_by_path},
    {kGet, BY_PATH "/{p1}/{p2}/{p3}/{p4}/{p5}/{p6}/{p7}/{p8}/{p9}/{p10}", "getOrganizationGroupByPath10", kSee, kRead,
     &get_organization_group_by_path},
};

#undef ORGANIZATIONS
#undef ORGANIZATION
#undef MEMBER
#undef INVITATION
#undef PROVIDERS
#undef GROUPS
#undef GROUP
#undef BY_PATH

}  // namespace

std::span<const Operation> organization_operations() { return kRows; }

}  // namespace cardea::admin
