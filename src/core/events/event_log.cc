#include "core/events/event_log.h"

#include <algorithm>
#include <iterator>
#include <span>

#include "core/events/event_rules.h"
#include "core/events/realm_events.h"

namespace cardea {

void EventLog::write(LogLevel level, std::string_view event, std::initializer_list<LogField> fields) {
  if (inner_.enabled(level)) inner_.write(level, event, fields);
  if (settings_ == nullptr || (metrics_ == nullptr && !settings_->may_keep_user_events())) return;
  const auto name = realm_of_event(event, fields);
  if (name.empty()) return;
  const auto realm = settings_->cached_realm(name);  // the request that wrote the line has loaded it
  if (realm == nullptr || (metrics_ == nullptr && !realm->keeps_user_events)) return;
  auto draft = draft_event(event, fields);
  if (!draft) return;
  if (metrics_ != nullptr) {
    const bool knows_client =
        metrics_->names_clients() && settings_->cached_client(*realm, draft->event.client_id) != nullptr;
    metrics_->count(*draft, knows_client);
  }
  if (!realm->keeps_user_events || !keeps_user_event(realm->realm, draft->event.type)) return;
  auto& made = draft->event;
  made.id = random_uuid(random_);
  made.realm = realm->realm.id;
  made.at = clock_.now();
  made.expires_at = user_event_expiry(realm->realm, made.at);
  const std::scoped_lock lock(mutex_);
  if (waiting_.size() >= kEventsWaitingMax) {
    ++lost_;
    return;
  }
  waiting_.push_back(std::move(made));
}

std::vector<UserEvent> EventLog::take() {
  const std::scoped_lock lock(mutex_);
  const auto count = std::min(waiting_.size(), kEventsPerWrite);
  const auto end = waiting_.begin() + static_cast<std::ptrdiff_t>(count);
  std::vector<UserEvent> taken(std::make_move_iterator(waiting_.begin()), std::make_move_iterator(end));
  waiting_.erase(waiting_.begin(), end);
  return taken;
}

void EventLog::put_back(std::vector<UserEvent> events) {
  const std::scoped_lock lock(mutex_);
  waiting_.insert(waiting_.begin(), std::make_move_iterator(events.begin()), std::make_move_iterator(events.end()));
}

namespace {

/// Trying again cannot help.
bool is_lasting(StoreError error) { return error == StoreError::kCorrupt || error == StoreError::kConflict; }

Stored<void> write_events(Store& store, EventRepo& events, std::span<const UserEvent> batch) {
  return store.write([&](Tx& tx) -> Stored<void> {
    for (const auto& event : batch) {
      if (auto sent = events.insert(tx, event); !sent) return sent;
    }
    return {};
  });
}

}  // namespace

/// How many went. What is left in `batch` waits on.
Stored<int> EventLog::write_each(Store& store, EventRepo& events, std::vector<UserEvent>& batch) {
  int written = 0;
  while (!batch.empty()) {
    const auto done = write_events(store, events, {batch.data(), 1});
    if (!done && !is_lasting(done.error())) return refuse(done.error());
    if (done) {
      ++written;
    } else {
      ++lost_;
      inner_.error(
          "event_dropped",
          {{"reason", describe(done.error())}, {"type", batch.front().type}, {"realm_id", batch.front().realm.str()}});
    }
    batch.erase(batch.begin());
  }
  return written;
}

int EventLog::flush(Store& store, EventRepo& events) {
  int written = 0;
  while (true) {
    auto batch = take();
    if (batch.empty()) return written;
    const auto waiting = static_cast<int>(batch.size());
    const auto all = write_events(store, events, batch);
    Stored<int> done = all ? Stored<int>(waiting) : refuse(all.error());
    if (!done && is_lasting(done.error())) done = write_each(store, events, batch);
    if (!done) {
      inner_.warning("events_not_written", {{"reason", describe(done.error())}});
      put_back(std::move(batch));
      return written;
    }
    written += *done;
  }
}

}  // namespace cardea
