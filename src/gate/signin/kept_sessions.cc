#include "gate/signin/kept_sessions.h"

#include <algorithm>
#include <utility>

#include "crypto/hash.h"
#include "gate/signin/session_json.h"

namespace cardea::gate {
namespace {

constexpr std::size_t kUsesMax = 100'000;    // beyond it a use is not written; the session may seem idle a little early
constexpr std::size_t kUnsavedMax = 10'000;  // beyond it one is noted when it is asked for the next time

GateSessionRow row_of(const std::string& handle, const Session& session, TimePoint now) {
  GateSessionRow row;
  row.hash = crypto::sha256_base64url(handle);
  row.application = session.application;
  row.issuer = session.issuer;
  row.subject = session.subject;
  row.sid = session.sid;
  row.version = session.version;
  row.used_at = now;
  row.ends_at = session.ends;
  row.document = session_document(session);
  return row;
}

/// Uses are written when a quarter of the idle time has passed, so idleness is judged with the same slack.
seconds with_slack(seconds idle) { return idle + idle / 4; }

}  // namespace

/// Runs `work(Tx&)` on the store lane and goes on with what it gave.
template <class T, class Work>
web::Outcome KeptSessions::write(NextStored<T> next, Work work) {
  return web::then(web::Lane::kStore, [this, next = std::move(next), work = std::move(work)]() mutable -> web::Outcome {
    Stored<T> result = write_to(parts_.store->store, [&](Tx& tx) -> Stored<T> { return work(tx); });
    if (!result && result.error() != StoreError::kConflict)
      parts_.log.warning("gate_store_failed", {{"reason", describe(result.error())}});
    return next(std::move(result));
  });
}

web::Outcome KeptSessions::begin(Session session, NextStored<std::string> next) {
  const auto now = parts_.clock.now();
  auto shared = std::make_shared<const Session>(std::move(session));
  auto handle = random_handle(parts_.random);
  memory_.put(crypto::sha256_base64url(handle), {.session = shared, .used = now, .checked = now});
  if (parts_.store == nullptr) return next(std::move(handle));
  auto row = std::make_shared<const GateSessionRow>(row_of(handle, *shared, now));
  return write<std::string>(std::move(next), [this, row, handle](Tx& tx) -> Stored<std::string> {
    const auto done = parts_.store->sessions.insert(tx, *row);
    if (!done) return refuse(done.error());
    return handle;
  });
}

bool KeptSessions::knows(const Handle& handle) const {
  return handle.text.size() <= Sessions::kHandleTextMax &&
         memory_.known(crypto::sha256_base64url(handle.text)).has_value();
}

web::Outcome KeptSessions::find(const Handle& handle, NextStored<SessionPtr> next) {
  if (handle.text.empty() || handle.text.size() > Sessions::kHandleTextMax) return next(SessionPtr());
  const auto now = parts_.clock.now();
  if (parts_.store == nullptr) return next(memory_.find(handle.text, handle.application, handle.idle, now));
  const auto hash = crypto::sha256_base64url(handle.text);
  const auto known = memory_.known(hash);
  if (known && now - known->checked < kBelieved)
    return next(memory_.find(handle.text, handle.application, with_slack(handle.idle), now));
  const auto read = [this, handle, next = std::move(next)]() -> web::Outcome { return read_row(handle, next); };
  return parts_.store->read_lane() == web::Lane::kInline ? read() : web::then(web::Lane::kStore, read);
}

web::Outcome KeptSessions::read_row(const Handle& handle, const NextStored<SessionPtr>& next) {
  const auto hash = crypto::sha256_base64url(handle.text);
  auto row = read_from(parts_.store->store, [&](Rows& rows) { return parts_.store->sessions.find(rows, hash); });
  if (row) return next(take_row(handle, std::move(*row)));
  if (row.error() == StoreError::kCorrupt) return next(nobody_for_unreadable(hash));
  const auto now = parts_.clock.now();
  parts_.log.warning("gate_store_failed", {{"reason", describe(row.error())}});
  const auto known = memory_.known(hash);
  if (!known || now - known->checked > kOutageMax) return next(refuse(row.error()));
  return next(memory_.find(handle.text, handle.application, with_slack(handle.idle), now));
}

/// A row that cannot be read again will not be readable the next time either: whoever holds its handle signs in anew.
SessionPtr KeptSessions::nobody_for_unreadable(const std::string& hash) {
  parts_.log.warning("gate_session_unreadable", {{"text", "a row that cannot be read counts as no session"}});
  memory_.forget(hash);
  return nullptr;
}

SessionPtr KeptSessions::take_row(const Handle& handle, std::optional<GateSessionRow> row) {
  const auto hash = crypto::sha256_base64url(handle.text);
  if (!row) {
    memory_.forget(hash);
    return nullptr;
  }
  const auto now = parts_.clock.now();
  const auto known = memory_.known(hash);
  auto session = known && known->session->version >= row->version ? known->session : nullptr;
  if (!session) {
    auto read = session_of_row(*row);
    if (!read) return nobody_for_unreadable(hash);
    session = std::make_shared<const Session>(std::move(*read));
  }
  // The tokens of the row are spent: the newer ones have not come there yet.
  if (session->version > row->version)
    note_unsaved(std::make_shared<const GateSessionRow>(row_of(handle.text, *session, now)));
  const auto used = known ? std::max(known->used, row->used_at) : row->used_at;
  memory_.put(hash, {.session = std::move(session), .used = used, .checked = now});
  auto found = memory_.find(handle.text, handle.application, with_slack(handle.idle), now);
  if (found && now - row->used_at > handle.idle / 4) note_use(hash, now);
  return found;
}

void KeptSessions::note_use(const std::string& hash, TimePoint now) {
  const std::lock_guard lock(mutex_);
  if (uses_.size() < kUsesMax) uses_[hash] = now;
}

void KeptSessions::note_unsaved(RowPtr row) {
  const std::lock_guard lock(mutex_);
  if (unsaved_.size() < kUnsavedMax || unsaved_.contains(row->hash)) unsaved_[row->hash] = std::move(row);
}

void KeptSessions::write_unsaved() {
  std::map<std::string, RowPtr> rows;
  {
    const std::lock_guard lock(mutex_);
    rows.swap(unsaved_);
  }
  while (!rows.empty()) {
    const auto row = rows.begin()->second;
    if (parts_.clock.now() < row->ends_at) {
      const auto done = parts_.store->store.write([&](Tx& tx) { return parts_.store->sessions.replace(tx, *row); });
      if (!done && done.error() != StoreError::kConflict) {
        parts_.log.warning("gate_store_failed", {{"reason", describe(done.error())}, {"what", "refreshed sessions"}});
        const std::lock_guard lock(mutex_);
        unsaved_.merge(rows);  // what was noted meanwhile is newer, and stays
        return;
      }
      // Ended or refreshed elsewhere, or written already: the row says.
      if (!done) memory_.forget(row->hash, row->version);
    }
    rows.erase(rows.begin());
  }
}

void KeptSessions::write_uses() {
  write_unsaved();
  std::map<std::string, TimePoint> uses;
  {
    const std::lock_guard lock(mutex_);
    uses.swap(uses_);
  }
  constexpr std::size_t kTogether = 200;
  auto next = uses.cbegin();
  while (next != uses.cend()) {
    const auto begin = next;
    auto end = begin;
    for (std::size_t i = 0; i < kTogether && end != uses.cend(); ++i) ++end;
    const auto written = parts_.store->store.write([&](Tx& tx) -> Stored<void> {
      for (auto use = begin; use != end; ++use)
        if (auto done = parts_.store->sessions.touch(tx, use->first, use->second); !done) return done;
      return {};
    });
    if (!written)
      parts_.log.warning("gate_store_failed", {{"reason", describe(written.error())}, {"what", "uses of sessions"}});
    next = end;
  }
}

web::Outcome KeptSessions::take_refresh(const Handle& handle, std::int64_t version, NextStored<Turn> next) {
  const auto now = parts_.clock.now();
  auto hash = crypto::sha256_base64url(handle.text);
  // Another request is at it, or has done it since this one looked.
  if (!memory_.take_refresh(handle.text, version, now))
    return next(memory_.known(hash) ? Turn::kAnothers : Turn::kNobodys);
  if (parts_.store == nullptr) return next(Turn::kMine);
  return write<Turn>(std::move(next), [this, hash = std::move(hash), version, now](Tx& tx) -> Stored<Turn> {
    const auto mine = parts_.store->sessions.take_refresh(tx, {hash, version}, now, Sessions::kRefreshPatience);
    if (!mine) return refuse(mine.error());
    return *mine ? Turn::kMine : Turn::kAnothers;
  });
}

web::Outcome KeptSessions::refreshed(const Handle& handle, Session session, NextStored<SessionPtr> next) {
  const auto now = parts_.clock.now();
  auto row = std::make_shared<const GateSessionRow>(row_of(handle.text, session, now));
  memory_.refreshed(handle.text, std::move(session));
  const auto from_memory = [this, handle, now] {
    return memory_.find(handle.text, handle.application, with_slack(handle.idle), now);
  };
  if (parts_.store == nullptr) return next(from_memory());
  return write<SessionPtr>(
      [this, row, handle, from_memory, next = std::move(next)](Stored<SessionPtr> done) -> web::Outcome {
        if (!done && done.error() != StoreError::kConflict) {  // the database is away: the tokens are good all the same
          note_unsaved(row);
          return next(from_memory());
        }
        // Gone: it was ended meanwhile, here or elsewhere, or refreshed elsewhere. The row says.
        if (!done) memory_.forget(row->hash, row->version);
        auto found = done ? from_memory() : SessionPtr();
        return found ? next(std::move(found)) : find(handle, next);
      },
      [this, row](Tx& tx) -> Stored<SessionPtr> {
        const auto done = parts_.store->sessions.replace(tx, *row);
        if (!done) return refuse(done.error());
        return SessionPtr();
      });
}

web::Outcome KeptSessions::end(const Handle& handle, NextStored<SessionPtr> next) {
  auto session = memory_.end(handle.text, handle.application);
  if (parts_.store == nullptr) return next(std::move(session));
  const auto hash = crypto::sha256_base64url(handle.text);
  const auto application = handle.application;
  return write<SessionPtr>(
      [this, handle, next = std::move(next)](Stored<SessionPtr> done) -> web::Outcome {
        // A request that read the row before it went has brought it back.
        if (done) (void)memory_.end(handle.text, handle.application);
        return next(std::move(done));
      },
      [this, hash, application, session](Tx& tx) -> Stored<SessionPtr> {
        const auto removed = parts_.store->sessions.remove(tx, hash, application);
        if (!removed) return refuse(removed.error());
        return *removed ? session : nullptr;
      });
}

web::Outcome KeptSessions::end_of(GateLogout logout, NextStored<int> next) {
  if (parts_.store == nullptr) return next(memory_.end_of(logout));
  const auto shared = std::make_shared<const GateLogout>(std::move(logout));
  // Looked for first: anybody may name a session id, and none of them shall cost a write.
  const auto read = [this, shared, next = std::move(next)]() -> web::Outcome {
    const auto any =
        read_from(parts_.store->store, [&](Rows& rows) { return parts_.store->sessions.has_of(rows, *shared); });
    if (!any) parts_.log.warning("gate_store_failed", {{"reason", describe(any.error())}});
    if (!any) return next(refuse(any.error()));
    if (!*any) return next(0);
    return write<int>(
        [this, shared, next](Stored<int> done) -> web::Outcome {
          if (done) (void)memory_.end_of(*shared);
          return next(std::move(done));
        },
        [this, shared](Tx& tx) { return parts_.store->sessions.remove_of(tx, *shared); });
  };
  return parts_.store->read_lane() == web::Lane::kInline ? read() : web::then(web::Lane::kStore, read);
}

}  // namespace cardea::gate
