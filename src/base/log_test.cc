#include "base/log.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <string>

#include "base/json.h"
#include "base/limits.h"
#include "base/secret.h"
#include "tests/support/memory_log.h"

namespace cardea {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr std::int64_t kAtMs = 1'767'225'600'042;
static_assert(!std::is_constructible_v<LogField, std::string_view, SecretBytes>);

TEST(FormatLogLine, RefusesForgedLines) {
  const std::string evil = "x\n2026 error event=forged a=\"b\" \x1B[2J";
  const auto text = format_log_line(LogFormat::kText, LogLevel::kInfo, kAtMs, "login", {{"user", evil}});
  EXPECT_EQ(text, "2026-01-01T00:00:00.042Z info    login user=\"x\\n2026 error event=forged a=\\\"b\\\" \\u001b[2J\"");
  const auto json_line = format_log_line(LogFormat::kJson, LogLevel::kInfo, kAtMs, "login", {{"user", evil}});
  EXPECT_THAT(json_line, Not(HasSubstr("\n")));
  EXPECT_EQ(parse_json(json_line)->at("user").as_string(), evil);
}

TEST(FormatLogLine, CutsLongFields) {
  const std::string text(100'000, 'a');
  EXPECT_LT(format_log_line(LogFormat::kText, LogLevel::kInfo, 0, "e", {{"f", text}}).size(), kLogFieldBytesMax + 100);
}

TEST(FormatLogLine, WritesBothFormats) {
  EXPECT_EQ(format_log_line(LogFormat::kJson, LogLevel::kWarning, kAtMs, "token_refused",
                            {{"client", "app"}, {"count", 3}, {"replayed", true}}),
            R"({"time":"2026-01-01T00:00:00.042Z","level":"warning","event":"token_refused","client":"app",)"
            R"("count":3,"replayed":true})");
  EXPECT_EQ(format_log_line(LogFormat::kText, LogLevel::kDebug, kAtMs, "e",
                            {{"a", ""}, {"b", "x y"}, {"c", "https://h/p"}, {"d", -1}}),
            R"(2026-01-01T00:00:00.042Z debug   e a="" b="x y" c=https://h/p d=-1)");
}

// A pipe whose reader only reads when asked to.
class Pipe {
 public:
  Pipe() { EXPECT_EQ(::pipe(ends_.data()), 0); }
  ~Pipe() {
    close_reader();
    ::close(ends_[1]);
  }
  [[nodiscard]] int writer() const { return ends_[1]; }
  void close_reader() {
    if (ends_[0] >= 0) ::close(ends_[0]);
    ends_[0] = -1;
  }
  std::string read_some() {
    std::string bytes(1 << 20, '\0');
    const auto count = ::read(ends_[0], bytes.data(), bytes.size());
    bytes.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
    return bytes;
  }

 private:
  std::array<int, 2> ends_{-1, -1};
};

TEST(ConsoleLog, WritesWholeLinesInOrder) {
  Pipe pipe;
  {
    ConsoleLog log(LogLevel::kInfo, LogFormat::kText, pipe.writer());
    log.debug("hidden");
    log.info("first", {{"n", 1}});
    log.error("second");
    log.flush();
    EXPECT_EQ(log.dropped(), 0u);
    log.info("third");
  }
  const auto text = pipe.read_some();
  EXPECT_THAT(text, testing::MatchesRegex("[^\n]* info    first n=1\n[^\n]* error   second\n[^\n]* info    third\n"));
}

TEST(ConsoleLog, RefusesToWaitForAStalledReader) {
  Pipe pipe;
  const std::string filler(1000, 'x');
  std::uint64_t dropped = 0;
  {
    ConsoleLog log(LogLevel::kInfo, LogFormat::kText, pipe.writer());
    for (int i = 0; i < 20'000; ++i) log.info("line", {{"filler", filler}});
    dropped = log.dropped();
    EXPECT_GT(dropped, 10'000u);
  }  // the destructor gives up after a second
  EXPECT_THAT(pipe.read_some(), HasSubstr(" line filler=xxx"));
}

TEST(ConsoleLog, SurvivesAClosedReader) {
  Pipe pipe;
  pipe.close_reader();
  ConsoleLog log(LogLevel::kInfo, LogFormat::kText, pipe.writer());
  log.info("lost");
  log.flush();
  log.info("lost_too");
  log.flush();
  EXPECT_EQ(log.dropped(), 2u);
}

TEST(ConsoleLog, TellsHowManyLinesWereLost) {
  Pipe pipe;
  ConsoleLog log(LogLevel::kInfo, LogFormat::kText, pipe.writer());
  const std::string filler(1000, 'x');
  for (int i = 0; i < 20'000; ++i) log.info("line", {{"filler", filler}});
  EXPECT_GT(log.dropped(), 0u);
  std::string seen;
  while (seen.find("log_lines_dropped count=") == std::string::npos) {
    log.info("after");
    const auto some = pipe.read_some();
    ASSERT_FALSE(some.empty());
    seen += some;
  }
}

TEST(MemoryLog, KeepsLines) {
  MemoryLog log;
  log.info("login_refused", {{"user", "ada"}});
  EXPECT_TRUE(log.contains("user=ada"));
  EXPECT_FALSE(log.contains("password"));
  EXPECT_EQ(log.count("login_refused"), 1u);
}

}  // namespace
}  // namespace cardea
