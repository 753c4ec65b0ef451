#include "store/handle.h"

#include "base/assert.h"

namespace cardea::store {
namespace {

constexpr db::Sql kRaise{"UPDATE realm_versions SET version = version + 1 WHERE realm_id = ?1"};

}  // namespace

db::Session& session_of(Rows& rows) {
  auto* handle = dynamic_cast<Handle*>(&rows);
  CARDEA_ASSERT(handle != nullptr);
  return handle->session();
}

Handle& handle_of(Tx& tx) {
  auto* handle = dynamic_cast<Handle*>(&tx);
  CARDEA_ASSERT(handle != nullptr);
  return *handle;
}

StoreError store_error(db::DbError error) {
  switch (error) {
    case db::DbError::kConflict:
      return StoreError::kConflict;
    case db::DbError::kRetry:  // inside a body; the database runs it again
    case db::DbError::kBusy:
      return StoreError::kBusy;
    case db::DbError::kUnavailable:
      return StoreError::kUnavailable;
    case db::DbError::kUnknown:
      return StoreError::kUnknown;
    case db::DbError::kBroken:
      return StoreError::kCorrupt;
  }
  return StoreError::kCorrupt;
}

Stored<void> raise_version(Tx& tx, const RealmId& realm) {
  Handle& handle = handle_of(tx);
  if (!handle.mark_raised(realm)) return {};
  handle.session().note_change_of_cached_rows();
  const auto sent = handle.session().send(kRaise, {realm.str()});
  if (!sent) return refuse(store_error(sent.error()));
  return {};
}

}  // namespace cardea::store
