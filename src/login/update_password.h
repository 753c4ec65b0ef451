// The required action UPDATE_PASSWORD. Internal to login.
#pragma once

#include <string>
#include <vector>

#include "login/login_form.h"
#include "login/required_action.h"

namespace cardea::login {

[[nodiscard]] web::Response show_update_password(const PendingAction& pending, std::vector<std::string> errors);

/// Checks the new password against the realm's policy, hashes it on the hash lane, and stores it on the store lane: in
/// one transaction the row is taken, the credential replaced and the action struck off. Then the next action, or the
/// end.
[[nodiscard]] web::Outcome submit_update_password(const PendingActionPtr& pending, NewPasswordForm form);

}  // namespace cardea::login
