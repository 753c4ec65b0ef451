// The rows of groups (keycloak.md section 6.5).
#include "admin/groups/group_handlers.h"
#include "admin/roles/role_mappings.h"
#include "admin/seam/operation.h"
#include "admin/seam/permissions.h"

namespace cardea::admin {
namespace {

using enum AdminRole;
using enum web::Method;
using enum Mode;

constexpr auto kList = needs({kViewUsers, kManageUsers, kQueryGroups});

#define GROUPS "/admin/realms/{realm}/groups"
#define GROUP GROUPS "/{groupId}"
#define BY_PATH "/admin/realms/{realm}/group-by-path"

constexpr Operation kRows[] = {
    {kGet, GROUPS, "listGroups", kList, kRead, &list_groups},
    {kPost, GROUPS, "createGroup", kChangeUsers, kWrite, &create_group, "GROUP"},
    {kGet, GROUPS "/count", "countGroups", kList, kRead, &count_groups},
    {kGet, GROUP, "getGroup", kSeeUsers, kRead, &get_group},
    {kPut, GROUP, "updateGroup", kChangeUsers, kWrite, &update_group, "GROUP"},
    {kDelete, GROUP, "deleteGroup", kChangeUsers, kWrite, &delete_group, "GROUP"},
    {kGet, GROUP "/children", "listGroupChildren", kList, kRead, &list_children},
    {kPost, GROUP "/children", "createGroupChild", kChangeUsers, kWrite, &create_child, "GROUP"},
    {kGet, GROUP "/members", "listGroupMembers", kSeeUsers, kRead, &list_members},
    {kGet, BY_PATH "/{p1}", "getGroupByPath", kSeeUsers, kRead, &get_group_by_path},
    {kGet, BY_PATH "/{p1}/{p2}", "getGroupByPath2", kSeeUsers, kRead, &get_group_by_path},
    {kGet, BY_PATH "/{p1}/{p2}/{p3}", "getGroupByPath3", kSeeUsers, kRead, &get_group_by_path},
    {kGet, BY_PATH "/{p1}/{p2}/{p3}/{p4}", "getGroupByPath4", kSeeUsers, kRead, &get_group_by_path},
    {kGet, BY_PATH "/{p1}/{p2}/{p3}/{p4}/{p5}", "getGroupByPath5", kSeeUsers, kRead, &get_group_by_path},
    {kGet, BY_PATH "/{p1}/{p2}/{p3}/{p4}/{p5}/{p6}", "getGroupByPath6", kSeeUsers, kRead, &get_group_by_path},
    {kGet, BY_PATH "/{p1}/{p2}/{p3}/{p4}/{p5}/{p6}/{p7}", "getGroupByPath7", kSeeUsers, kRead, &get_group_by_path},
    {kGet, BY_PATH "/{p1}/{p2}/{p3}/{p4}/{p5}/{p6}/{p7}/{p8}", "getGroupByPath8", kSeeUsers, kRead, &get_group_by_path},
    {kGet, BY_PATH "/{p1}/{p2}/{p3}/{p4}/{p5}/{p6}/{p7}/{p8}/{p9}", "getGroupByPath9", kSeeUsers, kRead,
     &get_group_by_path},
    {kGet, BY_PATH "/{p1}/{p2}/{p3}/{p4}/{p5}/{p6}/{p7}/{p8}/{p9}/{p10}", "getGroupByPath10", kSeeUsers, kRead,
     &get_group_by_path},

    CARDEA_MAPPING_ROWS(GROUP "/role-mappings", "Group", "RoleMappings", "Roles", "ROLE_MAPPING", group_holder,
                        kSeeUsers, kChangeUsers),
};

#undef GROUPS
#undef GROUP
#undef BY_PATH

}  // namespace

std::span<const Operation> group_operations() { return kRows; }

}  // namespace cardea::admin
