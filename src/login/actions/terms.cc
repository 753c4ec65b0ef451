// TERMS_AND_CONDITIONS: the realm's text (message termsText), accepted or not. When it was accepted stands with the
// user.
#include "login/actions/actions.h"

namespace cardea::login {
namespace {

constexpr std::string_view kAttribute = "terms_and_conditions";

web::Outcome show(const ActionRunPtr& run, const ActionView& view) {
  const auto texts = action_texts(*run);
  auto data = action_data(*run, view);
  auto terms = texts("termsText");
  data.text("terms", terms.empty() ? texts("termsPlainText") : std::move(terms));
  return render_action(*run, "terms", data);
}

web::Outcome submit(const ActionRunPtr& run, const web::Form& form) {
  if (form.value("cancel")) {
    run->dependencies.log.info("terms_refused", {{"realm", run->realm->realm.name},
                                                 {"user_id", run->user.id.str()},
                                                 {"correlation_id", run->request.correlation_id}});
    return deny_client(run);
  }
  if (!form.value("accept")) return show(run, {.errors = {action_texts(*run)("termsAcceptanceRequired")}});
  const auto now = std::to_string(epoch_seconds(run->dependencies.clock.now()));
  return pass_action(
      run, {.save =
                [&users = run->dependencies.repositories.users, realm = run->realm, now](Tx& tx, const User& user) {
                  User accepted = user;
                  accepted.attributes[std::string(kAttribute)] = {now};
                  return users.update(tx, accepted, realm->realm.duplicate_emails_allowed);
                },
            .event = "terms_accepted"});
}

}  // namespace

const ActionForm kTerms = {.alias = "TERMS_AND_CONDITIONS", .show = show, .submit = submit};

}  // namespace cardea::login
