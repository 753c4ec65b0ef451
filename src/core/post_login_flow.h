// The flow that a provider asks for after each login by it (postBrokerLoginFlowAlias; keycloak.md section 5.6): it runs
// after the flow that led to the provider, on the same login, before there is a session. Also after the first one, and
// after one that only linked the identity to an account.
#pragma once

#include <string_view>

#include "core/settings.h"
#include "domain/flow/flow.h"

namespace cardea {

struct PostLoginFlow {
  bool is_asked = false;
  const Flow* flow = nullptr;  // lives as long as the realm's entry
  /// Nobody signs in by the provider: its flow is not there or cannot be read, or the provider itself is gone.
  [[nodiscard]] bool is_missing() const { return is_asked && flow == nullptr; }
};
[[nodiscard]] PostLoginFlow post_login_flow(const RealmEntry& realm, std::string_view provider);

}  // namespace cardea
