// One request, its answer and the steps between. The steps run on the I/O thread or on lanes; the connection waits. An
// exchange outlives its connection when a lane still works for it, so what steps capture by reference stays alive.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "base/clock.h"
#include "base/lane_executor.h"
#include "base/log.h"
#include "http/lanes.h"
#include "http/request_reader.h"
#include "web/outcome.h"

namespace cardea::http {

/// Gets the answer of its exchange, on the I/O thread: before `start` returns when all steps were inline, else later.
class ExchangeOwner {
 public:
  virtual void answer_ready() = 0;

 protected:
  ~ExchangeOwner() = default;
};

struct Exchange {
  explicit Exchange(std::shared_ptr<LargeBodies> large = nullptr) : reader({}, std::move(large)) {}

  RequestReader reader;    // holds the request
  web::Response response;  // once ready
  std::string out;         // the bytes to send

  ExchangeOwner* owner = nullptr;        // null once the connection is gone; touched by the I/O thread only
  std::size_t steps = 0;                 // that have begun
  std::size_t fetches = 0;               // the same of calls to other servers
  bool is_after_fetch = false;           // the step that is next belongs to a call
  std::optional<web::Outcome> returned;  // by the step that ran on a lane
};

/// Brings work back to an I/O thread.
class Mailbox {
 public:
  virtual ~Mailbox() = default;
  /// Runs `job` on the I/O thread, from any thread. False: the thread has ended, and `job` is dropped.
  virtual bool post(MoveOnlyFunction<> job) = 0;
};

/// Calls the handler and runs the steps it returns, at most kStepsMax. Consecutive steps on one lane run without a
/// detour, save where the lane has to commit between them (SQLite's writer). A full lane and a transaction that was
/// lost answer 503 `temporarily_unavailable` with Retry-After; a step that throws (libraries do), or too many steps,
/// answer 500 and are logged. Answers from 500 on carry X-Correlation-Id. One for each I/O thread, shared with the jobs
/// it has on lanes.
class StepRunner : public std::enable_shared_from_this<StepRunner> {
 public:
  using Handle = std::function<web::Outcome(web::Request&)>;

  StepRunner(Handle handle, Lanes& lanes, Log& log, const Clock& clock, std::shared_ptr<Mailbox> mailbox);

  /// `exchange->owner` is set and its request complete. I/O thread only.
  void start(const std::shared_ptr<Exchange>& exchange);

 private:
  void go_on(const std::shared_ptr<Exchange>& exchange, web::Outcome outcome);
  [[nodiscard]] bool submit(const std::shared_ptr<Exchange>& exchange, web::Then next);
  /// On a lane without transactions: runs the steps that follow on the same lane.
  void stay_on(web::Lane lane, Exchange& exchange);
  void fetch(const std::shared_ptr<Exchange>& exchange, web::Fetch fetch);
  template <class F>
  [[nodiscard]] web::Outcome guarded(web::Lane lane, const web::Request& request, F&& step);
  void log_failure(const web::Request& request, web::Lane lane, std::string_view what);
  /// 503, and a line that says why.
  web::Response turned_away(const web::Request& request, web::Lane lane, std::string_view reason);
  void finish(Exchange& exchange, web::Response response);

  Handle handle_;
  Lanes& lanes_;  // for submitting: jobs that outlive the server do not touch it
  std::array<Histogram*, web::kLaneCount> step_seconds_;
  Log& log_;
  const Clock& clock_;
  std::shared_ptr<Mailbox> mailbox_;
};

}  // namespace cardea::http
