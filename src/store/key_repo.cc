// Keys of realms. The secret part is sealed.
#include "store/query.h"
#include "store/repos.h"
#include "store/sealed.h"

namespace cardea::store {
namespace {

constexpr Sql kList{
    "SELECT id, name, provider, kid, algorithm, usage, status, priority, created_at, secret, certificate "
    "FROM realm_keys WHERE realm_id = ?1 ORDER BY priority DESC, created_at DESC, id"};
constexpr Sql kInsert{
    "INSERT INTO realm_keys (id, realm_id, name, provider, kid, algorithm, usage, status, priority, created_at, "
    "secret, "
    "certificate) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12) ON CONFLICT DO NOTHING"};

constexpr Sql kUpdate{"UPDATE realm_keys SET name = ?3, status = ?4, priority = ?5 WHERE realm_id = ?1 AND id = ?2"};
constexpr Sql kRemove{"DELETE FROM realm_keys WHERE realm_id = ?1 AND id = ?2"};

// Stored as numbers, which never change meaning.
std::int64_t number_of(KeyStatus status) {
  switch (status) {
    case KeyStatus::kActive:
      return 0;
    case KeyStatus::kPassive:
      return 1;
    case KeyStatus::kDisabled:
      return 2;
  }
  return 2;
}
KeyStatus status_of(std::int64_t number) {
  return number == 0 ? KeyStatus::kActive : number == 1 ? KeyStatus::kPassive : KeyStatus::kDisabled;
}

class SqlKeyRepo final : public KeyRepo {
 public:
  explicit SqlKeyRepo(const crypto::Sealer& sealer) : sealer_(sealer) {}

  Stored<std::vector<RealmKey>> list(Rows& rows, const RealmId& realm) override {
    return find_all<RealmKey>(rows, kList, {realm.str()}, [this](Columns& row) { return parse(row); });
  }

  Stored<void> insert(Tx& tx, const RealmId& realm, const RealmKey& key) override {
    const std::string sealed = seal(sealer_, key.secret.reveal(), kRealmKeySecret, key.id.str());
    const auto inserted = change_one(
        tx, kInsert,
        {key.id.str(), realm.str(), key.name, key.provider, key.kid, key.algorithm, key.use, number_of(key.status),
         key.priority, millis(key.created_at), Value::blob(sealed), Value::blob(key.certificate_der)});
    if (!inserted) return inserted;
    return raise_version(tx, realm);
  }

  Stored<void> update(Tx& tx, const RealmId& realm, const RealmKey& key) override {
    if (auto raised = raise_version(tx, realm); !raised) return raised;
    return change_one(tx, kUpdate, {realm.str(), key.id.str(), key.name, number_of(key.status), key.priority});
  }

  Stored<bool> remove(Tx& tx, const RealmId& realm, const KeyId& key) override {
    if (auto raised = raise_version(tx, realm); !raised) return refuse(raised.error());
    const auto removed = change(tx, kRemove, {realm.str(), key.str()});
    if (!removed) return refuse(removed.error());
    return *removed > 0;
  }

 private:
  Stored<RealmKey> parse(Columns& row) const {
    RealmKey key;
    key.id = row.id<KeyId>();
    key.name = row.text();
    key.provider = row.text();
    key.kid = row.text();
    key.algorithm = row.text();
    key.use = row.text();
    key.status = status_of(row.integer());
    key.priority = static_cast<int>(row.integer());
    key.created_at = row.time();
    auto secret = unseal(sealer_, row.view(), kRealmKeySecret, key.id.str());
    if (!secret) return refuse(secret.error());
    key.secret = std::move(*secret);
    key.certificate_der = row.text();
    return key;
  }

  const crypto::Sealer& sealer_;
};

}  // namespace

std::unique_ptr<KeyRepo> make_key_repo(const crypto::Sealer& sealer) { return std::make_unique<SqlKeyRepo>(sealer); }

}  // namespace cardea::store
