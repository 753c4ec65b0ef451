// Every grant type that the token endpoint knows, in the order discovery lists them. A new grant adds one line.
#pragma once

#include <span>
#include <string_view>

#include "oidc/token/token_request.h"

namespace cardea::oidc {

[[nodiscard]] std::span<const Grant> all_grants();
[[nodiscard]] const Grant* find_grant(std::string_view grant_type);

// First steps, each in the file of its name.
[[nodiscard]] web::Outcome authorization_code_grant(TokenRequestPtr request);  // RFC 6749 section 4.1.3
[[nodiscard]] web::Outcome ciba_grant(TokenRequestPtr request);                // OpenID CIBA Core section 10.1
[[nodiscard]] web::Outcome client_credentials_grant(TokenRequestPtr request);  // RFC 6749 section 4.4
[[nodiscard]] web::Outcome device_code_grant(TokenRequestPtr request);         // RFC 8628 section 3.4
[[nodiscard]] web::Outcome jwt_bearer_grant(TokenRequestPtr request);          // RFC 7523 section 2.1
[[nodiscard]] web::Outcome password_grant(TokenRequestPtr request);            // RFC 6749 section 4.3
[[nodiscard]] web::Outcome refresh_token_grant(TokenRequestPtr request);       // RFC 6749 section 6
[[nodiscard]] web::Outcome token_exchange_grant(TokenRequestPtr request);      // RFC 8693

}  // namespace cardea::oidc
