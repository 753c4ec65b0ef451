#include "http/lanes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <atomic>
#include <latch>
#include <optional>
#include <thread>

namespace cardea::http {
namespace {

LaneJob job(MoveOnlyFunction<> work, MoveOnlyFunction<bool> complete = [](bool) {}) {
  return {.work = std::move(work), .complete = std::move(complete)};
}

// Occupies the one thread of a pool until told to go on.
struct Occupied {
  explicit Occupied(LanePool& pool) {
    EXPECT_TRUE(pool.submit(job([both = latches] {
      both->running.count_down();
      both->go_on.wait();
    })));
    latches->running.wait();
  }
  ~Occupied() { release(); }
  void release() const {
    if (!latches->go_on.try_wait()) latches->go_on.count_down();
  }

  struct Latches {
    std::latch running{1};
    std::latch go_on{1};
  };
  std::shared_ptr<Latches> latches = std::make_shared<Latches>();  // the job may be the last to look at them
};

TEST(LanePool, refuses_what_does_not_fit) {
  LanePool pool({.threads = 1, .queue_max = 2});
  Occupied occupied(pool);
  EXPECT_TRUE(pool.submit(job([] {})));
  EXPECT_TRUE(pool.submit(job([] {})));
  EXPECT_FALSE(pool.submit(job([] { FAIL(); }, [](bool) { FAIL(); })));
  EXPECT_EQ(pool.queued(), 2U);
  occupied.release();
}

TEST(LanePool, refuses_jobs_once_stopped) {
  LanePool pool({});
  pool.stop();
  EXPECT_FALSE(pool.submit(job([] { FAIL(); }, [](bool) { FAIL(); })));
}

// A thread that never worked has nothing to tidy, and one that did is told once.
TEST(LanePool, tells_a_thread_that_it_is_idle_only_after_work) {
  std::latch started(1), idle(1), worked_again(1), idle_again(1);
  std::atomic<int> idles = 0;
  LanePool pool({.on_start = [&] { started.count_down(); },
                 .on_idle = [&] { (++idles == 1 ? idle : idle_again).count_down(); },
                 .idle_after = std::chrono::milliseconds(1)});
  started.wait();
  EXPECT_EQ(idles, 0);
  EXPECT_TRUE(pool.submit(job([&] { EXPECT_EQ(idles, 0); })));
  idle.wait();
  EXPECT_TRUE(pool.submit(job([&] { worked_again.count_down(); })));
  worked_again.wait();
  idle_again.wait();
  pool.stop();
  EXPECT_EQ(idles, 2);
}

TEST(LanePool, runs_the_hooks_on_the_thread_of_the_jobs) {
  std::thread::id of_start, of_job, of_idle;
  std::latch idle(1);
  LanePool pool({.on_start = [&] { of_start = std::this_thread::get_id(); },
                 .on_idle =
                     [&] {
                       of_idle = std::this_thread::get_id();
                       idle.count_down();
                     },
                 .idle_after = std::chrono::milliseconds(1)});
  EXPECT_TRUE(pool.submit(job([&] { of_job = std::this_thread::get_id(); })));
  idle.wait();
  EXPECT_EQ(of_start, of_job);
  EXPECT_EQ(of_idle, of_job);
}

TEST(LanePool, completes_dropped_jobs_with_false_and_without_work) {
  LanePool pool({.threads = 1, .queue_max = 2});
  std::optional<bool> completed;
  {
    Occupied occupied(pool);
    EXPECT_TRUE(pool.submit(job([] { FAIL(); },
                                [&](bool committed) {
                                  completed = committed;
                                  occupied.release();  // stop() waits for the running job, which waits for this
                                })));
    pool.stop();
  }
  EXPECT_EQ(completed, false);
}

TEST(LanePool, runs_work_and_then_completes_with_true) {
  std::vector<std::string> seen;
  std::latch done{1};
  LanePool pool({});
  EXPECT_TRUE(pool.submit(job([&] { seen.emplace_back("work"); },
                              [&](bool committed) {
                                seen.emplace_back(committed ? "true" : "false");
                                done.count_down();
                              })));
  done.wait();
  EXPECT_THAT(seen, testing::ElementsAre("work", "true"));
}

TEST(LanePool, gives_way_where_asked) {
  int niceness = -1;
  std::latch done{1};
  LanePool pool({.niceness = 5});
  EXPECT_TRUE(pool.submit(job([&] { niceness = getpriority(PRIO_PROCESS, static_cast<id_t>(gettid())); },
                              [&](bool) { done.count_down(); })));
  done.wait();
  EXPECT_GE(niceness, 5);
}

struct NoExecutor final : LaneExecutor {
  bool submit(LaneJob) override { return false; }
  [[nodiscard]] std::size_t queued() const override { return 0; }
};

TEST(Lanes, refuses_double_and_missing_executors) {
  Metrics metrics;
  Lanes lanes(metrics);
  NoExecutor pool;
  lanes.assign(web::Lane::kHash, pool);
  EXPECT_DEATH(lanes.assign(web::Lane::kHash, pool), "executor");
  EXPECT_DEATH(lanes.assign(web::Lane::kInline, pool), "kInline");
  EXPECT_DEATH((void)lanes.submit(web::Lane::kCpu, {}), "executor");
}

TEST(Lanes, counts_what_was_refused_and_shows_what_waits) {
  Metrics metrics;
  Lanes lanes(metrics);
  LanePool pool({.threads = 1, .queue_max = 1});
  lanes.assign(web::Lane::kHash, pool);
  Occupied occupied(pool);
  EXPECT_TRUE(lanes.submit(web::Lane::kHash, job([] {})));
  EXPECT_FALSE(lanes.submit(web::Lane::kHash, job([] {})));
  const auto text = metrics.expose();
  EXPECT_THAT(text, testing::HasSubstr("cardea_lane_queued{lane=\"hash\"} 1"));
  EXPECT_THAT(text, testing::HasSubstr("cardea_lane_refused_total{lane=\"hash\"} 1"));
  occupied.release();
}

}  // namespace
}  // namespace cardea::http
