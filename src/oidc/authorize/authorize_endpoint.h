// P/auth (RFC 6749 section 4.1.1; OpenID Connect Core section 3.1.2; keycloak.md section 1.5): check the request, see
// who the browser is, and either answer, or hand over to login.
#pragma once

#include "domain/authorization.h"
#include "oidc/oidc.h"
#include "web/outcome.h"

namespace cardea::oidc {

/// GET reads the query, POST only the body. At P/registrations it begins with the form that makes an account.
[[nodiscard]] web::Outcome authorize_endpoint(const Dependencies& dependencies, const web::Request& request);

/// Ends an interaction that `login` brought to proof: the session (new, or confirmed for the same user), the code, the
/// cookies, the answer. The session a browser had as somebody else ends (attack class 4).
[[nodiscard]] web::Outcome complete_interaction(const Dependencies& dependencies, const web::Request& request,
                                                std::shared_ptr<const RealmEntry> realm,
                                                const AuthorizationRequest& authorization,
                                                const Authentication& proven);

/// Sends an error to the client of a request whose redirect URI was checked; for `login`.
[[nodiscard]] web::Response answer_with_error(const Dependencies& dependencies, const web::Request& request,
                                              const RealmEntry& realm, const Client& client,
                                              const AuthorizationRequest& authorization, std::string_view error,
                                              std::string_view description);
/// Ends one that the person left: access_denied to the client, when it and the redirect URI still hold.
[[nodiscard]] web::Outcome deny_interaction(const Dependencies& dependencies, const web::Request& request,
                                            std::shared_ptr<const RealmEntry> realm,
                                            const AuthorizationRequest& authorization);

}  // namespace cardea::oidc
