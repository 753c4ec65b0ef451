// How far synchronisations with directories have come. What stands in the document is no secret: Graph's links are
// worth nothing without a token.
#include "base/json.h"
#include "store/query.h"
#include "store/repos.h"

namespace cardea::store {
namespace {

#define CARDEA_SYNC_COLUMNS "realm_id, provider, document, synced_at, due_at, leased_until, holder"

constexpr Sql kFind{"SELECT " CARDEA_SYNC_COLUMNS " FROM directory_syncs WHERE realm_id = ?1 AND provider = ?2"};
constexpr Sql kMake{"INSERT INTO directory_syncs (" CARDEA_SYNC_COLUMNS
                    ") VALUES (?1, ?2, '{}', 0, 0, 0, '') ON CONFLICT DO NOTHING"};
// The row that comes back is the proof, not a count of rows (attack class 30).
constexpr Sql kLease{
    "UPDATE directory_syncs SET holder = ?3, leased_until = ?5 WHERE realm_id = ?1 AND provider = ?2 AND due_at <= ?4 "
    "AND leased_until <= ?4 RETURNING " CARDEA_SYNC_COLUMNS};
constexpr Sql kSave{
    "UPDATE directory_syncs SET document = ?4, synced_at = ?5, due_at = ?6, leased_until = ?7 "
    "WHERE realm_id = ?1 AND provider = ?2 AND holder = ?3 RETURNING holder"};
constexpr Sql kRemove{"DELETE FROM directory_syncs WHERE realm_id = ?1 AND provider = ?2"};

std::string to_document(const DirectorySync& sync) {
  std::string text;
  JsonWriter writer(text);
  writer.begin_object().member("directory", sync.directory).member("users", sync.users_link);
  writer.member("groups", sync.groups_link).member("marked_to", sync.marked_to);
  writer.member("marks_all", sync.marks_all).end_object();
  return text;
}

Stored<DirectorySync> parse(Columns& row) {
  DirectorySync out;
  out.realm = row.id<RealmId>();
  out.provider = row.text();
  const auto document = parse_json(row.view());
  if (!document || !document->is_object()) return refuse(StoreError::kCorrupt);
  const auto& object = document->get_object();
  out.directory = string_or(object, "directory", "");
  out.users_link = string_or(object, "users", "");
  out.groups_link = string_or(object, "groups", "");
  out.marked_to = string_or(object, "marked_to", "");
  out.marks_all = bool_or(object, "marks_all", false);
  out.synced_at = row.time();
  out.due_at = row.time();
  out.leased_until = row.time();
  out.holder = row.text();
  return out;
}

class SqlDirectorySyncRepo final : public DirectorySyncRepo {
 public:
  Stored<std::optional<DirectorySync>> find(Rows& rows, const RealmId& realm, std::string_view provider) override {
    return find_one<DirectorySync>(rows, kFind, {realm.str(), provider}, parse);
  }
  Stored<std::optional<DirectorySync>> lease(Tx& tx, const RealmId& realm, std::string_view provider,
                                             std::string_view holder, TimePoint now, TimePoint until) override {
    if (auto made = send(tx, kMake, {realm.str(), provider}); !made) return refuse(made.error());
    return find_one<DirectorySync>(tx, kLease, {realm.str(), provider, holder, millis(now), millis(until)}, parse);
  }
  Stored<bool> save(Tx& tx, const DirectorySync& sync) override {
    const auto document = to_document(sync);
    return gives_a_row(tx, kSave,
                       {sync.realm.str(), sync.provider, sync.holder, document, millis(sync.synced_at),
                        millis(sync.due_at), millis(sync.leased_until)});
  }
  Stored<bool> remove(Tx& tx, const RealmId& realm, std::string_view provider) override {
    const auto removed = change(tx, kRemove, {realm.str(), provider});
    if (!removed) return refuse(removed.error());
    return *removed > 0;
  }
};

}  // namespace

std::unique_ptr<DirectorySyncRepo> make_directory_sync_repo() { return std::make_unique<SqlDirectorySyncRepo>(); }

}  // namespace cardea::store
