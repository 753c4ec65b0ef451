// The metrics of one listener, registered once and updated without locks.
#pragma once

#include <algorithm>
#include <array>
#include <string>

#include "base/metrics.h"

namespace cardea::http {

struct HttpMetrics {
  HttpMetrics(Metrics& metrics, const std::string& listener);

  /// By the first digit of the status, 1 to 5.
  [[nodiscard]] Counter& requests(int status) {
    return *requests_by_class[static_cast<std::size_t>(std::clamp(status / 100, 1, 5) - 1)];
  }

  std::array<Counter*, 5> requests_by_class;
  Gauge& in_flight;              // requests between their last byte read and their last byte written
  Gauge& connections;            // open now
  Counter& connections_refused;  // over connections_max, or no descriptor left
  Counter& timeouts;             // connections closed by a deadline
  Counter& handshakes_failed;
};

}  // namespace cardea::http
