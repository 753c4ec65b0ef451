#include "http/exchange.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <stdexcept>

#include "base/limits.h"
#include "tests/support/fake_clock.h"
#include "tests/support/memory_log.h"

namespace cardea::http {
namespace {

using testing::HasSubstr;
using web::Lane;
using web::Outcome;

// A lane that runs nothing by itself.
struct HandLane final : LaneExecutor {
  bool submit(LaneJob job) override {
    if (jobs.size() >= capacity) return false;
    jobs.push_back(std::move(job));
    return true;
  }
  [[nodiscard]] std::size_t queued() const override { return jobs.size(); }
  void run_one(bool committed = true) {
    auto job = std::move(jobs.front());
    jobs.pop_front();
    job.work();
    job.complete(committed);
  }
  std::size_t capacity = 10;
  std::deque<LaneJob> jobs;
};

// A mailbox whose jobs run when the test says so.
struct HandMailbox final : Mailbox {
  bool post(MoveOnlyFunction<> job) override {
    jobs.push_back(std::move(job));
    return true;
  }
  void run_all() {
    while (!jobs.empty()) {
      auto job = std::move(jobs.front());
      jobs.pop_front();
      job();
    }
  }
  std::deque<MoveOnlyFunction<>> jobs;
};

struct StepRunnerTest : testing::Test, ExchangeOwner {
  StepRunnerTest() {
    lanes.assign(Lane::kStore, store);
    lanes.assign(Lane::kHash, hash);
    lanes.assign(Lane::kCpu, cpu, Commits::kNo);
    exchange->owner = this;
    exchange->reader.feed("GET /x HTTP/1.1\r\nHost: a\r\n\r\n");
    exchange->reader.request().correlation_id = "c0ffee";
  }

  void start(StepRunner::Handle handle) {
    runner = std::make_shared<StepRunner>(std::move(handle), lanes, log, clock, mailbox);
    runner->start(exchange);
  }
  void answer_ready() override { ++answers; }

  web::Response& response() { return exchange->response; }
  void expect_503() {
    EXPECT_EQ(answers, 1);
    EXPECT_EQ(response().status, 503);
    EXPECT_EQ(response().body_text(), R"({"error":"temporarily_unavailable"})");
    EXPECT_EQ(*response().find_header("Retry-After"), "1");
    EXPECT_EQ(*response().find_header("X-Correlation-Id"), "c0ffee");
    EXPECT_TRUE(log.contains("correlation_id=c0ffee")) << "nobody could say why";
  }
  void expect_500() {
    EXPECT_EQ(answers, 1);
    EXPECT_EQ(response().status, 500);
    EXPECT_EQ(response().body_text(),
              R"({"error":"unknown_error","error_description":"For more on this error consult the server log."})");
    EXPECT_EQ(*response().find_header("X-Correlation-Id"), "c0ffee");
    EXPECT_TRUE(log.contains("c0ffee"));
  }

