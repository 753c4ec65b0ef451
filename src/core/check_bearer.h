// The one place that decides whether a token of ours is good (attack classes 11, 14, 28): signature and claims first,
// as a pure function, then whether the session, user and client behind it still live.
#pragma once

#include <optional>
#include <string_view>

#include "core/settings.h"
#include "jose/jwt.h"

namespace cardea {

enum class BearerError {
  kInvalid,  // not a token of ours, wrong signature, wrong type, wrong issuer
  kExpired,
  kRevoked,  // its jti was revoked, or it was issued before a not-before
  kSessionGone,
  kUserDisabled,
  kClientGone,
};
[[nodiscard]] std::string_view describe(BearerError error);

/// Checks an access token: key by kid from the realm, algorithm from the key, issuer, time, `typ` claim Bearer, and the
/// realm's not-before.
[[nodiscard]] Result<jose::VerifiedJwt, BearerError> verify_access_token(const RealmEntry& realm,
                                                                         std::string_view issuer,
                                                                         std::string_view token, TimePoint now);
/// Checks an ID token used as a hint (logout): the same, `typ` ID, and expiry is not looked at.
[[nodiscard]] Result<jose::VerifiedJwt, BearerError> verify_id_token_hint(const RealmEntry& realm,
                                                                          std::string_view issuer,
                                                                          std::string_view token, TimePoint now);
/// Checks a refresh token: HMAC key of the realm, `typ` Refresh or Offline, issuer as audience. An offline token may
/// have no expiry: what ends it is its session.
[[nodiscard]] Result<jose::VerifiedJwt, BearerError> verify_refresh_token(const RealmEntry& realm,
                                                                          std::string_view issuer,
                                                                          std::string_view token, TimePoint now);

/// True for offline tokens and for access tokens of an offline session (jti "of...:").
[[nodiscard]] bool is_of_offline_session(const jose::VerifiedJwt& token);
/// Where the session of a verified token is kept.
[[nodiscard]] SessionRepo& sessions_of(const Repositories& repositories, const jose::VerifiedJwt& token);

/// What stands behind a verified token.
struct LiveToken {
  std::shared_ptr<const ClientEntry> client;  // the azp
  std::optional<LiveSession> live;            // absent for transient sessions (client_credentials)
  Subject subject;
};

/// Loads it, and refuses when any of it is gone, disabled or revoked. `rows` as the caller has it.
[[nodiscard]] Stored<Result<LiveToken, BearerError>> load_live_token(Rows& rows, const Repositories& repositories,
                                                                     Settings& settings,
                                                                     const std::shared_ptr<const RealmEntry>& realm,
                                                                     const jose::VerifiedJwt& token, TimePoint now);

}  // namespace cardea
