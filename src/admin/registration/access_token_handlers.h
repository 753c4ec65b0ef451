// Tokens of client registration (keycloak.md sections 1.15, 6.3 and 6.8): initial access tokens, with which clients
// that are not there yet make themselves, and the token with which one client reads and changes itself.
#pragma once

#include "admin/seam/call.h"

namespace cardea::admin {

Answer list_initial_access(Call& call);
Answer create_initial_access(Call& call);
Answer delete_initial_access(Call& call);
Answer renew_registration_token(Call& call);

}  // namespace cardea::admin
