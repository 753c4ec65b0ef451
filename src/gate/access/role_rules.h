// From claims to one role, or to several that add up, and why (guides.md G0.4, G3.4): rules ask whether a claim holds
// one of some values; the matching rule of the highest priority decides, a rule of kind deny beats every other. Without
// a match the default role applies, if there is one. A pure function, and its explanation is made by the same walk that
// decides.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gate/access/claim_path.h"
#include "gate/access/path_pattern.h"
#include "gate/access/permissions.h"

namespace cardea::gate {

struct Role {
  std::string name;
  std::vector<Permission> permissions;
  std::optional<PathPattern> within = std::nullopt;  // the permissions count for these paths alone; absent: everywhere
};

struct RoleRule {
  enum class Kind { kGrant, kDeny };
  Kind kind = Kind::kGrant;
  ClaimPath claim;
  std::vector<std::string> values;  // any one of them; compared exactly
  std::string role;                 // of kGrant
  int priority = 0;                 // the higher wins; of equal ones the first
  bool is_comma_list = false;       // a text holds several names, with commas between
  bool names_no_claim = false;      // the settings left it open: the application's own file may say which
};

struct RoleRules {
  std::vector<Role> roles;
  std::vector<RoleRule> rules;
  std::optional<std::string> default_role;
  /// Every rule that fits gives its role, and the default role is there beside them (Kestra's bindings). Off: the rule
  /// of the highest priority alone.
  bool adds_up = false;
  /// The claims are asked in the order of the rules: the first that the token has decides alone, a value that no rule
  /// names gives no role, and the default role is for tokens that have none of the claims.
  bool first_claim_decides = false;

  [[nodiscard]] const Role* find_role(std::string_view name) const;
};

/// What one rule saw.
struct RuleTrace {
  const RoleRule* rule;
  ClaimNames::State claim;
  std::string matched;  // the value that matched; empty: none did
};

struct RoleDecision {
  const Role* role = nullptr;            // null: nobody here
  std::vector<const Role*> roles;        // all of them; more than one only where roles add up
  const RoleRule* decided_by = nullptr;  // null: the default role, or nothing
  bool is_denied = false;
  std::vector<RuleTrace> trace;

  /// `path`: of the request that needs it.
  [[nodiscard]] bool grants(const Permission& permission, std::string_view path) const;
  /// "admin", or "Launcher" and "reader".
  [[nodiscard]] std::vector<std::string> names() const;
  /// Claims that rules look at and the token does not have: what to look for when someone has no role.
  [[nodiscard]] std::vector<std::string> missing_claims() const;
};

/// `rules` must outlive the decision. Every role that rules name exists: check_role_rules says so at start.
[[nodiscard]] RoleDecision decide_role(const RoleRules& rules, const json::object& claims);

/// What is wrong with rules: a role that does not exist, no values, two roles of one name. Empty: nothing.
[[nodiscard]] std::vector<std::string> check_role_rules(const RoleRules& rules);

}  // namespace cardea::gate
