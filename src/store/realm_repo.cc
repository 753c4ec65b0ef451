// Realms and their versions. The document is sealed.
#include "store/among.h"
#include "store/like.h"
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
constexpr Sql kFindAll{CARDEA_REALM_SELECT "WHERE " CARDEA_SQLITE_AMONG("r.name", "?1") " ORDER BY r.name",
                       CARDEA_REALM_SELECT "WHERE " CARDEA_POSTGRES_AMONG("r.name", "$1") " ORDER BY r.name"};
// From each role of administration up to what holds it, until one is among those given: an administrator of all realms
// is found at the first step, where the way down would pass all roles of all realms.
#define CARDEA_HELD(role, among)                    \
  "EXISTS (WITH RECURSIVE up (id) AS (SELECT " role \
  " UNION SELECT m.parent_id FROM up u JOIN role_composites m ON m.child_id = u.id) SELECT 1 FROM up WHERE " among ")"
// Roles are found by their client alone: SQLite compares an expression with a column by no index, and went through all
// roles of master for each realm; PostgreSQL looked for their names in an index that does not begin with them, and a
// list of a thousand realms took nine seconds (0.2 now), beyond the deadline of a statement.
#define CARDEA_ADMINISTERED(P, LIKE, AMONG)                                                                           \
  CARDEA_REALM_SELECT                                                                                                 \
  "JOIN clients c ON c.realm_id = " P "1 AND c.client_id = r.name || '-realm' WHERE r.name " LIKE " " P               \
  "2 ESCAPE '\\' AND EXISTS (SELECT 1 FROM roles q WHERE q.client_id = c.id "                                         \
  "AND " AMONG("(q.name || '')", P "3") " AND " CARDEA_HELD(                                                          \
      "q.id", AMONG("up.id", P "4")) " AND (" P                                                                       \
                                     "5 OR " CARDEA_HELD("q.id", AMONG("up.id", P "6")) ")) ORDER BY r.name LIMIT " P \
                                                                                        "7 OFFSET " P "8"
constexpr Sql kAdministered{CARDEA_ADMINISTERED("?", "LIKE", CARDEA_SQLITE_AMONG),
                            CARDEA_ADMINISTERED("$", "ILIKE", CARDEA_POSTGRES_AMONG)};
#undef CARDEA_ADMINISTERED
#undef CARDEA_HELD
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
    return store::find_all<Realm>(rows, kList, {}, [this](Columns& row) { return parse(row); });
  }
  Stored<std::vector<Realm>> find_all(Rows& rows, const std::vector<std::string>& names) override {
    const auto list = text_list(names);
    return store::find_all<Realm>(rows, kFindAll, {list}, [this](Columns& row) { return parse(row); });
  }

  Stored<std::vector<Realm>> administered(Rows& rows, const AdministeredQuery& query) override {
    const auto names = text_list(query.names);
    const auto roles = text_list(query.roles);
    const auto through = text_list(query.through.value_or(std::vector<RoleId>()));
    const std::string pattern = like_part(query.search);
    return store::find_all<Realm>(rows, kAdministered,
                                  {query.master.str(), pattern, names, roles, !query.through.has_value(), through,
                                   limit_of(query.max), query.first},
                                  [this](Columns& row) { return parse(row); });
  }
  Stored<std::vector<std::pair<RealmId, std::string>>> names(Rows& rows, std::string_view prefix) override {
    using Named = std::pair<RealmId, std::string>;
    return store::find_all<Named>(rows, kNames, {prefix}, [](Columns& row) -> Stored<Named> {
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
    const auto ids = text_list(realms);
    return store::find_all<Version>(rows, kVersions, {ids}, [](Columns& row) -> Stored<Version> {
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
