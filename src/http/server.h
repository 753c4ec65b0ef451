// The HTTP/1.1 server (RFC 9110, RFC 9112): sockets, TLS, timeouts and limits around one handler. Each I/O thread has
// its own loop, connections and listening sockets, and hands the steps a handler returns to the lanes.
//
// Lifecycle: construct, start, (reload_certificates any time), stop. What it is constructed with must outlive it, and
// what the handler uses must outlive the lanes: a step that runs when the grace of `stop` ends goes on without a
// client.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "base/metrics.h"
#include "base/random.h"
#include "base/result.h"
#include "http/lanes.h"
#include "http/settings.h"
#include "web/outcome.h"

namespace cardea::http {

struct ServerError {
  enum class Kind { kBadHost, kAddressInUse, kNotPermitted, kListen, kCertificate };
  Kind kind;
  std::string detail = {};  // for the operator
};

class Server {
 public:
  using Handle = std::function<web::Outcome(web::Request&)>;

  Server(ServerSettings settings, Handle handle, Lanes& lanes, Log& log, Metrics& metrics, const Clock& clock,
         Random& random);
  /// Stops without grace if it still runs.
  ~Server();

  /// Loads the certificate, opens the ports and serves. Ignores SIGPIPE for the whole process.
  [[nodiscard]] Result<void, ServerError> start();
  /// The ports in use after start(); 0 where there is none.
  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] std::uint16_t https_port() const { return https_port_; }

  /// Reads the certificate and key again for new connections; those that live keep theirs. False: the files cannot be
  /// used, which is logged, and the old ones stay.
  bool reload_certificates();
  /// Accepts nothing more, closes idle connections, lets running requests end with `Connection: close`, and after
  /// `grace` closes the rest. Returns when all I/O threads have ended.
  void stop(std::chrono::milliseconds grace);

 private:
  struct Impl;
  Result<void, ServerError> listen(std::uint16_t wanted, bool is_tls, std::uint16_t& bound);

  std::unique_ptr<Impl> impl_;
  std::uint16_t port_ = 0;
  std::uint16_t https_port_ = 0;
};

}  // namespace cardea::http
