// What Keycloak has and this server has not (UMA authorization, workflows, user federation, verifiable credentials,
// fine-grained permissions, the experimental second version of the API, SAML): the same rights as there, then 501.
// Nothing is written, so no row takes the store's one writer.
#include "admin/seam/operation.h"
#include "admin/seam/permissions.h"
#include "admin/settings/setting_handlers.h"

namespace cardea::admin {
namespace {

using enum AdminRole;
using enum web::Method;
using enum Mode;

constexpr auto kSeeAuthorization = needs({kViewClients, kManageClients, kViewAuthorization, kManageAuthorization});
constexpr auto kChangeAuthorization = needs({kManageClients, kManageAuthorization});

#define REALM "/admin/realms/{realm}"
#define CLIENT REALM "/clients/{clientUuid}"
#define AUTHORIZATION CLIENT "/authz/resource-server"
#define CREDENTIALS REALM "/users/{userId}/vc"
#define WORKFLOWS REALM "/workflows"
#define STORAGE REALM "/user-storage"
#define SECOND "/admin/api/{realm}/clients/v2"

/// GET and PUT of `.../management/permissions`.
#define CARDEA_PERMISSION_ROWS(AT, WHO, SEE, CHANGE)                                               \
  {kGet, AT "/management/permissions", "get" WHO "Permissions", SEE, kRead, &refuse_feature}, {    \
    kPut, AT "/management/permissions", "update" WHO "Permissions", CHANGE, kRead, &refuse_feature \
  }
/// All four methods of a path.
#define CARDEA_NOT_OFFERED_ROWS(AT, WHO, SEE, CHANGE)                                                          \
  {kGet, AT, "get" WHO, SEE, kRead, &refuse_feature}, {kPost, AT, "post" WHO, CHANGE, kRead, &refuse_feature}, \
      {kPut, AT, "put" WHO, CHANGE, kRead, &refuse_feature}, {                                                 \
    kDelete, AT, "delete" WHO, CHANGE, kRead, &refuse_feature                                                  \
  }

constexpr Operation kRows[] = {
    {kGet, REALM "/users-management-permissions", "getUsersPermissions", kSeeRealm, kRead, &refuse_feature},
    {kPut, REALM "/users-management-permissions", "updateUsersPermissions", kChangeRealm, kRead, &refuse_feature},
    CARDEA_PERMISSION_ROWS(CLIENT, "Client", kSeeClients, kChangeClients),
    CARDEA_PERMISSION_ROWS(REALM "/roles-by-id/{roleId}", "RoleById", kSeeRealm, kChangeRealm),
    CARDEA_PERMISSION_ROWS(REALM "/roles/{role}", "RealmRole", kSeeRealm, kChangeRealm),
    CARDEA_PERMISSION_ROWS(CLIENT "/roles/{role}", "ClientRole", kSeeClients, kChangeClients),
    CARDEA_PERMISSION_ROWS(REALM "/groups/{groupId}", "Group", kSeeUsers, kChangeUsers),
    CARDEA_PERMISSION_ROWS(REALM "/identity-provider/instances/{alias}", "IdentityProvider", kSeeIdentityProviders,
                           kChangeIdentityProviders),

    CARDEA_NOT_OFFERED_ROWS(AUTHORIZATION, "ResourceServer", kSeeAuthorization, kChangeAuthorization),
    CARDEA_NOT_OFFERED_ROWS(AUTHORIZATION "/{kind}", "Authorization", kSeeAuthorization, kChangeAuthorization),
    CARDEA_NOT_OFFERED_ROWS(AUTHORIZATION "/{kind}/{p1}", "Authorization1", kSeeAuthorization, kChangeAuthorization),
    CARDEA_NOT_OFFERED_ROWS(AUTHORIZATION "/{kind}/{p1}/{p2}", "Authorization2", kSeeAuthorization,
                            kChangeAuthorization),

    CARDEA_NOT_OFFERED_ROWS(CREDENTIALS "/{kind}", "VerifiableCredentials", kSeeUsers, kChangeUsers),
    CARDEA_NOT_OFFERED_ROWS(CREDENTIALS "/{kind}/{p1}", "VerifiableCredential", kSeeUsers, kChangeUsers),

    CARDEA_NOT_OFFERED_ROWS(WORKFLOWS, "Workflows", kSeeRealm, kChangeRealm),
    CARDEA_NOT_OFFERED_ROWS(WORKFLOWS "/{p1}", "Workflow", kSeeRealm, kChangeRealm),
    CARDEA_NOT_OFFERED_ROWS(WORKFLOWS "/{p1}/{p2}", "WorkflowPart", kSeeRealm, kChangeRealm),

    {kGet, STORAGE "/{p1}/name", "getUserStorageName", kSeeRealm, kRead, &refuse_feature},
    {kPost, STORAGE "/{p1}/{action}", "runUserStorage", kChangeRealm, kRead, &refuse_feature},
    {kPost, STORAGE "/{p1}/mappers/{p2}/sync", "syncUserStorageMapper", kChangeRealm, kRead, &refuse_feature},
    {kPost, REALM "/testLDAPConnection", "testLdap", kChangeRealm, kRead, &refuse_feature},
    {kPost, REALM "/ldap-server-capabilities", "getLdapCapabilities", kChangeRealm, kRead, &refuse_feature},

    {kGet, CLIENT "/evaluate-scopes/generate-example-saml-response", "generateExampleSaml", kSeeClients, kRead,
     &refuse_feature},
    CARDEA_NOT_OFFERED_ROWS(SECOND, "ClientsV2", kSeeClients, kChangeClients),
    CARDEA_NOT_OFFERED_ROWS(SECOND "/{clientId}", "ClientV2", kSeeClients, kChangeClients),
};

#undef CARDEA_PERMISSION_ROWS
#undef CARDEA_NOT_OFFERED_ROWS
#undef REALM
#undef CLIENT
#undef AUTHORIZATION
#undef CREDENTIALS
#undef WORKFLOWS
#undef STORAGE
#undef SECOND

}  // namespace

std::span<const Operation> not_offered_operations() { return kRows; }

}  // namespace cardea::admin
