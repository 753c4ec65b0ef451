// What a poll of the token endpoint is answered (RFC 8628 section 3.5; OpenID CIBA Core section 11; keycloak.md section
// 1.12): a pure function of the stored code, the client and `now`.
#pragma once

#include <optional>
#include <string_view>

#include "domain/device_code.h"
#include "oidc/error.h"

namespace cardea::oidc {

/// How much earlier than the interval a poll may come without being told to slow down: the way is not always as long.
inline constexpr std::chrono::milliseconds kPollSlack{500};
/// Added to the interval by each slow_down, up to the maximum.
inline constexpr seconds kSlowDownStep{5};
inline constexpr seconds kPollIntervalMax{60};

struct PollDecision {
  std::optional<OAuthError> error;  // absent: approved, and to be taken
  bool is_noted = false;            // the poll counts: `polled_at` and `interval` are stored
  seconds interval{0};
};

/// The texts of a grant's refusals; `noun` is what the log calls its code.
struct PollWords {
  std::string_view noun;
  std::string_view not_valid, used, expired, denied, too_fast, pending;
};
inline constexpr PollWords kDeviceWords{
    .noun = "device_code",
    .not_valid = "Device code not valid",
    .used = "Device code not valid",
    .expired = "Device code is expired",
    .denied = "The end user denied the authorization request",
    .too_fast = "Slow down",
    .pending = "The authorization request is still pending",
};

/// `code` is absent when there is none by that hash. An answer that is ready is given whatever the pace, since a client
/// that grows its interval by less than we do would otherwise never hear it.
[[nodiscard]] PollDecision decide_poll(const std::optional<DeviceCode>& code, const ClientId& client,
                                       std::optional<std::string_view> code_verifier, TimePoint now,
                                       const PollWords& words = kDeviceWords);

}  // namespace cardea::oidc
