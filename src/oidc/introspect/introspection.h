// POST P/token/introspect (RFC 7662; keycloak.md section 1.11): is this token good, asked by a client that proved who
// it is. Whatever is wrong with the token, the answer is {"active":false} and nothing more.
#pragma once

#include <string>

#include "core/settings.h"
#include "jose/jwt.h"
#include "oidc/oidc.h"
#include "web/outcome.h"

namespace cardea::oidc {

[[nodiscard]] web::Outcome introspection_endpoint(const Dependencies& dependencies, const web::Request& request);

/// The answer for a good token: its claims, then what mappers add for introspection (`members`: JSON members without
/// braces; names the token has already are left out), then client_id, username, token_type and active.
[[nodiscard]] std::string active_answer(const jose::VerifiedJwt& token, std::string_view members,
                                        std::string_view username, std::string_view subject);

}  // namespace cardea::oidc
