// The rows of realms (keycloak.md section 6.3).
#include "admin/clients/client_nodes.h"
#include "admin/realms/realm_handlers.h"
#include "admin/seam/operation.h"

namespace cardea::admin {
namespace {

using enum AdminRole;
using enum web::Method;
using enum Mode;

constexpr Operation kRows[] = {
    {kGet, "/admin/realms", "listRealms", kServerAdmin, kRead, &list_realms},
    {kPost, "/admin/realms", "createRealm", kCreatesRealms, kLong, &create_realm},
    {kGet, "/admin/realms/{realm}", "getRealm", kAnyAdmin, kRead, &get_realm},
    {kPut, "/admin/realms/{realm}", "updateRealm", needs({kManageRealm}), kWrite, &update_realm, "REALM"},
    {kDelete, "/admin/realms/{realm}", "deleteRealm", needs({kManageRealm}), kLong, &delete_realm},
    {kGet, "/admin/realms/{realm}/keys", "getKeys", needs({kViewRealm, kManageRealm}), kRead, &get_realm_keys},
    {kGet, "/admin/realms/{realm}/default-groups", "getDefaultGroups", needs({kViewRealm, kManageRealm}), kRead,
     &get_default_groups},
    {kPut, "/admin/realms/{realm}/default-groups/{groupId}", "addDefaultGroup", needs({kManageRealm}), kWrite,
     &add_default_group, "GROUP"},
    {kDelete, "/admin/realms/{realm}/default-groups/{groupId}", "removeDefaultGroup", needs({kManageRealm}), kWrite,
     &remove_default_group, "GROUP"},
    {kGet, "/admin/realms/{realm}/client-session-stats", "getClientSessionStats", needs({kViewRealm, kManageRealm}),
     kRead, &get_client_session_stats},
    {kPost, "/admin/realms/{realm}/logout-all", "logoutAll", needs({kManageUsers}), kWrite, &logout_all, "REALM",
     "ACTION"},
    {kPost, "/admin/realms/{realm}/push-revocation", "pushRevocation", needs({kManageRealm}), kLong, &push_revocation,
     "REALM", "ACTION"},
    {kDelete, "/admin/realms/{realm}/sessions/{session}", "deleteSession", needs({kManageUsers}), kWrite,
     &delete_session, "USER_SESSION"},
    {kGet, "/admin/realms/{realm}/credential-registrators", "getCredentialRegistrators",
     needs({kViewRealm, kManageRealm}), kRead, &get_credential_registrators},
    {kPost, "/admin/realms/{realm}/clear-realm-cache", "clearRealmCache", needs({kManageRealm}), kWrite,
     &clear_realm_cache, "REALM", "ACTION"},
    {kPost, "/admin/realms/{realm}/clear-user-cache", "clearUserCache", needs({kManageRealm}), kWrite, &clear_nothing,
     "REALM", "ACTION"},
    {kPost, "/admin/realms/{realm}/clear-keys-cache", "clearKeysCache", needs({kManageRealm}), kLong, &clear_keys_cache,
     "REALM", "ACTION"},
    {kPost, "/admin/realms/{realm}/clear-crl-cache", "clearCrlCache", needs({kManageRealm}), kWrite, &clear_nothing,
     "REALM", "ACTION"},
};

}  // namespace

std::span<const Operation> realm_operations() { return kRows; }

}  // namespace cardea::admin
