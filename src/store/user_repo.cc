// Users, and the subjects that tokens are made of.
#include "base/assert.h"
#include "base/text.h"
#include "store/among.h"
#include "store/document.h"
#include "store/query.h"
#include "store/repos.h"
#include "store/sealed.h"
#include "store/user_columns.h"
#include "store/user_search.h"

namespace cardea::store {
namespace {

constexpr Sql kFind{"SELECT " CARDEA_USER_COLUMNS " FROM users u WHERE u.id = ?2 AND u.realm_id = ?1"};
constexpr Sql kFindAll{
    "SELECT " CARDEA_USER_COLUMNS
    " FROM users u WHERE +u.realm_id = ?1 AND " CARDEA_SQLITE_AMONG("u.id", "?2") " ORDER BY u.username",
    "SELECT " CARDEA_USER_COLUMNS
    " FROM users u WHERE u.realm_id = $1 AND " CARDEA_POSTGRES_AMONG("u.id", "$2") " ORDER BY u.username"};
constexpr Sql kFindByUsername{"SELECT " CARDEA_USER_COLUMNS " FROM users u WHERE u.realm_id = ?1 AND u.username = ?2"};
constexpr Sql kFindByEmail{"SELECT " CARDEA_USER_COLUMNS
                           " FROM users u WHERE u.realm_id = ?1 AND u.email = ?2 LIMIT 2"};
constexpr Sql kLoad{"SELECT " CARDEA_SUBJECT_COLUMNS " FROM users u WHERE u.id = ?2 AND u.realm_id = ?1"};
constexpr Sql kLoadServiceAccount{"SELECT " CARDEA_SUBJECT_COLUMNS
                                  " FROM users u WHERE u.service_account_client = ?2 AND u.realm_id = ?1"};
constexpr Sql kLoadServiceAccounts{
    "SELECT " CARDEA_SUBJECT_COLUMNS " FROM users u WHERE +u.realm_id = ?1 AND " CARDEA_SQLITE_AMONG(
        "u.service_account_client", "?2") " ORDER BY u.username",
    "SELECT " CARDEA_SUBJECT_COLUMNS_BY("json_agg") " FROM users u WHERE u.realm_id = $1 "
    "AND u.service_account_client IS NOT NULL AND " CARDEA_POSTGRES_AMONG("u.service_account_client", "$2")
    " ORDER BY u.username"};

constexpr Sql kMemberships{
    "SELECT m.group_id FROM user_groups m JOIN users u ON u.id = m.user_id WHERE m.user_id = ?2 AND u.realm_id = ?1 "
    "ORDER BY m.group_id"};

// The slot makes an address unique among those that share it; the guard keeps out an address that stands in a slot of
// its own since the time the realm allowed duplicates.
constexpr Sql kInsert{
    "INSERT INTO users (id, realm_id, username, email, email_slot, first_name, last_name, email_verified, enabled, "
    "created_at, not_before, service_account_client, required_actions, attributes, extra) "
    "SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15 "
    "WHERE ?5 <> '' OR NOT EXISTS (SELECT 1 FROM users WHERE realm_id = ?2 AND email = ?4) "
    "ON CONFLICT DO NOTHING"};
constexpr Sql kSetRequiredActions{"UPDATE users SET required_actions = ?2 WHERE id = ?1"};
constexpr Sql kSetEmailVerified{"UPDATE users SET email_verified = ?3 WHERE id = ?1 AND email = ?2"};
constexpr Sql kSetEnabled{"UPDATE users SET enabled = ?2 WHERE id = ?1"};
constexpr Sql kSetNotBefore{"UPDATE users SET not_before = ?2 WHERE id = ?1"};
constexpr Sql kLock{"SELECT 1 FROM users WHERE id = ?1 /*pg FOR NO KEY UPDATE */"};
constexpr Sql kAddRole{"INSERT INTO user_roles (user_id, role_id) VALUES (?1, ?2) ON CONFLICT DO NOTHING"};
constexpr Sql kAddGroup{"INSERT INTO user_groups (user_id, group_id) VALUES (?1, ?2) ON CONFLICT DO NOTHING"};

constexpr Sql kRemoveRole{"DELETE FROM user_roles WHERE user_id = ?1 AND role_id = ?2"};
constexpr Sql kRemoveGroup{"DELETE FROM user_groups WHERE user_id = ?1 AND group_id = ?2"};
constexpr Sql kUpdate{
    "UPDATE users SET username = ?3, email = ?4, email_slot = ?5, first_name = ?6, last_name = ?7, "
    "email_verified = ?8, required_actions = ?9, attributes = ?10, extra = ?11 "
    "WHERE id = ?2 AND realm_id = ?1 AND (?5 <> '' OR NOT EXISTS "
    "(SELECT 1 FROM users o WHERE o.realm_id = ?1 AND o.email = ?4 AND o.id <> ?2))"};
constexpr Sql kRemove{"DELETE FROM users WHERE realm_id = ?1 AND id = ?2"};
constexpr Sql kRemoveWhatIsOf[] = {Sql{"DELETE FROM user_sessions WHERE realm_id = ?1 AND user_id = ?2"},
                                   Sql{"DELETE FROM offline_sessions WHERE realm_id = ?1 AND user_id = ?2"},
                                   Sql{"DELETE FROM login_failures WHERE realm_id = ?1 AND user_id = ?2"}};

constexpr Sql kRaiseOfServiceAccount{
    "UPDATE realm_versions SET version = version + 1 WHERE realm_id = (SELECT realm_id FROM users WHERE id = ?1 AND "
    "service_account_client IS NOT NULL)"};

/// What is known of a service account is remembered with its client.
Stored<void> raise_if_service_account(Tx& tx, const UserId& user) {
  handle_of(tx).session().note_change_of_cached_rows();  // it may be one
  return send(tx, kRaiseOfServiceAccount, {user.str()});
}

class SqlUserRepo final : public UserRepo {
 public:
  explicit SqlUserRepo(const crypto::Sealer& sealer) : sealer_(sealer) {}

