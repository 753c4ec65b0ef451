// The table of required actions: a new one is a file beside this and a line here.
#include "login/actions/actions.h"

#include <algorithm>

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

Stored<bool> holds_account_role(Rows& rows, const ActionRun& run, std::initializer_list<std::string_view> wanted) {
  const auto& dependencies = run.dependencies;
  const auto subject = dependencies.repositories.subjects.load(rows, run.realm->realm.id, run.user.id);
  if (!subject) return refuse(subject.error());
  if (!*subject) return false;
  const auto roles = dependencies.settings.effective_roles(rows, *run.realm, **subject);
  if (!roles) return refuse(roles.error());
  return std::ranges::any_of((*roles)->items, [&](const EffectiveRoles::Item& item) {
    return item.client_id == "account" && std::ranges::find(wanted, item.name) != wanted.end();
  });
}

const ActionForm* find_action_form(std::string_view alias) {
  for (const auto* form : kActions) {
    if (form->alias == alias) return form;
  }
  return nullptr;
}

}  // namespace cardea::login
