// Structured log: one event name in snake_case and its fields, as JSON or text. Secrets have no way in: fields take
// text and numbers, and SecretBytes converts to neither. Every line of a request carries its correlation id.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>

namespace cardea {

enum class LogLevel { kDebug, kInfo, kWarning, kError };

struct LogField {
  std::string_view name;
  std::variant<std::string_view, std::int64_t, bool> value;

  LogField(std::string_view field_name, std::string_view text) : name(field_name), value(text) {}
  LogField(std::string_view field_name, const char* text) : name(field_name), value(std::string_view(text)) {}
  LogField(std::string_view field_name, const std::string& text) : name(field_name), value(std::string_view(text)) {}
  LogField(std::string_view field_name, bool flag) : name(field_name), value(flag) {}
  template <class Integer>
    requires(std::is_integral_v<Integer> && !std::is_same_v<Integer, bool>)
  LogField(std::string_view field_name, Integer number) : name(field_name), value(static_cast<std::int64_t>(number)) {}
};

class Log {
 public:
  virtual ~Log() = default;
  [[nodiscard]] virtual bool enabled(LogLevel level) const = 0;
  /// Never blocks: a full queue drops the line and counts it (architecture section 6).
  virtual void write(LogLevel level, std::string_view event, std::initializer_list<LogField> fields) = 0;

  void debug(std::string_view event, std::initializer_list<LogField> fields = {}) {
    write(LogLevel::kDebug, event, fields);
  }
  void info(std::string_view event, std::initializer_list<LogField> fields = {}) {
    write(LogLevel::kInfo, event, fields);
  }
  void warning(std::string_view event, std::initializer_list<LogField> fields = {}) {
    write(LogLevel::kWarning, event, fields);
  }
  void error(std::string_view event, std::initializer_list<LogField> fields = {}) {
    write(LogLevel::kError, event, fields);
  }
};

enum class LogFormat { kText, kJson };

/// A log on standard output through a bounded queue that drops and counts, and one writer thread. A reader that stalls
/// costs lines, never time: not in `write`, and at most a second at the end.
class ConsoleLog final : public Log {
 public:
  /// Writes to `descriptor`, which stays open; 1 is standard output.
  ConsoleLog(LogLevel level, LogFormat format, int descriptor = 1);
  ~ConsoleLog() override;
  [[nodiscard]] bool enabled(LogLevel level) const override { return level >= level_; }
  void write(LogLevel level, std::string_view event, std::initializer_list<LogField> fields) override;
  /// Lines lost to a full queue since the start.
  [[nodiscard]] std::uint64_t dropped() const;
  /// Waits until what was written so far has left the process, at most a second.
  void flush();

 private:
  struct State;
  std::unique_ptr<State> state_;
  LogLevel level_;
  LogFormat format_;
};

/// Renders one line without the newline; exposed for tests. `at_ms` is milliseconds since 1970. Text from outside
/// cannot start a new line or forge a field; what is longer than kLogFieldBytesMax is cut.
[[nodiscard]] std::string format_log_line(LogFormat format, LogLevel level, std::int64_t at_ms, std::string_view event,
                                          std::initializer_list<LogField> fields);

}  // namespace cardea
