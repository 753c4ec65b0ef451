#include "admin/users/new_password.h"

#include <algorithm>

#include "admin/roles/role_rights.h"
#include "core/changes/admin_power.h"
#include "core/password_history.h"
#include "crypto/password.h"

namespace cardea::admin {
namespace {

Or<Credential> hash_credential(Call& call, const SecretBytes& password, const PasswordOwner& owner) {
  const auto policy = PasswordPolicy::parse(call.realm().password_policy);
  const auto violations = policy.check(password.reveal(), owner, call.dependencies().settings.password_lists());
  if (!violations.empty()) return refuse(error(400, violations.front().key, violations.front().text));
  const auto hash = crypto::hash_password(password.reveal(), call.random());
  if (!hash) return refuse(StoreError::kBusy);
  auto documents = crypto::to_keycloak_credential(*hash);
  Credential credential;
  credential.id = CredentialId(call.new_id());
  credential.type = "password";
  credential.created_at = call.now();
  credential.credential_data = std::move(documents.credential_data);
  credential.secret_data = SecretBytes(std::move(documents.secret_data));
  return credential;
}

/// `old`: what the owner has already.
Or<void> prepare(Call& call, const json::object& object, const PasswordOwner& owner, const std::vector<Credential>& old,
                 PreparedCredentials& into) {
  RepresentationProblems problems;
  auto read = parse_credential(object, JsonPath(), problems);
  if (!problems.empty()) return refuse(bad_representation(problems));
  into.is_temporary = into.is_temporary || read.temporary;
  if (read.plain) {
    const auto policy = PasswordPolicy::parse(call.realm().password_policy);
    if (const auto reuse = find_reuse(policy, old, read.plain->reveal(), call.now())) {
      return refuse(error(400, reuse->key, reuse->text));
    }
    CARDEA_TRY(credential, hash_credential(call, *read.plain, owner));
    into.credentials.push_back(std::move(credential));
    return {};
  }
  if (read.credential.type == "password" &&
      !crypto::parse_keycloak_credential(read.credential.secret_data.reveal(), read.credential.credential_data)) {
    return refuse(error_message(400, "Could not read the hashed password"));
  }
  read.credential.id = CredentialId(call.new_id());
  read.credential.created_at = call.now();
  into.credentials.push_back(std::move(read.credential));
  return {};
}

/// Whose password it is, as they stand before the transaction, which loads the user again.
struct Owner {
  User user;
  std::vector<Credential> old{};
};

/// 403 for a user that the caller may not change: what is said of a password is said to nobody else, or a guess could
/// be compared with an administrator's.
Or<Owner> read_owner(Call& call, bool with_credentials) {
  const auto& repositories = call.repositories();
  std::optional<Owner> owner;
  Or<bool> may = false;
  CARDEA_DO(repositories.store.read([&](Rows& rows) -> Stored<void> {
    auto user = repositories.users.find(rows, call.realm().id, UserId(call.path("userId")));
    if (!user) return refuse(user.error());
    if (!*user) return {};
    owner = Owner{.user = std::move(**user)};
    const auto assigned = cardea::assigned_roles(rows, repositories, call.realm().id, owner->user.id);
    if (!assigned) return refuse(assigned.error());
    may = are_roles_covered(call, rows, *assigned);
    if (!with_credentials) return {};
    auto credentials = repositories.credentials.list_all(rows, owner->user.id);
    if (!credentials) return refuse(credentials.error());
    owner->old = std::move(*credentials);
    return {};
  }));
  if (!owner) return refuse(not_found("User not found"));
  CARDEA_TRY(covered, std::move(may));
  if (!covered) return refuse(forbidden());
  return std::move(*owner);
}

}  // namespace

Prepared prepare_reset_password(Call& call) {
  CARDEA_TRY(body, call.body_object());
  const auto* value = find_string(*body, "value");
  if (value == nullptr) return refuse(error(400, "No password provided"));
  if (value->empty()) return refuse(error(400, "Empty password not allowed"));
  auto object = *body;
  object["type"] = "password";
  auto prepared = std::make_shared<PreparedCredentials>();
  const auto policy = PasswordPolicy::parse(call.realm().password_policy);
  CARDEA_TRY(owner, read_owner(call, wants_history(policy)));
  const PasswordOwner names{.username = owner.user.username, .email = owner.user.email};
  CARDEA_DO(prepare(call, object, names, owner.old, *prepared));
  call.prepared = std::move(prepared);
  return {};
}

Prepared prepare_user_credentials(Call& call) {
  CARDEA_TRY(body, call.body_object());
  const auto* list = body->if_contains("credentials");
  if (list == nullptr || !list->is_array()) return {};
  auto prepared = std::make_shared<PreparedCredentials>();
  Owner owner;
  if (call.operation_path_has("{userId}")) {  // theirs who are there: the body says only what changes
    CARDEA_TRY(found, read_owner(call, wants_history(PasswordPolicy::parse(call.realm().password_policy))));
    owner = std::move(found);
  }
  const auto email = string_or(*body, "email", owner.user.email);
  const auto username = call.realm().registration_email_as_username && !email.empty()
                            ? email
                            : string_or(*body, "username", owner.user.username);
  for (const auto& item : list->get_array()) {
    const auto* object = item.if_object();
    if (object == nullptr) return refuse(error(400, "unknown_error", "Cannot parse the JSON"));
    CARDEA_DO(prepare(call, *object, {.username = username, .email = email}, owner.old, *prepared));
  }
  call.prepared = std::move(prepared);
  return {};
}

PreparedCredentials* prepared_credentials(Call& call) { return static_cast<PreparedCredentials*>(call.prepared.get()); }

Or<void> store_credentials(Call& call, User& user) {
  auto* prepared = prepared_credentials(call);
  if (prepared == nullptr) return {};
  const auto policy = PasswordPolicy::parse(call.realm().password_policy);
  for (auto& credential : prepared->credentials) {
    credential.user = user.id;
    CARDEA_DO(credential.type == kPasswordCredential
                  ? store_password(call.tx(), call.repositories(), policy, credential)
                  : call.repositories().credentials.insert(call.tx(), credential));
  }
  const std::string action = "UPDATE_PASSWORD";
  const bool has = std::ranges::find(user.required_actions, action) != user.required_actions.end();
  if (prepared->is_temporary == has || (!prepared->is_temporary && prepared->credentials.empty())) return {};
  if (prepared->is_temporary) {
    user.required_actions.push_back(action);
  } else {
    std::erase(user.required_actions, action);
  }
  CARDEA_DO(call.repositories().users.set_required_actions(call.tx(), user.id, user.required_actions));
  return {};
}

}  // namespace cardea::admin
