// UPDATE_EMAIL: another address, and nothing else of the profile (keycloak.md section 3.6). The new one is not
// verified; where the realm asks for verified addresses the login goes on to VERIFY_EMAIL before it ends
// (required_action.cc).
#include "core/profile/check_profile.h"
#include "login/actions/actions.h"
#include "login/actions/credential_setup.h"
#include "login/endpoint.h"
#include "login/profile_form.h"

namespace cardea::login {
namespace {

constexpr std::string_view kField = "email";

struct Typed {
  std::string email;
  bool logout_sessions = false;
};

web::Response page(const ActionRun& run, const Typed& typed, std::string error = {}) {
  std::vector<std::string> errors;
  if (!error.empty()) errors.push_back(std::move(error));
  auto data = action_data(run, {.errors = std::move(errors)});
  data.text("email", typed.email).flag("logout_sessions", typed.logout_sessions);
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
    User merged = user;
    merged.email = changed.email;
    merged.username = changed.username;  // follows the address where that is the name
    if (merged.email != user.email) merged.email_verified = false;
    auto stored = repositories.users.update(tx, merged, realm->realm.duplicate_emails_allowed);
    return stored && logout_sessions ? end_others(tx, user) : stored;
  };
}

web::Outcome check_taken(const ActionRunPtr& run, const Typed& typed, const User& changed) {
  const auto& repositories = run->dependencies.repositories;
  const auto taken = read_from(repositories.store,
                               [&](Rows& rows) { return find_taken(rows, repositories, run->realm->realm, changed); });
  if (!taken) return store_failed(run->dependencies, run->request, run->realm.get(), taken.error());
  if (auto problem = problem_of(*run, *taken)) return page(*run, typed, std::move(*problem));
  return pass_action(run, {.save = save(*run, changed, typed.logout_sessions),
                           .lost = [run, typed]() -> web::Outcome {
                             return page(*run, typed, action_texts(*run)("emailExistsMessage"));
                           },
                           .event = "email_updated"});
}

web::Outcome submit(const ActionRunPtr& run, const web::Form& form) {
  const Typed typed{.email = std::string(form.value_or(kField, "")),
                    .logout_sessions = form.value("logout-sessions").has_value()};
  if (typed.email.empty()) return page(*run, typed, action_texts(*run)("missingEmailMessage"));
  const ProfileContext context{.realm = run->realm->realm,
                               .profile = *run->realm->profile,
                               .use = ProfileUse::kLogin,
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
