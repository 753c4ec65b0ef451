// The table of required actions: a new one is a file beside this and a line here.
#include "login/actions/actions.h"

namespace cardea::login {
namespace {

const ActionForm* const kActions[] = {
    &kUpdatePassword,
    &kVerifyEmail,
    &kUpdateProfile,
    &kVerifyProfile,
    &kTerms,
    &kDeleteAccount,
    &kUpdateLocale,
    &kConsent,
    &kConfigureTotp,
    &kConfigureRecoveryCodes,
    &kWebauthnRegister,
    &kWebauthnRegisterPasswordless,
    &kUpdateEmail,
    &kIdpLink,
    &kDeleteCredential,
};

}  // namespace

const ActionForm* find_action_form(std::string_view alias) {
  for (const auto* form : kActions) {
    if (form->alias == alias) return form;
  }
  return nullptr;
}

}  // namespace cardea::login
