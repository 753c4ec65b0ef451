// The hosts on which a client stands (keycloak.md section 6.8): kept with the client, for its administrators.
#pragma once

#include "admin/seam/call.h"

namespace cardea::admin {

inline constexpr std::size_t kNodesMax = 50;  // of one client

/// `{"node": host}`: the client stands there, too.
Answer add_client_node(Call& call);
Answer remove_client_node(Call& call);

}  // namespace cardea::admin
