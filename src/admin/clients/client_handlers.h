// Clients (keycloak.md section 6.8).
#pragma once

#include "admin/seam/call.h"

namespace cardea::admin {

Answer list_clients(Call& call);
Answer create_client(Call& call);
Answer convert_client_description(Call& call);
Answer get_client(Call& call);
Answer update_client(Call& call);
Answer delete_client(Call& call);

Answer get_client_secret(Call& call);
Answer regenerate_client_secret(Call& call);
Answer get_rotated_secret(Call& call);
Answer delete_rotated_secret(Call& call);
Answer get_service_account_user(Call& call);
Answer get_installation(Call& call);

/// Scopes of a client; `optional`: the other list.
template <bool optional>
Answer list_scopes_of_client(Call& call);
template <bool optional>
Answer add_scope_to_client(Call& call);
template <bool optional>
Answer remove_scope_from_client(Call& call);

template <bool offline>
Answer list_sessions_of_client(Call& call);
template <bool offline>
Answer count_sessions_of_client(Call& call);

// What a token of this client would look like.
Answer evaluate_mappers(Call& call);
enum class Example { kAccessToken, kIdToken, kUserinfo };
template <Example example>
Answer generate_example(Call& call);
template <bool granted>
Answer evaluate_scope_mappings(Call& call);

}  // namespace cardea::admin
