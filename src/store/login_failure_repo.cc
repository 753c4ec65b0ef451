// Wrong passwords for each account, counted under a row lock.
#include "store/among.h"
#include "store/query.h"
#include "store/repos.h"

namespace cardea::store {
namespace {

#define CARDEA_FAILURE_COLUMNS "realm_id, user_id, failures, temporary_lockouts, locked_until, last_failure_at, last_ip"

constexpr Sql kFind{"SELECT " CARDEA_FAILURE_COLUMNS " FROM login_failures WHERE realm_id = ?1 AND user_id = ?2"};
constexpr Sql kFindAll{"SELECT " CARDEA_FAILURE_COLUMNS
                       " FROM login_failures WHERE realm_id = ?1 AND " CARDEA_SQLITE_AMONG("user_id", "?2"),
                       "SELECT " CARDEA_FAILURE_COLUMNS
                       " FROM login_failures WHERE realm_id = $1 AND " CARDEA_POSTGRES_AMONG("user_id", "$2")};
constexpr Sql kEnsure{"INSERT INTO login_failures (" CARDEA_FAILURE_COLUMNS
                      ") VALUES (?1, ?2, 0, 0, 0, 0, '') ON CONFLICT DO NOTHING"};
constexpr Sql kLock{"SELECT " CARDEA_FAILURE_COLUMNS
                    " FROM login_failures WHERE realm_id = ?1 AND user_id = ?2 /*pg FOR UPDATE */"};
constexpr Sql kPut{"INSERT INTO login_failures (" CARDEA_FAILURE_COLUMNS
                   ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (realm_id, user_id) DO UPDATE SET failures = ?3, "
                   "temporary_lockouts = ?4, locked_until = ?5, last_failure_at = ?6, last_ip = ?7"};
constexpr Sql kRemove{"DELETE FROM login_failures WHERE realm_id = ?1 AND user_id = ?2"};
constexpr Sql kRemoveAll{"DELETE FROM login_failures WHERE realm_id = ?1"};

Stored<LoginFailures> parse(Columns& row) {
  LoginFailures out;
  out.realm = row.id<RealmId>();
  out.user = row.id<UserId>();
  out.failures = static_cast<int>(row.integer());
  out.temporary_lockouts = static_cast<int>(row.integer());
  out.locked_until = row.time();
  out.last_failure_at = row.time();
  out.last_ip = row.text();
  return out;
}

class SqlLoginFailureRepo final : public LoginFailureRepo {
 public:
  Stored<std::optional<LoginFailures>> find(Rows& rows, const RealmId& realm, const UserId& user) override {
    return find_one<LoginFailures>(rows, kFind, {realm.str(), user.str()}, parse);
  }
  Stored<std::vector<LoginFailures>> find_all(Rows& rows, const RealmId& realm,
                                              const std::vector<UserId>& users) override {
    const auto list = text_list(users);
    return store::find_all<LoginFailures>(rows, kFindAll, {realm.str(), list}, parse);
  }
  Stored<LoginFailures> find_to_change(Tx& tx, const RealmId& realm, const UserId& user) override {
    if (auto ensured = send(tx, kEnsure, {realm.str(), user.str()}); !ensured) return refuse(ensured.error());
    auto found = find_one<LoginFailures>(tx, kLock, {realm.str(), user.str()}, parse);
    if (!found) return refuse(found.error());
    if (!*found) return refuse(StoreError::kConflict);  // cleared between the two statements
    return std::move(**found);
  }
  Stored<void> put(Tx& tx, const LoginFailures& failures) override {
    return send(tx, kPut,
                {failures.realm.str(), failures.user.str(), static_cast<std::int64_t>(failures.failures),
                 static_cast<std::int64_t>(failures.temporary_lockouts), millis(failures.locked_until),
                 millis(failures.last_failure_at), failures.last_ip});
  }
  Stored<bool> remove(Tx& tx, const RealmId& realm, const UserId& user) override {
    const auto removed = change(tx, kRemove, {realm.str(), user.str()});
    if (!removed) return refuse(removed.error());
    return *removed > 0;
  }
  Stored<int> remove_all(Tx& tx, const RealmId& realm) override {
    const auto removed = change(tx, kRemoveAll, {realm.str()});
    if (!removed) return refuse(removed.error());
    return static_cast<int>(*removed);
  }
};

}  // namespace

std::unique_ptr<LoginFailureRepo> make_login_failure_repo() { return std::make_unique<SqlLoginFailureRepo>(); }

}  // namespace cardea::store
