#include "gate/front/explain.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "gate/front/one_line.h"

namespace cardea::gate {
namespace {

constexpr std::size_t kNamesShown = 20;

/// The first of the names that a token has, and how many more there are.
std::string some_of(std::vector<std::string> names, std::string_view separator) {
  if (names.empty()) return "none";
  const auto count = names.size();
  names.resize(std::min(count, kNamesShown));
  auto text = one_line(join(names, separator));
  if (count > kNamesShown) text.append(" and ").append(std::to_string(count - kNamesShown)).append(" more");
  return text;
}

std::string_view state_text(ClaimNames::State state) {
  switch (state) {
    case ClaimNames::State::kMissing:
      return "the token does not have this claim";
    case ClaimNames::State::kWrongType:
      return "the claim is neither a text nor a list of texts";
    case ClaimNames::State::kPresent:
      return "none of these values is in it";
  }
  return "";
}

void explain_rules(std::string& out, const RoleDecision& decision) {
  for (const auto& seen : decision.trace) {
    const auto& rule = *seen.rule;
    out.append("rule   ").append(rule.claim.text()).append(" has ").append(join(rule.values, " or "));
    out.append(rule.kind == RoleRule::Kind::kDeny ? " -> deny: " : " -> " + rule.role + ": ");
    if (seen.matched.empty())
      out.append(state_text(seen.claim)).append("\n");
    else
      out.append("yes, ").append(one_line(seen.matched)).append("\n");
  }
  const auto names = join(decision.names(), ",");
  out.append("role   ").append(names.empty() ? (decision.is_denied ? "none: denied" : "none") : names);
  out.append(!names.empty() && decision.decided_by == nullptr ? " (the default role)\n" : "\n");
}

void explain_need(std::string& out, const Access& access) {
  const auto& rule = *access.rule;
  if (rule.is_open) out.append("needs  nothing\n");
  if (rule.permission) out.append("needs  the permission ").append(rule.permission->text()).append("\n");
  if (!rule.scopes.empty()) out.append("needs  one of the scopes ").append(join(rule.scopes, " ")).append("\n");
  if (rule.is_once) out.append("needs  a token that did not pass here before\n");
  if (!rule.people.empty()) out.append("needs  a name among ").append(join(rule.people, ", ")).append("\n");
}

std::string first_lines(const Application& application, const OriginalRequest& original) {
  return "asked  " + one_line(original.method_text) + " " + one_line(original.path) + " of " + application.name + "\n";
}

/// The lines of a request that anybody may make; empty: it is none.
std::string explain_open(const Application& application, const OriginalRequest& original) {
  const auto* rule = find_rule(application, original);
  if (rule == nullptr || !rule->is_open) return {};
  return "path   fits " + rule->path.text() + "\nneeds  nothing\nanswer yes\n";
}

std::string why_refused(const RefusedToken& refused) {
  if (refused.reason == TokenRefusal::kUnknownIssuer && !refused.provider.empty() && refused.detail.empty())
    return "the application takes no tokens of its provider";
  std::string text(describe(refused.reason));
  if (!refused.detail.empty()) text.append(" (").append(refused.detail).append(")");
  if (!refused.provider.empty()) text.append(", by the provider ").append(refused.provider);
  return text;
}

}  // namespace

std::string_view why_no_token(const Application& application) {
  if (application.trusted_headers) return "the proxy says who it is here, and no token does";
  if (!application.takes_tokens) return "the application takes no tokens";
  return {};
}

std::string explain_refused_token(const Application& application, const OriginalRequest& original,
                                  std::string_view because) {
  auto out = first_lines(application, original);
  if (const auto open = explain_open(application, original); !open.empty()) return out + open;
  return out.append("token  refused: ").append(one_line(because)).append("\nanswer no\n");
}

std::string explain(const Application& application, const OriginalRequest& original,
                    const Result<Caller, RefusedToken>& caller, const Learnt& learnt) {
  if (!caller) return explain_refused_token(application, original, why_refused(caller.error()));
  auto out = first_lines(application, original);
  if (const auto open = explain_open(application, original); !open.empty()) return out + open;
  out.append("token  of ").append(one_line(caller->name));
  if (!caller->name_claim.empty()) out.append(" (claim ").append(caller->name_claim).append(")");
  out.append(", by ").append(caller->provider);
  out.append(", scopes: ").append(some_of(caller->scopes, " ")).append("\n");
  for (const auto& line : learnt) out.append(line).append("\n");
  if (application.people) {
    auto groups = read_names(application.people->groups, caller->claims());
    out.append("groups ").append(some_of(std::move(groups.names), ", ")).append("\n");
  }
  const auto access = decide_access(application, original, *caller);
  if (access.rule != nullptr) {
    out.append("path   fits ").append(access.rule->path.text()).append("\n");
    explain_need(out, access);
  } else if (!application.requests.empty()) {
    out.append("path   fits no rule\n");
  }
  if (application.has_roles()) explain_rules(out, access.role);
  if (access.verdict == Access::Verdict::kPass) return out.append("answer yes\n");
  return out.append("answer no: ").append(describe(access.verdict)).append("\n");
}

}  // namespace cardea::gate
