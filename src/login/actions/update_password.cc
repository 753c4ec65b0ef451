// UPDATE_PASSWORD: the new password is checked against the realm's policy, hashed on the hash lane, and stored.
#include "core/password_history.h"
#include "crypto/password.h"
#include "login/actions/actions.h"
#include "login/actions/credential_setup.h"
#include "login/endpoint.h"
#include "login/login_form.h"

namespace cardea::login {
namespace {

std::vector<std::string> find_problems(const ActionRun& run, const NewPasswordForm& form) {
  if (form.password.empty()) return {action_texts(run)("missingPasswordMessage")};
  if (form.password.reveal() != form.confirmation.reveal()) return {action_texts(run)("notMatchPasswordMessage")};
  std::vector<std::string> problems;
  const auto policy = PasswordPolicy::parse(run.realm->realm.password_policy);
  for (auto& violation : policy.check(form.password.reveal(), {.username = run.user.username, .email = run.user.email},
                                      run.dependencies.settings.password_lists())) {
    problems.push_back(std::move(violation.text));
  }
  return problems;
}

web::Outcome show(const ActionRunPtr& run, const ActionView& view);

// On the hash lane. `old`: what the user had, where the policy looks at it.
web::Outcome hash_and_save(const ActionRunPtr& run, const NewPasswordForm& form, const std::vector<Credential>& old) {
  const auto& dependencies = run->dependencies;
  const auto policy = PasswordPolicy::parse(run->realm->realm.password_policy);
  if (auto reuse = find_reuse(policy, old, form.password.reveal(), dependencies.clock.now())) {
    return show(run, {.errors = {std::move(reuse->text)}});
  }
  const auto hash = crypto::hash_password(form.password.reveal(), dependencies.random);
  if (!hash) {
    dependencies.log.error("password_not_hashed", {{"error", crypto::describe(hash.error())},
                                                   {"correlation_id", run->request.correlation_id}});
    return store_failed(dependencies, run->request, run->realm.get(), StoreError::kBusy);
  }
  auto json = crypto::to_keycloak_credential(*hash);
  const auto save = [&repositories = dependencies.repositories, end_others = end_other_sessions(*run), json, policy,
                     id = CredentialId(random_uuid(dependencies.random)), now = dependencies.clock.now(),
                     logout_sessions = form.logout_sessions](Tx& tx, const User& user) -> Stored<void> {
    Credential credential;
    credential.id = id;
    credential.user = user.id;
    credential.type = "password";
    credential.created_at = now;
    credential.credential_data = json.credential_data;
    credential.secret_data = SecretBytes::copy_of(json.secret_data);
    if (auto stored = store_password(tx, repositories, policy, credential); !stored) return stored;
    if (!logout_sessions) return {};
    return end_others(tx, user);
  };
  return pass_action(run, {.save = save, .event = "password_updated"});
}

web::Outcome show(const ActionRunPtr& run, const ActionView& view) {
  auto data = action_data(*run, view);
  data.text("rules", PasswordPolicy::parse(run->realm->realm.password_policy).summary());
  return render_action(*run, "update-password", data);
}

web::Outcome submit(const ActionRunPtr& run, const web::Form& posted) {
  auto form = read_new_password_form(posted);
  auto problems = find_problems(*run, form);
  if (!problems.empty()) return show(run, {.errors = std::move(problems)});
  const auto shared = std::make_shared<const NewPasswordForm>(std::move(form));
  if (!wants_history(PasswordPolicy::parse(run->realm->realm.password_policy))) {
    return web::then(web::Lane::kHash, [run, shared] { return hash_and_save(run, *shared, {}); });
  }
  return then_read(run->dependencies, [run, shared]() -> web::Outcome {
    auto old = read_from(run->dependencies.repositories.store, [&](Rows& rows) {
      return run->dependencies.repositories.credentials.list_all(rows, run->user.id);
    });
    if (!old) return store_failed(run->dependencies, run->request, run->realm.get(), old.error());
    return web::then(web::Lane::kHash,
                     [run, shared, old = std::move(*old)] { return hash_and_save(run, *shared, old); });
  });
}

}  // namespace

const ActionForm kUpdatePassword = {.alias = "UPDATE_PASSWORD", .show = show, .submit = submit};

}  // namespace cardea::login
