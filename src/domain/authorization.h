// An authorization request after every check of `oidc`, and the code it ends in. Nothing unchecked is ever in here.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "domain/ids.h"

namespace cardea {

/// The last three: one parameter `response`, a signed JWT of what the others would carry (JARM).
enum class ResponseMode { kQuery, kFragment, kFormPost, kQueryJwt, kFragmentJwt, kFormPostJwt };
enum class ChallengeMethod { kPlain, kS256 };

struct AuthorizationRequest {
  ClientId client;
  std::string client_id;
  std::string redirect_uri;            // registered for the client and sent, or the only registered one
  bool redirect_uri_sent = true;       // RFC 6749 section 4.1.3: then the token request must repeat it
  std::string response_type = "code";  // its words in the order code, id_token, token; or "none"
  ResponseMode response_mode = ResponseMode::kQuery;
  std::string scope;                 // as granted, space separated, with "openid" when asked
  std::optional<std::string> state;  // echoed byte for byte when sent, even when empty
  std::string nonce;                 // empty: none
  std::string code_challenge;        // empty: none
  ChallengeMethod challenge_method = ChallengeMethod::kS256;
  bool prompt_login = false;
  bool prompt_none = false;
  bool prompt_consent = false;
  bool prompt_create = false;           // begins with the form that makes an account
  std::optional<std::int64_t> max_age;  // seconds
  std::string login_hint;
  std::string ui_locales;
  std::string resources;         // RFC 8707, space separated; empty: none
  std::string claims;            // the claims parameter (OpenID Connect Core section 5.5) as checked JSON; empty: none
  std::string acr_values;        // what was asked for and is known here, space separated, by preference
  bool acr_essential = false;    // one of them must be reached
  std::string dpop_jkt;          // thumbprint of the key that must redeem the code (RFC 9449 section 10); empty: any
  std::string kc_action;         // a required action the client asks for, "ALIAS" or "ALIAS:argument"; empty: none
  std::string kc_action_status;  // what became of it: "success", "cancelled", "error"; empty: nothing yet
  std::string idp_hint;          // the provider to go to at once (kc_idp_hint), an alias; empty: none
  std::string link_handle;  // of what an upstream provider proved, linked to the account that signs in; empty: nothing
  std::string link_provider;  // the alias of that one
  std::string pushed_hash;    // of the pushed request this came from (RFC 9126), used up with the answer; empty: none
  /// Set when this is no authorization request but a device's code that a person looks at (RFC 8628): the answer is our
  /// own page of it, which `redirect_uri` says, and no code is made.
  std::string device_user_code;

  [[nodiscard]] bool asks_for(std::string_view word) const;  // in the response type
};

/// One way in which somebody was authenticated (RFC 8176), for the claim `amr`.
struct AuthenticationMethod {
  std::string reference;       // as the realm calls it, for example "otp"
  std::int64_t max_age = 0;    // seconds after auth_time for which it may still be named; 0: none
  std::int64_t auth_time = 0;  // epoch seconds
  friend bool operator==(const AuthenticationMethod&, const AuthenticationMethod&) = default;
};

/// That another provider vouched for them, for as long as what it is worth here depends on that provider.
struct UpstreamProof {
  std::string provider = {};                   // alias
  std::string issuer = {};                     // as it says itself; of plain OAuth 2.0 the address of userinfo
  std::string subject = {};                    // its `sub`
  std::string sid = {};                        // of the session there (OpenID Connect Back-Channel Logout section 2.1)
  std::string username = {};                   // there
  std::optional<std::int64_t> auth_time = {};  // epoch seconds, when it says so
  /// Of ours, as the provider's record translates what it says of how they signed in, at `auth_time`; absent: none.
  std::optional<int> level = {};
  std::vector<std::string> methods = {};          // the same for the claim `amr`
  std::map<std::string, std::string> notes = {};  // of the session, by the provider's mappers (keycloak.md section 5.7)
  friend bool operator==(const UpstreamProof&, const UpstreamProof&) = default;
};

/// What a person proved, and when: the only thing that may end in a session or a code.
struct Authentication {
  UserId user;
  std::int64_t auth_time = 0;  // epoch seconds
  std::string acr = "1";       // "1" after an active login, "0" for single sign-on reuse
  bool remember_me = false;
  std::vector<int> levels = {};  // of authentication that this login reached (core/level_of_assurance.h)
  /// The proof, or a part of it, is this live session: when it ends before the answer, so does the run (attack class
  /// 28).
  std::optional<SessionId> session = {};
  /// What the user's password was when this was proven (core/proof_holds.h): another one since refuses the run.
  /// Absent: not looked at.
  std::optional<std::int64_t> credential_stamp = {};
  std::vector<AuthenticationMethod> methods = {};
  std::optional<UpstreamProof> upstream = {};
  bool has_second_factor = false;  // more than a password was proven in this login (core/second_factor.h)
};

/// A code waiting to be redeemed once (RFC 6749 section 4.1.2). Only its hash is stored.
struct AuthorizationCode {
  std::string hash;  // base64url SHA-256 of the code
  RealmId realm;
  ClientId client;
  SessionId session;
  UserId user;
  std::string redirect_uri;
  bool redirect_uri_sent = true;
  std::string scope;
  std::string nonce;
  std::string code_challenge;
  ChallengeMethod challenge_method = ChallengeMethod::kS256;
  std::string acr;
  std::string resources;  // these three as in the request
  std::string claims;
  std::string dpop_jkt;
  TimePoint expires_at{};
};

/// The answer itself carries tokens: the implicit and hybrid flows (OpenID Connect Core section 3).
[[nodiscard]] inline bool wants_tokens(const AuthorizationRequest& request) {
  return request.asks_for("token") || request.asks_for("id_token");
}

inline bool AuthorizationRequest::asks_for(std::string_view word) const {
  const std::string_view type = response_type;
  for (std::size_t at = 0; at < type.size();) {
    const auto end = std::min(type.find(' ', at), type.size());
    if (type.substr(at, end - at) == word) return true;
    at = end + 1;
  }
  return false;
}

}  // namespace cardea
