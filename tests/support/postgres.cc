#include "tests/support/postgres.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <libpq-fe.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string_view>

namespace cardea {
namespace {

[[noreturn]] void give_up(const std::string& why) {
  std::fprintf(stderr, "TestPostgres: %s\n", why.c_str());
  std::abort();
}

/// A port of the loopback address that nobody uses at this moment.
int free_port() {
  const int sock = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (sock < 0 || ::bind(sock, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      ::getsockname(sock, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    give_up("no free port");
  }
  ::close(sock);
  return ntohs(address.sin_port);
}

/// Reads the server's log up to the line that says it is ready.
void wait_until_ready(std::FILE* log) {
  char line[1024];
  std::string seen;
  while (std::fgets(line, sizeof line, log) != nullptr) {
    seen += line;
    if (std::string_view(line).find("ready to accept connections") != std::string_view::npos) return;
  }
  give_up("the server did not start:\n" + seen);
}

}  // namespace

TestPostgres& TestPostgres::shared() {
  static TestPostgres server;
  return server;
}

TestPostgres::TestPostgres(std::vector<std::string> options) : options_(std::move(options)) {
  std::string name = std::filesystem::temp_directory_path() / "cardea-pg-XXXXXX";
  if (::mkdtemp(name.data()) == nullptr) give_up("no temporary folder");
  folder_ = name;
  port_ = free_port();
  start();
}

TestPostgres::~TestPostgres() {
  stop(SIGQUIT);
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

void TestPostgres::start() {
  int log[2];
  if (::pipe2(log, O_CLOEXEC) != 0) give_up("no pipe");
  const std::string script = std::string(CARDEA_SOURCE_DIR) + "/tests/support/start_postgres.sh";
  const std::string port = std::to_string(port_);
  std::vector<const char*> arguments{script.c_str(), folder_.c_str(), port.c_str()};
  for (const auto& option : options_) arguments.push_back(option.c_str());
  arguments.push_back(nullptr);
  process_ = ::fork();
  if (process_ < 0) give_up("no process");
  if (process_ == 0) {
    ::dup2(log[1], STDERR_FILENO);
    ::dup2(log[1], STDOUT_FILENO);
    ::execv(script.c_str(), const_cast<char* const*>(arguments.data()));
    ::_exit(127);
  }
  ::close(log[1]);
  std::FILE* stream = ::fdopen(log[0], "r");
  wait_until_ready(stream);
  drain_ = std::thread([stream] {
    while (std::fgetc(stream) != EOF) {
    }
    std::fclose(stream);
  });
}

void TestPostgres::stop(int signal) {
  if (process_ <= 0) return;
  ::kill(process_, signal);
  ::waitpid(process_, nullptr, 0);
  process_ = -1;
  drain_.join();
}

void TestPostgres::crash_and_restart() {
  stop(SIGQUIT);
  start();
}

std::string TestPostgres::make_database() {
  const std::string name = "test_" + std::to_string(++made_);
  execute("CREATE DATABASE " + name);
  return name;
}

std::string TestPostgres::make_schema() {
  const std::string name = "test_" + std::to_string(++made_);
  execute("CREATE SCHEMA " + name);
  return name;
}

std::string TestPostgres::url(const std::string& database) const {
  return "postgresql:///" + database + "?host=" + folder_ + "&port=" + std::to_string(port_) + "&user=cardea";
}

std::vector<std::string> TestPostgres::execute(const std::string& sql, const std::string& database) const {
  const std::unique_ptr<PGconn, decltype(&PQfinish)> connection(PQconnectdb(url(database).c_str()), PQfinish);
  const std::unique_ptr<PGresult, decltype(&PQclear)> result(PQexec(connection.get(), sql.c_str()), PQclear);
  const auto status = PQresultStatus(result.get());
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) give_up(PQerrorMessage(connection.get()));
  std::vector<std::string> column;
  for (int row = 0; row < PQntuples(result.get()); ++row) {
    column.emplace_back(PQgetvalue(result.get(), row, 0), static_cast<std::size_t>(PQgetlength(result.get(), row, 0)));
  }
  return column;
}

void TestPostgres::disconnect_all(const std::string& database) const {
  (void)execute("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '" + database +
                "' AND pid <> pg_backend_pid()");
}

}  // namespace cardea
