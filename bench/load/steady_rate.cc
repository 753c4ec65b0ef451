// Open-loop load: sends one request, always the same, at a fixed rate over keep-alive connections and prints latency
// quantiles. A request's latency counts from the moment it was due, so that a server that stalls is not spared the
// requests it kept from being sent (no coordinated omission).
//   steady_rate PORT RATE SECONDS CONNECTIONS < request-bytes
// One line of JSON: {"sent":N,"failures":N,"p50_us":..,"p99_us":..,"p999_us":..}
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <string>
#include <vector>

namespace {

using Steady = std::chrono::steady_clock;

struct Connection {
  int socket = -1;
  Steady::time_point due;  // of the request that is under way
  std::string answer;
};

int connect_to(int port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int on = 1;
  ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (::connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    std::perror("connect");
    std::exit(1);
  }
  return socket;
}

/// True when `answer` holds a whole response with Content-Length.
bool is_whole(const std::string& answer) {
  const auto head = answer.find("\r\n\r\n");
  if (head == std::string::npos) return false;
  auto at = answer.find("Content-Length: ");
  if (at == std::string::npos) at = answer.find("content-length: ");
  if (at == std::string::npos || at > head) return false;
  return answer.size() >= head + 4 + std::strtoul(answer.c_str() + at + 16, nullptr, 10);
}

std::string read_all(std::FILE* file) {
  std::string text;
  char buffer[4096];
  for (std::size_t n; (n = std::fread(buffer, 1, sizeof buffer, file)) > 0;) text.append(buffer, n);
  return text;
}

struct Load {
  std::string request;
  std::vector<Connection> connections;
  std::vector<Connection*> idle;
  std::deque<Steady::time_point> waiting;  // due, and no connection was free
  std::vector<double> micros;
  long failures = 0;
  int epoll = ::epoll_create1(0);

  void send(Connection& connection, Steady::time_point due) {
    connection.due = due;
    connection.answer.clear();
    if (::write(connection.socket, request.data(), request.size()) != static_cast<ssize_t>(request.size())) ++failures;
  }

  void receive(Connection& connection) {
    char buffer[16384];
    const auto n = ::read(connection.socket, buffer, sizeof buffer);
    if (n <= 0) {
      std::fprintf(stderr, "the server hung up\n");
      std::exit(1);
    }
    connection.answer.append(buffer, static_cast<std::size_t>(n));
    if (!is_whole(connection.answer)) return;
    if (!connection.answer.starts_with("HTTP/1.1 200")) ++failures;
    micros.push_back(std::chrono::duration<double, std::micro>(Steady::now() - connection.due).count());
    if (waiting.empty()) return idle.push_back(&connection);
    const auto due = waiting.front();
    waiting.pop_front();
    send(connection, due);
  }

  void poll() {
    epoll_event events[64];
    const int n = ::epoll_wait(epoll, events, 64, 0);
    for (int i = 0; i < n; ++i) receive(*static_cast<Connection*>(events[i].data.ptr));
  }
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) return 2;
  const double rate = std::atof(argv[2]);
  const auto total = static_cast<long>(rate * std::atof(argv[3]));
  Load load;
  load.request = read_all(stdin);
  load.connections.resize(std::strtoul(argv[4], nullptr, 10));
  for (auto& connection : load.connections) {
    connection.socket = connect_to(std::atoi(argv[1]));
    epoll_event event{EPOLLIN, {.ptr = &connection}};
    ::epoll_ctl(load.epoll, EPOLL_CTL_ADD, connection.socket, &event);
    load.idle.push_back(&connection);
  }
  load.micros.reserve(static_cast<std::size_t>(total));
  const auto start = Steady::now();
  const auto due = [&](long i) {
    return start + std::chrono::nanoseconds(static_cast<std::int64_t>(static_cast<double>(i) * 1e9 / rate));
  };
  const auto end = due(total) + std::chrono::seconds(5);
  for (long i = 0; static_cast<long>(load.micros.size()) < total && Steady::now() < end;) {
    for (const auto now = Steady::now(); i < total && due(i) <= now; ++i) {
      if (load.idle.empty()) {
        load.waiting.push_back(due(i));
      } else {
        auto& connection = *load.idle.back();
        load.idle.pop_back();
        load.send(connection, due(i));
      }
    }
    load.poll();
  }
  std::sort(load.micros.begin(), load.micros.end());
  const auto quantile = [&](double q) {
    return load.micros[static_cast<std::size_t>(q * static_cast<double>(load.micros.size() - 1))];
  };
  std::printf("{\"sent\":%ld,\"answered\":%zu,\"failures\":%ld,\"p50_us\":%.0f,\"p99_us\":%.0f,\"p999_us\":%.0f}\n",
              total, load.micros.size(), load.failures + total - static_cast<long>(load.micros.size()), quantile(0.5),
              quantile(0.99), quantile(0.999));
}
