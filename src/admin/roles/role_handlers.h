// Roles of the realm and of clients, by name and by id, and their composites (keycloak.md section 6.7).
#pragma once

#include "admin/seam/call.h"

namespace cardea::admin {

// Below /roles and /clients/{clientUuid}/roles.
Answer list_roles(Call& call);
Answer create_role(Call& call);

// Of the role of {role} (by name) or {roleId}.
Answer get_role(Call& call);
Answer update_role(Call& call);
Answer delete_role(Call& call);
Answer list_role_users(Call& call);
Answer list_role_groups(Call& call);
Answer list_composites(Call& call);
Answer list_realm_composites(Call& call);
Answer list_client_composites(Call& call);
Answer add_composites(Call& call);
Answer remove_composites(Call& call);

}  // namespace cardea::admin
