// The authentication flows of a realm as its documents have them (keycloak.md sections 3.7 and 6.11), with the ids that
// the admin API speaks of.
#pragma once

#include <string>
#include <string_view>

#include "admin/seam/call.h"
#include "base/json.h"

namespace cardea::admin {

/// Gives ids to flows, executions and configs that came without; the same ones at every call.
void give_flow_ids(Realm& realm);

[[nodiscard]] json::array& flows_of(Realm& realm);
[[nodiscard]] json::array& executions_of(json::object& flow);
[[nodiscard]] json::array& configs_of(Realm& realm);

/// The flow of that alias; null: none.
[[nodiscard]] json::object* find_flow(Realm& realm, std::string_view alias);

/// An execution and the flow it stands in; both null: none.
struct PlacedExecution {
  json::object* flow = nullptr;
  json::object* execution = nullptr;
};
[[nodiscard]] PlacedExecution find_execution(Realm& realm, std::string_view id);

/// A provider that executions may name.
struct FlowProvider {
  std::string_view id;
  std::string_view name;
  std::string_view choices;  // "R": REQUIRED, "A": ALTERNATIVE, "D": DISABLED
  bool configurable;
  std::string_view kind;  // "authenticator", "form", "form-action", "client"
};
[[nodiscard]] const FlowProvider* find_provider(std::string_view id);
[[nodiscard]] json::array providers_of_kind(std::string_view kind);
[[nodiscard]] json::array requirement_choices(std::string_view choices);

}  // namespace cardea::admin
