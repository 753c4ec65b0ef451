// The rows of groups (keycloak.md section 6.5).
#include "admin/groups/group_handlers.h"
#include "admin/roles/role_mappings.h"
#include "admin/seam/operation.h"

namespace cardea::admin {
namespace {

using enum AdminRole;
using enum web::Method;
using enum Mode;
using enum MappingView;

constexpr auto kSee = needs({kViewUsers, kManageUsers});
constexpr auto kList = needs({kViewUsers, kManageUsers, kQueryGroups});
constexpr auto kChange = needs({kManageUsers});

#define GROUPS "/admin/realms/{realm}/groups"
#define GROUP GROUPS "/{groupId}"
#define BY_PATH "/admin/realms/{realm}/group-by-path"
#define REALM_ROLES GROUP "/role-mappings/realm"
#define CLIENT_ROLES GROUP "/role-mappings/clients/{clientUuid}"

constexpr Operation kRows[] = {
    {kGet, GROUPS, "listGroups", kList, kRead, &list_groups},
    {kPost, GROUPS, "createGroup", kChange, kWrite, &create_group, "GROUP"},
    {kGet, GROUPS "/count", "countGroups", kList, kRead, &count_groups},
    {kGet, GROUP, "getGroup", kSee, kRead, &get_group},
    {kPut, GROUP, "updateGroup", kChange, kWrite, &update_group, "GROUP"},
    {kDelete, GROUP, "deleteGroup", kChange, kWrite, &delete_group, "GROUP"},
    {kGet, GROUP "/children", "listGroupChildren", kList, kRead, &list_children},
    {kPost, GROUP "/children", "createGroupChild", kChange, kWrite, &create_child, "GROUP"},
    {kGet, GROUP "/members", "listGroupMembers", kSee, kRead, &list_members},
    {kGet, BY_PATH "/{p1}", "getGroupByPath", kSee, kRead, &get_group_by_path},
    {kGet, BY_PATH "/{p1}/{p2}", "getGroupByPath2", kSee, kRead, &get_group_by_path},
    {kGet, BY_PATH "/{p1}/{p2}/{p3}", "getGroupByPath3", kSee, kRead, &get_group_by_path},
    {kGet, BY_PATH "/{p1}/{p2}/{p3}/{p4}", "getGroupByPath4", kSee, kRead, &get_group_by_path},

    {kGet, GROUP "/role-mappings", "getGroupRoleMappings", kSee, kRead, &get_mappings_of<&group_holder>},
    {kGet, REALM_ROLES, "listGroupRealmRoles", kSee, kRead, &list_mappings_of<&group_holder, kDirect>},
    {kGet, REALM_ROLES "/available", "listAvailableGroupRealmRoles", kSee, kRead,
     &list_mappings_of<&group_holder, kAvailable>},
    {kGet, REALM_ROLES "/composite", "listEffectiveGroupRealmRoles", kSee, kRead,
     &list_mappings_of<&group_holder, kComposite>},
    {kPost, REALM_ROLES, "addGroupRealmRoles", kChange, kWrite, &add_mappings_of<&group_holder>, "REALM_ROLE_MAPPING"},
    {kDelete, REALM_ROLES, "removeGroupRealmRoles", kChange, kWrite, &remove_mappings_of<&group_holder>,
     "REALM_ROLE_MAPPING"},
    {kGet, CLIENT_ROLES, "listGroupClientRoles", kSee, kRead, &list_mappings_of<&group_holder, kDirect>},
    {kGet, CLIENT_ROLES "/available", "listAvailableGroupClientRoles", kSee, kRead,
     &list_mappings_of<&group_holder, kAvailable>},
    {kGet, CLIENT_ROLES "/composite", "listEffectiveGroupClientRoles", kSee, kRead,
     &list_mappings_of<&group_holder, kComposite>},
    {kPost, CLIENT_ROLES, "addGroupClientRoles", kChange, kWrite, &add_mappings_of<&group_holder>,
     "CLIENT_ROLE_MAPPING"},
    {kDelete, CLIENT_ROLES, "removeGroupClientRoles", kChange, kWrite, &remove_mappings_of<&group_holder>,
     "CLIENT_ROLE_MAPPING"},
};

#undef GROUPS
#undef GROUP
#undef BY_PATH
#undef REALM_ROLES
#undef CLIENT_ROLES

}  // namespace

std::span<const Operation> group_operations() { return kRows; }

}  // namespace cardea::admin
