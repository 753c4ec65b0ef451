// Prometheus metrics by relaxed atomics. Names and label values come from closed sets known when the program starts
// (attack class 26): nothing from a request ever becomes a label.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cardea {

class Counter {
 public:
  void add(std::uint64_t amount = 1) { value_.fetch_add(amount, std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

class Gauge {
 public:
  void set(std::int64_t value) { value_.store(value, std::memory_order_relaxed); }
  void add(std::int64_t amount) { value_.fetch_add(amount, std::memory_order_relaxed); }
  [[nodiscard]] std::int64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::int64_t> value_{0};
};

/// Durations in seconds, buckets from 100 microseconds to 10 seconds.
class Histogram {
 public:
  static constexpr std::array<double, 10> kBounds = {0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 10};
  void observe(double seconds);
  [[nodiscard]] std::uint64_t count() const;

 private:
  friend class Metrics;
  std::array<std::atomic<std::uint64_t>, kBounds.size() + 1> buckets_{};
  std::atomic<std::uint64_t> sum_nanoseconds_{0};
};

using MetricLabels = std::vector<std::pair<std::string, std::string>>;

/// Owns every metric. Register at start-up, keep the reference, update without locks. A gauge function is
/// registered before the metrics are first read.
class Metrics {
 public:
  /// The same name may be registered with different labels; help text is taken from the first. The same name and labels
  /// give the same metric.
  Counter& counter(std::string name, std::string help, MetricLabels labels = {});
  Gauge& gauge(std::string name, std::string help, MetricLabels labels = {});
  Histogram& histogram(std::string name, std::string help, MetricLabels labels = {});
  /// A gauge computed when the metrics are read. `read` must stay callable and be safe on any thread.
  void gauge_function(std::string name, std::string help, std::function<std::int64_t()> read, MetricLabels labels = {});

  /// The Prometheus text exposition, version 0.0.4.
  [[nodiscard]] std::string expose() const;

 private:
  enum class Kind { kCounter, kGauge, kHistogram, kGaugeFunction };
  struct Entry {
    Kind kind;
    std::string name, help;
    MetricLabels labels;
    Counter counter;
    Gauge gauge;
    Histogram histogram;
    std::function<std::int64_t()> read;
  };
  Entry& add(Kind kind, std::string name, std::string help, MetricLabels labels);
  static void append(std::string& out, const Entry& entry);

  mutable std::mutex mutex_;
  std::deque<Entry> entries_;  // deque: references stay valid
};

}  // namespace cardea
