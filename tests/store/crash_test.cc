// kill -9 under load loses nothing that was acknowledged. A helper process (tests/support/store_writer.cc) writes from
// several threads and prints each acknowledged row; it is killed again and again at different moments.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>

#include "tests/store/fixture.h"
#include "tests/support/postgres.h"

namespace cardea {
namespace {

class CrashTest : public OpenStoreTest {
 protected:
  /// Runs the helper until it has acknowledged `rows` rows, calls `end` and returns all that it acknowledged.
  template <class End>
  std::vector<std::string> run_writer(const std::string& where, const std::string& prefix, std::size_t rows,
                                      End&& end) {
    int output[2];
    EXPECT_EQ(::pipe(output), 0);
    const pid_t writer = ::fork();
    if (writer == 0) {
      ::dup2(output[1], STDOUT_FILENO);
      ::close(output[0]);
      ::close(output[1]);
      ::execl(STORE_WRITER, STORE_WRITER, is_postgres() ? "postgres" : "sqlite", where.c_str(), prefix.c_str(),
              static_cast<char*>(nullptr));
      ::_exit(127);
    }
    ::close(output[1]);
    std::FILE* lines = ::fdopen(output[0], "r");
    std::vector<std::string> acknowledged;
    char line[128];
    while (std::fgets(line, sizeof line, lines) != nullptr) {
      acknowledged.emplace_back(line);
      acknowledged.back().pop_back();
      if (acknowledged.size() == rows) end(writer);
    }
    std::fclose(lines);
    ::waitpid(writer, nullptr, 0);
    EXPECT_GE(acknowledged.size(), rows) << "the helper ended early";
    return acknowledged;
  }

  void expect_all_there(const std::vector<std::string>& acknowledged) {
    open();
    std::size_t lost = 0;
    for (const auto& id : acknowledged) {
      const auto shares = read([&](Rows& rows) { return repos().sessions.client_sessions(rows, SessionId(id)); });
      ASSERT_TRUE(shares);
      const auto session =
          read([&](Rows& rows) { return repos().sessions.find(rows, RealmId("realm"), SessionId(id)); });
      ASSERT_TRUE(session);
      if (!*session || shares->size() != 1) ++lost;
    }
    EXPECT_EQ(lost, 0U) << "of " << acknowledged.size();
    EXPECT_TRUE(raw("SELECT s.id FROM user_sessions s LEFT JOIN client_sessions c ON c.session_id = s.id "
                    "WHERE c.session_id IS NULL")
                    .empty())
        << "half a transaction";
    close();
  }
};
INSTANTIATE_TEST_SUITE_P(Engines, CrashTest, kBothEngines, engine_name);

TEST_P(CrashTest, refuses_to_lose_an_acknowledged_write_when_the_server_is_killed) {
  std::string where = settings().path;
  if (is_postgres()) where = settings().url + "&options=-csearch_path%3D" + settings().schema;
  close();
  std::vector<std::string> acknowledged;
  for (const std::size_t rows : {1U, 200U, 77U, 500U, 333U}) {
    const auto more = run_writer(where, "k" + std::to_string(rows), rows, [](pid_t pid) { ::kill(pid, SIGKILL); });
    acknowledged.insert(acknowledged.end(), more.begin(), more.end());
  }
  if (!is_postgres()) EXPECT_EQ(raw("PRAGMA integrity_check").front(), "ok");
  expect_all_there(acknowledged);
}

TEST_P(CrashTest, refuses_to_lose_an_acknowledged_write_when_the_database_is_killed) {
  if (!is_postgres()) return;  // SQLite is in the process: the test above
  const auto where = settings().url + "&options=-csearch_path%3D" + settings().schema;
  close();
  const auto acknowledged = run_writer(where, "db", 500, [](pid_t) { TestPostgres::shared().crash_and_restart(); });
  expect_all_there(acknowledged);
}

}  // namespace
}  // namespace cardea
