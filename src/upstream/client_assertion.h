// private_key_jwt: proving to a provider who we are by a signature (RFC 7523 section 2.2, OpenID Connect Core section
// 9).
#pragma once

#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/random.h"
#include "jose/signing_key.h"

namespace cardea::upstream {

inline constexpr seconds kAssertionLife{300};

struct AssertionFacts {
  std::string_view client_id;
  std::string_view audience;  // the token endpoint, or what the provider is configured to expect
  TimePoint now;
};
[[nodiscard]] std::string make_client_assertion(const jose::SigningKey& key, const AssertionFacts& facts,
                                                Random& random);

}  // namespace cardea::upstream
