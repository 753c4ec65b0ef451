// Ten thousand connections that have been served and now wait: they all stay open, all are served again, and cost
// little.
#include <gtest/gtest.h>
#include <malloc.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>

#include "http/response_writer.h"
#include "http/server_fixture.h"
#include "tests/support/sanitized.h"

namespace cardea::http {
namespace {

constexpr std::size_t kWanted = 10'000;
constexpr std::size_t kSpare = 100;  // descriptors for everything else

std::size_t connections_allowed() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  return std::min<std::size_t>(kWanted, limit.rlim_cur - kSpare);
}

// The clients live in a process of their own: both ends of a connection need a descriptor. Talks to the test by one
// byte for each round: '1' all answered, '0' not.
int run_clients(int from_test, int to_test, std::size_t count) {
  std::uint16_t port = 0;
  if (::read(from_test, &port, sizeof port) != sizeof port) return 1;
  std::vector<SocketClient> clients;
  char go_on = '1';
  while (go_on == '1') {
    if (clients.empty()) {
      clients.reserve(count);
      for (std::size_t i = 0; i < count; ++i) clients.emplace_back(port);
    }
    char ok = '1';
    for (auto& client : clients) {
      if (client.get("/").status != 200) ok = '0';
    }
    if (::write(to_test, &ok, 1) != 1 || ::read(from_test, &go_on, 1) != 1) return 1;
  }
  return 0;
}

std::size_t resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  std::size_t size = 0, resident = 0;
  statm >> size >> resident;
  return resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

struct IdleTest : ServerFixture {};

TEST_F(IdleTest, refuses_none_of_ten_thousand_idle_connections) {
  const auto count = connections_allowed();
  ASSERT_EQ(count, kWanted) << "the hard limit of open files (ulimit -Hn) is too low for this test";
  int to_child[2], to_test[2];
  ASSERT_EQ(::pipe(to_child), 0);
  ASSERT_EQ(::pipe(to_test), 0);
  store.stop();  // a child has the forking thread only; the fewer others, the better
  hash.stop();
  const auto child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) ::_exit(run_clients(to_child[0], to_test[1], count));

  settings.io_threads = 1;
  start();
  EXPECT_EQ(connect().get("/").status, 200);
  const auto before = resident_bytes();
  const auto heap_before = mallinfo2().uordblks;
  const auto port = server->port();
  char ok = '0';
  ASSERT_EQ(::write(to_child[1], &port, sizeof port), static_cast<ssize_t>(sizeof port));
  ASSERT_EQ(::read(to_test[0], &ok, 1), 1);
  EXPECT_EQ(ok, '1');
  EXPECT_GE(metrics.gauge("cardea_http_connections", "", {{"listener", "public"}}).value(),
            static_cast<std::int64_t>(count));
  const auto each = (std::max(resident_bytes(), before) - before) / count;
  const auto heap_each = (mallinfo2().uordblks - heap_before) / count;
  std::printf("[  SEEN    ] %zu idle connections, %zu bytes resident each, %zu of them from malloc\n", count, each,
              heap_each);
  if (!kSanitized) {
    EXPECT_LE(each, 1024U);
    EXPECT_LE(heap_each, 1024U);
  }

  // Time goes by, but not enough to end them; then all are served once more. (The Date shows that the server has seen
  // the time: a deadline set just before it does would be counted from the time before.)
  clock.advance(60'000);
  while (connect().get("/").header("Date") != http_date(clock.now())) std::this_thread::yield();
  ASSERT_EQ(::write(to_child[1], "1", 1), 1);
  ASSERT_EQ(::read(to_test[0], &ok, 1), 1);
  EXPECT_EQ(ok, '1');

  // Long enough: the server hangs up on all of them.
  while (metrics.gauge("cardea_http_connections", "", {{"listener", "public"}}).value() > 0) clock.advance(1000);
  EXPECT_GE(clock.steady(), std::chrono::seconds(60 + 75));
  ASSERT_EQ(::write(to_child[1], "0", 1), 1);
  int status = -1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  for (const int descriptor : {to_child[0], to_child[1], to_test[0], to_test[1]}) ::close(descriptor);
}

}  // namespace
}  // namespace cardea::http
