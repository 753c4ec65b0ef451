// The rows of roles (keycloak.md section 6.7).
#include "admin/roles/role_handlers.h"
#include "admin/seam/operation.h"
#include "admin/seam/permissions.h"

namespace cardea::admin {
namespace {

using enum AdminRole;
using enum web::Method;
using enum Mode;

// By id a role may be either; the handler asks for what the loaded one needs.
constexpr auto kSeeEither = needs({kViewRealm, kManageRealm, kViewClients, kManageClients});
constexpr auto kChangeEither = needs({kManageRealm, kManageClients});

#define REALM "/admin/realms/{realm}"
#define ROLES REALM "/roles"
#define ROLE ROLES "/{role}"
#define CLIENT_ROLES REALM "/clients/{clientUuid}/roles"
#define CLIENT_ROLE CLIENT_ROLES "/{role}"
#define BY_ID REALM "/roles-by-id/{roleId}"

constexpr Operation kRows[] = {
    {kGet, ROLES, "listRealmRoles", kSeeRealm, kRead, &list_roles},
    {kPost, ROLES, "createRealmRole", kChangeRealm, kWrite, &create_role, "REALM_ROLE"},
    {kGet, ROLE, "getRealmRole", kSeeRealm, kRead, &get_role},
    {kPut, ROLE, "updateRealmRole", kChangeRealm, kWrite, &update_role, "REALM_ROLE"},
    {kDelete, ROLE, "deleteRealmRole", kChangeRealm, kWrite, &delete_role, "REALM_ROLE"},
    {kGet, ROLE "/composites", "listRealmRoleComposites", kSeeRealm, kRead, &list_composites},
    {kPost, ROLE "/composites", "addRealmRoleComposites", kChangeRealm, kWrite, &add_composites, "REALM_ROLE"},
    {kDelete, ROLE "/composites", "removeRealmRoleComposites", kChangeRealm, kWrite, &remove_composites, "REALM_ROLE"},
    {kGet, ROLE "/composites/realm", "listRealmRoleRealmComposites", kSeeRealm, kRead, &list_realm_composites},
    {kGet, ROLE "/composites/clients/{compositeClient}", "listRealmRoleClientComposites", kSeeRealm, kRead,
     &list_client_composites},
    {kGet, ROLE "/users", "listRealmRoleUsers", kSeeRealm, kRead, &list_role_users},
    {kGet, ROLE "/groups", "listRealmRoleGroups", kSeeRealm, kRead, &list_role_groups},

    {kGet, CLIENT_ROLES, "listClientRoles", kSeeClients, kRead, &list_roles},
    {kPost, CLIENT_ROLES, "createClientRole", kChangeClients, kWrite, &create_role, "CLIENT_ROLE"},
    {kGet, CLIENT_ROLE, "getClientRole", kSeeClients, kRead, &get_role},
    {kPut, CLIENT_ROLE, "updateClientRole", kChangeClients, kWrite, &update_role, "CLIENT_ROLE"},
    {kDelete, CLIENT_ROLE, "deleteClientRole", kChangeClients, kWrite, &delete_role, "CLIENT_ROLE"},
    {kGet, CLIENT_ROLE "/composites", "listClientRoleComposites", kSeeClients, kRead, &list_composites},
    {kPost, CLIENT_ROLE "/composites", "addClientRoleComposites", kChangeClients, kWrite, &add_composites,
     "CLIENT_ROLE"},
    {kDelete, CLIENT_ROLE "/composites", "removeClientRoleComposites", kChangeClients, kWrite, &remove_composites,
     "CLIENT_ROLE"},
    {kGet, CLIENT_ROLE "/composites/realm", "listClientRoleRealmComposites", kSeeClients, kRead,
     &list_realm_composites},
    {kGet, CLIENT_ROLE "/composites/clients/{compositeClient}", "listClientRoleClientComposites", kSeeClients, kRead,
     &list_client_composites},
    {kGet, CLIENT_ROLE "/users", "listClientRoleUsers", kSeeClients, kRead, &list_role_users},
    {kGet, CLIENT_ROLE "/groups", "listClientRoleGroups", kSeeClients, kRead, &list_role_groups},

    {kGet, BY_ID, "getRoleById", kSeeEither, kRead, &get_role},
    {kPut, BY_ID, "updateRoleById", kChangeEither, kWrite, &update_role, "REALM_ROLE"},
    {kDelete, BY_ID, "deleteRoleById", kChangeEither, kWrite, &delete_role, "REALM_ROLE"},
    {kGet, BY_ID "/composites", "listRoleByIdComposites", kSeeEither, kRead, &list_composites},
    {kPost, BY_ID "/composites", "addRoleByIdComposites", kChangeEither, kWrite, &add_composites, "REALM_ROLE"},
    {kDelete, BY_ID "/composites", "removeRoleByIdComposites", kChangeEither, kWrite, &remove_composites, "REALM_ROLE"},
    {kGet, BY_ID "/composites/realm", "listRoleByIdRealmComposites", kSeeEither, kRead, &list_realm_composites},
    {kGet, BY_ID "/composites/clients/{compositeClient}", "listRoleByIdClientComposites", kSeeEither, kRead,
     &list_client_composites},
};

#undef REALM
#undef ROLES
#undef ROLE
#undef CLIENT_ROLES
#undef CLIENT_ROLE
#undef BY_ID

}  // namespace

std::span<const Operation> role_operations() { return kRows; }

}  // namespace cardea::admin
