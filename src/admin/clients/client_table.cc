// The rows of clients (keycloak.md section 6.8).
#include "admin/clients/client_handlers.h"
#include "admin/clients/client_nodes.h"
#include "admin/mappers/mapper_handlers.h"
#include "admin/roles/role_mappings.h"
#include "admin/seam/operation.h"
#include "admin/seam/permissions.h"

namespace cardea::admin {
namespace {

using enum AdminRole;
using enum web::Method;
using enum Mode;

constexpr auto kList = needs({kViewClients, kManageClients, kQueryClients});

#define CLIENTS "/admin/realms/{realm}/clients"
#define CLIENT CLIENTS "/{clientUuid}"
#define HOLDER CLIENTS "/{holderId}"
#define EVALUATE CLIENT "/evaluate-scopes"

constexpr Operation kRows[] = {
    {kGet, CLIENTS, "listClients", kList, kRead, &list_clients},
    {kPost, CLIENTS, "createClient", needs({kManageClients, kCreateClient}), kWrite, &create_client, "CLIENT"},
    {kPost, "/admin/realms/{realm}/client-description-converter", "convertClientDescription",
     needs({kManageClients, kCreateClient}), kRead, &convert_client_description},
    {kGet, CLIENT, "getClient", kSeeClients, kRead, &get_client},
    {kPut, CLIENT, "updateClient", kChangeClients, kWrite, &update_client, "CLIENT"},
    {kDelete, CLIENT, "deleteClient", kChangeClients, kWrite, &delete_client, "CLIENT"},
    {kGet, CLIENT "/client-secret", "getClientSecret", kSeeClients, kRead, &get_client_secret},
    {kPost, CLIENT "/client-secret", "regenerateClientSecret", kChangeClients, kWrite, &regenerate_client_secret,
     "CLIENT", "ACTION"},
    {kGet, CLIENT "/client-secret/rotated", "getRotatedSecret", kSeeClients, kRead, &get_rotated_secret},
    {kDelete, CLIENT "/client-secret/rotated", "deleteRotatedSecret", kChangeClients, kWrite, &delete_rotated_secret,
     "CLIENT"},
    {kGet, CLIENT "/service-account-user", "getServiceAccountUser", kSeeClients, kRead, &get_service_account_user},
    {kGet, CLIENT "/installation/providers/{providerId}", "getInstallation", kSeeClients, kRead, &get_installation},
    {kPost, CLIENT "/push-revocation", "pushClientRevocation", kChangeClients, kLong, &push_client_revocation, "CLIENT",
     "ACTION"},
    {kGet, CLIENT "/test-nodes-available", "testClientNodes", kChangeClients, kLong, &test_client_nodes},
    {kPost, CLIENT "/nodes", "addClientNode", kChangeClients, kWrite, &add_client_node, "CLUSTER_NODE"},
    {kDelete, CLIENT "/nodes/{node}", "deleteClientNode", kChangeClients, kWrite, &remove_client_node, "CLUSTER_NODE"},

    {kGet, CLIENT "/default-client-scopes", "listClientDefaultScopes", kSeeClients, kRead,
     &list_scopes_of_client<false>},
    {kPut, CLIENT "/default-client-scopes/{scopeId}", "addClientDefaultScope", kChangeClients, kWrite,
     &add_scope_to_client<false>, "CLIENT"},
    {kDelete, CLIENT "/default-client-scopes/{scopeId}", "removeClientDefaultScope", kChangeClients, kWrite,
     &remove_scope_from_client<false>, "CLIENT"},
    {kGet, CLIENT "/optional-client-scopes", "listClientOptionalScopes", kSeeClients, kRead,
     &list_scopes_of_client<true>},
    {kPut, CLIENT "/optional-client-scopes/{scopeId}", "addClientOptionalScope", kChangeClients, kWrite,
     &add_scope_to_client<true>, "CLIENT"},
    {kDelete, CLIENT "/optional-client-scopes/{scopeId}", "removeClientOptionalScope", kChangeClients, kWrite,
     &remove_scope_from_client<true>, "CLIENT"},

    {kGet, CLIENT "/user-sessions", "listClientSessions", kSeeClients, kRead, &list_sessions_of_client<false>},
    {kGet, CLIENT "/offline-sessions", "listClientOfflineSessions", kSeeClients, kRead, &list_sessions_of_client<true>},
    {kGet, CLIENT "/session-count", "countClientSessions", kSeeClients, kRead, &count_sessions_of_client<false>},
    {kGet, CLIENT "/offline-session-count", "countClientOfflineSessions", kSeeClients, kRead,
     &count_sessions_of_client<true>},

    {kGet, EVALUATE "/protocol-mappers", "evaluateMappers", kSeeClients, kRead, &evaluate_mappers},
    {kGet, EVALUATE "/scope-mappings/{roleContainerId}/granted", "evaluateGrantedRoles", kSeeClients, kRead,
     &evaluate_scope_mappings<true>},
    {kGet, EVALUATE "/scope-mappings/{roleContainerId}/not-granted", "evaluateNotGrantedRoles", kSeeClients, kRead,
     &evaluate_scope_mappings<false>},
    {kGet, EVALUATE "/generate-example-access-token", "generateExampleAccessToken", kSeeClients, kRead,
     &generate_example<Example::kAccessToken>},
    {kGet, EVALUATE "/generate-example-id-token", "generateExampleIdToken", kSeeClients, kRead,
     &generate_example<Example::kIdToken>},
    {kGet, EVALUATE "/generate-example-userinfo", "generateExampleUserinfo", kSeeClients, kRead,
     &generate_example<Example::kUserinfo>},

    CARDEA_MAPPER_ROWS(CLIENT, "Client", client_mappers),

    CARDEA_MAPPING_ROWS(HOLDER "/scope-mappings", "Client", "ScopeMappings", "ScopeMappings", "SCOPE_MAPPING",
                        client_scope_holder, kSeeClients, kChangeClients),
};

#undef CLIENTS
#undef CLIENT
#undef HOLDER
#undef EVALUATE

}  // namespace

std::span<const Operation> client_operations() { return kRows; }

}  // namespace cardea::admin
