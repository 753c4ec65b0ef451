// What a browser carries between leaving for the provider and coming back: state, nonce, PKCE verifier, and where it
// wanted to go, sealed in a cookie of its own for each attempt, so that two tabs do not disturb each other and nothing
// is kept here for strangers (guides.md G0-19 to G0-22, G3-12).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/random.h"
#include "crypto/seal.h"

namespace cardea::gate {

inline constexpr seconds kLoginStateLife{300};

struct LoginState {
  std::string state;
  std::string nonce;
  std::string verifier;
  std::string target;  // path and query at the application
  TimePoint begun;
};

[[nodiscard]] LoginState new_login_state(Random& random, std::string target, TimePoint now);

/// Bound to the application. The text is small: the target is cut to the root beyond kTargetBytesMax.
inline constexpr std::size_t kTargetBytesMax = 512;
[[nodiscard]] std::string seal_state(const crypto::Sealer& sealer, std::string_view application,
                                     const LoginState& state);
/// Absent: not ours, changed, of another application, or older than kLoginStateLife.
[[nodiscard]] std::optional<LoginState> open_state(const crypto::Sealer& sealer, std::string_view application,
                                                   std::string_view text, TimePoint now);

/// Letters and digits of the start of `state`, for the name of its cookie.
[[nodiscard]] std::string state_tag(std::string_view state);

}  // namespace cardea::gate
