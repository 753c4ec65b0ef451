// What clients are told at their admin URL, as Keycloak's adapters expect it (keycloak.md section 6.8): that tokens
// from before a time are good no more, and whether somebody is there. A client may stand on several hosts, its nodes.
#pragma once

#include "admin/seam/call.h"

namespace cardea::admin {

inline constexpr std::size_t kClientsToldMax = 200;  // by one call: others hear of it when they ask about a token

/// Tells one client, or every client of the realm that has an admin URL. Both answer with the addresses that took it
/// and those that did not.
Answer push_client_revocation(Call& call);
Answer push_revocation(Call& call);
/// Asks each node whether it is there.
Answer test_client_nodes(Call& call);

/// `{"node": host}`: the client stands there, too.
Answer add_client_node(Call& call);
Answer remove_client_node(Call& call);

}  // namespace cardea::admin
