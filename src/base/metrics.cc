#include "base/metrics.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>

#include "base/assert.h"

namespace cardea {
namespace {

void append_escaped(std::string& out, std::string_view text, bool with_quotes) {
  for (const char c : text) {
    if (c == '\n') {
      out += "\\n";
    } else if (c == '\\' || (with_quotes && c == '"')) {
      out += '\\';
      out += c;
    } else {
      out += c;
    }
  }
}

// name{a="b",le="0.1"} value
void append_sample(std::string& out, std::string_view name, const MetricLabels& labels, std::string_view bound,
                   std::string_view value) {
  out += name;
  std::string inside;
  const auto append_label = [&](std::string_view label, std::string_view text) {
    if (!inside.empty()) inside += ',';
    inside += label;
    inside += "=\"";
    append_escaped(inside, text, true);
    inside += '"';
  };
  for (const auto& [label, text] : labels) append_label(label, text);
  if (!bound.empty()) append_label("le", bound);
  if (!inside.empty()) fmt::format_to(std::back_inserter(out), "{{{}}}", inside);
  fmt::format_to(std::back_inserter(out), " {}\n", value);
}

}  // namespace

void Histogram::observe(double seconds) {
  const auto bound = std::lower_bound(kBounds.begin(), kBounds.end(), seconds);  // a bucket includes its bound
  buckets_[static_cast<std::size_t>(bound - kBounds.begin())].fetch_add(1, std::memory_order_relaxed);
  sum_nanoseconds_.fetch_add(static_cast<std::uint64_t>(std::max(seconds, 0.0) * 1e9), std::memory_order_relaxed);
}

std::uint64_t Histogram::count() const {
  std::uint64_t total = 0;
  for (const auto& bucket : buckets_) total += bucket.load(std::memory_order_relaxed);
  return total;
}

Metrics::Entry& Metrics::add(Kind kind, std::string name, std::string help, MetricLabels labels) {
  const std::scoped_lock lock(mutex_);
  for (auto& entry : entries_) {
    if (entry.name != name) continue;
    CARDEA_ASSERT(entry.kind == kind);
    if (entry.labels == labels) return entry;
  }
  auto& entry = entries_.emplace_back();
  entry.kind = kind;
  entry.name = std::move(name);
  entry.help = std::move(help);
  entry.labels = std::move(labels);
  return entry;
}

Counter& Metrics::counter(std::string name, std::string help, MetricLabels labels) {
  return add(Kind::kCounter, std::move(name), std::move(help), std::move(labels)).counter;
}

Gauge& Metrics::gauge(std::string name, std::string help, MetricLabels labels) {
  return add(Kind::kGauge, std::move(name), std::move(help), std::move(labels)).gauge;
}

Histogram& Metrics::histogram(std::string name, std::string help, MetricLabels labels) {
  return add(Kind::kHistogram, std::move(name), std::move(help), std::move(labels)).histogram;
}

void Metrics::gauge_function(std::string name, std::string help, std::function<std::int64_t()> read,
                             MetricLabels labels) {
  auto& entry = add(Kind::kGaugeFunction, std::move(name), std::move(help), std::move(labels));
  const std::scoped_lock lock(mutex_);
  entry.read = std::move(read);
}

void Metrics::append(std::string& out, const Entry& entry) {
  switch (entry.kind) {
    case Kind::kCounter:
      append_sample(out, entry.name, entry.labels, "", std::to_string(entry.counter.value()));
      return;
    case Kind::kGauge:
      append_sample(out, entry.name, entry.labels, "", std::to_string(entry.gauge.value()));
      return;
    case Kind::kGaugeFunction:
      append_sample(out, entry.name, entry.labels, "", std::to_string(entry.read()));
      return;
    case Kind::kHistogram:
      break;
  }
  const auto& histogram = entry.histogram;
  std::uint64_t below = 0;
  for (std::size_t i = 0; i < histogram.buckets_.size(); ++i) {
    below += histogram.buckets_[i].load(std::memory_order_relaxed);
    const auto bound = i < Histogram::kBounds.size() ? fmt::format("{}", Histogram::kBounds[i]) : "+Inf";
    append_sample(out, entry.name + "_bucket", entry.labels, bound, std::to_string(below));
  }
  const auto sum = static_cast<double>(histogram.sum_nanoseconds_.load(std::memory_order_relaxed)) / 1e9;
  append_sample(out, entry.name + "_sum", entry.labels, "", fmt::format("{:.9f}", sum));
  append_sample(out, entry.name + "_count", entry.labels, "", std::to_string(below));
}

std::string Metrics::expose() const {
  std::multimap<std::string_view, const Entry*> entries;  // by name, and in order of registration within a name
  {
    const std::scoped_lock lock(mutex_);  // not held below: a gauge function may take locks of its own
    for (const auto& entry : entries_) {
      if (entry.kind != Kind::kGaugeFunction || entry.read) entries.emplace(entry.name, &entry);
    }
  }
  std::string out;
  std::string_view previous;
  for (const auto& [name, entry] : entries) {
    if (name != previous) {
      const auto type = entry->kind == Kind::kCounter     ? "counter"
                        : entry->kind == Kind::kHistogram ? "histogram"
                                                          : "gauge";
      fmt::format_to(std::back_inserter(out), "# HELP {} ", name);
      append_escaped(out, entry->help, false);
      fmt::format_to(std::back_inserter(out), "\n# TYPE {} {}\n", name, type);
      previous = name;
    }
    append(out, *entry);
  }
  return out;
}

}  // namespace cardea
