// A PostgreSQL server of Debian's package for one test process, run by tests/support/start_postgres.sh in a temporary
// folder and gone with the process. Tests share the server and each make a schema of their own, or a database.
#pragma once

#include <sys/types.h>

#include <string>
#include <thread>
#include <vector>

namespace cardea {

class TestPostgres {
 public:
  /// The server of this process, started when first asked for. A machine without the package fails the test loudly.
  static TestPostgres& shared();

  /// `options` go to the server, for example {"-c", "fsync=on"}.
  explicit TestPostgres(std::vector<std::string> options = {});
  ~TestPostgres();
  TestPostgres(const TestPostgres&) = delete;
  TestPostgres& operator=(const TestPostgres&) = delete;

  /// A new, empty database; its name. A tenth of a second; a schema is made at once.
  [[nodiscard]] std::string make_database();
  /// A new, empty schema of the database "postgres"; its name.
  [[nodiscard]] std::string make_schema();
  /// For libpq: user cardea on the socket, without a password.
  [[nodiscard]] std::string url(const std::string& database = "postgres") const;
  [[nodiscard]] int port() const { return port_; }

  /// Runs statements as superuser and gives the first column of the last one's rows. Fails the process on an error.
  std::vector<std::string> execute(const std::string& sql, const std::string& database = "postgres") const;

  /// Ends every connection to the database, as an administrator would, and waits until they are gone.
  void disconnect_all(const std::string& database) const;
  /// Kills the server in the middle of what it does, and starts it again: it recovers from its log.
  void crash_and_restart();

 private:
  void start();
  void stop(int signal);

  std::vector<std::string> options_;
  std::string folder_;
  int port_ = 0;
  pid_t process_ = -1;
  std::thread drain_;  // reads the server's log so that it never waits for us
  int made_ = 0;
};

}  // namespace cardea
