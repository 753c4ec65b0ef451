#include "gate/access/role_rules.h"

#include <algorithm>
#include <set>
#include <utility>

#include "base/text.h"

namespace cardea::gate {

const Role* RoleRules::find_role(std::string_view name) const {
  const auto found = std::ranges::find(roles, name, &Role::name);
  return found == roles.end() ? nullptr : &*found;
}

std::vector<std::string> RoleDecision::missing_claims() const {
  std::set<std::string> missing;
  for (const auto& seen : trace)
    if (seen.claim == ClaimNames::State::kMissing) missing.insert(seen.rule->claim.text());
  return {missing.begin(), missing.end()};
}

bool RoleDecision::grants(const Permission& permission, std::string_view path) const {
  return std::ranges::any_of(roles, [&](const Role* held) {
    return is_granted(held->permissions, permission) && (!held->within || held->within->matches(path));
  });
}

std::vector<std::string> RoleDecision::names() const {
  std::vector<std::string> names;
  for (const auto* held : roles) names.push_back(held->name);
  return names;
}

namespace {

ClaimNames read_held(const RoleRule& rule, const json::object& claims) {
  auto held = read_names(rule.claim, claims);
  const auto* value = rule.is_comma_list ? rule.claim.find(claims) : nullptr;
  if (value == nullptr || !value->is_string()) return held;
  held.names.clear();
  for (const auto part : split(value->get_string(), ','))
    if (const auto name = trim(part); !name.empty())
      held.names.push_back(rule.claim.strips_group_paths() ? last_of_group_path(name) : std::string(name));
  return held;
}

}  // namespace

RoleDecision decide_role(const RoleRules& rules, const json::object& claims) {
  RoleDecision decision;
  const RoleRule* first = nullptr;  // whose claim decides, when only one may
  for (const auto& rule : rules.rules) {
    const auto held = read_held(rule, claims);
    if (rules.first_claim_decides && first == nullptr && held.state != ClaimNames::State::kMissing) first = &rule;
    const bool is_outranked = first != nullptr && rule.claim.text() != first->claim.text();
    const auto matched = std::ranges::find_first_of(rule.values, held.names);
    const bool is_match = matched != rule.values.end() && !is_outranked;
    decision.trace.push_back({.rule = &rule, .claim = held.state, .matched = is_match ? *matched : std::string()});
    if (!is_match || decision.is_denied) continue;
    if (rule.kind == RoleRule::Kind::kDeny) {
      decision.is_denied = true;
      decision.decided_by = &rule;
    } else if (decision.decided_by == nullptr || rule.priority > decision.decided_by->priority) {
      decision.decided_by = &rule;
    }
  }
  if (decision.is_denied) return decision;
  if (decision.decided_by != nullptr) decision.role = rules.find_role(decision.decided_by->role);
  const auto* fallback = rules.default_role && first == nullptr ? rules.find_role(*rules.default_role) : nullptr;
  if (decision.role == nullptr) decision.role = fallback;
  const auto add = [&](const Role* role) {
    if (role != nullptr && std::ranges::find(decision.roles, role) == decision.roles.end())
      decision.roles.push_back(role);
  };
  add(decision.role);
  if (!rules.adds_up) return decision;
  for (const auto& seen : decision.trace)
    if (!seen.matched.empty()) add(rules.find_role(seen.rule->role));
  add(fallback);
  return decision;
}

std::vector<std::string> check_role_rules(const RoleRules& rules) {
  std::vector<std::string> problems;
  std::set<std::string_view> names;
  for (const auto& role : rules.roles)
    if (!names.insert(role.name).second) problems.push_back("two roles are called " + role.name);
  for (const auto& rule : rules.rules) {
    if (rule.values.empty()) problems.push_back("a rule on " + rule.claim.text() + " has no values");
    if (rule.kind == RoleRule::Kind::kGrant && !names.contains(rule.role))
      problems.push_back("a rule on " + rule.claim.text() + " names the role " + rule.role + ", which does not exist");
  }
  if (rules.default_role && !names.contains(*rules.default_role))
    problems.push_back("the default role " + *rules.default_role + " does not exist");
  return problems;
}

}  // namespace cardea::gate
