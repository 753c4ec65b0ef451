// The rows of the server itself and of the console's helpers (keycloak.md section 6.15).
#include "admin/seam/operation.h"
#include "admin/server/console.h"
#include "admin/server/server_info.h"

namespace cardea::admin {
namespace {

using enum AdminRole;
using enum web::Method;
using enum Mode;

#define UI "/admin/realms/{realm}/ui-ext"

constexpr Operation kRows[] = {
    {kGet, "/admin/serverinfo", "getServerInfo", kServerAdmin, kRead, &get_server_info},
    {kGet, "/admin/{realm}/console/whoami", "getWhoAmI", kSelf, kRead, &get_whoami},
    {kGet, UI "/info", "getUiInfo", kAnyAdmin, kRead, &get_ui_info},
    {kPut, UI, "saveRealmWithProfile", needs({kManageRealm}), kWrite, &save_realm_with_profile, "REALM"},
    {kGet, UI "/realms/names", "listRealmNames", kAnyAdmin, kRead, &list_realm_names},
    {kGet, UI "/brute-force-user", "listUsersWithBruteForce", needs({kViewUsers, kManageUsers, kQueryUsers}), kRead,
     &list_users_with_brute_force},
    {kGet, UI "/available-roles/{type}/{id}", "listAvailableRoles",
     needs({kViewUsers, kManageUsers, kViewClients, kManageClients, kViewRealm, kManageRealm}), kRead,
     &list_available_roles},
    {kGet, UI "/effective-roles/{type}/{id}", "listEffectiveRoles",
     needs({kViewUsers, kManageUsers, kViewClients, kManageClients, kViewRealm, kManageRealm}), kRead,
     &list_effective_roles},
    {kGet, UI "/effective-roles-all/{type}/{id}", "listAllEffectiveRoles",
     needs({kViewUsers, kManageUsers, kViewClients, kManageClients, kViewRealm, kManageRealm}), kRead,
     &list_all_effective_roles},
    {kGet, UI "/role-mappings/roles/{id}", "getCompositesAsMappings",
     needs({kViewClients, kManageClients, kViewRealm, kManageRealm}), kRead, &get_composites_as_mappings},
    {kPost, UI "/role-mapping-delete/{type}/{id}", "removeRoleMappings",
     needs({kManageUsers, kManageClients, kManageRealm}), kWrite, &remove_role_mappings, "REALM_ROLE_MAPPING",
     "DELETE"},
    {kGet, UI "/sessions", "listRealmSessions", needs({kViewRealm, kManageRealm, kViewUsers, kManageUsers}), kRead,
     &list_realm_sessions},
    {kGet, UI "/sessions/client", "listSessionsOfClient", needs({kViewClients, kManageClients}), kRead,
     &list_client_sessions},
    {kGet, UI "/available-event-listeners", "listEventListeners", needs({kViewEvents, kManageEvents, kViewRealm}),
     kRead, &list_event_listeners},
};
#undef UI

}  // namespace

std::span<const Operation> server_operations() { return kRows; }

}  // namespace cardea::admin
