// UPDATE_EMAIL: another address, and nothing else of the profile (keycloak.md section 3.6). Where the realm asks for
// verified addresses the new one is the person's only once they opened a link that was mailed there (mail_link.cc);
// elsewhere it is theirs at once, not verified.
#include "base/text.h"
#include "core/profile/check_profile.h"
#include "core/proof_holds.h"
#include "login/actions/actions.h"
#include "login/actions/credential_setup.h"
#include "login/endpoint.h"
#include "login/mail_limits.h"
#include "login/profile_form.h"
#include "login/send_mail.h"

namespace cardea::login {
namespace {

constexpr std::string_view kField = "email";

struct Typed {
  std::string email;
  bool logout_sessions = false;
  bool is_sent = false;  // a link went to that address
};

web::Response page(const ActionRun& run, const Typed& typed, std::string error = {}) {
  std::vector<std::string> errors;
  if (!error.empty()) errors.push_back(std::move(error));
  auto data = action_data(run, {.errors = std::move(errors)});
  data.text("email", typed.email)
      .text("sent", action_texts(run)("updateEmailSent", {typed.email}))
      .flag("logout_sessions", typed.logout_sessions)
      .flag("is_sent", typed.is_sent);
  return render_action(run, "update-email", data);
}

web::Outcome show(const ActionRunPtr& run, const ActionView&) { return page(*run, {.email = run->user.email}); }

// The problem of the address itself; others of the profile are VERIFY_PROFILE's.
std::optional<std::string> problem_of(const ActionRun& run, const std::vector<ProfileProblem>& problems) {
  for (const auto& problem : problems) {
    const bool is_name = run.realm->realm.registration_email_as_username && problem.attribute == "username";
    if (problem.attribute == kField || is_name) return problem_text(action_texts(run), problem);
  }
  return std::nullopt;
}

std::function<Stored<void>(Tx&, const User&)> save(const ActionRun& run, const User& changed, bool logout_sessions) {
  return [&repositories = run.dependencies.repositories, realm = run.realm, end_others = end_other_sessions(run),
          changed, logout_sessions](Tx& tx, const User& user) -> Stored<void> {
    // A link that was asked for before is over: the person has said something else since.
    const auto over = repositories.tickets.remove(tx, realm->realm.id, TicketKind::kResetLink, email_ticket(user.id));
    if (!over) return refuse(over.error());
    User merged = user;
    merged.email = changed.email;
    merged.username = changed.username;  // follows the address where that is the name
    if (merged.email != user.email) merged.email_verified = false;
    auto stored = repositories.users.update(tx, merged, realm->realm.duplicate_emails_allowed);
    return stored && logout_sessions ? end_others(tx, user) : stored;
  };
}

/// Drawn before the transaction, which may run twice.
struct Sending {
  std::string base;
  std::string new_email;
  ActionMailIds ids;
  TimePoint now;
};

/// The mail, good for the password as it is now; links of earlier mails are over.
Stored<void> store_link(Tx& tx, const ActionRun& run, const Sending& sending) {
  const auto& repositories = run.dependencies.repositories;
  const auto stamp = load_credential_stamp(tx, repositories, run.user.id);
  if (!stamp) return refuse(stamp.error());
  const auto mail = write_action_mail(*run.dependencies.mailer, *run.realm,
                                      {.kind = ActionKind::kUpdateEmail,
                                       .user = &run.user,
                                       .base = sending.base,
                                       .client_id = run.interaction.request.client_id,
                                       .new_email = sending.new_email,
                                       .credential_stamp = *stamp,
                                       .page_language = action_texts(run).language()},
                                      sending.ids, sending.now);
  const auto newest =
      newest_link(email_ticket(run.user.id), run.realm->realm, sending.ids, ActionKind::kUpdateEmail, sending.now);
  return store_link_mail(tx, repositories, mail, newest);
}

/// Nothing of the account changes yet: a link is mailed to the address.
web::Outcome send_link(const ActionRunPtr& run, Typed typed, const User& changed) {
  const auto& dependencies = run->dependencies;
  const auto now = dependencies.clock.now();
  auto base = ready_to_mail(dependencies, run->request, run->realm->realm);
  if (!base) return mail_failed(dependencies, run->request, run->realm->realm);
  if (!dependencies.mail_limits->take(run->realm->realm.id, run->user.id.str(), run->request.remote_address, now)) {
    dependencies.log.info("login_refused", {{"reason", "too_many_mails"},
                                            {"realm", run->realm->realm.name},
                                            {"user_id", run->user.id.str()},
                                            {"remote_address", run->request.remote_address},
                                            {"correlation_id", run->request.correlation_id}});
    auto response = page(*run, typed, "Too many e-mails were asked for. Please try again later.");
    response.status = 429;
    return response;
  }
  const Sending sending{
      .base = std::move(*base), .new_email = changed.email, .ids = draw_ids(dependencies.random), .now = now};
  typed.is_sent = true;
  return web::then(web::Lane::kStore, [run, typed = std::move(typed), sending]() -> web::Outcome {
    const auto stored =
        run->dependencies.repositories.store.write([&](Tx& tx) { return store_link(tx, *run, sending); });
    if (!stored) return store_failed(run->dependencies, run->request, run->realm.get(), stored.error());
    run->dependencies.log.info("email_change_requested", {{"realm", run->realm->realm.name},
                                                          {"user_id", run->user.id.str()},
                                                          {"remote_address", run->request.remote_address},
                                                          {"correlation_id", run->request.correlation_id}});
    return page(*run, typed);
  });
}

/// The person says that they opened the link: their record says whether that is so.
web::Outcome go_on(const ActionRunPtr& run, Typed typed) {
  const auto holds = [](const User& user, const std::string& email) {
    return user.email_verified && user.email == ascii_lower(email);
  };
  if (!holds(run->user, typed.email)) {
    typed.is_sent = true;
    return page(*run, typed, "The new address is not confirmed yet. Please open the link in the e-mail.");
  }
  const auto save = [email = typed.email, holds, end_others = end_other_sessions(*run),
                     logout_sessions = typed.logout_sessions](Tx& tx, const User& user) -> Stored<void> {
    if (!holds(user, email)) return refuse(StoreError::kConflict);
    if (!logout_sessions) return {};
    return end_others(tx, user);
  };
  return pass_action(run, {.save = save});  // the link wrote the event
}

web::Outcome check_taken(const ActionRunPtr& run, const Typed& typed, const User& changed) {
  const auto& repositories = run->dependencies.repositories;
  const auto taken = read_from(repositories.store,
                               [&](Rows& rows) { return find_taken(rows, repositories, run->realm->realm, changed); });
  if (!taken) return store_failed(run->dependencies, run->request, run->realm.get(), taken.error());
  if (auto problem = problem_of(*run, *taken)) return page(*run, typed, std::move(*problem));
  if (run->realm->realm.verify_email && changed.email != run->user.email) return send_link(run, typed, changed);
  return pass_action(run, {.save = save(*run, changed, typed.logout_sessions),
                           .lost = [run, typed]() -> web::Outcome {
                             return page(*run, typed, action_texts(*run)("emailExistsMessage"));
                           },
                           .event = "email_updated"});
}

web::Outcome submit(const ActionRunPtr& run, const web::Form& form) {
  const Typed typed{.email = std::string(form.value_or(kField, "")),
                    .logout_sessions = form.value("logout-sessions").has_value()};
  if (form.value("sent")) return go_on(run, typed);
  if (typed.email.empty()) return page(*run, typed, action_texts(*run)("missingEmailMessage"));
  const ProfileContext context{.realm = run->realm->realm,
                               .profile = *run->realm->profile,
                               .use = ProfileUse::kAddress,
                               .scope = run->interaction.request.scope,
                               .before = &run->user};
  const auto checked = check_profile(context, {{std::string(kField), {typed.email}}}, true);
  if (auto problem = problem_of(*run, checked.problems)) return page(*run, typed, std::move(*problem));
  return then_read(run->dependencies,
                   [run, typed, changed = checked.user] { return check_taken(run, typed, changed); });
}

}  // namespace

const ActionForm kUpdateEmail = {.alias = "UPDATE_EMAIL", .show = show, .submit = submit};

}  // namespace cardea::login
