// When the client secret at a provider ends, and what is said about it ahead (guides.md G2-30; entra.md sections 13 and
// 18). Pure functions. The provider's record says when: `clientSecretEnds`, a date; rotation writes it
// (secret_rotation.h).
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "domain/identity_provider.h"

namespace cardea::broker {

inline constexpr std::string_view kSecretEndsSetting = "clientSecretEnds";
inline constexpr std::int64_t kSecretWarningDays[] = {30, 14, 7, 1};

/// "2027-01-31", UTC; what follows the day is passed over. Absent: no date.
[[nodiscard]] std::optional<std::chrono::sys_days> parse_day(std::string_view text);
[[nodiscard]] std::string day_text(std::chrono::sys_days day);

/// Whole days until the secret ends; negative: it has ended. Absent: the record does not say, or says no date.
[[nodiscard]] std::optional<std::int64_t> secret_days_left(const IdentityProvider& provider, TimePoint now);
/// The mark of kSecretWarningDays that was passed last; 0: it has ended. Absent: there is time.
[[nodiscard]] std::optional<std::int64_t> secret_warning(std::int64_t days_left);

}  // namespace cardea::broker
