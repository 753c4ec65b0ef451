// Realms and their versions. The document is sealed.
#include "store/query.h"
#include "store/realm_document.h"
#include "store/remove_realm.h"
#include "store/repos.h"
#include "store/sealed.h"

namespace cardea::store {
namespace {

#define CARDEA_REALM_SELECT \
  "SELECT r.id, r.name, r.document, v.version FROM realms r JOIN realm_versions v ON v.realm_id = r.id "
constexpr Sql kFindByName{CARDEA_REALM_SELECT "WHERE r.name = ?1"};
constexpr Sql kList{CARDEA_REALM_SELECT "ORDER BY r.name"};
#undef CARDEA_REALM_SELECT
constexpr Sql kNames{"SELECT id, name FROM realms WHERE substr(name, 1, length(?1)) = ?1 ORDER BY name"};

constexpr Sql kInsert{"INSERT INTO realms (id, name, document) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING"};
constexpr Sql kInsertVersion{"INSERT INTO realm_versions (realm_id, version) VALUES (?1, 1)"};
constexpr Sql kUpdate{"UPDATE realms SET name = ?2, document = ?3 WHERE id = ?1"};
constexpr Sql kVersion{"SELECT 1 FROM realm_versions WHERE realm_id = ?1"};
constexpr Sql kVersions{
    "SELECT realm_id, version FROM realm_versions WHERE realm_id IN (SELECT value FROM json_each(?1))",
    "SELECT realm_id, version FROM realm_versions WHERE realm_id IN (SELECT json_array_elements_text($1::json))"};

class SqlRealmRepo final : public RealmRepo {
 public:
  explicit SqlRealmRepo(const crypto::Sealer& sealer) : sealer_(sealer) {}

  Stored<std::optional<Realm>> find_by_name(Rows& rows, std::string_view name) override {
    return find_one<Realm>(rows, kFindByName, {name}, [this](Columns& row) { return parse(row); });
  }
  Stored<std::vector<Realm>> list(Rows& rows) override {
    return find_all<Realm>(rows, kList, {}, [this](Columns& row) { return parse(row); });
  }
  Stored<std::vector<std::pair<RealmId, std::string>>> names(Rows& rows, std::string_view prefix) override {
    using Named = std::pair<RealmId, std::string>;
    return find_all<Named>(rows, kNames, {prefix}, [](Columns& row) -> Stored<Named> {
      auto id = row.id<RealmId>();
      return Named(std::move(id), row.text());
    });
  }

  Stored<void> insert(Tx& tx, const Realm& realm) override {
    const std::string document = sealed_document(realm);
    if (auto inserted = change_one(tx, kInsert, {realm.id.str(), realm.name, document}); !inserted) return inserted;
    return send(tx, kInsertVersion, {realm.id.str()});
  }

  Stored<void> update(Tx& tx, const Realm& realm) override {
    if (auto raised = store::raise_version(tx, realm.id); !raised) return raised;
    const std::string document = sealed_document(realm);
    return change_one(tx, kUpdate, {realm.id.str(), realm.name, document});
  }

  Stored<void> raise_version(Tx& tx, const RealmId& realm) override {
    if (auto raised = store::raise_version(tx, realm); !raised) return raised;
    return require_row(tx, kVersion, {realm.str()});
  }

  Stored<std::vector<std::pair<RealmId, std::int64_t>>> versions(Rows& rows,
                                                                 const std::vector<RealmId>& realms) override {
    using Version = std::pair<RealmId, std::int64_t>;
    std::string ids;
    JsonWriter list(ids);
    list.begin_array();
    for (const RealmId& realm : realms) list.string(realm.str());
    list.end_array();
    return find_all<Version>(rows, kVersions, {ids}, [](Columns& row) -> Stored<Version> {
      auto id = row.id<RealmId>();
      return Version(std::move(id), row.integer());
    });
  }

  Stored<bool> remove_some(Tx& tx, const RealmId& realm, int rows_max) override {
    return remove_realm_rows(tx, realm, rows_max);
  }

 private:
  [[nodiscard]] std::string sealed_document(const Realm& realm) const {
    return seal_text(sealer_, realm_document(realm), kRealmDocument, realm.id.str());
  }

  Stored<Realm> parse(Columns& row) const {
    Realm realm;
    realm.id = row.id<RealmId>();
    realm.name = row.text();
    const auto document = unseal_text(sealer_, row.view(), kRealmDocument, realm.id.str());
    if (!document) return refuse(document.error());
    realm.version = row.integer();
    if (!read_realm_document(document->reveal(), realm)) return refuse(StoreError::kCorrupt);
    return realm;
  }

  const crypto::Sealer& sealer_;
};

}  // namespace

std::unique_ptr<RealmRepo> make_realm_repo(const crypto::Sealer& sealer) {
  return std::make_unique<SqlRealmRepo>(sealer);
}

}  // namespace cardea::store
