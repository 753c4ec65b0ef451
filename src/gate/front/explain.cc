#include "gate/front/explain.h"

#include "base/text.h"

namespace cardea::gate {
namespace {

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
      out.append("yes, ").append(seen.matched).append("\n");
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
  if (!rule.people.empty()) out.append("needs  a name among ").append(join(rule.people, ", ")).append("\n");
}

/// Why the application does not look at a token that is good for itself; empty: it does.
std::string_view why_not_here(const Application& application, const Result<Caller, RefusedToken>& caller) {
  if (application.trusted_headers) return "the proxy says who it is here, and no token does";
  if (!application.takes_tokens) return "the application takes no tokens";
  if (caller && !counts_at(application, *caller)) return "the application takes no tokens of its provider";
  return {};
}

}  // namespace

std::string explain(const Application& application, const OriginalRequest& original,
                    const Result<Caller, RefusedToken>& caller) {
  std::string out = "asked  " + original.method_text + " " + original.path + " of " + application.name + "\n";
  if (const auto* rule = find_rule(application, original); rule != nullptr && rule->is_open)
    return out.append("path   fits ").append(rule->path.text()).append("\nneeds  nothing\nanswer yes\n");
  if (!caller) {
    out.append("token  refused: ").append(describe(caller.error().reason));
    if (!caller.error().detail.empty()) out.append(" (").append(caller.error().detail).append(")");
    out.append(caller.error().provider.empty() ? "\nanswer no\n"
                                               : ", by the provider " + caller.error().provider + "\nanswer no\n");
    return out;
  }
  out.append("token  of ")
      .append(caller->name)
      .append(" (claim ")
      .append(caller->name_claim)
      .append("), by ")
      .append(caller->provider);
  out.append(", scopes: ").append(caller->scopes.empty() ? "none" : join(caller->scopes, " ")).append("\n");
  if (const auto reason = why_not_here(application, caller); !reason.empty())
    return out.append("token  refused: ").append(reason).append("\nanswer no\n");
  const auto access = decide_access(application, original, *caller);
  if (access.rule != nullptr) {
    out.append("path   fits ").append(access.rule->path.text()).append("\n");
    explain_need(out, access);
  } else if (!application.requests.empty()) {
    out.append("path   fits no rule\n");
  }
  if (application.has_roles()) explain_rules(out, access.role);
  if (!application.owner_role.empty())
    out.append("owner  whoever came first has the role ").append(application.owner_role).append(", not asked here\n");
  if (access.verdict == Access::Verdict::kPass) return out.append("answer yes\n");
  return out.append("answer no: ").append(describe(access.verdict)).append("\n");
}

}  // namespace cardea::gate
