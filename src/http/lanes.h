// The lanes behind web::Lane: which executor runs the steps of each, and a pool of threads for those that need no more
// than that. Each lane is a bulkhead: its queue is bounded, and when it is full the request is answered 503 at once.
#pragma once

#include <array>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/lane_executor.h"
#include "base/metrics.h"
#include "web/outcome.h"

namespace cardea::http {

struct LanePoolSettings {
  unsigned threads = 1;
  std::size_t queue_max = 256;  // jobs that wait, besides those that run
  int niceness = 0;             // 1 to 19: the threads give way to others (setpriority)
  /// Called on each thread: at its start, and when it has had nothing to do for `idle_after` since its last job. Empty:
  /// nothing is done. Neither may throw.
  std::function<void()> on_start = {};
  std::function<void()> on_idle = {};
  std::chrono::milliseconds idle_after{1000};
};

/// A fixed number of threads and a bounded queue. Jobs of this lane have no transaction: they complete with true.
class LanePool final : public LaneExecutor {
 public:
  explicit LanePool(const LanePoolSettings& settings);
  /// Stops as stop() does.
  ~LanePool() override;

  [[nodiscard]] bool submit(LaneJob job) override;
  [[nodiscard]] std::size_t queued() const override;
  /// Refuses new jobs, completes those that wait with false, and returns when those that run are done.
  void stop();

 private:
  void work();
  /// The next job; empty when the pool stops.
  [[nodiscard]] std::optional<LaneJob> take(bool had_work);

  const LanePoolSettings settings_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<LaneJob> queue_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

/// Whether `complete(true)` of a lane's jobs says that something is durable. Where it does not, what follows a step on
/// the same lane may run inside the same job.
enum class Commits : std::uint8_t { kYes, kNo };

/// One executor for each lane except the inline one, with its metrics. Filled before the server starts. Executors are
/// not owned and must outlive this; `metrics` must not be read after the executors are gone.
class Lanes {
 public:
  explicit Lanes(Metrics& metrics);

  /// Two lanes may share an executor. A lane assigned twice is a bug.
  void assign(web::Lane lane, LaneExecutor& executor, Commits commits = Commits::kYes);
  void assign(web::Lane lane, LanePool& pool) { assign(lane, pool, Commits::kNo); }
  /// Who calls other servers for steps. As with executors: not owned, and must outlive this.
  void assign(web::Fetcher& fetcher) { fetcher_ = &fetcher; }
  /// Asked for without one is a bug.
  [[nodiscard]] web::Fetcher& fetcher();
  /// False: full or stopping; counted. A lane without executor is a bug.
  [[nodiscard]] bool submit(web::Lane lane, LaneJob job);
  [[nodiscard]] Commits commits(web::Lane lane) { return at(lane).commits; }
  /// For the time each step takes, from its start to its return.
  [[nodiscard]] Histogram& step_seconds(web::Lane lane) { return *at(lane).step_seconds; }

 private:
  struct Slot {
    LaneExecutor* executor = nullptr;
    Commits commits = Commits::kYes;
    Counter* refused = nullptr;
    Histogram* step_seconds = nullptr;
  };
  Slot& at(web::Lane lane) { return slots_[static_cast<std::size_t>(lane)]; }

  Metrics& metrics_;
  web::Fetcher* fetcher_ = nullptr;
  std::array<Slot, web::kLaneCount> slots_;
};

}  // namespace cardea::http
