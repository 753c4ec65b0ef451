#include "gate/front/decide_access.h"

#include <algorithm>

#include "base/text.h"
#include "gate/keep_domino/endpoints.h"

namespace cardea::gate {

std::string_view describe(Access::Verdict verdict) {
  switch (verdict) {
    case Access::Verdict::kPass:
      return "pass";
    case Access::Verdict::kNoRule:
      return "no_rule_for_request";
    case Access::Verdict::kNoRole:
      return "no_role";
    case Access::Verdict::kDenied:
      return "denied_by_rule";
    case Access::Verdict::kNoPermission:
      return "role_lacks_permission";
    case Access::Verdict::kNoScope:
      return "insufficient_scope";
    case Access::Verdict::kNotListed:
      return "not_on_access_list";
    case Access::Verdict::kNoGroup:
      return "in_no_allowed_group";
    case Access::Verdict::kUsed:
      return "token_used_already";
  }
  return "refused";
}

const RequestRule* find_rule(const Application& application, const OriginalRequest& original) {
  const auto found = std::ranges::find_if(application.requests, [&](const RequestRule& rule) {
    const bool method_fits =
        rule.methods.empty() || std::ranges::find(rule.methods, original.method_text) != rule.methods.end();
    return method_fits && rule.path.matches(original.path);
  });
  return found == application.requests.end() ? nullptr : &*found;
}

bool counts_at(const Application& application, const Caller& caller) {
  if (caller.provider != kKeepIssuer) return application.takes_tokens_of(caller.provider);
  return application.answers == AnswerForm::kKeepDomino &&
         string_or(caller.claims(), kKeepApplicationClaim, "") == application.name;
}

bool is_listed(const std::vector<std::string>& people, std::string_view name) {
  return std::ranges::any_of(people, [&](const std::string& entry) {
    return entry.size() > 1 && entry.starts_with('*') ? name.ends_with(std::string_view(entry).substr(1))
                                                      : entry == name;
  });
}

namespace {

/// The owner's role stands beside those that the rules add up, or in place of the one that they give. A rule that
/// denies beats it.
RoleDecision decide_with_owner(const Application& application, const Caller& caller) {
  auto decision = decide_role(application.access, caller.claims());
  const auto* owns = caller.is_owner ? application.access.find_role(application.owner_role) : nullptr;
  if (owns == nullptr || decision.is_denied) return decision;
  if (!application.access.adds_up) decision.roles.clear();
  std::erase(decision.roles, owns);
  decision.roles.insert(decision.roles.begin(), owns);
  decision.role = owns;
  return decision;
}

RoleDecision role_of(const Application& application, const Caller& caller) {
  if (caller.fixed_role.empty()) return decide_with_owner(application, caller);
  RoleDecision decision;
  decision.role = application.access.find_role(caller.fixed_role);
  if (decision.role != nullptr) decision.roles = {decision.role};
  return decision;
}

}  // namespace

Access decide_access(const Application& application, const OriginalRequest& original, const Caller& caller) {
  using Verdict = Access::Verdict;
  Access access;
  access.rule = find_rule(application, original);
  const auto verdict = [&]() {
    if (access.rule == nullptr && !application.requests.empty()) return Verdict::kNoRule;
    if (application.people && !application.people->allowed_groups.empty() && caller.fixed_role.empty()) {
      const auto groups = read_names(application.people->groups, caller.claims());
      if (std::ranges::find_first_of(groups.names, application.people->allowed_groups) == groups.names.end())
        return Verdict::kNoGroup;
    }
    if (application.has_roles()) {
      access.role = role_of(application, caller);
      if (access.role.is_denied) return Verdict::kDenied;
      if (access.role.role == nullptr) return Verdict::kNoRole;
    }
    if (access.rule == nullptr) return Verdict::kPass;
    const auto& rule = *access.rule;
    if (!rule.scopes.empty() && std::ranges::find_first_of(rule.scopes, caller.scopes) == rule.scopes.end())
      return Verdict::kNoScope;
    if (!rule.people.empty() && !is_listed(rule.people, caller.name)) return Verdict::kNotListed;
    if (rule.permission && !access.role.grants(*rule.permission, original.path)) return Verdict::kNoPermission;
    return Verdict::kPass;
  };
  access.verdict = verdict();
  return access;
}

std::vector<std::string> what_would_help(const Application& application, const OriginalRequest& original) {
  std::vector<std::string> help;
  const auto* asked = find_rule(application, original);
  const auto suffices = [&](const Role* role) {
    if (role == nullptr || asked == nullptr || !asked->permission) return true;
    RoleDecision with;
    with.roles = {role};
    return with.grants(*asked->permission, original.path);
  };
  for (const auto& rule : application.access.rules) {
    if (rule.kind == RoleRule::Kind::kDeny || !suffices(application.access.find_role(rule.role))) continue;
    help.push_back(rule.claim.text() + ": " + join(rule.values, " or ") + " (" + rule.role + ")");
  }
  return help;
}

}  // namespace cardea::gate
