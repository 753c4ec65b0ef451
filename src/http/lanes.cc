#include "http/lanes.h"

#include <sys/resource.h>
#include <unistd.h>

#include <utility>

#include "base/assert.h"

namespace cardea::http {

LanePool::LanePool(const LanePoolSettings& settings) : settings_(settings) {
  CARDEA_ASSERT(settings.threads > 0);
  for (unsigned i = 0; i < settings.threads; ++i) threads_.emplace_back([this] { work(); });
}

LanePool::~LanePool() { stop(); }

bool LanePool::submit(LaneJob job) {
  {
    const std::scoped_lock lock(mutex_);
    if (stopping_ || queue_.size() >= settings_.queue_max) return false;
    queue_.push_back(std::move(job));
  }
  wake_.notify_one();
  return true;
}

std::size_t LanePool::queued() const {
  const std::scoped_lock lock(mutex_);
  return queue_.size();
}

void LanePool::stop() {
  std::deque<LaneJob> dropped;
  {
    const std::scoped_lock lock(mutex_);
    if (stopping_) return;
    stopping_ = true;
    dropped.swap(queue_);
  }
  wake_.notify_all();
  for (auto& job : dropped) job.complete(false);
  for (auto& thread : threads_) thread.join();
}

std::optional<LaneJob> LanePool::take(bool had_work) {
  const auto is_due = [this] { return stopping_ || !queue_.empty(); };
  std::unique_lock lock(mutex_);
  if (had_work && settings_.on_idle && !wake_.wait_for(lock, settings_.idle_after, is_due)) {
    lock.unlock();
    settings_.on_idle();
    lock.lock();
  }
  wake_.wait(lock, is_due);
  if (stopping_) return std::nullopt;
  std::optional<LaneJob> job(std::move(queue_.front()));
  queue_.pop_front();
  return job;
}

void LanePool::work() {
  // On Linux the priority belongs to the thread. Failure only means that it gives way to nobody.
  if (settings_.niceness > 0) (void)setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), settings_.niceness);
  if (settings_.on_start) settings_.on_start();
  bool had_work = false;
  while (auto job = take(had_work)) {
    job->work();
    job->complete(true);
    had_work = true;
  }
}

Lanes::Lanes(Metrics& metrics) : metrics_(metrics) {
  for (int i = 0; i < web::kLaneCount; ++i) {
    const auto lane = static_cast<web::Lane>(i);
    const MetricLabels labels = {{"lane", std::string(web::name(lane))}};
    at(lane).step_seconds =
        &metrics.histogram("cardea_step_seconds", "Time of one step of a request, by the lane it ran on.", labels);
    if (lane == web::Lane::kInline) continue;
    at(lane).refused =
        &metrics.counter("cardea_lane_refused_total", "Steps refused because the lane was full.", labels);
  }
}

void Lanes::assign(web::Lane lane, LaneExecutor& executor, Commits commits) {
  auto& slot = at(lane);
  CARDEA_ASSERT(lane != web::Lane::kInline && slot.executor == nullptr);
  slot.executor = &executor;
  slot.commits = commits;
  metrics_.gauge_function("cardea_lane_queued", "Steps that wait for their lane.",
                          [&executor] { return static_cast<std::int64_t>(executor.queued()); },
                          {{"lane", std::string(web::name(lane))}});
}

web::Fetcher& Lanes::fetcher() {
  CARDEA_ASSERT(fetcher_ != nullptr);
  return *fetcher_;
}

bool Lanes::submit(web::Lane lane, LaneJob job) {
  auto& slot = at(lane);
  CARDEA_ASSERT(slot.executor != nullptr);
  if (slot.executor->submit(std::move(job))) return true;
  slot.refused->add();
  return false;
}

}  // namespace cardea::http
