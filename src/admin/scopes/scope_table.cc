// The rows of client scopes (keycloak.md sections 6.3 and 6.9).
#include "admin/mappers/mapper_handlers.h"
#include "admin/roles/role_mappings.h"
#include "admin/scopes/scope_handlers.h"
#include "admin/seam/operation.h"
#include "admin/seam/permissions.h"

namespace cardea::admin {
namespace {

using enum AdminRole;
using enum web::Method;
using enum Mode;

#define REALM "/admin/realms/{realm}"
#define SCOPES REALM "/client-scopes"
#define SCOPE SCOPES "/{scopeId}"
#define HOLDER SCOPES "/{holderId}"

constexpr Operation kRows[] = {
    {kGet, SCOPES, "listClientScopes", kSeeClients, kRead, &list_scopes},
    {kPost, SCOPES, "createClientScope", kChangeClients, kWrite, &create_scope, "CLIENT_SCOPE"},
    {kGet, SCOPE, "getClientScope", kSeeClients, kRead, &get_scope},
    {kPut, SCOPE, "updateClientScope", kChangeClients, kWrite, &update_scope, "CLIENT_SCOPE"},
    {kDelete, SCOPE, "deleteClientScope", kChangeClients, kWrite, &delete_scope, "CLIENT_SCOPE"},
    // The old name of the same.
    {kGet, REALM "/client-templates", "listClientTemplates", kSeeClients, kRead, &list_scopes},
    {kPost, REALM "/client-templates", "createClientTemplate", kChangeClients, kWrite, &create_scope, "CLIENT_SCOPE"},
    {kGet, REALM "/client-templates/{scopeId}", "getClientTemplate", kSeeClients, kRead, &get_scope},
    {kPut, REALM "/client-templates/{scopeId}", "updateClientTemplate", kChangeClients, kWrite, &update_scope,
     "CLIENT_SCOPE"},
    {kDelete, REALM "/client-templates/{scopeId}", "deleteClientTemplate", kChangeClients, kWrite, &delete_scope,
     "CLIENT_SCOPE"},

    {kGet, REALM "/default-default-client-scopes", "listRealmDefaultScopes", kSeeClients, kRead,
     &list_realm_scopes<false>},
    {kPut, REALM "/default-default-client-scopes/{scopeId}", "addRealmDefaultScope", kChangeClients, kWrite,
     &add_realm_scope<false>, "CLIENT_SCOPE"},
    {kDelete, REALM "/default-default-client-scopes/{scopeId}", "removeRealmDefaultScope", kChangeClients, kWrite,
     &remove_realm_scope<false>, "CLIENT_SCOPE"},
    {kGet, REALM "/default-optional-client-scopes", "listRealmOptionalScopes", kSeeClients, kRead,
     &list_realm_scopes<true>},
    {kPut, REALM "/default-optional-client-scopes/{scopeId}", "addRealmOptionalScope", kChangeClients, kWrite,
     &add_realm_scope<true>, "CLIENT_SCOPE"},
    {kDelete, REALM "/default-optional-client-scopes/{scopeId}", "removeRealmOptionalScope", kChangeClients, kWrite,
     &remove_realm_scope<true>, "CLIENT_SCOPE"},

    CARDEA_MAPPER_ROWS(SCOPE, "ClientScope", scope_mappers),
    CARDEA_MAPPER_ROWS(REALM "/client-templates/{scopeId}", "ClientTemplate", scope_mappers),

    CARDEA_MAPPING_ROWS(HOLDER "/scope-mappings", "ClientScope", "ScopeMappings", "ScopeMappings", "SCOPE_MAPPING",
                        scope_scope_holder, kSeeClients, kChangeClients),
};

#undef REALM
#undef SCOPES
#undef SCOPE
#undef HOLDER

}  // namespace

std::span<const Operation> scope_operations() { return kRows; }

}  // namespace cardea::admin
