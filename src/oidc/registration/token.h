// Tokens of client registration (RFC 7591 section 1.2; keycloak.md section 1.15): signed with the realm's HMAC key, so
// that nobody else makes one, and good only while their ticket stands in the store.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/settings.h"

namespace cardea::oidc {

struct RegistrationToken {
  TicketKind kind = TicketKind::kRegistration;  // or kInitialAccess
  std::string id;                               // the ticket's hash
};

/// `expires_at`: absent for tokens that end with their client only. Nothing when the realm has no HMAC key.
[[nodiscard]] std::optional<std::string> make_registration_token(const RealmEntry& realm, std::string_view issuer,
                                                                 const RegistrationToken& token, TimePoint now,
                                                                 std::optional<TimePoint> expires_at);

/// Absent when it is no such token of this realm, or expired.
[[nodiscard]] std::optional<RegistrationToken> read_registration_token(const RealmEntry& realm, std::string_view issuer,
                                                                       std::string_view token, TimePoint now);

}  // namespace cardea::oidc
