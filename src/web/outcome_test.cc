#include "web/outcome.h"

#include <gtest/gtest.h>

#include <functional>

#include "base/limits.h"
#include "tests/support/fake_fetcher.h"

namespace cardea::web {
namespace {

Outcome chain(std::size_t steps) {
  if (steps == 0) return empty_response(204);
  return then(Lane::kCpu, [steps] { return chain(steps - 1); });
}

TEST(Outcome, refuses_more_steps_than_allowed) { EXPECT_DEATH((void)run(chain(kStepsMax + 1)), "kStepsMax"); }

TEST(Outcome, runs_steps_until_there_is_an_answer) {
  EXPECT_EQ(run(chain(kStepsMax)).status, 204);
  EXPECT_EQ(run(empty_response(200)).status, 200);
}

TEST(Outcome, what_is_done_to_the_answer_survives_steps_and_calls) {
  FakeFetcher fetcher;
  fetcher.serve_json("https://a.example/", "{}");
  auto outcome = then(Lane::kCpu, [] {
    return fetch(get_request(*ClientUrl::parse("https://a.example/"), "*/*"), Lane::kInline,
                 [](Fetched fetched) -> Outcome { return empty_response(fetched ? 204 : 502); });
  });
  auto response = run(with_answer(std::move(outcome), [](Response& answer) { answer.add("X-Mark", "1"); }), &fetcher);
  EXPECT_EQ(response.status, 204);
  ASSERT_NE(response.find_header("X-Mark"), nullptr);
}

// Asking others does not use up the steps of the answer: the longest way through an upstream login has many of both.
TEST(Outcome, counts_calls_apart_from_steps) {
  FakeFetcher fetcher;
  fetcher.serve_json("https://a.example/", "{}");
  const std::function<Outcome(std::size_t)> calls = [&](std::size_t left) -> Outcome {
    if (left == 0) return chain(kStepsMax);
    return fetch(get_request(*ClientUrl::parse("https://a.example/"), "*/*"), Lane::kInline,
                 [&calls, left](Fetched) { return calls(left - 1); });
  };
  EXPECT_EQ(run(calls(kOutcomeFetchesMax), &fetcher).status, 204);
  EXPECT_DEATH((void)run(calls(kOutcomeFetchesMax + 1), &fetcher), "kOutcomeFetchesMax");
}

TEST(Outcome, names_lanes) {
  EXPECT_EQ(name(Lane::kInline), "inline");
  EXPECT_EQ(name(Lane::kAdmin), "admin");
}

}  // namespace
}  // namespace cardea::web
