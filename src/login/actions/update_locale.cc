// update_user_locale: the language of the account, for pages and mails.
#include <algorithm>

#include "login/actions/actions.h"
#include "login/texts.h"

namespace cardea::login {
namespace {

constexpr std::string_view kAttribute = "locale";

// A realm of one language leaves nothing to choose: the client that asked is told at once, as by Keycloak.
web::Outcome show(const ActionRunPtr& run, const ActionView& view) {
  const auto supported = supported_languages(run->realm->realm);
  if (supported.size() < 2) return pass_action(run, {.failed = true});
  const auto texts = action_texts(*run);
  auto data = action_data(*run, view);
  std::vector<web::PageData> choices;
  for (const auto& language : supported) {
    choices.push_back(web::PageData()
                          .text("value", language)
                          .text("label", std::string(web::language_name(language)))
                          .flag("selected", language == texts.language()));
  }
  data.list("choices", std::move(choices));
  return render_action(*run, "update-locale", data);
}

web::Outcome submit(const ActionRunPtr& run, const web::Form& form) {
  const std::string chosen(form.value_or(kAttribute, ""));
  const auto supported = supported_languages(run->realm->realm);
  if (std::ranges::find(supported, chosen) == supported.end()) {
    return show(run, {.errors = {action_texts(*run)("error-invalid-value")}});
  }
  return pass_action(
      run, {.save =
                [&users = run->dependencies.repositories.users, realm = run->realm, chosen](Tx& tx, const User& user) {
                  User changed = user;
                  changed.attributes[std::string(kAttribute)] = {chosen};
                  return users.update(tx, changed, realm->realm.duplicate_emails_allowed);
                },
            .event = "locale_updated"});
}

}  // namespace

const ActionForm kUpdateLocale = {.alias = "update_user_locale", .show = show, .submit = submit};

}  // namespace cardea::login
