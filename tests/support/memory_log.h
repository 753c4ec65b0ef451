// A log that keeps its lines, for tests that ask what was logged and, more often, what was not.
#pragma once

#include <initializer_list>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/log.h"

namespace cardea {

class MemoryLog final : public Log {
 public:
  [[nodiscard]] bool enabled(LogLevel) const override { return true; }
  void write(LogLevel level, std::string_view event, std::initializer_list<LogField> fields) override {
    auto line = format_log_line(LogFormat::kText, level, 0, event, fields);
    const std::scoped_lock lock(mutex_);
    lines_.push_back(std::move(line));
  }

  [[nodiscard]] bool contains(std::string_view text) const { return count(text) > 0; }
  /// Lines with `text` in them.
  [[nodiscard]] std::size_t count(std::string_view text) const {
    const std::scoped_lock lock(mutex_);
    std::size_t found = 0;
    for (const auto& line : lines_) found += line.find(text) != std::string::npos ? 1 : 0;
    return found;
  }
  [[nodiscard]] std::vector<std::string> lines() const {
    const std::scoped_lock lock(mutex_);
    return lines_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> lines_;
};

}  // namespace cardea
