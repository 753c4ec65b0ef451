// Users, what tokens are made of, credentials and the server's own rows of the MemoryStore.
#include <algorithm>

#include "base/assert.h"
#include "base/text.h"
#include "tests/support/memory_data.h"

namespace cardea {

Credential copy_of(const Credential& credential) {
  const auto& [id, user, type, label, created_at, priority, data, secret] = credential;
  return Credential{id, user, type, label, created_at, priority, data, secret.clone()};
}

std::optional<Subject> find_subject(const MemoryData& data, const RealmId& realm, std::string_view user) {
  const auto* row = data.users.find(user);
  if (row == nullptr || (*row)->user.realm != realm) return std::nullopt;
  return **row;
}

namespace {

class MemoryUsers final : public UserRepo {
 public:
  Stored<std::optional<User>> find(Rows& rows, const RealmId& realm, const UserId& id) override {
    return user_of(find_subject(rows_of(rows), realm, id.str()));
  }
  Stored<std::optional<User>> find_by_username(Rows& rows, const RealmId& realm, std::string_view username) override {
    const auto& data = rows_of(rows);
    const auto* id = data.usernames.find(key_of(realm.str(), username));
    return id == nullptr ? std::nullopt : user_of(find_subject(data, realm, *id));
  }
  Stored<std::optional<User>> find_by_email(Rows& rows, const RealmId& realm, std::string_view email) override {
    const auto& data = rows_of(rows);
    const auto* ids = data.emails.find(key_of(realm.str(), email));
    if (ids == nullptr || ids->size() != 1) return std::nullopt;
    return user_of(find_subject(data, realm, *ids->begin()));
  }
  Stored<void> insert(Tx& tx, const User& user, bool duplicate_emails) override {
    CARDEA_ASSERT(user.username == ascii_lower(user.username) && user.email == ascii_lower(user.email));
    auto& data = rows_of(tx);
    const auto name = key_of(user.realm.str(), user.username);
    const auto email = key_of(user.realm.str(), user.email);
    if (!data.realms.contains(user.realm.str())) return refuse(StoreError::kConflict);
    if (data.users.contains(user.id.str()) || data.usernames.contains(name)) return refuse(StoreError::kConflict);
    if (!user.email.empty() && !duplicate_emails && data.emails.contains(email)) return refuse(StoreError::kConflict);
    if (user.service_account_client) {
      if (!data.clients.contains(user.service_account_client->str())) return refuse(StoreError::kConflict);
      auto& accounts = data.service_accounts.edit();
      if (!accounts.emplace(user.service_account_client->str(), user.id.str()).second)
        return refuse(StoreError::kConflict);
    }
    data.users.edit()[user.id.str()] = std::make_shared<Subject>(Subject{user, {}, {}});
    data.usernames.edit()[name] = user.id.str();
    if (!user.email.empty()) data.emails.edit()[email].insert(user.id.str());
    return user.service_account_client ? raise(data, user.realm) : Stored<void>{};
  }
  Stored<void> set_required_actions(Tx& tx, const UserId& user, const std::vector<std::string>& actions) override {
    return change(tx, user, [&](Subject& subject) { subject.user.required_actions = actions; });
  }
  Stored<void> set_email_verified(Tx& tx, const UserId& user, std::string_view email) override {
    bool is_same = true;
    auto changed = change(tx, user, [&](Subject& subject) {
      is_same = subject.user.email == email;
      if (is_same) subject.user.email_verified = true;
    });
    if (changed && !is_same) return refuse(StoreError::kConflict);
    return changed;
  }
  Stored<void> add_role(Tx& tx, const UserId& user, const RoleId& role) override {
    if (!rows_of(tx).roles.contains(role.str())) return refuse(StoreError::kConflict);
    return change(tx, user, [&](Subject& subject) { add(subject.roles, role); });
  }
  Stored<void> add_group(Tx& tx, const UserId& user, const GroupId& group) override {
    if (!rows_of(tx).groups.contains(group.str())) return refuse(StoreError::kConflict);
    return change(tx, user, [&](Subject& subject) { add(subject.groups, group); });
  }

