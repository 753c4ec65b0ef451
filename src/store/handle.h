// The Rows and Tx that repositories get: a database session, and which realms this transaction has raised already.
#pragma once

#include <set>
#include <string>

#include "db/session.h"
#include "domain/ids.h"
#include "domain/repository/store.h"

namespace cardea::store {

class Handle final : public Tx {
 public:
  enum class Sees { kCommitted, kOwnTransaction };

  Handle(db::Session& session, Sees sees) : session_(session), sees_(sees) {}
  [[nodiscard]] bool are_cacheable() const override {
    return sees_ == Sees::kCommitted || !session_.has_changed_cached_rows();
  }
  [[nodiscard]] db::Session& session() { return session_; }
  /// True the first time for a realm: one raised version tells everything about a transaction, and a row that is
  /// changed ten thousand times in one transaction gets slower each time on PostgreSQL.
  [[nodiscard]] bool mark_raised(const RealmId& realm) { return raised_.insert(realm.str()).second; }

 private:
  db::Session& session_;
  Sees sees_;
  std::set<std::string> raised_;
};

/// The session behind a handle this store made; any other handle is a bug in the wiring.
[[nodiscard]] db::Session& session_of(Rows& rows);
[[nodiscard]] Handle& handle_of(Tx& tx);

[[nodiscard]] StoreError store_error(db::DbError error);

/// Raises the realm's version, once in each transaction. The row stays locked until the commit, so what follows in this
/// transaction is alone in changing the realm's settings.
Stored<void> raise_version(Tx& tx, const RealmId& realm);

}  // namespace cardea::store
