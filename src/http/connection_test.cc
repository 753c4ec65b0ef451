// The state machine of a connection on a transport that gives bytes out in any pieces and fails at any operation.
#include "http/connection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "base/limits.h"
#include "tests/support/fake_clock.h"
#include "tests/support/memory_log.h"
#include "tests/support/seeded_random.h"

namespace cardea::http {
namespace {

using testing::HasSubstr;
using testing::Not;

// What the client has sent and what it has received.
struct Pipe {
  std::string to_server = {};
  std::string to_client = {};
  std::size_t piece = 1 << 20;    // bytes given or taken by one operation
  std::size_t operations = 0;     // so far
  std::size_t fail_at = 1 << 20;  // this operation finds the connection broken
  std::size_t room = 1 << 20;     // bytes the client still takes
  bool client_ended = false;
  bool server_ended = false;
};

class PipeTransport final : public Transport {
 public:
  explicit PipeTransport(Pipe& pipe) : pipe_(pipe) {}

  IoResult handshake() override { return broken() ? IoResult{IoStatus::kClosed} : IoResult{IoStatus::kDone}; }

  IoResult read(std::span<char> into) override {
    if (broken()) return {IoStatus::kClosed};
    const auto count = std::min({into.size(), pipe_.piece, pipe_.to_server.size()});
    if (count == 0) return {pipe_.client_ended ? IoStatus::kClosed : IoStatus::kWantRead};
    std::copy_n(pipe_.to_server.begin(), count, into.begin());
    pipe_.to_server.erase(0, count);
    return {IoStatus::kDone, count};
  }

  IoResult write(std::string_view first, std::string_view second) override {
    if (broken()) return {IoStatus::kClosed};
    const auto count = std::min({pipe_.piece, pipe_.room, first.size() + second.size()});
    if (count == 0) return {IoStatus::kWantWrite};
    pipe_.to_client.append((std::string(first) + std::string(second)).substr(0, count));
    pipe_.room -= count;
    return {IoStatus::kDone, count};
  }

  [[nodiscard]] bool has_buffered() const override { return false; }
  void end_writing() override { pipe_.server_ended = true; }
  IoResult discard(std::span<char> scratch) override { return read(scratch); }

 private:
  bool broken() { return ++pipe_.operations == pipe_.fail_at; }
  Pipe& pipe_;
};

struct ConnectionTest : testing::Test, ConnectionHost {
  ConnectionTest() {
    auto runner = std::make_shared<StepRunner>([this](web::Request& request) { return handle(request); }, lanes, log,
                                               clock, mailbox);
    thread = std::make_unique<ThreadState>(settings, http_metrics, log, random, std::move(runner));
    thread->date = "D";
    lanes.assign(web::Lane::kStore, store);
  }

  // Host.
  void wait_readable() override { waits_readable = true; }
  void wait_writable() override { waits_writable = true; }
  void flush_later() override { flush_wanted = true; }
  void set_deadline(std::optional<std::chrono::seconds> after) override { deadline = after; }
  void close() override { closed = true; }

  void open(bool is_tls = false) {
    connection = std::make_unique<Connection>(*thread, *this, std::make_unique<PipeTransport>(pipe),
                                              *parse_address("192.0.2.1"), is_tls);
    connection->start();
  }
  // Plays the event loop until the connection waits for the client or has ended.
  void run() {
    while (!closed) {
      if (std::exchange(flush_wanted, false)) {
        connection->flush();
      } else if (waits_readable && (!pipe.to_server.empty() || pipe.client_ended)) {
        waits_readable = false;
        connection->on_ready();
      } else if (waits_writable && pipe.room > 0) {
        waits_writable = false;
        connection->on_ready();
      } else {
        return;
      }
    }
  }
  void send(std::string_view bytes) {
    pipe.to_server += bytes;
    run();
  }
  web::Outcome handle(web::Request& request) {
    seen.push_back(request);
    return handler(request);
  }
  [[nodiscard]] std::size_t answers() const {
    std::size_t count = 0;
    for (std::size_t at = 0; (at = pipe.to_client.find("HTTP/1.1 ", at)) != std::string::npos; ++at) ++count;
    return count;
  }