 private:
  static std::optional<User> user_of(std::optional<Subject> subject) {
    if (!subject) return std::nullopt;
    return std::move(subject->user);
  }
  template <class Item>
  static void add(std::vector<Item>& items, const Item& item) {
    if (std::ranges::find(items, item) == items.end()) items.push_back(item);
  }
  template <class Change>
  static Stored<void> change(Tx& tx, const UserId& user, Change&& apply) {
    auto& data = rows_of(tx);
    const auto* row = data.users.find(user.str());
    if (row == nullptr) return refuse(StoreError::kConflict);
    auto next = std::make_shared<Subject>(**row);
    apply(*next);
    const bool is_service_account = next->user.service_account_client.has_value();
    const auto realm = next->user.realm;
    data.users.edit()[user.str()] = std::move(next);
    return is_service_account ? raise(data, realm) : Stored<void>{};
  }
};

class MemorySubjects final : public SubjectRepo {
 public:
  Stored<std::optional<Subject>> load(Rows& rows, const RealmId& realm, const UserId& user) override {
    return find_subject(rows_of(rows), realm, user.str());
  }
  Stored<std::optional<Subject>> load_service_account(Rows& rows, const RealmId& realm,
                                                      const ClientId& client) override {
    const auto& data = rows_of(rows);
    const auto* id = data.service_accounts.find(client.str());
    return id == nullptr ? std::nullopt : find_subject(data, realm, *id);
  }
};

class MemoryCredentials final : public CredentialRepo {
 public:
  Stored<std::vector<Credential>> list(Rows& rows, const UserId& user, std::string_view type) override {
    auto all = list_all(rows, user);
    if (all) std::erase_if(*all, [&](const Credential& credential) { return credential.type != type; });
    return all;
  }
  Stored<void> change_data(Tx& tx, const UserId& user, const CredentialId& id, std::string_view before,
                           std::string_view after) override {
    auto& data = rows_of(tx);
    const auto* row = data.credentials.find(id.str());
    if (row == nullptr || (*row)->user != user || (*row)->credential_data != before)
      return refuse(StoreError::kConflict);
    auto next = std::make_shared<Credential>(copy_of(**row));
    next->credential_data = after;
    data.credentials.edit()[id.str()] = std::move(next);
    return {};
  }
  Stored<std::vector<Credential>> list_all(Rows& rows, const UserId& user) override {
    const auto& data = rows_of(rows);
    std::vector<Credential> credentials;
    const auto* ids = data.user_credentials.find(user.str());
    if (ids == nullptr) return credentials;
    for (const auto& id : *ids) {
      credentials.push_back(copy_of(**data.credentials.find(id)));
    }
    std::ranges::sort(credentials, {}, [](const Credential& c) { return std::tuple(c.priority, c.created_at, c.id); });
    return credentials;
  }
  Stored<void> insert(Tx& tx, const Credential& credential) override {
    auto& data = rows_of(tx);
    if (!data.users.contains(credential.user.str())) return refuse(StoreError::kConflict);
    if (data.credentials.contains(credential.id.str())) return refuse(StoreError::kConflict);
    data.credentials.edit()[credential.id.str()] = std::make_shared<Credential>(copy_of(credential));
    data.user_credentials.edit()[credential.user.str()].push_back(credential.id.str());
    return {};
  }
  Stored<void> replace(Tx& tx, const Credential& credential) override {
    auto& data = rows_of(tx);
    auto& credentials = data.credentials.edit();
    std::erase_if(data.user_credentials.edit()[credential.user.str()], [&](const std::string& id) {
      return credentials.at(id)->type == credential.type && credentials.erase(id) > 0;
    });
    return insert(tx, credential);
  }
};

class MemoryServer final : public ServerRepo {
 public:
  Stored<std::optional<std::string>> find(Rows& rows, std::string_view name) override {
    const auto* value = rows_of(rows).server.find(name);
    if (value == nullptr) return std::nullopt;
    return *value;
  }
  Stored<void> insert(Tx& tx, std::string_view name, std::string_view value) override {
    auto& rows = rows_of(tx).server.edit();
    if (!rows.emplace(std::string(name), std::string(value)).second) return refuse(StoreError::kConflict);
    return {};
  }
};

}  // namespace

void make_user_repos(MemoryRepos& repos) {
  repos.users = std::make_unique<MemoryUsers>();
  repos.subjects = std::make_unique<MemorySubjects>();
  repos.credentials = std::make_unique<MemoryCredentials>();
  repos.server = std::make_unique<MemoryServer>();
}

}  // namespace cardea
