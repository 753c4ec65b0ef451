// The action idp_link: a person links their account to who they are at a provider (kc_action=idp_link:ALIAS). They go
// to the provider and come back as a step of a flow does (upstream_login.h). Internal to login.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "login/actions/action.h"

namespace cardea::login {

inline constexpr std::string_view kLinkAction = "idp_link";

/// Why this person cannot link an account there now.
struct LinkRefusal {
  std::string_view reason;  // a word for the log
  std::string message;      // for the person
};
/// Calls `next`: without a refusal where the client named a provider of the realm that is on, the person holds
/// manage-account-links or manage-account of the client `account`, and has no link there yet.
using LinkChecked = std::move_only_function<web::Outcome(std::optional<LinkRefusal>)>;
[[nodiscard]] web::Outcome check_link(const ActionRunPtr& run, LinkChecked next);

}  // namespace cardea::login
