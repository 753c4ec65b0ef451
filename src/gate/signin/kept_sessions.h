// Sessions in memory, and in the database where there is one: then the rows are what counts, and memory saves asking
// within kBelieved of the last time. What another node did (a logout, a refresh) is seen after that. A database that
// does not answer ends nothing: what was known serves for kOutageMax, whatever another node did. Fresh tokens that
// could not be written are kept here and written as soon as that works, for those of the row are spent.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <string>

#include "base/log.h"
#include "gate/signin/sessions.h"
#include "gate/store/gate_store.h"

namespace cardea::gate {

class KeptSessions {
 public:
  static constexpr seconds kBelieved{3};
  static constexpr seconds kOutageMax{300};

  struct Parts {
    Random& random;
    const Clock& clock;
    Log& log;
    const GateStore* store;  // null: memory alone
  };
  explicit KeptSessions(const Parts& parts) : parts_(parts) {}

  /// Which session a request means.
  struct Handle {
    std::string text;
    std::string application;
    seconds idle;
  };
  /// The new handle, for the cookie, when the session is durable.
  [[nodiscard]] web::Outcome begin(Session session, NextStored<std::string> next);
  /// Null: none such, another application's, idle for too long, or at its end. Notes that it was used.
  [[nodiscard]] web::Outcome find(const Handle& handle, NextStored<SessionPtr> next);
  /// In memory, without a look.
  [[nodiscard]] bool knows(const Handle& handle) const;
  enum class Turn { kMine, kAnothers, kNobodys };  // kNobodys: there is no such session any more
  /// kMine for one request of all nodes: it may use the refresh token of `version` now.
  [[nodiscard]] web::Outcome take_refresh(const Handle& handle, std::int64_t version, NextStored<Turn> next);
  /// Puts the refreshed session in place of the version before it, and goes on with what holds then; null: the session
  /// has ended meanwhile.
  [[nodiscard]] web::Outcome refreshed(const Handle& handle, Session session, NextStored<SessionPtr> next);
  /// Ends it everywhere; null: there was none. An error: it may be there still.
  [[nodiscard]] web::Outcome end(const Handle& handle, NextStored<SessionPtr> next);
  [[nodiscard]] web::Outcome end_of(GateLogout logout, NextStored<int> next);

  /// Writes down which sessions were used, and refreshed ones that could not be written before; run every second,
  /// beside requests.
  void write_uses();
  void purge(const Sessions::IdleOf& idle_of) { memory_.purge(parts_.clock.now(), idle_of); }
  [[nodiscard]] std::size_t size() const { return memory_.size(); }

 private:
  template <class T, class Work>
  web::Outcome write(NextStored<T> next, Work work);
  web::Outcome read_row(const Handle& handle, const NextStored<SessionPtr>& next);
  SessionPtr take_row(const Handle& handle, std::optional<GateSessionRow> row);
  SessionPtr nobody_for_unreadable(const std::string& hash);
  void note_use(const std::string& hash, TimePoint now);
  using RowPtr = std::shared_ptr<const GateSessionRow>;
  void note_unsaved(RowPtr row);
  void write_unsaved();

  const Parts parts_;
  Sessions memory_;
  std::mutex mutex_;
  std::map<std::string, TimePoint> uses_;  // to be written, by hash; guarded by mutex_
  std::map<std::string, RowPtr> unsaved_;  // refreshed ones to be written, by hash; guarded by mutex_
};

}  // namespace cardea::gate
