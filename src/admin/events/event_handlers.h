// Kept events of a realm (keycloak.md section 6.3): what people and clients did, and what administrators changed.
#pragma once

#include "admin/seam/call.h"

namespace cardea::admin {

Answer list_user_events(Call& call);
Answer clear_user_events(Call& call);
Answer list_admin_events(Call& call);
Answer clear_admin_events(Call& call);

}  // namespace cardea::admin
