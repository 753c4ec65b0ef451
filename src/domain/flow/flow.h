// An authentication flow as a tree: what a person is asked for, in which order, and what may stand for what
// (keycloak.md section 3.7). Made from a realm's documents by flow_set.h; judged by executor.h, which alone decides.
#pragma once

#include <map>
#include <string>
#include <variant>
#include <vector>

namespace cardea {

enum class Requirement { kRequired, kAlternative, kConditional, kDisabled };

/// One authenticator, by Keycloak's provider id ("auth-otp-form"), with the config its execution names.
struct FlowStep {
  std::string authenticator;
  std::map<std::string, std::string> config;
};

struct Execution;

/// Executions in the order of their priority.
struct Flow {
  std::string id;  // Keycloak's, when the realm says it; client overrides name flows by it
  std::string alias;
  std::string provider;  // "basic-flow", "form-flow", "client-flow"
  std::vector<Execution> executions;
};

struct Execution {
  std::string id;  // the same on every node as long as the flow is not changed; unique in its tree
  Requirement requirement = Requirement::kDisabled;
  int priority = 0;
  std::variant<FlowStep, Flow> what;

  [[nodiscard]] const FlowStep* step() const { return std::get_if<FlowStep>(&what); }
  [[nodiscard]] const Flow* flow() const { return std::get_if<Flow>(&what); }
};

}  // namespace cardea
