#include "base/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

namespace cardea {
namespace {

using testing::HasSubstr;

TEST(Metrics, ExposesOneFamilyTogether) {
  Metrics metrics;
  metrics.counter("logins_total", "Logins.", {{"result", "ok"}}).add(3);
  metrics.gauge("connections", "Open connections.").set(-2);
  metrics.counter("logins_total", "ignored", {{"result", "refused"}}).add();
  metrics.gauge_function("queue", "Waiting.", [] { return std::int64_t{7}; }, {{"lane", "hash"}});
  EXPECT_EQ(metrics.expose(),
            "# HELP connections Open connections.\n# TYPE connections gauge\nconnections -2\n"
            "# HELP logins_total Logins.\n# TYPE logins_total counter\n"
            "logins_total{result=\"ok\"} 3\nlogins_total{result=\"refused\"} 1\n"
            "# HELP queue Waiting.\n# TYPE queue gauge\nqueue{lane=\"hash\"} 7\n");
}

TEST(Metrics, RefusesToBreakTheFormat) {
  Metrics metrics;
  metrics.counter("c_total", "a\\b\nc \"d\"", {{"l", "x\"y\\z\n"}});
  EXPECT_EQ(metrics.expose(),
            "# HELP c_total a\\\\b\\nc \"d\"\n# TYPE c_total counter\nc_total{l=\"x\\\"y\\\\z\\n\"} 0\n");
}

TEST(Metrics, GivesTheSameMetricForTheSameLabels) {
  Metrics metrics;
  auto& first = metrics.counter("c_total", "c", {{"a", "1"}});
  for (int i = 0; i < 1000; ++i) metrics.counter("other_total", "o", {{"i", std::to_string(i)}});
  EXPECT_EQ(&first, &metrics.counter("c_total", "c", {{"a", "1"}}));
  EXPECT_NE(&first, &metrics.counter("c_total", "c", {{"a", "2"}}));
}

TEST(MetricsDeathTest, RefusesOneNameForTwoKinds) {
  Metrics metrics;
  metrics.counter("c_total", "c");
  EXPECT_DEATH(metrics.gauge("c_total", "c"), "assertion failed");
}

TEST(Histogram, CountsIntoCumulativeBuckets) {
  Metrics metrics;
  auto& histogram = metrics.histogram("seconds", "Time.", {{"lane", "hash"}});
  for (const double seconds : {0.00005, 0.0001, 0.003, 20.0, -1.0}) histogram.observe(seconds);
  EXPECT_EQ(histogram.count(), 5u);
  const auto text = metrics.expose();
  EXPECT_THAT(text, HasSubstr("seconds_bucket{lane=\"hash\",le=\"0.0001\"} 3\n"));
  EXPECT_THAT(text, HasSubstr("seconds_bucket{lane=\"hash\",le=\"0.001\"} 3\n"));
  EXPECT_THAT(text, HasSubstr("seconds_bucket{lane=\"hash\",le=\"0.005\"} 4\n"));
  EXPECT_THAT(text, HasSubstr("seconds_bucket{lane=\"hash\",le=\"10\"} 4\n"));
  EXPECT_THAT(text, HasSubstr("seconds_bucket{lane=\"hash\",le=\"+Inf\"} 5\n"));
  EXPECT_THAT(text, HasSubstr("seconds_sum{lane=\"hash\"} 20.003150000\n"));
  EXPECT_THAT(text, HasSubstr("seconds_count{lane=\"hash\"} 5\n"));
}

TEST(Counter, LosesNothingBetweenThreads) {
  Metrics metrics;
  auto& counter = metrics.counter("c_total", "c");
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 10'000; ++i) counter.add();
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(counter.value(), 40'000u);
}

}  // namespace
}  // namespace cardea
