// The forms as they are posted: checked for shape and length before anything is looked up or hashed (attack class 26).
// Internal to login.
#pragma once

#include <string>

#include "base/result.h"
#include "base/secret.h"
#include "login/refusals.h"
#include "web/form.h"
#include "web/request.h"

namespace cardea::login {

/// The body of a POST from one of our pages: kForeignPost, kMediaType, or kMalformed when it cannot be read or names a
/// field twice. `may_repeat`: a field of this form can have several values.
[[nodiscard]] Result<web::Form, Refusal> read_posted_form(const web::Request& request, std::string_view own_base,
                                                          bool may_repeat = false);

struct PasswordForm {
  std::string username;  // trimmed, as typed
  SecretBytes password;
  bool remember_me = false;
  /// False when name or password is missing or longer than any of ours: nothing is hashed then.
  [[nodiscard]] bool is_plausible() const;
};
[[nodiscard]] PasswordForm read_password_form(const web::Form& form);

struct NewPasswordForm {
  SecretBytes password;
  SecretBytes confirmation;
  bool logout_sessions = false;
};
[[nodiscard]] NewPasswordForm read_new_password_form(const web::Form& form);

}  // namespace cardea::login