  struct HandLane final : LaneExecutor {
    bool submit(LaneJob job) override {
      jobs.push_back(std::move(job));
      return true;
    }
    [[nodiscard]] std::size_t queued() const override { return jobs.size(); }
    std::vector<LaneJob> jobs;
  };
  struct DirectMailbox final : Mailbox {
    bool post(MoveOnlyFunction<> job) override {
      job();
      return true;
    }
  };

  ServerSettings settings;
  Metrics metrics;
  HttpMetrics http_metrics{metrics, "test"};
  Lanes lanes{metrics};
  HandLane store;
  MemoryLog log;
  FakeClock clock;
  SeededRandom random;
  std::shared_ptr<DirectMailbox> mailbox = std::make_shared<DirectMailbox>();
  std::unique_ptr<ThreadState> thread;
  Pipe pipe;
  std::function<web::Outcome(web::Request&)> handler = [](web::Request& request) -> web::Outcome {
    return web::text_response(200, request.path + request.body);
  };
  std::vector<web::Request> seen;
  bool waits_readable = false, waits_writable = false, flush_wanted = false, closed = false;
  std::optional<std::chrono::seconds> deadline;
  std::unique_ptr<Connection> connection;
};

constexpr const char* kGet = "GET /a HTTP/1.1\r\nHost: h\r\n\r\n";

TEST_F(ConnectionTest, refuses_and_ends_after_an_ambiguous_request) {
  open();
  send(
      "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /evil "
      "HTTP/1.1\r\n");
  EXPECT_TRUE(pipe.to_client.starts_with("HTTP/1.1 400 Bad Request\r\n"));
  EXPECT_THAT(pipe.to_client, HasSubstr("\r\nConnection: close\r\n"));
  EXPECT_THAT(pipe.to_client, HasSubstr("\r\nX-Content-Type-Options: nosniff\r\n"));
  EXPECT_TRUE(seen.empty());
  EXPECT_TRUE(pipe.server_ended);
  EXPECT_FALSE(closed);  // lingers, so that the client gets the answer
  pipe.client_ended = true;
  run();
  EXPECT_TRUE(closed);
  EXPECT_EQ(answers(), 1U);
}

TEST_F(ConnectionTest, refuses_to_keep_tokens_for_the_next_answer) {
  auto exchange = thread->take_exchange();
  exchange->response =
      web::no_store_json(200, R"({"access_token":"eyJhbGciOiJFUzI1NiJ9.a-token-that-is-worth-something"})");
  exchange->out = "HTTP/1.1 200 OK\r\n\r\n" + std::string(exchange->response.body_text());
  const std::string_view out = exchange->out;
  thread->give_back(std::move(exchange));  // the object and its buffer stay
  EXPECT_EQ(out.find("eyJ"), std::string_view::npos);
}

TEST_F(ConnectionTest, refuses_large_body_before_it_is_sent) {
  open();
  send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 70000\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_TRUE(pipe.to_client.starts_with("HTTP/1.1 413 "));
}

TEST_F(ConnectionTest, refuses_to_linger_for_ever) {
  open();
  send("GET / HTTP/1.1\r\n\r\n");
  EXPECT_EQ(deadline, settings.timeouts.linger);
  send(std::string(kLingerBytesMax, 'x'));
  EXPECT_FALSE(closed);
  send("xx");
  EXPECT_TRUE(closed);
  EXPECT_EQ(answers(), 1U);
}

TEST_F(ConnectionTest, refuses_slow_heads_and_bodies) {
  open();
  EXPECT_EQ(deadline, settings.timeouts.head);
  send("GET / HT");
  EXPECT_EQ(deadline, settings.timeouts.head);
  deadline = std::chrono::seconds(3);  // what is left; further bytes must not move it
  send("TP/1.1\r\n");
  EXPECT_EQ(deadline, std::chrono::seconds(3));
  send("Host: h\r\nContent-Length: 5\r\n\r\n");
  EXPECT_EQ(deadline, settings.timeouts.body);
  deadline = std::chrono::seconds(3);
  send("abc");
  EXPECT_EQ(deadline, std::chrono::seconds(3));
  connection->on_deadline();
  run();
  EXPECT_TRUE(pipe.to_client.starts_with("HTTP/1.1 408 Request Timeout\r\n"));
  EXPECT_EQ(http_metrics.timeouts.value(), 1U);
  EXPECT_TRUE(seen.empty());
}

TEST_F(ConnectionTest, refuses_silence_with_silence) {
  open();
  connection->on_deadline();
  EXPECT_TRUE(closed);
  EXPECT_EQ(pipe.to_client, "");
}

TEST_F(ConnectionTest, refuses_clients_that_take_nothing) {
  pipe.room = 10;
  open();
  send(kGet);
  EXPECT_EQ(deadline, settings.timeouts.write);
  EXPECT_TRUE(waits_writable);
  connection->on_deadline();
  EXPECT_TRUE(closed);
  connection.reset();
  EXPECT_EQ(http_metrics.in_flight.value(), 0);
}

TEST_F(ConnectionTest, refuses_forwarded_values_that_cannot_be) {
  settings.proxy.header = ForwardHeader::kXForwarded;
  open();
  send("GET / HTTP/1.1\r\nHost: h\r\nX-Forwarded-Proto: gopher\r\n\r\n");
  EXPECT_TRUE(pipe.to_client.starts_with("HTTP/1.1 400 "));
  EXPECT_TRUE(seen.empty());
}

TEST_F(ConnectionTest, survives_a_failure_of_every_operation) {
  const std::string requests = std::string(kGet) + "POST /b HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc" + kGet;
  for (std::size_t fail_at = 1;; ++fail_at) {
    pipe = Pipe{.to_server = requests, .piece = 40, .fail_at = fail_at, .client_ended = true};
    closed = flush_wanted = waits_readable = waits_writable = false;
    open(true);
    run();
    EXPECT_TRUE(closed);
    connection.reset();
    EXPECT_EQ(http_metrics.in_flight.value(), 0);
    EXPECT_EQ(http_metrics.connections.value(), 0);
    if (pipe.operations < fail_at) break;
  }
  EXPECT_EQ(answers(), 3U);
}

TEST_F(ConnectionTest, answers_one_request_after_another) {
  open();
  send(kGet);
  EXPECT_EQ(deadline, settings.timeouts.idle);
  send(kGet);
  EXPECT_EQ(answers(), 2U);
  EXPECT_FALSE(closed);
  EXPECT_THAT(pipe.to_client, Not(HasSubstr("Connection:")));
  EXPECT_EQ(http_metrics.requests(200).value(), 2U);
}

TEST_F(ConnectionTest, answers_pipelined_requests_in_order) {
  open();
  std::string requests;
  for (int i = 0; i < 100; ++i) requests += "GET /" + std::to_string(i) + " HTTP/1.1\r\nHost: h\r\n\r\n";
  send(requests);
  ASSERT_EQ(seen.size(), 100U);
  for (std::size_t i = 0; i < 100; ++i) EXPECT_EQ(seen[i].path, "/" + std::to_string(i));
  EXPECT_EQ(answers(), 100U);
}

TEST_F(ConnectionTest, writes_what_the_client_takes_and_waits_for_the_rest) {
  handler = [](web::Request&) -> web::Outcome {
    web::Response response;
    response.body = std::make_shared<const std::string>(100'000, 'x');
    return response;
  };
  pipe.piece = 1000;
  pipe.room = 50'000;
  open();
  send(kGet);
  EXPECT_TRUE(waits_writable);
  pipe.room = 1 << 20;
  run();
  EXPECT_EQ(pipe.to_client.size() - pipe.to_client.find("\r\n\r\n") - 4, 100'000U);
  EXPECT_EQ(deadline, settings.timeouts.idle);
}

TEST_F(ConnectionTest, tells_the_client_to_continue_once) {
  open();
  send("POST /p HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(pipe.to_client, "HTTP/1.1 100 Continue\r\n\r\n");
  send("he");
  send("llo");
  EXPECT_EQ(answers(), 2U);
  EXPECT_THAT(pipe.to_client, testing::EndsWith("/phello"));
}

TEST_F(ConnectionTest, gives_handlers_what_the_connection_knows) {
  open(true);
  send(
      "GET /a?b HTTP/1.1\r\nHost: H.example\r\nX-Forwarded-For: 6.6.6.6\r\n"
      "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\r\n\r\n");
  ASSERT_EQ(seen.size(), 1U);
  EXPECT_EQ(seen[0].scheme, "https");
  EXPECT_EQ(seen[0].host, "h.example");
  EXPECT_EQ(seen[0].remote_address, "192.0.2.1");
  EXPECT_EQ(seen[0].correlation_id, "4bf92f3577b34da6a3ce929d0e0e4736");
  EXPECT_FALSE(seen[0].header("X-Forwarded-For"));
}

TEST_F(ConnectionTest, ends_where_the_client_wants_it) {
  open();
  send("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  EXPECT_TRUE(closed);
  EXPECT_THAT(pipe.to_client, HasSubstr("\r\nConnection: close\r\n"));
}

TEST_F(ConnectionTest, answers_a_client_that_has_stopped_sending) {
  open();
  pipe.client_ended = true;
  send(kGet);
  EXPECT_EQ(answers(), 1U);
  EXPECT_TRUE(closed);
}

TEST_F(ConnectionTest, waits_for_a_lane_without_deadline) {
  handler = [](web::Request&) {
    return web::then(web::Lane::kStore, []() -> web::Outcome { return web::empty_response(204); });
  };
  open();
  send(std::string(kGet) + kGet);
  EXPECT_EQ(deadline, std::nullopt);
  ASSERT_EQ(store.jobs.size(), 1U);
  EXPECT_EQ(http_metrics.in_flight.value(), 1);
  store.jobs[0].work();
  store.jobs[0].complete(true);
  run();
  EXPECT_EQ(answers(), 1U);
  EXPECT_EQ(store.jobs.size(), 2U);
}

TEST_F(ConnectionTest, leaves_the_request_alive_for_a_lane_when_it_goes) {
  std::string path;
  handler = [&](web::Request& request) {
    return web::then(web::Lane::kStore, [&]() -> web::Outcome {
      path = request.path;
      return web::empty_response(204);
    });
  };
  open();
  send(kGet);
  connection.reset();
  store.jobs[0].work();
  store.jobs[0].complete(true);
  EXPECT_EQ(path, "/a");
  EXPECT_EQ(pipe.to_client, "");
  EXPECT_EQ(http_metrics.in_flight.value(), 0);
}

TEST_F(ConnectionTest, stops_at_once_when_idle_and_after_the_answer_when_not) {
  open();
  send(kGet);
  connection->begin_stop();
  EXPECT_TRUE(closed);

  closed = false;
  pipe = Pipe();
  open();
  send("GET / HTTP/1.1\r\n");
  thread->stopping = true;
  connection->begin_stop();
  EXPECT_FALSE(closed);
  send("Host: h\r\n\r\n");
  EXPECT_EQ(answers(), 1U);
  EXPECT_THAT(pipe.to_client, HasSubstr("\r\nConnection: close\r\n"));
}

TEST_F(ConnectionTest, holds_no_exchange_when_idle) {
  open();
  send(kGet);
  EXPECT_EQ(thread->pool.size(), 1U);
  send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 60000\r\n\r\n" + std::string(60'000, 'x'));
  EXPECT_EQ(answers(), 2U);
  EXPECT_EQ(thread->pool.size(), 0U);  // too large to be worth keeping
}

}  // namespace
}  // namespace cardea::http
