// Tokens that nobody but their provider can read: it is asked what they say (RFC 7662), and the provider's rules judge
// the answer as they judge the claims of a signed token. Internal to the gate's question "whose token is this".
#pragma once

#include <string_view>

#include "gate/token/check_token.h"

namespace cardea::gate {

/// Has not the three parts of a signed JWT in compact form, so that it cannot be checked here.
[[nodiscard]] bool is_opaque(std::string_view token);

/// `claims`: what the provider said of a token that is active. It must say that it is a bearer token: a refresh token
/// is active as well (RFC 7662 section 2.2), and one that is bound to a key needs a proof that nobody asks for here.
[[nodiscard]] Result<Caller, RefusedToken> check_introspected(const TokenProvider& provider, json::object claims,
                                                              TimePoint now);

}  // namespace cardea::gate
