// Credentials of users. The secret document is sealed.
#include "store/among.h"
#include "store/query.h"
#include "store/repos.h"
#include "store/sealed.h"

namespace cardea::store {
namespace {

constexpr Sql kList{
    "SELECT user_id, id, type, label, created_at, priority, credential_data, secret_data FROM credentials "
    "WHERE user_id = ?1 AND type = ?2 ORDER BY priority, created_at, id"};
constexpr Sql kHaving{
    "SELECT DISTINCT user_id FROM credentials WHERE " CARDEA_SQLITE_AMONG("user_id", "?1") " AND type = ?2",
    "SELECT DISTINCT user_id FROM credentials WHERE " CARDEA_POSTGRES_AMONG("user_id", "$1") " AND type = $2"};
constexpr Sql kListAll{
    "SELECT user_id, id, type, label, created_at, priority, credential_data, secret_data FROM credentials "
    "WHERE user_id = ?1 ORDER BY priority, created_at, id"};
constexpr Sql kChangeData{
    "UPDATE credentials SET credential_data = ?4 WHERE user_id = ?1 AND id = ?2 AND credential_data = ?3"};
constexpr Sql kChangeDocuments{
    "UPDATE credentials SET credential_data = ?4, secret_data = ?5 "
    "WHERE user_id = ?1 AND id = ?2 AND credential_data = ?3"};
constexpr Sql kInsert{
    "INSERT INTO credentials (user_id, id, type, label, created_at, priority, credential_data, secret_data) "
    "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"};
constexpr Sql kRemoveOfType{"DELETE FROM credentials WHERE user_id = ?1 AND type = ?2"};

constexpr Sql kRemove{"DELETE FROM credentials WHERE user_id = ?1 AND id = ?2"};
constexpr Sql kSetLabel{"UPDATE credentials SET label = ?3 WHERE user_id = ?1 AND id = ?2"};
constexpr Sql kSetPriority{"UPDATE credentials SET priority = ?3 WHERE user_id = ?1 AND id = ?2"};

/// Users choose their own row ids nowhere, but an imported file does: so both ids say where the value belongs.
std::string row_of(const UserId& user, const CredentialId& id) { return user.str() + '/' + id.str(); }

class SqlCredentialRepo final : public CredentialRepo {
 public:
  explicit SqlCredentialRepo(const crypto::Sealer& sealer) : sealer_(sealer) {}

  Stored<std::vector<Credential>> list(Rows& rows, const UserId& user, std::string_view type) override {
    return find_all<Credential>(rows, kList, {user.str(), type}, [this](Columns& row) { return parse(row); });
  }

  Stored<std::vector<UserId>> having(Rows& rows, const std::vector<UserId>& users, std::string_view type) override {
    const auto list = text_list(users);
    return find_all<UserId>(rows, kHaving, {list, type},
                            [](Columns& row) -> Stored<UserId> { return row.id<UserId>(); });
  }

  Stored<std::vector<Credential>> list_all(Rows& rows, const UserId& user) override {
    return find_all<Credential>(rows, kListAll, {user.str()}, [this](Columns& row) { return parse(row); });
  }

  Stored<void> change_data(Tx& tx, const UserId& user, const CredentialId& id, std::string_view before,
                           std::string_view after) override {
    return change_one(tx, kChangeData, {user.str(), id.str(), before, after});
  }

  Stored<void> change_documents(Tx& tx, const Credential& after, std::string_view before) override {
    const std::string sealed =
        seal(sealer_, after.secret_data.reveal(), kCredentialSecret, row_of(after.user, after.id));
    return change_one(tx, kChangeDocuments,
                      {after.user.str(), after.id.str(), before, after.credential_data, Value::blob(sealed)});
  }

  Stored<void> insert(Tx& tx, const Credential& credential) override {
    const std::string sealed =
        seal(sealer_, credential.secret_data.reveal(), kCredentialSecret, row_of(credential.user, credential.id));
    return send(tx, kInsert,
                {credential.user.str(), credential.id.str(), credential.type, credential.label,
                 millis(credential.created_at), credential.priority, credential.credential_data, Value::blob(sealed)});
  }

  Stored<void> replace(Tx& tx, const Credential& credential) override {
    if (auto sent = send(tx, kRemoveOfType, {credential.user.str(), credential.type}); !sent) return sent;
    return insert(tx, credential);
  }

  Stored<bool> remove(Tx& tx, const UserId& user, const CredentialId& id) override {
    return changes(tx, kRemove, {user.str(), id.str()});
  }
  Stored<bool> set_label(Tx& tx, const UserId& user, const CredentialId& id, std::string_view label) override {
    return changes(tx, kSetLabel, {user.str(), id.str(), label});
  }
  Stored<bool> set_priority(Tx& tx, const UserId& user, const CredentialId& id, int priority) override {
    return changes(tx, kSetPriority, {user.str(), id.str(), priority});
  }

 private:
  static Stored<bool> changes(Tx& tx, const Sql& sql, Values values) {
    const auto rows = change(tx, sql, values);
    if (!rows) return refuse(rows.error());
    return *rows > 0;
  }

  Stored<Credential> parse(Columns& row) const {
    Credential credential;
    credential.user = row.id<UserId>();
    credential.id = row.id<CredentialId>();
    credential.type = row.text();
    credential.label = row.text();
    credential.created_at = row.time();
    credential.priority = static_cast<int>(row.integer());
    credential.credential_data = row.text();
    auto secret = unseal(sealer_, row.view(), kCredentialSecret, row_of(credential.user, credential.id));
    if (!secret) return refuse(secret.error());
    credential.secret_data = std::move(*secret);
    return credential;
  }

  const crypto::Sealer& sealer_;
};

}  // namespace

std::unique_ptr<CredentialRepo> make_credential_repo(const crypto::Sealer& sealer) {
  return std::make_unique<SqlCredentialRepo>(sealer);
}

}  // namespace cardea::store
