// May this caller do this: from the application's rules and the claims to yes or no, and why. A pure function;
// `explain` shows the same decision that requests get.
#pragma once

#include <string>
#include <vector>

#include "gate/front/original_request.h"
#include "gate/settings/gate_settings.h"
#include "gate/token/check_token.h"

namespace cardea::gate {

struct Access {
  enum class Verdict {
    kPass,
    kNoRule,        // the application lists its requests, and this one is not among them
    kNoRole,        // no rule gives a role
    kDenied,        // a rule of kind deny fits
    kNoPermission,  // the role lacks it
    kNoScope,       // the token lacks it
    kNotListed,     // the list of people does not have the caller
    kNoGroup,       // in none of the groups whose people may come in
    kUsed,          // the token passed here before, and may only once
  };
  Verdict verdict = Verdict::kPass;
  const RequestRule* rule = nullptr;  // null: the application lists none, or none fits
  RoleDecision role;
};
[[nodiscard]] std::string_view describe(Access::Verdict verdict);

/// The rule for a request; null: none fits.
[[nodiscard]] const RequestRule* find_rule(const Application& application, const OriginalRequest& original);

[[nodiscard]] Access decide_access(const Application& application, const OriginalRequest& original,
                                   const Caller& caller);

/// Do tokens of the caller's provider count there? One that the gate itself made for KEEP's login counts at the
/// application it was made for alone.
[[nodiscard]] bool counts_at(const Application& application, const Caller& caller);

/// "name" or "*" and its end. The end begins at a separator, so that "*/O=Plant" is not a part of a name.
[[nodiscard]] bool is_listed(const std::vector<std::string>& people, std::string_view name);

/// What would give access, for the page of somebody who has none: "groups: 3a7c... (admin)". The rules of roles that
/// may make this request.
[[nodiscard]] std::vector<std::string> what_would_help(const Application& application, const OriginalRequest& original);

}  // namespace cardea::gate
