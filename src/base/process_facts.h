// This process as the system sees it, for pages that administrators look at. Read from /proc (proc(5)) at each call.
#pragma once

#include <chrono>
#include <cstdint>

namespace cardea {

struct ProcessFacts {
  std::chrono::milliseconds uptime{};  // since the process was started
  std::int64_t resident_bytes = 0;     // memory in use
  std::int64_t machine_bytes = 0;      // memory of the machine
};

/// Members that the system does not tell are zero.
[[nodiscard]] ProcessFacts process_facts();

}  // namespace cardea
