// What the admin console asks for beside the resources: who is signed in, and the "ui-ext" helpers (keycloak.md section
// 6.15).
#pragma once

#include "admin/seam/call.h"

namespace cardea::admin {

/// For tokens of the console's own client alone.
Answer get_whoami(Call& call);

Answer get_ui_info(Call& call);
Answer save_realm_with_profile(Call& call);
Answer list_realm_names(Call& call);
Answer list_users_with_brute_force(Call& call);
Answer list_available_roles(Call& call);
Answer list_effective_roles(Call& call);
Answer list_all_effective_roles(Call& call);
/// What a role is composed of, in the shape of a user's role mappings.
Answer get_composites_as_mappings(Call& call);
/// Takes roles away from whatever has them: `[{"roleId": ...}]`.
Answer remove_role_mappings(Call& call);
Answer list_realm_sessions(Call& call);
Answer list_client_sessions(Call& call);
Answer list_event_listeners(Call& call);

}  // namespace cardea::admin
