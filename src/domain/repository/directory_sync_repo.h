// Repository of synchronisations with directories, and the lease by which one node does each.
#pragma once

#include <optional>
#include <string_view>

#include "domain/directory_sync.h"
#include "domain/repository/store.h"

namespace cardea {

class DirectorySyncRepo {
 public:
  virtual ~DirectorySyncRepo() = default;
  virtual Stored<std::optional<DirectorySync>> find(Rows& rows, const RealmId& realm, std::string_view provider) = 0;
  /// Takes the row, made when there is none, for `holder` until then: of any number of nodes one gets it. Absent: it is
  /// not due at `now`, or another's lease still runs.
  virtual Stored<std::optional<DirectorySync>> lease(Tx& tx, const RealmId& realm, std::string_view provider,
                                                     std::string_view holder, TimePoint now, TimePoint until) = 0;
  /// Replaces the row as long as `sync.holder` holds it. False: it is another's by now.
  virtual Stored<bool> save(Tx& tx, const DirectorySync& sync) = 0;
  /// False when there was none.
  virtual Stored<bool> remove(Tx& tx, const RealmId& realm, std::string_view provider) = 0;
};

}  // namespace cardea
