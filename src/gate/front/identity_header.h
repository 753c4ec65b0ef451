// Headers of a 200 that say who it is. What stands in each is found once, when the settings are read.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "gate/access/claim_path.h"
#include "gate/settings/gate_settings.h"

namespace cardea::gate {

struct IdentityHeader {
  enum class Of { kName, kProvider, kSubject, kScopes, kRole, kClaim, kToken, kNothing };
  std::string name;
  Of of;
  std::optional<ClaimPath> claim;  // of kClaim
};

/// Of identity_headers (proxy_snippet.h), in their order. kNothing: one that the application takes from a proxy of its
/// own, which nobody else may say.
[[nodiscard]] std::vector<IdentityHeader> what_headers_say(const Application& application);

}  // namespace cardea::gate