  Stored<std::optional<User>> find(Rows& rows, const RealmId& realm, const UserId& id) override {
    return find_one<User>(rows, kFind, {realm.str(), id.str()},
                          [this](Columns& row) { return parse_user(sealer_, row); });
  }
  Stored<std::vector<User>> find_all(Rows& rows, const RealmId& realm, const std::vector<UserId>& ids) override {
    const auto list = text_list(ids);
    return store::find_all<User>(rows, kFindAll, {realm.str(), list},
                                 [this](Columns& row) { return parse_user(sealer_, row); });
  }
  Stored<std::optional<User>> find_by_username(Rows& rows, const RealmId& realm, std::string_view username) override {
    return find_one<User>(rows, kFindByUsername, {realm.str(), username},
                          [this](Columns& row) { return parse_user(sealer_, row); });
  }
  Stored<std::optional<User>> find_by_email(Rows& rows, const RealmId& realm, std::string_view email) override {
    auto found = store::find_all<User>(rows, kFindByEmail, {realm.str(), email},
                                       [this](Columns& row) { return parse_user(sealer_, row); });
    if (!found) return refuse(found.error());
    if (found->size() != 1) return std::nullopt;
    return std::move(found->front());
  }

  Stored<void> insert(Tx& tx, const User& user, bool duplicate_emails) override {
    CARDEA_ASSERT(user.username == ascii_lower(user.username) && user.email == ascii_lower(user.email));
    const std::string_view slot = duplicate_emails ? std::string_view(user.id.str()) : std::string_view{};
    const std::string actions = json_or_empty(user.required_actions);
    const std::string attributes = json_or_empty(user.attributes);
    std::string extra = json_or_empty(user.extra);
    if (!extra.empty()) extra = seal_text(sealer_, extra, kUserExtra, user.id.str());
    auto inserted =
        change_one(tx, kInsert,
                   {user.id.str(), user.realm.str(), user.username, Value::text_or_null(user.email), slot,
                    user.first_name, user.last_name, user.email_verified, user.enabled, millis(user.created_at),
                    user.not_before, id_or_null(user.service_account_client), Value::text_or_null(actions),
                    Value::text_or_null(attributes), Value::text_or_null(extra)});
    if (!inserted || !user.service_account_client) return inserted;
    return raise_version(tx, user.realm);
  }

  Stored<void> update(Tx& tx, const User& user, bool duplicate_emails) override {
    CARDEA_ASSERT(user.username == ascii_lower(user.username) && user.email == ascii_lower(user.email));
    const std::string_view slot = duplicate_emails ? std::string_view(user.id.str()) : std::string_view{};
    const std::string actions = json_or_empty(user.required_actions);
    const std::string attributes = json_or_empty(user.attributes);
    std::string extra = json_or_empty(user.extra);
    if (!extra.empty()) extra = seal_text(sealer_, extra, kUserExtra, user.id.str());
    auto updated = change_one(tx, kUpdate,
                              {user.realm.str(), user.id.str(), user.username, Value::text_or_null(user.email), slot,
                               user.first_name, user.last_name, user.email_verified, Value::text_or_null(actions),
                               Value::text_or_null(attributes), Value::text_or_null(extra)});
    if (!updated) return updated;
    return raise_if_service_account(tx, user.id);
  }
  Stored<bool> remove(Tx& tx, const RealmId& realm, const UserId& user) override {
    if (auto raised = raise_if_service_account(tx, user); !raised) return refuse(raised.error());
    for (const Sql& sql : kRemoveWhatIsOf) {
      if (auto sent = send(tx, sql, {realm.str(), user.str()}); !sent) return refuse(sent.error());
    }
    const auto removed = change(tx, kRemove, {realm.str(), user.str()});
    if (!removed) return refuse(removed.error());
    return *removed > 0;
  }
  Stored<std::vector<User>> search(Rows& rows, const RealmId& realm, const UserQuery& query) override {
    return search_users(rows, sealer_, realm, query);
  }
  Stored<std::int64_t> count(Rows& rows, const RealmId& realm, const UserQuery& query) override {
    return count_users(rows, realm, query);
  }
  Stored<void> remove_role(Tx& tx, const UserId& user, const RoleId& role) override {
    if (auto sent = send(tx, kRemoveRole, {user.str(), role.str()}); !sent) return sent;
    return raise_if_service_account(tx, user);
  }
  Stored<void> remove_group(Tx& tx, const UserId& user, const GroupId& group) override {
    if (auto sent = send(tx, kRemoveGroup, {user.str(), group.str()}); !sent) return sent;
    return raise_if_service_account(tx, user);
  }

