#include "core/events/event_log.h"

#include <algorithm>
#include <iterator>

#include "core/events/event_rules.h"
#include "core/events/realm_events.h"

namespace cardea {

void EventLog::write(LogLevel level, std::string_view event, std::initializer_list<LogField> fields) {
  if (inner_.enabled(level)) inner_.write(level, event, fields);
  if (settings_ == nullptr) return;
  const auto name = realm_of_event(event, fields);
  if (name.empty()) return;
  const auto realm = settings_->cached_realm(name);  // the request that wrote the line has loaded it
  if (realm == nullptr || !keeps_user_events(realm->realm)) return;
  auto draft = draft_event(event, fields);
  if (!draft || !keeps_user_event(realm->realm, draft->event.type)) return;
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

int EventLog::flush(Store& store, EventRepo& events) {
  int written = 0;
  while (true) {
    auto batch = take();
    if (batch.empty()) return written;
    const auto done = store.write([&](Tx& tx) -> Stored<void> {
      for (const auto& event : batch) {
        if (auto sent = events.insert(tx, event); !sent) return sent;
      }
      return {};
    });
    if (!done) {
      inner_.warning("events_not_written", {{"reason", describe(done.error())}});
      put_back(std::move(batch));
      return written;
    }
    written += static_cast<int>(batch.size());
  }
}

}  // namespace cardea
