// What a handler returns: the answer, or the next step and the lane to run it on. Handlers are plain functions; `http`
// runs the steps, at most kStepsMax, and tests run them in a plain loop. No step waits for another lane.
#pragma once

#include <functional>
#include <string_view>
#include <utility>
#include <variant>

#include "web/response.h"

namespace cardea::web {

/// Bulkheads (architecture section 1). A full lane answers 503 with Retry-After at once.
enum class Lane {
  kInline,  // the I/O thread: memory, CPU below 0.5 ms, SQLite reads
  kStore,   // every write, and PostgreSQL reads; on SQLite the answer waits for the group commit
  kHash,    // password hashing
  kCpu,     // RSA-4096 and the like, key making
  kAdmin,   // long administrative work
};
inline constexpr int kLaneCount = 5;
[[nodiscard]] constexpr std::string_view name(Lane lane) {
  constexpr std::string_view kNames[kLaneCount] = {"inline", "store", "hash", "cpu", "admin"};
  return kNames[static_cast<int>(lane)];
}

class Outcome;
using Step = std::move_only_function<Outcome()>;

/// Go on with `step` on `lane`. The step may capture the Request by reference.
struct Then {
  Lane lane;
  Step step;
};

class [[nodiscard]] Outcome {
 public:
  Outcome(Response response) : value_(std::move(response)) {}  // NOLINT: a handler just returns its answer
  Outcome(Then then) : value_(std::move(then)) {}              // NOLINT

  [[nodiscard]] bool is_response() const { return std::holds_alternative<Response>(value_); }
  [[nodiscard]] Response& response() { return std::get<Response>(value_); }
  [[nodiscard]] Then& then() { return std::get<Then>(value_); }

 private:
  std::variant<Response, Then> value_;
};

template <class F>
[[nodiscard]] Outcome then(Lane lane, F&& step) {
  return Then{lane, Step(std::forward<F>(step))};
}

/// Runs all steps in the calling thread, in order: the loop that tests use. More than kStepsMax steps is a bug.
[[nodiscard]] Response run(Outcome outcome);

}  // namespace cardea::web