  Metrics metrics;
  Lanes lanes{metrics};
  HandLane store, hash, cpu;
  MemoryLog log;
  FakeClock clock;
  std::shared_ptr<HandMailbox> mailbox = std::make_shared<HandMailbox>();
  std::shared_ptr<Exchange> exchange = std::make_shared<Exchange>();
  std::shared_ptr<StepRunner> runner;
  int answers = 0;
};

Outcome ok() { return web::empty_response(204); }

TEST_F(StepRunnerTest, refuses_when_the_lane_is_full) {
  store.capacity = 0;
  start([](web::Request&) { return web::then(Lane::kStore, ok); });
  expect_503();
}

TEST_F(StepRunnerTest, refuses_to_answer_what_was_not_committed) {
  start([](web::Request&) { return web::then(Lane::kStore, ok); });
  store.run_one(false);
  mailbox->run_all();
  expect_503();
}

TEST_F(StepRunnerTest, refuses_to_go_on_after_a_lost_transaction) {
  start([](web::Request&) { return web::then(Lane::kStore, [] { return web::then(Lane::kHash, ok); }); });
  store.run_one(false);
  mailbox->run_all();
  EXPECT_EQ(hash.queued(), 0U);
  expect_503();
}

TEST_F(StepRunnerTest, refuses_dropped_job) {
  start([](web::Request&) { return web::then(Lane::kStore, ok); });
  store.jobs.front().complete(false);
  mailbox->run_all();
  expect_503();
}

TEST_F(StepRunnerTest, refuses_exceptions_of_handlers) {
  start([](web::Request&) -> Outcome { throw std::runtime_error("broken pipe dream"); });
  expect_500();
  EXPECT_TRUE(log.contains("broken pipe dream"));
}

TEST_F(StepRunnerTest, refuses_exceptions_on_lanes) {
  start([](web::Request&) { return web::then(Lane::kHash, []() -> Outcome { throw 42; }); });
  hash.run_one();
  mailbox->run_all();
  expect_500();
}

Outcome twice_on(Lane lane) {
  return web::then(lane, [lane] { return web::then(lane, ok); });
}

TEST_F(StepRunnerTest, refuses_to_go_on_before_the_lane_has_committed) {
  start([](web::Request&) { return twice_on(Lane::kStore); });
  store.run_one(false);
  mailbox->run_all();
  EXPECT_EQ(store.queued(), 0U);
  expect_503();
}

TEST_F(StepRunnerTest, stays_on_a_lane_that_has_nothing_to_commit) {
  start([](web::Request&) { return twice_on(Lane::kCpu); });
  cpu.run_one();
  EXPECT_EQ(mailbox->jobs.size(), 1U);
  mailbox->run_all();
  EXPECT_EQ(cpu.queued(), 0U);
  EXPECT_EQ(answers, 1);
  EXPECT_EQ(response().status, 204);
}

Outcome again_on_cpu() { return web::then(Lane::kCpu, again_on_cpu); }

TEST_F(StepRunnerTest, refuses_more_steps_than_allowed_on_one_lane) {
  start([](web::Request&) { return again_on_cpu(); });
  cpu.run_one();
  mailbox->run_all();
  EXPECT_EQ(cpu.queued(), 0U);
  expect_500();
}

Outcome again() { return web::then(Lane::kInline, again); }

TEST_F(StepRunnerTest, refuses_more_steps_than_allowed) {
  int steps = 0;
  start([&](web::Request&) {
    ++steps;
    return again();
  });
  EXPECT_EQ(steps, 1);
  expect_500();
  EXPECT_TRUE(log.contains("too many steps"));
}

TEST_F(StepRunnerTest, refuses_to_touch_a_connection_that_is_gone) {
  start([](web::Request&) { return web::then(Lane::kStore, ok); });
  exchange->owner = nullptr;
  store.run_one();
  mailbox->run_all();
  EXPECT_EQ(answers, 0);
}

TEST_F(StepRunnerTest, runs_inline_steps_at_once) {
  start([](web::Request&) { return web::then(Lane::kInline, [] { return web::then(Lane::kInline, ok); }); });
  EXPECT_EQ(answers, 1);
  EXPECT_EQ(response().status, 204);
  EXPECT_EQ(response().find_header("X-Correlation-Id"), nullptr);
  EXPECT_NE(response().find_header("X-Content-Type-Options"), nullptr);
  EXPECT_TRUE(mailbox->jobs.empty());
}

TEST_F(StepRunnerTest, runs_all_steps_that_are_allowed) {
  std::function<Outcome(std::size_t)> chain = [&](std::size_t left) -> Outcome {
    if (left == 0) return ok();
    return web::then(Lane::kInline, [&chain, left] { return chain(left - 1); });
  };
  start([&](web::Request&) { return chain(kStepsMax); });
  EXPECT_EQ(response().status, 204);
}

TEST_F(StepRunnerTest, goes_from_lane_to_lane_with_the_request_alive) {
  start([](web::Request& request) {
    return web::then(Lane::kHash, [&request] {
      return web::then(Lane::kStore, [&request]() -> Outcome { return web::text_response(200, request.path); });
    });
  });
  hash.run_one();
  EXPECT_EQ(store.queued(), 0U);  // the next step goes through the I/O thread
  mailbox->run_all();
  EXPECT_EQ(answers, 0);
  store.run_one();
  mailbox->run_all();
  EXPECT_EQ(answers, 1);
  EXPECT_EQ(response().body_text(), "/x");
}

TEST_F(StepRunnerTest, measures_each_step_on_its_lane) {
  start([&](web::Request&) {
    return web::then(Lane::kHash, [&]() -> Outcome {
      clock.advance(20);
      return ok();
    });
  });
  hash.run_one();
  mailbox->run_all();
  EXPECT_EQ(lanes.step_seconds(Lane::kInline).count(), 1U);
  EXPECT_EQ(lanes.step_seconds(Lane::kHash).count(), 1U);
  EXPECT_THAT(metrics.expose(), HasSubstr("cardea_step_seconds_bucket{lane=\"hash\",le=\"0.05\"} 1"));
  EXPECT_THAT(metrics.expose(), HasSubstr("cardea_step_seconds_bucket{lane=\"hash\",le=\"0.01\"} 0"));
}

}  // namespace
}  // namespace cardea::http
