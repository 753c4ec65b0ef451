// The log that sign-in and protocol endpoints write to: each line goes on as it is, and those that are events of a
// realm which keeps them wait here until they are written, many in one transaction. A token waits for none of it. What
// waits when the process dies is lost, at most what happened since the last `flush`, a second ago; beyond
// kEventsWaitingMax the newest are dropped and counted, and so is one that the database never takes. The lines
// themselves are in the log in any case.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <mutex>

#include "base/clock.h"
#include "base/log.h"
#include "base/random.h"
#include "core/events/event_metrics.h"
#include "core/settings.h"
#include "domain/event.h"
#include "domain/repository/event_repo.h"

namespace cardea {

inline constexpr std::size_t kEventsWaitingMax = 20'000;
inline constexpr std::size_t kEventsPerWrite = 200;  // a transaction holds the writer for a few milliseconds

class EventLog final : public Log {
 public:
  EventLog(Log& inner, const Clock& clock, Random& random) : inner_(inner), clock_(clock), random_(random) {}

  /// Where realms are looked up. Before the first request; until then there are no events.
  void attach(const Settings& settings) { settings_ = &settings; }

  /// Counts the events of all realms. Before the first request.
  void count_in(EventMetrics& metrics) { metrics_ = &metrics; }

  [[nodiscard]] bool enabled(LogLevel level) const override { return inner_.enabled(level); }
  void write(LogLevel level, std::string_view event, std::initializer_list<LogField> fields) override;

  /// Writes what waits; how many went. When the store fails they go on waiting; an event that it will never take is
  /// dropped, counted and logged, so that it holds up no other. Called by one thread, not on the store lane.
  int flush(Store& store, EventRepo& events);
  /// Dropped since the start, for want of room or because the database did not take them.
  [[nodiscard]] std::uint64_t lost() const { return lost_; }

 private:
  [[nodiscard]] std::vector<UserEvent> take();
  void put_back(std::vector<UserEvent> events);
  [[nodiscard]] Stored<int> write_each(Store& store, EventRepo& events, std::vector<UserEvent>& batch);

  Log& inner_;
  const Clock& clock_;
  Random& random_;
  const Settings* settings_ = nullptr;
  EventMetrics* metrics_ = nullptr;
  std::mutex mutex_;
  std::deque<UserEvent> waiting_;
  std::atomic<std::uint64_t> lost_ = 0;
};

}  // namespace cardea