  Stored<void> set_required_actions(Tx& tx, const UserId& user, const std::vector<std::string>& actions) override {
    const std::string text = json_or_empty(actions);
    if (auto set = change_one(tx, kSetRequiredActions, {user.str(), Value::text_or_null(text)}); !set) return set;
    return raise_if_service_account(tx, user);
  }
  Stored<void> set_email_verified(Tx& tx, const UserId& user, std::string_view email) override {
    if (auto set = change_one(tx, kSetEmailVerified, {user.str(), email, true}); !set) return set;
    return raise_if_service_account(tx, user);
  }
  Stored<void> set_enabled(Tx& tx, const UserId& user, bool enabled) override {
    if (auto set = send(tx, kSetEnabled, {user.str(), enabled}); !set) return set;
    return raise_if_service_account(tx, user);
  }
  Stored<void> set_not_before(Tx& tx, const UserId& user, std::int64_t not_before) override {
    if (auto set = change_one(tx, kSetNotBefore, {user.str(), not_before}); !set) return set;
    return raise_if_service_account(tx, user);
  }
  Stored<void> lock(Tx& tx, const UserId& user) override {
    const auto found = find_one<bool>(tx, kLock, {user.str()}, [](Columns&) -> Stored<bool> { return true; });
    return found ? Stored<void>() : refuse(found.error());
  }
  Stored<void> add_role(Tx& tx, const UserId& user, const RoleId& role) override {
    if (auto added = send(tx, kAddRole, {user.str(), role.str()}); !added) return added;
    return raise_if_service_account(tx, user);
  }
  Stored<void> add_group(Tx& tx, const UserId& user, const GroupId& group) override {
    if (auto added = send(tx, kAddGroup, {user.str(), group.str()}); !added) return added;
    return raise_if_service_account(tx, user);
  }

 private:
  const crypto::Sealer& sealer_;
};

class SqlSubjectRepo final : public SubjectRepo {
 public:
  explicit SqlSubjectRepo(const crypto::Sealer& sealer) : sealer_(sealer) {}

  Stored<std::optional<Subject>> load(Rows& rows, const RealmId& realm, const UserId& user) override {
    return find_one<Subject>(rows, kLoad, {realm.str(), user.str()},
                             [this](Columns& row) { return parse_subject(sealer_, row); });
  }
  Stored<std::optional<Subject>> load_service_account(Rows& rows, const RealmId& realm,
                                                      const ClientId& client) override {
    return find_one<Subject>(rows, kLoadServiceAccount, {realm.str(), client.str()},
                             [this](Columns& row) { return parse_subject(sealer_, row); });
  }
  Stored<std::vector<Subject>> load_service_accounts(Rows& rows, const RealmId& realm,
                                                     const std::vector<ClientId>& clients) override {
    const auto list = text_list(clients);
    return find_all<Subject>(rows, kLoadServiceAccounts, {realm.str(), list},
                             [this](Columns& row) { return parse_subject(sealer_, row); });
  }
  Stored<std::vector<GroupId>> memberships(Rows& rows, const RealmId& realm, const UserId& user) override {
    return find_all<GroupId>(rows, kMemberships, {realm.str(), user.str()},
                             [](Columns& row) -> Stored<GroupId> { return row.id<GroupId>(); });
  }

 private:
  const crypto::Sealer& sealer_;
};

}  // namespace

std::unique_ptr<UserRepo> make_user_repo(const crypto::Sealer& sealer) { return std::make_unique<SqlUserRepo>(sealer); }
std::unique_ptr<SubjectRepo> make_subject_repo(const crypto::Sealer& sealer) {
  return std::make_unique<SqlSubjectRepo>(sealer);
}

}  // namespace cardea::store
