// Who runs a flow: bindings of the realm, clients with a flow of their own (authenticationFlowBindingOverrides) and
// providers of first and later logins (keycloak.md sections 3.7 and 5.6). A flow that somebody runs is not removed.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "admin/seam/call.h"
#include "base/json.h"

namespace cardea::admin {

struct FlowUse {
  bool by_realm = false;
  std::vector<std::string> clients;    // client ids, sorted
  std::vector<std::string> providers;  // aliases
  [[nodiscard]] bool is_used() const { return by_realm || !clients.empty() || !providers.empty(); }
};

/// `flow` is one of the realm's document, with an id. Reads the realm's clients.
[[nodiscard]] Or<FlowUse> use_of_flow(const Call& call, const json::object& flow);

/// Bindings of realm and providers speak of aliases: they follow a flow to its new one.
void rename_in_bindings(Realm& realm, std::string_view before, std::string_view after);

// For the console.
Answer list_flows_with_use(Call& call);
/// Names of the clients ("clients") or providers ("idp") of the path's type that run the flow, in pages.
Answer list_users_of_flow(Call& call);

}  // namespace cardea::admin
