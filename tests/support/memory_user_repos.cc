// Users, what tokens are made of, credentials and the server's own rows of the MemoryStore.
#include <algorithm>

#include "base/assert.h"
#include "base/text.h"
#include "domain/group_source.h"
#include "tests/support/memory_data.h"

namespace cardea {

Credential copy_of(const Credential& credential) {
  const auto& [id, user, type, label, created_at, priority, data, secret] = credential;
  return Credential{id, user, type, label, created_at, priority, data, secret.clone()};
}

namespace {

/// A managed member of an organization that is switched off.
bool is_suspended(const MemoryData& data, const UserId& user) {
  return std::ranges::any_of(data.organizations.rows(), [&](const auto& row) {
    const auto* membership = data.memberships.find(key_of(row.first, user.str()));
    return !row.second->enabled && membership != nullptr && *membership == Membership::kManaged;
  });
}

}  // namespace

std::optional<Subject> find_subject(const MemoryData& data, const RealmId& realm, std::string_view user) {
  const auto* row = data.users.find(user);
  if (row == nullptr || (*row)->user.realm != realm) return std::nullopt;
  auto subject = **row;
  subject.user.suspended = is_suspended(data, subject.user.id);
  return subject;
}

namespace {

bool gives_below(const MemoryData& data, const GroupId& id) {
  const auto* group = data.groups.find(id.str());
  return group != nullptr && (gives_something(**group) || ((*group)->parent && gives_below(data, *(*group)->parent)));
}

}  // namespace

void leave_out_groups_that_give_nothing(const MemoryData& data, Subject& subject) {
  if (subject.groups.size() <= kMembershipsLoadedMax) return;
  const auto giving = std::ranges::count_if(data.groups.rows(), [&](const auto& row) {
    return row.second->realm == subject.user.realm && gives_below(data, row.second->id);
  });
  if (giving > static_cast<std::ptrdiff_t>(kGivingGroupsMax)) return;
  std::erase_if(subject.groups, [&](const GroupId& group) { return !gives_below(data, group); });
  subject.groups_are_whole = false;
}

namespace {

std::optional<Subject> giving_subject(const MemoryData& data, const RealmId& realm, std::string_view user) {
  auto subject = find_subject(data, realm, user);
  if (subject) leave_out_groups_that_give_nothing(data, *subject);
  return subject;
}

class MemoryUsers final : public UserRepo {
 public:
  Stored<std::optional<User>> find(Rows& rows, const RealmId& realm, const UserId& id) override {
    return user_of(find_subject(rows_of(rows), realm, id.str()));
  }
  Stored<std::vector<User>> find_all(Rows& rows, const RealmId& realm, const std::vector<UserId>& ids) override {
    const auto& data = rows_of(rows);
    std::vector<User> found;
    for (const auto& id : ids) {
      auto user = user_of(find_subject(data, realm, id.str()));
      if (user && std::ranges::find(found, id, &User::id) == found.end()) found.push_back(std::move(*user));
    }
    std::ranges::sort(found, {}, &User::username);
    return found;
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
  Stored<void> set_enabled(Tx& tx, const UserId& user, bool enabled) override {
    const auto done = change(tx, user, [enabled](Subject& subject) { subject.user.enabled = enabled; });
    return done || done.error() != StoreError::kConflict ? done : Stored<void>();
  }
  Stored<void> set_not_before(Tx& tx, const UserId& user, std::int64_t not_before) override {
    return change(tx, user, [not_before](Subject& subject) { subject.user.not_before = not_before; });
  }
  Stored<void> lock(Tx&, const UserId&) override { return {}; }  // one writer at a time
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

  Stored<std::vector<User>> search(Rows& rows, const RealmId& realm, const UserQuery& query) override {
    auto users = matching(rows_of(rows), realm, query);
    const auto begin = std::min(users.size(), static_cast<std::size_t>(query.first));
    users.erase(users.begin(), users.begin() + static_cast<std::ptrdiff_t>(begin));
    if (query.max >= 0 && users.size() > static_cast<std::size_t>(query.max)) {
      users.resize(static_cast<std::size_t>(query.max));
    }
    return users;
  }
  Stored<std::int64_t> count(Rows& rows, const RealmId& realm, const UserQuery& query) override {
    return static_cast<std::int64_t>(matching(rows_of(rows), realm, query).size());
  }
  Stored<void> update(Tx& tx, const User& user, bool duplicate_emails) override {
    auto& data = rows_of(tx);
    const auto before = find_subject(data, user.realm, user.id.str());
    if (!before) return refuse(StoreError::kConflict);
    const auto name = key_of(user.realm.str(), user.username);
    const auto email = key_of(user.realm.str(), user.email);
    const auto* holder = data.usernames.find(name);
    if (holder != nullptr && *holder != user.id.str()) return refuse(StoreError::kConflict);
    if (const auto* ids = user.email.empty() ? nullptr : data.emails.find(email); ids != nullptr && !duplicate_emails) {
      for (const auto& id : *ids) {
        if (id != user.id.str()) return refuse(StoreError::kConflict);
      }
    }
    data.usernames.edit().erase(key_of(user.realm.str(), before->user.username));
    auto& emails = data.emails.edit();
    const auto old_email = key_of(user.realm.str(), before->user.email);
    if (const auto found = emails.find(old_email); found != emails.end()) {
      found->second.erase(user.id.str());
      if (found->second.empty()) emails.erase(found);
    }
    data.usernames.edit()[name] = user.id.str();
    if (!user.email.empty()) emails[email].insert(user.id.str());
    return change(tx, user.id, [&](Subject& subject) {
      const auto created_at = subject.user.created_at;
      auto client = subject.user.service_account_client;
      const bool enabled = subject.user.enabled;
      const auto not_before = subject.user.not_before;
      subject.user = user;
      subject.user.enabled = enabled;
      subject.user.not_before = not_before;
      subject.user.created_at = created_at;
      subject.user.service_account_client = std::move(client);
    });
  }
  Stored<bool> remove(Tx& tx, const RealmId& realm, const UserId& user) override {
    auto& data = rows_of(tx);
    const auto before = find_subject(data, realm, user.str());
    if (!before) return false;
    erase_user(data, user);
    if (before->user.service_account_client) {
      if (auto raised = raise(data, realm); !raised) return refuse(raised.error());
    }
    return true;
  }
  Stored<void> remove_role(Tx& tx, const UserId& user, const RoleId& role) override {
    if (!rows_of(tx).users.contains(user.str())) return {};
    return change(tx, user, [&](Subject& subject) { std::erase(subject.roles, role); });
  }
  Stored<void> remove_group(Tx& tx, const UserId& user, const GroupId& group) override {
    if (!rows_of(tx).users.contains(user.str())) return {};
    return change(tx, user, [&](Subject& subject) { std::erase(subject.groups, group); });
  }

 private:
  static std::vector<User> matching(const MemoryData& data, const RealmId& realm, const UserQuery& query) {
    std::map<std::string, User> found;
    for (const auto& [id, subject] : data.users.rows()) {
      if (subject->user.realm == realm && matches(*subject, query) && is_related(data, subject->user, query))
        found.emplace(subject->user.username, find_subject(data, realm, id)->user);
    }
    std::vector<User> users;
    for (auto& [name, user] : found) users.push_back(std::move(user));
    return users;
  }
  static bool is_related(const MemoryData& data, const User& user, const UserQuery& query) {
    if (query.organization) {
      const auto* membership = data.memberships.find(key_of(query.organization->str(), user.id.str()));
      if (membership == nullptr) return false;
      if (query.managed && *query.managed != (*membership == Membership::kManaged)) return false;
    }
    if (query.organization_group &&
        !data.organization_group_members.contains(key_of(query.organization_group->str(), user.id.str()))) {
      return false;
    }
    if (query.provider.empty()) return true;
    const auto* link = data.federated_identities.find(key_of(user.id.str(), query.provider));
    return link != nullptr && (query.upstream_id.empty() || (*link)->upstream_id == query.upstream_id);
  }
  static bool has_part(std::string_view value, std::string_view part, bool exact) {
    if (part.empty()) return true;
    const auto low = ascii_lower(value);
    const auto wanted = ascii_lower(part);
    return exact ? low == wanted : low.contains(wanted);
  }
  /// '*' stands for any run of characters.
  static bool matches_word(std::string_view value, std::string_view word) {
    if (word.empty()) return value.empty();
    if (word.front() != '*') {
      return !value.empty() && value.front() == word.front() && matches_word(value.substr(1), word.substr(1));
    }
    for (std::size_t i = 0; i <= value.size(); ++i) {
      if (matches_word(value.substr(i), word.substr(1))) return true;
    }
    return false;
  }
  static bool matches(const Subject& subject, const UserQuery& query) {
    const auto& user = subject.user;
    const auto any_of = [&](const std::string& word) {
      const auto low = ascii_lower(word);
      for (const auto& value : {user.username, user.email, user.first_name, user.last_name}) {
        if (matches_word(ascii_lower(value), low)) return true;
      }
      return false;
    };
    const auto has_attribute = [&](const auto& pair) {
      const auto values = user.attributes.find(pair.first);
      const auto is_meant = [&](const auto& value) { return equal_ignoring_ascii_case(value, pair.second); };
      return values != user.attributes.end() && std::ranges::any_of(values->second, is_meant);
    };
    return (query.with_service_accounts || !user.service_account_client) &&
           has_part(user.username, query.username, query.exact) && has_part(user.email, query.email, query.exact) &&
           has_part(user.first_name, query.first_name, query.exact) &&
           has_part(user.last_name, query.last_name, query.exact) &&
           user.enabled == query.enabled.value_or(user.enabled) &&
           user.email_verified == query.email_verified.value_or(user.email_verified) &&
           user.created_at >= query.created_from.value_or(user.created_at) &&
           user.created_at <= query.created_to.value_or(user.created_at) &&
           (!query.group || std::ranges::find(subject.groups, *query.group) != subject.groups.end()) &&
           (!query.role || std::ranges::find(subject.roles, *query.role) != subject.roles.end()) &&
           std::ranges::all_of(query.words, any_of) && std::ranges::all_of(query.attributes, has_attribute);
  }
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
    return giving_subject(rows_of(rows), realm, user.str());
  }
  Stored<std::optional<Subject>> load_service_account(Rows& rows, const RealmId& realm,
                                                      const ClientId& client) override {
    const auto& data = rows_of(rows);
    const auto* id = data.service_accounts.find(client.str());
    return id == nullptr ? std::nullopt : giving_subject(data, realm, *id);
  }
  Stored<std::vector<Subject>> load_service_accounts(Rows& rows, const RealmId& realm,
                                                     const std::vector<ClientId>& clients) override {
    const auto& data = rows_of(rows);
    std::vector<Subject> found;
    for (const auto& client : clients) {
      const auto* id = data.service_accounts.find(client.str());
      auto subject = id == nullptr ? std::nullopt : giving_subject(data, realm, *id);
      if (subject) found.push_back(std::move(*subject));
    }
    std::ranges::sort(found, {}, [](const Subject& subject) { return subject.user.username; });
    return found;
  }
  Stored<std::vector<GroupId>> memberships(Rows& rows, const RealmId& realm, const UserId& user) override {
    auto subject = find_subject(rows_of(rows), realm, user.str());
    if (!subject) return std::vector<GroupId>();
    std::ranges::sort(subject->groups);
    return std::move(subject->groups);
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
  Stored<void> change_documents(Tx& tx, const Credential& after, std::string_view before) override {
    if (auto changed = change_data(tx, after.user, after.id, before, after.credential_data); !changed) return changed;
    auto& credentials = rows_of(tx).credentials.edit();
    auto next = std::make_shared<Credential>(copy_of(*credentials.at(after.id.str())));
    next->secret_data = after.secret_data.clone();
    credentials[after.id.str()] = std::move(next);
    return {};
  }
  Stored<std::vector<UserId>> having(Rows& rows, const std::vector<UserId>& users, std::string_view type) override {
    const auto& data = rows_of(rows);
    std::vector<UserId> found;
    for (const auto& user : users) {
      const auto* ids = data.user_credentials.find(user.str());
      const auto is_of_type = [&](const std::string& id) { return (*data.credentials.find(id))->type == type; };
      if (ids != nullptr && std::ranges::any_of(*ids, is_of_type)) found.push_back(user);
    }
    return found;
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
  Stored<bool> remove(Tx& tx, const UserId& user, const CredentialId& id) override {
    auto& data = rows_of(tx);
    const auto* row = data.credentials.find(id.str());
    if (row == nullptr || (*row)->user != user) return false;
    data.credentials.edit().erase(id.str());
    std::erase(data.user_credentials.edit()[user.str()], id.str());
    return true;
  }
  Stored<bool> set_label(Tx& tx, const UserId& user, const CredentialId& id, std::string_view label) override {
    return edit(tx, user, id, [&](Credential& credential) { credential.label = label; });
  }
  Stored<bool> set_priority(Tx& tx, const UserId& user, const CredentialId& id, int priority) override {
    return edit(tx, user, id, [&](Credential& credential) { credential.priority = priority; });
  }

 private:
  template <class Change>
  static Stored<bool> edit(Tx& tx, const UserId& user, const CredentialId& id, Change&& apply) {
    auto& data = rows_of(tx);
    const auto* row = data.credentials.find(id.str());
    if (row == nullptr || (*row)->user != user) return false;
    auto next = std::make_shared<Credential>(copy_of(**row));
    apply(*next);
    data.credentials.edit()[id.str()] = std::move(next);
    return true;
  }
};

}  // namespace

void erase_user(MemoryData& data, const UserId& user) {
  const auto* row = data.users.find(user.str());
  if (row == nullptr) return;
  forget_user(data, User((*row)->user));
  data.users.edit().erase(user.str());
  for (auto* table : {&data.sessions, &data.offline_sessions}) {
    std::erase_if(table->edit(), [&](const auto& entry) { return entry.second.session.user == user; });
  }
}

namespace {

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
