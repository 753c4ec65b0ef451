// UPDATE_PROFILE, and VERIFY_PROFILE, which the login itself asks for when something is missing: the fields of the
// realm's user profile (keycloak.md section 3.9).
#include "login/actions/actions.h"
#include "login/endpoint.h"
#include "login/profile_form.h"

namespace cardea::login {
namespace {

ProfileContext context_of(const ActionRun& run) {
  return {.realm = run.realm->realm,
          .profile = *run.realm->profile,
          .use = ProfileUse::kLogin,
          .scope = run.interaction.request.scope,
          .before = &run.user};
}

web::Response page(const ActionRun& run, const ProfileValues& values, const std::vector<ProfileProblem>& problems) {
  const auto texts = action_texts(run);
  auto data = action_data(run, {});
  add_profile_fields(data, context_of(run), values, problems, texts);
  return render_action(run, "update-profile", data);
}

web::Outcome show(const ActionRunPtr& run, const ActionView&) {
  const auto values = profile_values(run->user);
  // Who is here because something is missing sees what it is.
  const bool verifies = run->alias() == kVerifyProfile.alias;
  return page(*run, values,
              verifies ? check_profile(context_of(*run), values).problems : std::vector<ProfileProblem>());
}

web::Outcome save(const ActionRunPtr& run, const ProfileValues& values, const User& changed) {
  const auto& repositories = run->dependencies.repositories;
  auto taken = read_from(repositories.store,
                         [&](Rows& rows) { return find_taken(rows, repositories, run->realm->realm, changed); });
  if (!taken) return store_failed(run->dependencies, run->request, run->realm.get(), taken.error());
  if (!taken->empty()) return page(*run, values, *taken);
  return pass_action(run, {.save =
                               [&repositories, realm = run->realm, changed](Tx& tx, const User& user) {
                                 // Only what the form changed: roles, actions and the rest may have moved meanwhile.
                                 User merged = user;
                                 merged.username = changed.username;
                                 merged.email = changed.email;
                                 merged.email_verified = changed.email == user.email ? user.email_verified : false;
                                 merged.first_name = changed.first_name;
                                 merged.last_name = changed.last_name;
                                 merged.attributes = changed.attributes;
                                 return repositories.users.update(tx, merged, realm->realm.duplicate_emails_allowed);
                               },
                           .lost = [run, values]() -> web::Outcome {
                             return page(*run, values, {{"username", "usernameExistsMessage", {}}});
                           },
                           .event = "profile_updated"});
}

web::Outcome submit(const ActionRunPtr& run, const web::Form& form) {
  const auto context = context_of(*run);
  auto values = read_profile_form(context, form);
  auto checked = check_profile(context, values);
  if (!checked.problems.empty()) {
    for (auto& [name, held] : profile_values(run->user)) values.try_emplace(name, held);  // what may only be seen
    return page(*run, values, checked.problems);
  }
  return then_read(run->dependencies, [run, values = std::move(values), changed = std::move(checked.user)] {
    return save(run, values, changed);
  });
}

}  // namespace

const ActionForm kUpdateProfile = {.alias = "UPDATE_PROFILE", .show = show, .submit = submit, .may_repeat = true};
const ActionForm kVerifyProfile = {
    .alias = "VERIFY_PROFILE", .show = show, .submit = submit, .may_be_asked = false, .may_repeat = true};

}  // namespace cardea::login
