// The authorization response: parameters to the client's redirect URI by query, fragment or form (RFC 6749
// section 4.1.2, OAuth 2.0 Multiple Response Types, Form Post Response Mode). Every one of them says `iss` (RFC 9207).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "domain/authorization.h"
#include "domain/client.h"
#include "domain/realm.h"
#include "oidc/error.h"
#include "web/page.h"

namespace cardea::oidc {

/// Where an answer goes; only ever made from a redirect URI that was checked.
struct AnswerTarget {
  std::string redirect_uri;
  ResponseMode mode = ResponseMode::kQuery;
  std::optional<std::string> state;
  std::string realm_display_name;  // for the page that posts the form
};

/// Where the answer to a checked request goes.
[[nodiscard]] AnswerTarget target_of(const AuthorizationRequest& request, const Realm& realm);
/// The realm's display name, or its name when it has none.
[[nodiscard]] const std::string& display_name(const Realm& realm);

/// Parameters in order.
using AnswerParameters = std::vector<std::pair<std::string_view, std::string>>;

[[nodiscard]] web::Response send_answer(const web::Pages& pages, const AnswerTarget& target,
                                        const AnswerParameters& parameters);

/// error, error_description, state, iss: in Keycloak's order (keycloak.md section 1.5).
[[nodiscard]] web::Response send_error(const web::Pages& pages, const AnswerTarget& target, const Client& client,
                                       const OAuthError& error, std::string_view issuer);
/// state, session_state, iss, code.
[[nodiscard]] web::Response send_code(const web::Pages& pages, const AnswerTarget& target, const Client& client,
                                      std::string code, std::string_view session_id, std::string_view issuer);

}  // namespace cardea::oidc
