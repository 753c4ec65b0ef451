// What a handler returns: the answer, the next step and the lane to run it on, or a call to another server and the step
// after it. Handlers are plain functions; `http` runs the steps, at most kStepsMax, and tests run them in a plain loop.
// No step waits for another lane, and no thread for another server.
#pragma once

#include <functional>
#include <string_view>
#include <utility>
#include <variant>

#include "web/fetch.h"
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

/// Call another server, then go on with `next` on `lane`. Always comes back: within the request's timeout.
struct Fetch {
  FetchRequest request;
  Lane lane;
  std::move_only_function<Outcome(Fetched)> next;
};

class [[nodiscard]] Outcome {
 public:
  Outcome(Response response) : value_(std::move(response)) {}  // NOLINT: a handler just returns its answer
  Outcome(Then then) : value_(std::move(then)) {}              // NOLINT
  Outcome(Fetch fetch) : value_(std::move(fetch)) {}           // NOLINT

  [[nodiscard]] bool is_response() const { return std::holds_alternative<Response>(value_); }
  [[nodiscard]] Response& response() { return std::get<Response>(value_); }
  [[nodiscard]] bool is_fetch() const { return std::holds_alternative<Fetch>(value_); }
  [[nodiscard]] Then& then() { return std::get<Then>(value_); }
  [[nodiscard]] Fetch& fetch() { return std::get<Fetch>(value_); }

 private:
  std::variant<Response, Then, Fetch> value_;
};

template <class F>
[[nodiscard]] Outcome then(Lane lane, F&& step) {
  return Then{lane, Step(std::forward<F>(step))};
}

/// `next` takes Fetched and returns an Outcome.
template <class F>
[[nodiscard]] Outcome fetch(FetchRequest request, Lane lane, F&& next) {
  return Fetch{std::move(request), lane, std::forward<F>(next)};
}

/// Calls `finish(Response&)` on the answer: now, or after the steps and calls that are still to come.
template <class Finish>
[[nodiscard]] Outcome with_answer(Outcome outcome, Finish finish) {
  if (outcome.is_response()) {
    finish(outcome.response());
    return outcome;
  }
  if (outcome.is_fetch()) {
    auto& call = outcome.fetch();
    return Fetch{std::move(call.request), call.lane,
                 [next = std::move(call.next), finish = std::move(finish)](Fetched fetched) mutable {
                   return with_answer(next(std::move(fetched)), std::move(finish));
                 }};
  }
  auto& next = outcome.then();
  return then(next.lane, [step = std::move(next.step), finish = std::move(finish)]() mutable {
    return with_answer(step(), std::move(finish));
  });
}

/// Runs all steps in the calling thread, in order: the loop that tests use. More than kStepsMax steps is a bug, and so
/// is a Fetch without `fetcher`, or with one that calls back later.
[[nodiscard]] Response run(Outcome outcome, Fetcher* fetcher = nullptr);

}  // namespace cardea::web
