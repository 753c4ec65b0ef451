// The authorization response: parameters to the client's redirect URI by query, fragment or form (RFC 6749
// section 4.1.2, OAuth 2.0 Multiple Response Types, Form Post Response Mode), plain or as one signed JWT, encrypted
// where the client wants it (JARM). Every one of them says `iss` (RFC 9207).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "core/settings.h"
#include "domain/authorization.h"
#include "oidc/error.h"
#include "oidc/oidc.h"

namespace cardea::oidc {

/// Where an answer goes; only ever made from a redirect URI that was checked.
struct AnswerTarget {
  std::string redirect_uri;
  ResponseMode mode = ResponseMode::kQuery;
  std::optional<std::string> state;
  std::string kc_action = {};  // what the client asked the person to do, and what came of it; empty: nothing
  std::string kc_action_status = {};
};

/// Who answers, and whom.
struct Answerer {
  const Dependencies& dependencies;
  const web::Request& http;
  const RealmEntry& realm;
  const Client& client;
  std::string_view issuer;
  TimePoint now;
};

/// What a granted request is answered with, besides state, session and issuer; empty texts are left out.
struct AnswerContent {
  std::string code;
  std::string id_token;
  std::string access_token;
  std::string_view token_type = "Bearer";
  std::int64_t expires_in = 0;
};

/// Where the answer to a checked request goes.
[[nodiscard]] AnswerTarget target_of(const AuthorizationRequest& request);

/// JARM section 4: the key for `authorization.signed.response.alg`, or the realm's own. Null: the realm has none.
[[nodiscard]] const jose::SigningKey* answer_key(const RealmEntry& realm, const Client& client);

/// error, error_description, state, iss: in Keycloak's order (keycloak.md section 1.5).
[[nodiscard]] web::Response send_error(const Answerer& answerer, const AnswerTarget& target, const OAuthError& error);
/// The same with a code that is not born here: login's and the broker's.
[[nodiscard]] web::Response send_error(const Answerer& answerer, const AnswerTarget& target, std::string_view error,
                                       std::string_view description);
/// state, session_state, iss, kc_action and kc_action_status where there is one, code, id_token, access_token,
/// token_type, expires_in.
[[nodiscard]] web::Response send_granted(const Answerer& answerer, const AnswerTarget& target, AnswerContent content,
                                         std::string_view session_id);

}  // namespace cardea::oidc
