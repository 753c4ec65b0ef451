// The rows of tokens of client registration.
#include "admin/registration/access_token_handlers.h"
#include "admin/seam/operation.h"

namespace cardea::admin {
namespace {

using enum AdminRole;
using enum web::Method;
using enum Mode;

#define REALM "/admin/realms/{realm}"

constexpr Operation kRows[] = {
    {kGet, REALM "/clients-initial-access", "listInitialAccess", needs({kViewClients, kManageClients}), kRead,
     &list_initial_access},
    {kPost, REALM "/clients-initial-access", "createInitialAccess", needs({kManageClients, kCreateClient}), kWrite,
     &create_initial_access, "CLIENT_INITIAL_ACCESS_MODEL"},
    {kDelete, REALM "/clients-initial-access/{tokenId}", "deleteInitialAccess", needs({kManageClients}), kWrite,
     &delete_initial_access, "CLIENT_INITIAL_ACCESS_MODEL"},
    {kPost, REALM "/clients/{clientUuid}/registration-access-token", "renewRegistrationToken", needs({kManageClients}),
     kWrite, &renew_registration_token, "CLIENT", "ACTION"},
};

#undef REALM

}  // namespace

std::span<const Operation> access_token_operations() { return kRows; }

}  // namespace cardea::admin
