#include "http/server.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/resource.h>

#include <latch>
#include <optional>
#include <thread>

#include "http/server_fixture.h"

namespace cardea::http {
namespace {

using testing::HasSubstr;

struct ServerTest : ServerFixture {};

TEST_F(ServerTest, refuses_port_on_which_another_server_listens) {
  start();
  for (const unsigned threads : {1U, 2U}) {
    settings.port = server->port();
    settings.io_threads = threads;
    const auto second = make();
    const auto started = second->start();
    ASSERT_FALSE(started);
    EXPECT_EQ(started.error().kind, ServerError::Kind::kAddressInUse);
    EXPECT_THAT(started.error().detail, HasSubstr(std::to_string(server->port())));
  }
  EXPECT_EQ(connect().get("/").status, 200);
}

TEST_F(ServerTest, refuses_host_that_is_none_of_ours) {
  for (const auto* host : {"example.com", "192.0.2.1", "", "127.0.0.1:80"}) {
    settings.host = host;
    const auto started = make()->start();
    ASSERT_FALSE(started) << host;
    EXPECT_EQ(started.error().kind, ServerError::Kind::kBadHost) << host;
  }
}

TEST_F(ServerTest, refuses_smuggled_request_and_hangs_up) {
  start();
  auto client = connect();
  const auto answer = client.ask(
      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /evil "
      "HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(answer.header("Connection"), "close");
  EXPECT_TRUE(client.is_closed());
}

TEST_F(ServerTest, refuses_large_body_with_an_answer_the_client_can_read) {
  start();
  auto client = connect();
  client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 200000\r\n\r\n");
  client.send(std::string(200'000, 'x'));
  const auto answer = client.read_answer();
  EXPECT_EQ(answer.status, 413);
  EXPECT_TRUE(client.is_closed());
  EXPECT_EQ(answer.header("X-Correlation-Id").size(), 32U);
  EXPECT_TRUE(log.contains("correlation_id=" + std::string(answer.header("X-Correlation-Id"))))
      << "no line says why it was refused";
}

TEST_F(ServerTest, refuses_slow_head) {
  start();
  auto client = connect();
  client.send("GET / HTTP/1.1\r\nHost:");
  // Answered on another connection of the same thread or not, the head above has been read once its deadline counts;
  // time moves on until it does.
  while (metrics.counter("cardea_http_timeouts_total", "", {{"listener", "public"}}).value() == 0) clock.advance(1000);
  EXPECT_EQ(client.read_answer().status % 408, 0);  // 408, or silence if not even a byte had arrived
  EXPECT_TRUE(client.is_closed());
}

TEST_F(ServerTest, refuses_to_keep_idle_connection_for_ever) {
  start();
  auto client = connect();
  EXPECT_EQ(client.get("/").status, 200);
  while (metrics.gauge("cardea_http_connections", "", {{"listener", "public"}}).value() > 0) clock.advance(1000);
  EXPECT_GE(clock.steady(), settings.timeouts.idle);
  EXPECT_TRUE(client.is_closed());
}

TEST_F(ServerTest, refuses_when_the_lane_is_full_and_serves_other_lanes) {
  Gate gate, second;
  handler = [&](web::Request& request) -> web::Outcome {
    if (request.path == "/first") return gate.pass(web::Lane::kStore);
    if (request.path == "/second") return second.pass(web::Lane::kStore);
    if (request.path == "/third")
      return web::then(web::Lane::kStore, [] { return web::Outcome(web::empty_response(200)); });
    return web::then(web::Lane::kHash, [] { return web::Outcome(web::text_response(200, "hashed")); });
  };
  start();
  auto first = connect(), waiting = connect(), refused = connect();
  first.send("GET /first HTTP/1.1\r\nHost: a\r\n\r\n");
  gate.wait_for_arrival();  // occupies the thread
  waiting.send("GET /second HTTP/1.1\r\nHost: a\r\n\r\n");
  while (store.queued() == 0) std::this_thread::yield();  // occupies the queue
  const auto answer = refused.get("/third");
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(answer.body, R"({"error":"temporarily_unavailable"})");
  EXPECT_EQ(answer.header("Retry-After"), "1");
  EXPECT_EQ(answer.header("X-Correlation-Id").size(), 32U);
  EXPECT_EQ(refused.get("/other").body, "hashed");  // the connection and the other lanes are well
  gate.release();
  second.release();
  EXPECT_EQ(first.read_answer().body, "through");
  EXPECT_EQ(waiting.read_answer().body, "through");
}

TEST_F(ServerTest, lets_no_answer_wait_for_long_requests_beside_it) {
  settings.io_threads = 1;
  std::latch held(1), open(1);
  std::optional<SocketClient> first;
  int status = 0;
  handler = [&](web::Request& request) -> web::Outcome {
    if (request.path == "/hold") {
      held.count_down();
      open.wait();
    }
    if (request.path == "/long") clock.advance(1);
    if (request.path == "/last") status = first->read_answer().status;  // which is not there unless it was sent
    return web::text_response(200, request.path);
  };
  start();
  first.emplace(connect());
  auto holding = connect(), second = connect(), last = connect();
  for (auto* client : {&holding, &*first, &second, &last}) ASSERT_EQ(client->get("/").status, 200);
  holding.send("GET /hold HTTP/1.1\r\nHost: a\r\n\r\n");
  held.wait();  // those who come now are ready together
  first->send("GET /first HTTP/1.1\r\nHost: a\r\n\r\n");
  second.send("GET /long HTTP/1.1\r\nHost: a\r\n\r\n");
  last.send("GET /last HTTP/1.1\r\nHost: a\r\n\r\n");
  open.count_down();
  EXPECT_EQ(last.read_answer().body, "/last");
  EXPECT_EQ(status, 200);
}

TEST_F(ServerTest, refuses_connections_beyond_the_limit) {
  settings.connections_max = 2;
  start();
  auto one = connect();
  auto two = connect();
  EXPECT_EQ(one.get("/").status, 200);
  EXPECT_EQ(two.get("/").status, 200);
  auto three = connect();
  EXPECT_TRUE(three.is_closed());
  EXPECT_EQ(one.get("/").status, 200);
}

// Takes all descriptors of the process but those that exist, until it is destroyed.
struct NoDescriptors {
  NoDescriptors() {
    getrlimit(RLIMIT_NOFILE, &before);
    const int next = ::open("/dev/null", O_RDONLY);
    ::close(next);
    auto limit = before;
    limit.rlim_cur = static_cast<rlim_t>(next);
    setrlimit(RLIMIT_NOFILE, &limit);
  }
  ~NoDescriptors() { setrlimit(RLIMIT_NOFILE, &before); }
  rlimit before{};
};

TEST_F(ServerTest, refuses_connections_without_descriptors_and_recovers) {
  settings.io_threads = 1;
  start();
  auto kept = connect();
  EXPECT_EQ(kept.get("/").status, 200);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(server->port());
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  {
    const int client = ::socket(AF_INET, SOCK_STREAM, 0);
    const NoDescriptors none;
    ASSERT_EQ(::connect(client, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    char byte = 0;
    EXPECT_LE(::recv(client, &byte, 1, 0), 0);  // hung up
    EXPECT_EQ(kept.get("/").status, 200);
    ::close(client);
  }
  EXPECT_EQ(connect().get("/").status, 200);
  EXPECT_GE(metrics.counter("cardea_http_connections_refused_total", "", {{"listener", "public"}}).value(), 1U);
}

TEST_F(ServerTest, refuses_new_connections_while_it_lets_running_requests_end) {
  Gate gate;
  handler = [&](web::Request& request) -> web::Outcome {
    if (request.path == "/slow") return gate.pass(web::Lane::kStore);
    return web::text_response(200, "quick");
  };
  start();
  auto idle = connect();
  EXPECT_EQ(idle.get("/").body, "quick");
  auto running = connect();
  running.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n");
  gate.wait_for_arrival();
  const auto port = server->port();
  std::thread stopper([&] { server->stop(std::chrono::seconds(10)); });
  EXPECT_TRUE(idle.is_closed());
  while (SocketClient(port).connected()) std::this_thread::yield();
  gate.release();
  const auto answer = running.read_answer();
  EXPECT_EQ(answer.body, "through");
  EXPECT_EQ(answer.header("Connection"), "close");
  running.end_sending();
  stopper.join();
}

TEST_F(ServerTest, answers_on_stop_what_had_arrived_on_an_idle_connection) {
  std::latch arrived(1), release(1);
  handler = [&](web::Request& request) -> web::Outcome {
    if (request.path == "/slow") {
      arrived.count_down();
      release.wait();  // the loop itself is busy
    }
    return web::text_response(200, "quick");
  };
  settings.io_threads = 1;
  start();
  auto idle = connect();
  EXPECT_EQ(idle.get("/").body, "quick");
  auto busy = connect();
  busy.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n");
  arrived.wait();
  idle.send("GET /late HTTP/1.1\r\nHost: a\r\n\r\n");
  std::thread stopper([&] { server->stop(std::chrono::seconds(10)); });
  while (!log.contains("stopping")) std::this_thread::yield();
  release.count_down();
  EXPECT_EQ(idle.read_answer().body, "quick");
  EXPECT_EQ(busy.read_answer().body, "quick");
  for (auto* client : {&idle, &busy}) client->end_sending();
  stopper.join();
}

TEST_F(ServerTest, refuses_to_wait_longer_than_its_grace) {
  Gate gate;
  handler = [&](web::Request&) { return gate.pass(web::Lane::kStore); };
  start();
  auto client = connect();
  client.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n");
  gate.wait_for_arrival();
  std::thread stopper([&] { server->stop(std::chrono::seconds(10)); });
  while (SocketClient(server->port()).connected()) std::this_thread::yield();  // it is stopping
  clock.advance(11'000);
  stopper.join();
  EXPECT_TRUE(client.is_closed());
  gate.release();  // the step ends after its server, and harms nobody
  store.stop();
}

TEST_F(ServerTest, answers_a_handler_that_throws) {
  handler = [](web::Request&) -> web::Outcome { throw std::runtime_error("library"); };
  start();
  auto client = connect();
  const auto answer = client.get("/");
  EXPECT_EQ(answer.status, 500);
  const auto id = answer.header("X-Correlation-Id");
  EXPECT_TRUE(log.contains(id));
  EXPECT_EQ(client.get("/").status, 500);  // the connection lives
}

TEST_F(ServerTest, serves_head_and_http_1_0) {
  start();
  auto client = connect();
  client.send("HEAD /x HTTP/1.1\r\nHost: a\r\n\r\n");
  const auto head = client.read_answer(true);
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.header("Content-Length"), "8");
  EXPECT_EQ(client.get("/x").body, "http /x ");
  const auto old = client.ask("GET /old HTTP/1.0\r\nHost: a\r\n\r\n");
  EXPECT_EQ(old.body, "http /old ");
  EXPECT_EQ(old.header("Connection"), "close");
  EXPECT_TRUE(client.is_closed());
}

TEST_F(ServerTest, writes_the_date_and_large_bodies) {
  const auto bytes = std::make_shared<const std::string>(3'000'000, 'x');
  handler = [&](web::Request&) -> web::Outcome {
    web::Response response;
    response.body = bytes;
    return response;
  };
  start();
  auto client = connect();
  const auto answer = client.get("/");
  EXPECT_EQ(answer.body, *bytes);
  EXPECT_EQ(answer.header("Date"), "Thu, 01 Jan 2026 00:00:00 GMT");
}

TEST_F(ServerTest, serves_many_connections_over_all_lanes) {
  handler = [](web::Request& request) -> web::Outcome {
    return web::then(web::Lane::kHash, [&request] {
      return web::then(web::Lane::kInline,
                       [&request]() -> web::Outcome { return web::text_response(200, request.path); });
    });
  };
  start();
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      auto client = connect();
      for (int i = 0; i < 100; ++i) {
        const auto path = "/" + std::to_string(t) + "/" + std::to_string(i);
        const auto answer = client.get(path);
        EXPECT_EQ(answer.body, path);
      }
    });
  }
  for (auto& thread : threads) thread.join();
  server->stop(std::chrono::seconds(10));
  EXPECT_THAT(metrics.expose(), HasSubstr("cardea_http_requests_total{listener=\"public\",status=\"2xx\"} 400"));
  EXPECT_THAT(metrics.expose(), HasSubstr("cardea_http_requests_in_flight{listener=\"public\"} 0"));
}

TEST_F(ServerTest, starts_again_on_the_same_port) {
  start();
  const auto port = server->port();
  EXPECT_EQ(connect().get("/").status, 200);
  server.reset();
  settings.port = port;
  start();
  EXPECT_EQ(server->port(), port);
  EXPECT_EQ(connect().get("/").status, 200);
}

}  // namespace
}  // namespace cardea::http
