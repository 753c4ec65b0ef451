// A running server on ephemeral ports of the loopback, with lanes, a clock the test moves and a sweep every few
// milliseconds. For the tests of this module.
#pragma once

#include <gtest/gtest.h>

#include <latch>
#include <memory>
#include <string>

#include "http/server.h"
#include "tests/support/fake_clock.h"
#include "tests/support/memory_log.h"
#include "tests/support/seeded_random.h"
#include "tests/support/socket_client.h"

namespace cardea::http {

struct ServerFixture : testing::Test {
  ServerFixture() {
    settings.port = 0;
    settings.https_port = 0;
    settings.io_threads = 2;
    settings.sweep_every = std::chrono::milliseconds(5);
    lanes.assign(web::Lane::kStore, store);
    lanes.assign(web::Lane::kHash, hash);
  }

  void start() {
    server = make();
    const auto started = server->start();
    ASSERT_TRUE(started) << started.error().detail;
  }
  std::unique_ptr<Server> make() {
    return std::make_unique<Server>(
        settings, [this](web::Request& request) { return handler(request); }, lanes, log, metrics, clock, random);
  }
  SocketClient connect() { return SocketClient(server->port()); }

  ServerSettings settings;
  Metrics metrics;
  LanePool store{{.threads = 1, .queue_max = 1}};
  LanePool hash{{.threads = 1, .queue_max = 8}};
  Lanes lanes{metrics};
  MemoryLog log;
  FakeClock clock;
  SeededRandom random;
  std::function<web::Outcome(web::Request&)> handler = [](web::Request& request) -> web::Outcome {
    return web::text_response(200, request.scheme + " " + request.path + " " + request.body);
  };
  std::unique_ptr<Server> server;
};

/// Steps on a lane that wait until the test lets them go.
struct Gate {
  web::Outcome pass(web::Lane lane) const {
    return web::then(lane, [both = latches]() -> web::Outcome {
      both->arrived.count_down();
      both->open.wait();
      return web::text_response(200, "through");
    });
  }
  ~Gate() { release(); }
  void wait_for_arrival() const { latches->arrived.wait(); }
  void release() const {
    if (!latches->open.try_wait()) latches->open.count_down();
  }

  struct Latches {
    std::latch arrived{1};
    std::latch open{1};
  };
  std::shared_ptr<Latches> latches = std::make_shared<Latches>();  // the step may be the last to look at them
};

}  // namespace cardea::http
