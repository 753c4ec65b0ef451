#include "login/update_password.h"

#include <algorithm>
#include <optional>

#include "base/assert.h"
#include "core/password_policy.h"
#include "crypto/password.h"
#include "login/endpoint.h"
#include "login/flow_cookie.h"
#include "login/form_pages.h"

namespace cardea::login {
namespace {

constexpr std::string_view kAction = "UPDATE_PASSWORD";

// Everything random or timed is drawn before the transaction, which may run twice.
struct Change {
  std::string secret_data, credential_data;
  CredentialId credential_id;
  TimePoint now{};
  bool logout_sessions = false;
  std::optional<NextRow> next;  // the row of the actions that remain
};

std::vector<std::string> find_problems(const PendingAction& pending, const NewPasswordForm& form) {
  if (form.password.empty()) return {"Please specify password."};
  if (form.password.reveal() != form.confirmation.reveal()) return {"Passwords don't match."};
  std::vector<std::string> problems;
  const auto policy = PasswordPolicy::parse(pending.realm->realm.password_policy);
  for (auto& violation :
       policy.check(form.password.reveal(), {.username = pending.user.username, .email = pending.user.email})) {
    problems.push_back(std::move(violation.text));
  }
  return problems;
}

Stored<void> store_change(Tx& tx, const PendingAction& pending, const Change& change) {
  const auto& repositories = pending.dependencies.repositories;
  const auto& realm = pending.realm->realm;
  if (auto taken = repositories.interactions.take(tx, handle_hash(pending.link.session_code)); !taken) return taken;
  auto user = repositories.users.find(tx, realm.id, pending.user.id);
  if (!user) return refuse(user.error());
  if (!*user || !(*user)->enabled) return refuse(StoreError::kConflict);  // gone or disabled meanwhile

  Credential credential;
  credential.id = change.credential_id;
  credential.user = pending.user.id;
  credential.type = "password";
  credential.created_at = change.now;
  credential.credential_data = change.credential_data;
  credential.secret_data = SecretBytes::copy_of(change.secret_data);
  if (auto stored = repositories.credentials.replace(tx, credential); !stored) return stored;

  auto actions = (*user)->required_actions;
  std::erase(actions, kAction);
  if (auto stored = repositories.users.set_required_actions(tx, pending.user.id, actions); !stored) return stored;
  if (change.logout_sessions) {
    if (auto ended = repositories.sessions.remove_of_user(tx, realm.id, pending.user.id); !ended) {
      return refuse(ended.error());
    }
  }
  if (!change.next) return {};
  return repositories.interactions.insert(tx, handle_hash(change.next->handle), change.next->interaction);
}

// On the store lane.
web::Outcome save(const PendingActionPtr& pending, const Change& change) {
  const auto& dependencies = pending->dependencies;
  const auto saved =
      dependencies.repositories.store.write([&pending, &change](Tx& tx) { return store_change(tx, *pending, change); });
  if (!saved && saved.error() == StoreError::kConflict) {
    return refuse_login(dependencies, pending->request, pending->realm, pending->link, Refusal::kGone);
  }
  if (!saved) return store_failed(dependencies, pending->request, pending->realm.get(), saved.error());
  dependencies.log.info("password_updated", {{"realm", pending->realm->realm.name},
                                             {"user_id", pending->user.id.str()},
                                             {"logout_sessions", change.logout_sessions},
                                             {"correlation_id", pending->request.correlation_id}});
  if (change.next) {
    return redirect_to_action(dependencies, pending->request, pending->realm->realm, *change.next);
  }
  return complete_with_cookie(dependencies, pending->request, pending->realm, pending->interaction.request,
                              pending->stage().proven, new_flow_cookie(dependencies.random));
}

// On the hash lane.
web::Outcome hash_and_save(const PendingActionPtr& pending, const NewPasswordForm& form) {
  const auto& dependencies = pending->dependencies;
  const auto hash = crypto::hash_password(form.password.reveal(), dependencies.random);
  if (!hash) {
    dependencies.log.error("password_not_hashed", {{"error", crypto::describe(hash.error())},
                                                   {"correlation_id", pending->request.correlation_id}});
    return store_failed(dependencies, pending->request, pending->realm.get(), StoreError::kBusy);
  }
  auto json = crypto::to_keycloak_credential(*hash);
  Change change;
  change.secret_data = std::move(json.secret_data);
  change.credential_data = std::move(json.credential_data);
  change.credential_id = CredentialId(random_uuid(dependencies.random));
  change.now = dependencies.clock.now();
  change.logout_sessions = form.logout_sessions;
  auto rest = pending->stage().actions;
  rest.erase(rest.begin());
  if (!rest.empty()) {
    change.next = make_row(dependencies, pending->realm->realm, pending->interaction.id, pending->interaction.request,
                           AwaitingActions{.proven = pending->stage().proven, .actions = std::move(rest)});
  }
  return web::then(web::Lane::kStore, [pending, change = std::move(change)] { return save(pending, change); });
}

}  // namespace

web::Response show_update_password(const PendingAction& pending, std::vector<std::string> errors) {
  CARDEA_ASSERT(pending.stage().actions.front() == kAction);  // the only action with a page
  return update_password_page(
      pending.dependencies, pending.request, *pending.realm,
      {.request = pending.interaction.request,
       .link = make_link(pending.interaction.request, pending.interaction.id, pending.link.session_code, kAction),
       .username = pending.user.username,
       .rules = PasswordPolicy::parse(pending.realm->realm.password_policy).summary(),
       .errors = std::move(errors)});
}

web::Outcome submit_update_password(const PendingActionPtr& pending, NewPasswordForm form) {
  auto problems = find_problems(*pending, form);
  if (!problems.empty()) return show_update_password(*pending, std::move(problems));
  return web::then(web::Lane::kHash, [pending, form = std::move(form)] { return hash_and_save(pending, form); });
}

}  // namespace cardea::login
