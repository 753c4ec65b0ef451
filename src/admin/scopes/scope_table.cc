// The rows of client scopes (keycloak.md sections 6.3 and 6.9).
#include "admin/mappers/mapper_handlers.h"
#include "admin/roles/role_mappings.h"
#include "admin/scopes/scope_handlers.h"
#include "admin/seam/operation.h"

namespace cardea::admin {
namespace {

using enum AdminRole;
using enum web::Method;
using enum Mode;

constexpr auto kSee = needs({kViewClients, kManageClients});
constexpr auto kChange = needs({kManageClients});

#define REALM "/admin/realms/{realm}"
#define SCOPES REALM "/client-scopes"
#define SCOPE SCOPES "/{scopeId}"
#define HOLDER SCOPES "/{holderId}"

constexpr Operation kRows[] = {
    {kGet, SCOPES, "listClientScopes", kSee, kRead, &list_scopes},
    {kPost, SCOPES, "createClientScope", kChange, kWrite, &create_scope, "CLIENT_SCOPE"},
    {kGet, SCOPE, "getClientScope", kSee, kRead, &get_scope},
    {kPut, SCOPE, "updateClientScope", kChange, kWrite, &update_scope, "CLIENT_SCOPE"},
    {kDelete, SCOPE, "deleteClientScope", kChange, kWrite, &delete_scope, "CLIENT_SCOPE"},
    // The old name of the same.
    {kGet, REALM "/client-templates", "listClientTemplates", kSee, kRead, &list_scopes},
    {kPost, REALM "/client-templates", "createClientTemplate", kChange, kWrite, &create_scope, "CLIENT_SCOPE"},
    {kGet, REALM "/client-templates/{scopeId}", "getClientTemplate", kSee, kRead, &get_scope},
    {kPut, REALM "/client-templates/{scopeId}", "updateClientTemplate", kChange, kWrite, &update_scope, "CLIENT_SCOPE"},
    {kDelete, REALM "/client-templates/{scopeId}", "deleteClientTemplate", kChange, kWrite, &delete_scope,
     "CLIENT_SCOPE"},

    {kGet, REALM "/default-default-client-scopes", "listRealmDefaultScopes", kSee, kRead, &list_realm_scopes<false>},
    {kPut, REALM "/default-default-client-scopes/{scopeId}", "addRealmDefaultScope", kChange, kWrite,
     &add_realm_scope<false>, "CLIENT_SCOPE"},
    {kDelete, REALM "/default-default-client-scopes/{scopeId}", "removeRealmDefaultScope", kChange, kWrite,
     &remove_realm_scope<false>, "CLIENT_SCOPE"},
    {kGet, REALM "/default-optional-client-scopes", "listRealmOptionalScopes", kSee, kRead, &list_realm_scopes<true>},
    {kPut, REALM "/default-optional-client-scopes/{scopeId}", "addRealmOptionalScope", kChange, kWrite,
     &add_realm_scope<true>, "CLIENT_SCOPE"},
    {kDelete, REALM "/default-optional-client-scopes/{scopeId}", "removeRealmOptionalScope", kChange, kWrite,
     &remove_realm_scope<true>, "CLIENT_SCOPE"},

    CARDEA_MAPPER_ROWS(SCOPE, "ClientScope", scope_mappers),

    CARDEA_MAPPING_ROWS(HOLDER "/scope-mappings", "ClientScope", "ScopeMappings", "ScopeMappings", "SCOPE_MAPPING",
                        scope_scope_holder),
};

#undef REALM
#undef SCOPES
#undef SCOPE
#undef HOLDER

}  // namespace

std::span<const Operation> scope_operations() { return kRows; }

}  // namespace cardea::admin
