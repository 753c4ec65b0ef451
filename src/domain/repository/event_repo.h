// Kept events. Rows are written once, read by administrators, and go by expiry or when an administrator clears them.
#pragma once

#include <vector>

#include "domain/event.h"
#include "domain/repository/store.h"

namespace cardea {

class EventRepo {
 public:
  virtual ~EventRepo() = default;
  /// An event whose id is there is left alone, so that a write that runs twice keeps one.
  virtual Stored<void> insert(Tx& tx, const UserEvent& event) = 0;
  virtual Stored<void> insert(Tx& tx, const AdminEvent& event) = 0;
  /// By time, then id; newest first unless the query says otherwise.
  virtual Stored<std::vector<UserEvent>> find_user_events(Rows& rows, const RealmId& realm,
                                                          const EventQuery& query) = 0;
  virtual Stored<std::vector<AdminEvent>> find_admin_events(Rows& rows, const RealmId& realm,
                                                            const EventQuery& query) = 0;
  /// Removes at most `rows_max` of the realm; how many went.
  virtual Stored<int> clear_user_events(Tx& tx, const RealmId& realm, int rows_max) = 0;
  virtual Stored<int> clear_admin_events(Tx& tx, const RealmId& realm, int rows_max) = 0;
};

}  // namespace cardea
