// An authorization request after every check of `oidc`, and the code it ends in. Nothing unchecked is ever in here.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/clock.h"
#include "domain/ids.h"

namespace cardea {

enum class ResponseMode { kQuery, kFragment, kFormPost };
enum class ChallengeMethod { kPlain, kS256 };

struct AuthorizationRequest {
  ClientId client;
  std::string client_id;
  std::string redirect_uri;       // registered for the client and sent, or the only registered one
  bool redirect_uri_sent = true;  // RFC 6749 section 4.1.3: then the token request must repeat it
  std::string response_type = "code";
  ResponseMode response_mode = ResponseMode::kQuery;
  std::string scope;                 // as granted, space separated, with "openid" when asked
  std::optional<std::string> state;  // echoed byte for byte when sent, even when empty
  std::string nonce;                 // empty: none
  std::string code_challenge;        // empty: none
  ChallengeMethod challenge_method = ChallengeMethod::kS256;
  bool prompt_login = false;
  bool prompt_none = false;
  std::optional<std::int64_t> max_age;  // seconds
  std::string login_hint;
  std::string ui_locales;
  /// Set when this is no authorization request but a device's code that a person looks at (RFC 8628): the answer is our
  /// own page of it, which `redirect_uri` says, and no code is made.
  std::string device_user_code;
};

/// What a person proved, and when: the only thing that may end in a session or a code.
struct Authentication {
  UserId user;
  std::int64_t auth_time = 0;  // epoch seconds
  std::string acr = "1";       // "1" after an active login, "0" for single sign-on reuse
  bool remember_me = false;
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
  TimePoint expires_at{};
};

}  // namespace cardea
