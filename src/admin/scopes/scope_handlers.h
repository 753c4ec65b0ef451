// Client scopes, and the lists that new clients begin with (keycloak.md sections 6.3 and 6.9).
#pragma once

#include "admin/seam/call.h"

namespace cardea::admin {

Answer list_scopes(Call& call);
Answer create_scope(Call& call);
Answer get_scope(Call& call);
Answer update_scope(Call& call);
Answer delete_scope(Call& call);

template <bool optional>
Answer list_realm_scopes(Call& call);
template <bool optional>
Answer add_realm_scope(Call& call);
template <bool optional>
Answer remove_realm_scope(Call& call);

}  // namespace cardea::admin
