// VERIFY_EMAIL: a mail with a link is written when the action becomes the next one; the person opens the link, wherever
// they read mail, and goes on here. The page never takes their word for it: the user's record says whether the address
// is verified.
#include "login/actions/actions.h"
#include "login/mail_limits.h"
#include "login/send_mail.h"
#include "login/texts.h"

namespace cardea::login {
namespace {

constexpr std::string_view kTooMany = "Too many e-mails were sent. Please try again later.";

/// What is drawn and decided before the transaction.
struct Writing {
  const Dependencies& dependencies;
  RealmPtr realm;
  UserId user;
  std::string base;
  std::string client_id;
  std::string language;  // of the page
  ActionMailIds ids;
  TimePoint now;

  Stored<void> operator()(Tx& tx) const {
    auto found = dependencies.repositories.users.find(tx, realm->realm.id, user);
    if (!found) return refuse(found.error());
    if (!*found || (*found)->email.empty() || (*found)->email_verified) return {};
    const auto mail = write_action_mail(*dependencies.mailer, *realm,
                                        {.kind = ActionKind::kVerifyEmail,
                                         .user = &**found,
                                         .base = base,
                                         .client_id = client_id,
                                         .page_language = language},
                                        ids, now);
    return dependencies.repositories.mails.insert(tx, mail);
  }
};

std::optional<Writing> prepare(const Dependencies& dependencies, const web::Request& request, const RealmPtr& realm,
                               const Interaction& interaction) {
  const auto& user = std::get<AwaitingActions>(interaction.stage).proven.user;
  auto base = ready_to_mail(dependencies, request, realm->realm);
  const auto now = dependencies.clock.now();
  if (!base || !dependencies.mail_limits->take(realm->realm.id, user.str(), request.remote_address, now)) {
    return std::nullopt;
  }
  return Writing{.dependencies = dependencies,
                 .realm = realm,
                 .user = user,
                 .base = std::move(*base),
                 .client_id = interaction.request.client_id,
                 .language = texts_for(request, realm->realm, interaction.request.ui_locales, nullptr).language(),
                 .ids = draw_ids(dependencies.random),
                 .now = now};
}

std::function<Stored<void>(Tx&)> begin(const Dependencies& dependencies, const web::Request& request,
                                       const RealmPtr& realm, const Interaction& interaction) {
  auto writing = prepare(dependencies, request, realm, interaction);
  if (!writing) return {};
  return std::move(*writing);
}

web::Outcome show_with(const ActionRunPtr& run, const ActionView& view, bool was_sent) {
  auto data = action_data(*run, view);
  data.text("sent", action_texts(*run)("verifyEmailSent", {run->user.email}))
      .flag("has_email", !run->user.email.empty())
      .flag("was_sent", was_sent)
      .flag("can_send", can_send_mail(run->realm->realm));
  return render_action(*run, "verify-email", data);
}

// The address is verified: still so, and still the same, in the transaction that takes the row.
web::Outcome pass(const ActionRunPtr& run) {
  return pass_action(run, {.save = [email = run->user.email](Tx&, const User& user) -> Stored<void> {
                             if (!user.email_verified || user.email != email) return refuse(StoreError::kConflict);
                             return {};
                           },
                           .event = "email_verified"});
}

// Keycloak, too, goes on at once where there is nothing to verify; a client alone asks in vain about no address.
web::Outcome show(const ActionRunPtr& run, const ActionView& view) {
  if (run->user.email_verified) return pass(run);
  if (run->user.email.empty() && run->may_cancel()) return pass_action(run, {.failed = true});
  return show_with(run, view, false);
}

web::Outcome send_again(const ActionRunPtr& run) {
  const auto& dependencies = run->dependencies;
  if (!ready_to_mail(dependencies, run->request, run->realm->realm)) {
    return mail_failed(dependencies, run->request, run->realm->realm);
  }
  auto writing = prepare(dependencies, run->request, run->realm, run->interaction);
  if (!writing) return show(run, {.errors = {std::string(kTooMany)}});
  return web::then(web::Lane::kStore, [run, writing = std::move(*writing)]() -> web::Outcome {
    const auto stored = run->dependencies.repositories.store.write(writing);
    if (!stored) return store_failed(run->dependencies, run->request, run->realm.get(), stored.error());
    return show_with(run, {}, true);
  });
}

web::Outcome submit(const ActionRunPtr& run, const web::Form& form) {
  if (run->user.email_verified) return pass(run);
  if (form.value("resend")) return send_again(run);
  return show(run, {.errors = {"Your e-mail address is not verified yet. Please open the link in the e-mail."}});
}

}  // namespace

const ActionForm kVerifyEmail = {.alias = "VERIFY_EMAIL", .show = show, .submit = submit, .begin = begin};

}  // namespace cardea::login
