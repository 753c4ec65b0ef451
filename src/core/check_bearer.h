// The one place that decides whether a token of ours is good (attack classes 11, 14, 28): signature and claims first,
// as a pure function, then whether the session, user and client behind it still live.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/settings.h"
#include "jose/jwt.h"

namespace cardea {

enum class BearerError {
  kInvalid,  // not a token of ours, wrong signature, wrong type, wrong issuer
  kExpired,
  kNotPossessed,  // bound to something the sender has not proven to hold
  kRevoked,       // its jti was revoked, or it was issued before a not-before
  kSessionGone,
  kUserDisabled,
  kClientGone,
};
[[nodiscard]] std::string_view describe(BearerError error);

/// What the sender of a token has proven to hold besides it. A token that is bound (RFC 7800, `cnf`) is good only with
/// the right one; without, it is refused like a forged one (RFC 9449 section 7.2, RFC 8705 section 3).
struct Possession {
  std::string_view key_thumbprint{};          // of the key of a DPoP proof that was checked for this token
  std::string_view certificate_thumbprint{};  // of the certificate of the connection
  bool is_waived = false;  // whoever asks about a token, as introspection does, is not the one who uses it
};

/// Checks an access token: key by kid from the realm, algorithm from the key, issuer, time, `typ` claim Bearer or DPoP,
/// the realm's not-before, and what it is bound to.
[[nodiscard]] Result<jose::VerifiedJwt, BearerError> verify_access_token(const RealmEntry& realm,
                                                                         std::string_view issuer,
                                                                         std::string_view token, TimePoint now,
                                                                         const Possession& possession = {});

/// A member of `cnf`: "jkt" or "x5t#S256"; empty when the token is not bound by it.
[[nodiscard]] std::string confirmation(const jose::VerifiedJwt& token, std::string_view member);
/// The origins whose pages may read what is answered to this token (`allowed-origins`).
[[nodiscard]] std::vector<std::string> allowed_origins(const jose::VerifiedJwt& token);

/// Checks an ID token used as a hint (logout): the same, `typ` ID, and expiry is not looked at.
[[nodiscard]] Result<jose::VerifiedJwt, BearerError> verify_id_token_hint(const RealmEntry& realm,
                                                                          std::string_view issuer,
                                                                          std::string_view token, TimePoint now);
/// Checks a refresh token: HMAC key of the realm, `typ` Refresh or Offline, issuer as audience. An offline token may
/// have no expiry: what ends it is its session.
[[nodiscard]] Result<jose::VerifiedJwt, BearerError> verify_refresh_token(const RealmEntry& realm,
                                                                          std::string_view issuer,
                                                                          std::string_view token, TimePoint now);

/// An access token without what mappers say of the person and the audience, for introspection to fill in.
[[nodiscard]] bool is_lightweight(const jose::VerifiedJwt& token);

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
