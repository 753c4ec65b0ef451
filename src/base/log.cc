#include "base/log.h"

#include <fmt/format.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <iterator>
#include <mutex>
#include <thread>

#include "base/clock.h"
#include "base/json.h"
#include "base/limits.h"

namespace cardea {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kChunkBytes = 4096;  // PIPE_BUF: a write of this size to a pipe that polls ready does not block
constexpr auto kGatherTime = 10ms;         // lines wait this long for company, so that a busy log costs few wake-ups
constexpr auto kFlushTime = 1s;

std::string_view level_name(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return "debug";
    case LogLevel::kInfo:
      return "info";
    case LogLevel::kWarning:
      return "warning";
    case LogLevel::kError:
      return "error";
  }
  return "error";
}

void append_time(std::string& out, std::int64_t at_ms) {
  const auto at = from_epoch_milliseconds(at_ms);
  const auto day = std::chrono::floor<std::chrono::days>(at);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock_time{at - day};
  fmt::format_to(std::back_inserter(out), "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                 static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), clock_time.hours().count(),
                 clock_time.minutes().count(), clock_time.seconds().count(), clock_time.subseconds().count());
}

bool is_bare(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("-._~:/@+,").find(c) != std::string_view::npos;
}

// In text lines, simple values stand bare and all others as JSON strings, so that nothing can start a new line.
void append_text_value(std::string& out, std::string_view value) {
  if (!value.empty() && std::all_of(value.begin(), value.end(), is_bare)) {
    out += value;
  } else {
    append_json_string(out, value);
  }
}

void append_value(std::string& out, LogFormat format, const LogField& field) {
  if (const auto* number = std::get_if<std::int64_t>(&field.value)) {
    fmt::format_to(std::back_inserter(out), "{}", *number);
  } else if (const auto* flag = std::get_if<bool>(&field.value)) {
    out += *flag ? "true" : "false";
  } else {
    const auto text = std::get<std::string_view>(field.value).substr(0, kLogFieldBytesMax);
    format == LogFormat::kJson ? append_json_string(out, text) : append_text_value(out, text);
  }
}

}  // namespace

std::string format_log_line(LogFormat format, LogLevel level, std::int64_t at_ms, std::string_view event,
                            std::initializer_list<LogField> fields) {
  std::string line;
  line.reserve(160);
  if (format == LogFormat::kJson) {
    line += R"({"time":")";
    append_time(line, at_ms);
    fmt::format_to(std::back_inserter(line), R"(","level":"{}","event":)", level_name(level));
    append_json_string(line, event);
    for (const auto& field : fields) {
      line += ',';
      append_json_string(line, field.name);
      line += ':';
      append_value(line, format, field);
    }
    line += '}';
    return line;
  }
  append_time(line, at_ms);
  fmt::format_to(std::back_inserter(line), " {:<7} ", level_name(level));
  append_text_value(line, event);
  for (const auto& field : fields) {
    line += ' ';
    line += field.name;
    line += '=';
    append_value(line, format, field);
  }
  return line;
}

struct ConsoleLog::State {
  int descriptor;
  LogFormat format;
  std::mutex mutex;
  std::condition_variable wake_writer, written;
  std::string waiting;  // whole lines, each with its newline
  std::size_t lines_waiting = 0;
  std::uint64_t lines_in = 0, lines_out = 0;
  bool stopping = false, hurry = false;
  std::atomic<std::uint64_t> dropped{0};
  std::uint64_t dropped_told = 0;
  std::thread writer;

  void push(std::string line);
  void run();
  [[nodiscard]] bool send(std::string_view bytes);
  [[nodiscard]] bool may_give_up(std::chrono::nanoseconds& deadline);
};

void ConsoleLog::State::push(std::string line) {
  line += '\n';
  bool is_first = false;
  {
    const std::scoped_lock lock(mutex);
    if (lines_waiting >= kLogQueueLinesMax || waiting.size() + line.size() > kLogQueueBytesMax) {
      dropped.fetch_add(1, std::memory_order_relaxed);
      return;
    }
    is_first = waiting.empty();
    waiting += line;
    ++lines_waiting;
    ++lines_in;
  }
  if (is_first) wake_writer.notify_one();
}

// Writes until everything has gone. Without a reader it waits for one, but not longer than kFlushTime once the log is
// to stop. False: given up, or the descriptor is broken.
bool ConsoleLog::State::send(std::string_view bytes) {
  std::chrono::nanoseconds deadline{0};
  while (!bytes.empty()) {
    ::pollfd ready{.fd = descriptor, .events = POLLOUT, .revents = 0};
    const int count = ::poll(&ready, 1, 50);
    if (count < 0 && errno != EINTR) return false;
    if (count <= 0) {
      if (may_give_up(deadline)) return false;
      continue;
    }
    const auto sent = ::write(descriptor, bytes.data(), std::min(bytes.size(), kChunkBytes));
    if (sent < 0 && errno != EINTR && errno != EAGAIN) return false;
    if (sent > 0) bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

bool ConsoleLog::State::may_give_up(std::chrono::nanoseconds& deadline) {
  const auto now = SystemClock{}.steady();
  const std::scoped_lock lock(mutex);
  if (!stopping) return false;
  if (deadline.count() == 0) deadline = now + kFlushTime;
  return now >= deadline;
}

void ConsoleLog::State::run() {
  std::unique_lock lock(mutex);
  for (;;) {
    wake_writer.wait(lock, [&] { return !waiting.empty() || stopping; });
    if (waiting.empty()) return;
    wake_writer.wait_for(lock, kGatherTime, [&] { return stopping || hurry; });
    std::string batch;
    batch.swap(waiting);
    const auto count = std::exchange(lines_waiting, 0);
    const auto lost = dropped.load(std::memory_order_relaxed);
    if (lost != dropped_told) {
      batch += format_log_line(format, LogLevel::kWarning, epoch_milliseconds(SystemClock{}.now()), "log_lines_dropped",
                               {{"count", lost - dropped_told}});
      batch += '\n';
      dropped_told = lost;
    }
    lock.unlock();
    const bool sent = send(batch);
    lock.lock();
    if (!sent) dropped.fetch_add(count, std::memory_order_relaxed);
    lines_out += count;
    written.notify_all();
    if (!sent && stopping) return;
  }
}

ConsoleLog::ConsoleLog(LogLevel level, LogFormat format, int descriptor)
    : state_(std::make_unique<State>()), level_(level), format_(format) {
  state_->descriptor = descriptor;
  state_->format = format;
  // The writer takes no signals: they belong to the main thread, and a closed pipe must not end the process.
  ::sigset_t all, before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  state_->writer = std::thread([state = state_.get()] { state->run(); });
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

ConsoleLog::~ConsoleLog() {
  {
    const std::scoped_lock lock(state_->mutex);
    state_->stopping = true;
  }
  state_->wake_writer.notify_one();
  state_->writer.join();
}

void ConsoleLog::write(LogLevel level, std::string_view event, std::initializer_list<LogField> fields) {
  if (!enabled(level)) return;
  state_->push(format_log_line(format_, level, epoch_milliseconds(SystemClock{}.now()), event, fields));
}

std::uint64_t ConsoleLog::dropped() const { return state_->dropped.load(std::memory_order_relaxed); }

void ConsoleLog::flush() {
  std::unique_lock lock(state_->mutex);
  const auto target = state_->lines_in;
  state_->hurry = true;
  state_->wake_writer.notify_one();
  state_->written.wait_for(lock, kFlushTime, [&] { return state_->lines_out >= target; });
  state_->hurry = false;
}

}  // namespace cardea
