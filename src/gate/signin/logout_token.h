// The logout token of a provider (OpenID Connect Back-Channel Logout 1.0 section 2.6).
#pragma once

#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "upstream/metadata.h"
#include "upstream/provider_keys.h"

namespace cardea::gate {

struct LogoutFacts {
  const upstream::Metadata& metadata;
  const upstream::ProviderKeys& keys;
  std::string_view client_id;
  TimePoint now;
};

/// Whose sessions end: those of `sid`, or all of `sub`. One of the two is set.
struct LogoutOrder {
  std::string sid;
  std::string sub;
  std::string jti;
};

/// The error is a word for the log.
[[nodiscard]] Result<LogoutOrder, std::string> check_logout_token(std::string_view compact, const LogoutFacts& facts);

}  // namespace cardea::gate
