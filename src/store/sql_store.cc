#include "store/sql_store.h"

#include "store/handle.h"

namespace cardea::store {

Stored<void> SqlStore::read(const std::function<Stored<void>(Rows&)>& function) {
  Stored<void> answer;
  const auto done = database_.read([&](db::Session& session) {
    Handle handle(session, Handle::Sees::kCommitted);
    answer = function(handle);
  });
  if (!done) return refuse(store_error(done.error()));
  return answer;
}

Stored<void> SqlStore::write(const std::function<Stored<void>(Tx&)>& function) {
  Stored<void> answer;
  const auto done = database_.write([&](db::Session& session) {
    Handle handle(session, Handle::Sees::kOwnTransaction);
    answer = function(handle);
    return answer ? db::Verdict::kCommit : db::Verdict::kRollBack;
  });
  if (!done) return refuse(store_error(done.error()));
  return answer;
}

}  // namespace cardea::store
