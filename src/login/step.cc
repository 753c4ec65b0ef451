#include "login/step.h"

#include <algorithm>

#include "base/assert.h"
#include "base/text.h"
#include "core/webauthn_credential.h"

namespace cardea::login {

std::string StepRun::username() const {
  if (user) return user->username;
  const auto& stage = std::get<AwaitingLogin>(interaction.stage);
  if (!stage.username_shown.empty()) return stage.username_shown;
  return stage.typed_name.empty() ? interaction.request.login_hint : stage.typed_name;
}

bool StepRun::offers_passkeys() const { return are_passkeys_enabled(realm->realm); }

bool StepRun::is_about(const User& found) const {
  if (user) return user->id == found.id;
  const auto& stage = *login();
  const auto is_called = [&](std::string_view name) {
    return equal_ignoring_ascii_case(name, found.username) ||
           (realm->realm.login_with_email_allowed && equal_ignoring_ascii_case(name, found.email));
  };
  if (!stage.username_shown.empty() && !equal_ignoring_ascii_case(stage.username_shown, found.username)) return false;
  return stage.typed_name.empty() || is_called(stage.typed_name);
}

bool StepRun::is_username_fixed() const { return user.has_value() || !login()->username_shown.empty(); }

std::set<std::string, std::less<>> credential_types(const StepRun& run) {
  std::set<std::string, std::less<>> out;
  for (const auto& credential : run.credentials) out.insert(credential.type);
  return out;
}

std::optional<TimePoint> password_set_at(const std::vector<Credential>& credentials) {
  const auto found = std::ranges::find(credentials, "password", &Credential::type);
  if (found == credentials.end()) return std::nullopt;
  return found->created_at;
}

const StepForm& form_of(const StepRun& run) {
  const auto* form = find_step_form(run.execution->step()->authenticator);
  CARDEA_ASSERT(form != nullptr);
  return *form;
}

}  // namespace cardea::login
