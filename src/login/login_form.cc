#include "login/login_form.h"

#include "base/limits.h"
#include "base/text.h"
#include "web/foreign_post.h"

namespace cardea::login {

Result<web::Form, Refusal> read_posted_form(const web::Request& request, std::string_view own_base, bool may_repeat) {
  if (web::is_foreign_post(request, own_base)) return refuse(Refusal::kForeignPost);
  if (!request.has_form()) return refuse(Refusal::kMediaType);
  auto form = web::Form::parse(request.body);
  if (!form || (!may_repeat && form->first_repeated())) return refuse(Refusal::kMalformed);
  return std::move(*form);
}

bool PasswordForm::is_plausible() const {
  return !username.empty() && username.size() <= kUsernameBytesMax && !password.empty() &&
         password.size() <= kPasswordBytesMax;
}

PasswordForm read_password_form(const web::Form& form) {
  PasswordForm out;
  out.username = std::string(trim(form.value_or("username", "")));
  out.password = SecretBytes::copy_of(form.value_or("password", ""));
  out.remember_me = form.value("rememberMe").has_value();
  return out;
}

NewPasswordForm read_new_password_form(const web::Form& form) {
  NewPasswordForm out;
  out.password = SecretBytes::copy_of(form.value_or("password-new", ""));
  out.confirmation = SecretBytes::copy_of(form.value_or("password-confirm", ""));
  out.logout_sessions = form.value("logout-sessions").has_value();
  return out;
}

}  // namespace cardea::login
