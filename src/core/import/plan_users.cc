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
