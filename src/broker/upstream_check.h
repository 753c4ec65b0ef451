// Whoever is disabled at the provider must not go on here (guides.md G2-19; entra.md section 18). A provider's record
// may say how often the people it vouched for are asked after: `sessionCheckSeconds`. While a session is used, the
// refresh token that came with the last sign-in is then used up at the provider; what it refuses ends every session of
// the person that stands on it. Internal to broker, but for `check_upstream` (broker.h).
//
// Every session of the person ends only by a clear refusal of the newest token. Less than that ends this one session at
// most: no refresh token (the scope must bring one), or a refusal of a token that may have been replaced in an answer
// that was lost. A provider that cannot be reached ends nothing: it is waited for, three intervals long, and then
// nothing is given until it can.
#pragma once

#include <optional>
#include <string_view>

#include "base/clock.h"
#include "base/secret.h"
#include "domain/identity_provider.h"

namespace cardea::broker {

inline constexpr seconds kCheckIntervalMin{60};
inline constexpr int kCheckIntervalsMax = 3;  // without a word of the provider
/// The session note that says when the provider last vouched for the person (epoch seconds); absent: at the start.
inline constexpr std::string_view kUpstreamCheckedNote = "upstream_checked";

/// Absent: nobody is asked after. What is no number asks as often as may be.
[[nodiscard]] std::optional<seconds> check_interval(const IdentityProvider& provider);
/// Is the provider's token answer kept with the link: for the person's applications, or for the check?
[[nodiscard]] bool keeps_token(const IdentityProvider& provider);
}  // namespace cardea::broker
