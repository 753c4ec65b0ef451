// Realms and their versions.
#include "store/query.h"
#include "store/realm_document.h"
#include "store/remove_realm.h"
#include "store/repos.h"

namespace cardea::store {
namespace {

#define CARDEA_REALM_SELECT \
  "SELECT r.id, r.name, r.document, v.version FROM realms r JOIN realm_versions v ON v.realm_id = r.id "
constexpr Sql kFindByName{CARDEA_REALM_SELECT "WHERE r.name = ?1"};
constexpr Sql kList{CARDEA_REALM_SELECT "ORDER BY r.name"};
#undef CARDEA_REALM_SELECT

constexpr Sql kInsert{"INSERT INTO realms (id, name, document) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING"};
constexpr Sql kInsertVersion{"INSERT INTO realm_versions (realm_id, version) VALUES (?1, 1)"};
constexpr Sql kUpdate{"UPDATE realms SET name = ?2, document = ?3 WHERE id = ?1"};
constexpr Sql kVersion{"SELECT 1 FROM realm_versions WHERE realm_id = ?1"};
constexpr Sql kVersions{
    "SELECT realm_id, version FROM realm_versions WHERE realm_id IN (SELECT value FROM json_each(?1))",
    "SELECT realm_id, version FROM realm_versions WHERE realm_id IN (SELECT json_array_elements_text($1::json))"};

Stored<Realm> parse_realm(Columns& row) {
  Realm realm;
  realm.id = row.id<RealmId>();
  realm.name = row.text();
  const bool reads = read_realm_document(row.view(), realm);
  realm.version = row.integer();
  if (!reads) return refuse(StoreError::kCorrupt);
  return realm;
}

class SqlRealmRepo final : public RealmRepo {
 public:
  Stored<std::optional<Realm>> find_by_name(Rows& rows, std::string_view name) override {
    return find_one<Realm>(rows, kFindByName, {name}, parse_realm);
  }
  Stored<std::vector<Realm>> list(Rows& rows) override { return find_all<Realm>(rows, kList, {}, parse_realm); }

  Stored<void> insert(Tx& tx, const Realm& realm) override {
    const std::string document = realm_document(realm);
    if (auto inserted = change_one(tx, kInsert, {realm.id.str(), realm.name, document}); !inserted) return inserted;
    return send(tx, kInsertVersion, {realm.id.str()});
  }

  Stored<void> update(Tx& tx, const Realm& realm) override {
    if (auto raised = store::raise_version(tx, realm.id); !raised) return raised;
    const std::string document = realm_document(realm);
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
};

}  // namespace

std::unique_ptr<RealmRepo> make_realm_repo() { return std::make_unique<SqlRealmRepo>(); }

}  // namespace cardea::store
