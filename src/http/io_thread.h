// One event loop on one thread, with the connections it has accepted.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>

#include "base/clock.h"
#include "base/random.h"
#include "http/connection.h"
#include "http/http_metrics.h"
#include "http/settings.h"
#include "http/tls.h"

namespace cardea::http {

/// What the threads of one server share. Outlives them.
struct ServerState {
  ServerSettings settings;
  StepRunner::Handle handle;
  Lanes& lanes;
  Log& log;
  HttpMetrics metrics;
  const Clock& clock;
  Random& random;
  TlsServer tls = {};
  std::atomic<std::size_t> connections{0};
};

class IoThread {
 public:
  explicit IoThread(ServerState& server);
  /// Not before the thread has ended.
  ~IoThread();

  /// Takes over a listening descriptor. Before run().
  void add_listener(int descriptor, bool is_tls);
  /// Accepts and serves until begin_stop has been called and the last connection is gone. In the thread of its own.
  void run();
  /// From any thread: accepts nothing more, lets running requests end, and closes what is left after `grace`.
  void begin_stop(std::chrono::nanoseconds grace);

 private:
  struct Loop;
  std::unique_ptr<Loop> loop_;
};

}  // namespace cardea::http
