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
using enum MappingView;

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

    {kGet, SCOPE "/protocol-mappers/models", "listClientScopeMappers", kSee, kRead,
     &mappers_of<&scope_mappers, &list_mappers>},
    {kPost, SCOPE "/protocol-mappers/models", "createClientScopeMapper", kChange, kWrite,
     &mappers_of<&scope_mappers, &create_mapper>, "PROTOCOL_MAPPER"},
    {kPost, SCOPE "/protocol-mappers/add-models", "createClientScopeMappers", kChange, kWrite,
     &mappers_of<&scope_mappers, &create_mappers>, "PROTOCOL_MAPPER"},
    {kGet, SCOPE "/protocol-mappers/protocol/{protocol}", "listClientScopeMappersOfProtocol", kSee, kRead,
     &mappers_of<&scope_mappers, &list_mappers_of_protocol>},
    {kGet, SCOPE "/protocol-mappers/models/{mapperId}", "getClientScopeMapper", kSee, kRead,
     &mappers_of<&scope_mappers, &get_mapper>},
    {kPut, SCOPE "/protocol-mappers/models/{mapperId}", "updateClientScopeMapper", kChange, kWrite,
     &mappers_of<&scope_mappers, &update_mapper>, "PROTOCOL_MAPPER"},
    {kDelete, SCOPE "/protocol-mappers/models/{mapperId}", "deleteClientScopeMapper", kChange, kWrite,
     &mappers_of<&scope_mappers, &delete_mapper>, "PROTOCOL_MAPPER"},

    {kGet, HOLDER "/scope-mappings", "getClientScopeScopeMappings", kSee, kRead, &get_mappings_of<&scope_scope_holder>},
    {kGet, HOLDER "/scope-mappings/realm", "listClientScopeRealmScopeMappings", kSee, kRead,
     &list_mappings_of<&scope_scope_holder, kDirect>},
    {kGet, HOLDER "/scope-mappings/realm/available", "listAvailableClientScopeRealmScopeMappings", kSee, kRead,
     &list_mappings_of<&scope_scope_holder, kAvailable>},
    {kGet, HOLDER "/scope-mappings/realm/composite", "listEffectiveClientScopeRealmScopeMappings", kSee, kRead,
     &list_mappings_of<&scope_scope_holder, kComposite>},
    {kPost, HOLDER "/scope-mappings/realm", "addClientScopeRealmScopeMappings", kChange, kWrite,
     &add_mappings_of<&scope_scope_holder>, "REALM_SCOPE_MAPPING"},
    {kDelete, HOLDER "/scope-mappings/realm", "removeClientScopeRealmScopeMappings", kChange, kWrite,
     &remove_mappings_of<&scope_scope_holder>, "REALM_SCOPE_MAPPING"},
    {kGet, HOLDER "/scope-mappings/clients/{clientUuid}", "listClientScopeClientScopeMappings", kSee, kRead,
     &list_mappings_of<&scope_scope_holder, kDirect>},
    {kGet, HOLDER "/scope-mappings/clients/{clientUuid}/available", "listAvailableClientScopeClientScopeMappings", kSee,
     kRead, &list_mappings_of<&scope_scope_holder, kAvailable>},
    {kGet, HOLDER "/scope-mappings/clients/{clientUuid}/composite", "listEffectiveClientScopeClientScopeMappings", kSee,
     kRead, &list_mappings_of<&scope_scope_holder, kComposite>},
    {kPost, HOLDER "/scope-mappings/clients/{clientUuid}", "addClientScopeClientScopeMappings", kChange, kWrite,
     &add_mappings_of<&scope_scope_holder>, "CLIENT_SCOPE_MAPPING"},
    {kDelete, HOLDER "/scope-mappings/clients/{clientUuid}", "removeClientScopeClientScopeMappings", kChange, kWrite,
     &remove_mappings_of<&scope_scope_holder>, "CLIENT_SCOPE_MAPPING"},
};

#undef REALM
#undef SCOPES
#undef SCOPE
#undef HOLDER

}  // namespace

std::span<const Operation> scope_operations() { return kRows; }

}  // namespace cardea::admin
