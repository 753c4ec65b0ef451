#include "core/import/plan_users.h"

#include <algorithm>

#include "core/changes/check_values.h"
#include "core/changes/federated_links.h"
#include "core/changes/new_client.h"

namespace cardea {
namespace {

constexpr std::string_view kUpdatePassword = "UPDATE_PASSWORD";

void check_credentials(const UserRepresentation& user, const JsonPath& at, RepresentationProblems& problems) {
  const JsonPath list(at, "credentials");
  for (std::size_t i = 0; i < user.credentials.size(); ++i) {
    const auto& item = user.credentials[i];
    const JsonPath here(list, i);
    if (!item.credential.id.empty()) {
      if (const auto complaint = check_id(item.credential.id.str())) problems.add(JsonPath(here, "id"), *complaint);
    }
    if (!item.plain) continue;
    if (const auto complaint = check_new_password(item.plain->reveal()))
      problems.add(JsonPath(here, "value"), *complaint);
  }
}

/// What the user agreed to ("clientConsents", keycloak.md section 5.3), read against the plan.
std::vector<Consent> read_consents(const User& user, RealmPlan& plan, TimePoint now, const JsonPath& at,
                                   RepresentationProblems& problems) {
  std::vector<Consent> out;
  const auto* listed = user.extra.if_contains("clientConsents");
  if (listed == nullptr || listed->is_null()) return out;
  const JsonPath list(at, "clientConsents");
  if (!listed->is_array()) {
    problems.add(list, "expected a list");
    return out;
  }
  for (std::size_t i = 0; i < listed->get_array().size(); ++i) {
    const JsonPath here(list, i);
    const auto* object = listed->get_array()[i].if_object();
    const auto* client = object == nullptr ? nullptr : plan.find_client(string_or(*object, "clientId", ""));
    if (client == nullptr) {
      problems.add(JsonPath(here, "clientId"), "there is no such client");
      continue;
    }
    Consent consent{.user = user.id, .client = client->id, .scopes = {}};
    const auto* granted = object->if_contains("grantedClientScopes");
    for (const auto& name : granted != nullptr && granted->is_array() ? granted->get_array() : json::array()) {
      const auto* scope = name.is_string() ? plan.find_scope(std::string_view(name.get_string())) : nullptr;
      if (scope == nullptr) {
        problems.add(JsonPath(here, "grantedClientScopes"), "one of them is no client scope");
        break;
      }
      consent.scopes.push_back(scope->id);
    }
    std::ranges::sort(consent.scopes);
    const auto repeated = std::ranges::unique(consent.scopes);
    consent.scopes.erase(repeated.begin(), repeated.end());
    const auto moment = [&](std::string_view name) {
      const auto at_ms = int_or(*object, name, -1);
      return at_ms < 0 ? now : from_epoch_milliseconds(at_ms);
    };
    consent.created_at = moment("createdDate");
    consent.updated_at = moment("lastUpdatedDate");
    out.push_back(std::move(consent));
  }
  return out;
}

Result<Credential, crypto::PasswordError> make_credential(CredentialRepresentation from, const User& user,
                                                          TimePoint now, Random& random) {
  auto credential = std::move(from.credential);
  if (credential.id.empty()) credential.id = CredentialId(random_uuid(random));
  credential.user = user.id;
  if (credential.created_at == TimePoint{}) credential.created_at = now;
  if (!from.plain) return credential;
  const auto hash = crypto::hash_password(from.plain->reveal(), random);
  if (!hash) return refuse(hash.error());
  auto documents = crypto::to_keycloak_credential(*hash);
  credential.credential_data = std::move(documents.credential_data);
  credential.secret_data = SecretBytes(std::move(documents.secret_data));
  return credential;
}

}  // namespace

UserRepresentation read_user(const json::object& object, const JsonPath& at, RepresentationProblems& problems) {
  UserRepresentation base;
  base.user.enabled = false;
  return parse_user(object, at, problems, std::move(base));
}

void UserNames::look_over(const UserRepresentation& from, const JsonPath& at, RealmPlan& plan, Random& random,
                          RepresentationProblems& problems, ImportReview& review) {
  const auto& user = from.user;
  const auto complain = [&](std::string_view member, const Complaint& complaint) {
    if (complaint) problems.add(JsonPath(at, member), *complaint);
  };
  complain("username", check_username(user.username));
  complain("email", check_email(user.email));
  if (!user.id.empty()) complain("id", check_id(user.id.str()));
  if (!usernames_.insert(user.username).second) complain("username", "another user has it");
  if (!user.id.empty() && !ids_.insert(user.id.str()).second) complain("id", "another user has it");
  if (!user.email.empty() && !plan.realm.duplicate_emails_allowed && !emails_.insert(user.email).second) {
    complain("email", "another user has it");
  }
  (void)role_ids(plan, from.roles, at, random, problems, review);
  const JsonPath groups(at, "groups");
  for (std::size_t i = 0; i < from.groups.size(); ++i) {
    if (plan.find_group(from.groups[i]) == nullptr) problems.add(JsonPath(groups, i), "there is no such group");
  }
  const auto& account_of = from.service_account_client;
  if (!account_of.empty()) {
    if (plan.find_client(account_of) == nullptr) complain("serviceAccountClientId", "there is no such client");
    if (!service_accounts_.insert(account_of).second) complain("serviceAccountClientId", "another user has it");
  }
  const auto links = federated_links(user, plan.realm, {});
  for (const auto& link : links) {
    if (links_.insert(link.provider + "\n" + link.upstream_id).second) continue;
    complain("federatedIdentities", "another user has one of them");
  }
  const auto* listed = user.extra.if_contains("federatedIdentities");
  if (listed != nullptr && listed->is_array() && listed->get_array().size() > links.size()) {
    review.add(ReviewReason::kNotRun, "users.federatedIdentities", JsonPath(at, "federatedIdentities"));
  }
  check_credentials(from, at, problems);
  (void)read_consents(user, plan, {}, at, problems);
}

Result<UserRows, crypto::PasswordError> make_user_rows(UserRepresentation from, RealmPlan& plan, TimePoint now,
                                                       Random& random) {
  UserRows rows;
  rows.user = std::move(from.user);
  auto& user = rows.user;
  if (user.id.empty()) user.id = UserId(random_uuid(random));
  user.realm = plan.realm.id;
  if (user.created_at == TimePoint{}) user.created_at = now;
  if (const auto* client = plan.find_client(from.service_account_client)) user.service_account_client = client->id;
  for (auto& item : from.credentials) {
    auto& actions = user.required_actions;
    if (item.temporary && std::ranges::find(actions, kUpdatePassword) == actions.end())
      actions.emplace_back(kUpdatePassword);
    auto credential = make_credential(std::move(item), user, now, random);
    if (!credential) return refuse(credential.error());
    rows.credentials.push_back(std::move(*credential));
  }
  rows.links = take_federated_links(user, plan.realm, now);
  RepresentationProblems none;  // looked over already
  rows.consents = read_consents(user, plan, now, {}, none);
  user.extra.erase("clientConsents");
  ImportReview nothing;
  rows.roles = role_ids(plan, from.roles, {}, random, none, nothing);
  for (const auto& path : from.groups) {
    const auto* group = plan.find_group(path);
    if (group != nullptr && std::ranges::find(rows.groups, group->id) == rows.groups.end())
      rows.groups.push_back(group->id);
  }
  return rows;
}

std::vector<UserRows> make_service_accounts(const RealmPlan& plan, const UserNames& names, TimePoint now,
                                            Random& random, RepresentationProblems& problems) {
  std::vector<UserRows> accounts;
  const JsonPath root;
  const JsonPath list(root, "clients");
  for (std::size_t i = 0; i < plan.clients.size(); ++i) {
    const auto& client = plan.clients[i];
    if (!client.service_accounts_enabled || names.has_service_account(client.client_id)) continue;
    UserRows rows;
    rows.user.id = UserId(random_uuid(random));
    rows.user.realm = plan.realm.id;
    rows.user.username = service_account_username(client.client_id);
    rows.user.created_at = now;
    rows.user.service_account_client = client.id;
    rows.roles.push_back(plan.realm.default_role);
    if (names.has_username(rows.user.username)) {
      problems.add(JsonPath(list, i), "a user has the name of its service account and no serviceAccountClientId");
    }
    accounts.push_back(std::move(rows));
  }
  return accounts;
}

}  // namespace cardea
