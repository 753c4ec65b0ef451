// One connection as a state machine between a transport and the steps of its requests: handshake, then read, run and
// write in turn, one request at a time (pipelined ones wait). It knows no event loop: its host waits for the socket and
// calls back, so tests drive it without a socket and fail it at any operation.
//
// Idle it holds no buffers: bytes are read into memory of the thread, and the exchange (request, answer, output) goes
// back to a pool. Measured with 10,000 idle connections (idle_test.cc): 303 bytes each, the loop's included.
#pragma once

#include <array>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "http/exchange.h"
#include "http/http_metrics.h"
#include "http/settings.h"
#include "http/transport.h"

namespace cardea::http {

/// What a connection asks of the loop it lives on. At most one wait is open at a time, and none while steps run; asking
/// again for what is waited for already changes nothing.
class ConnectionHost {
 public:
  virtual void wait_readable() = 0;
  virtual void wait_writable() = 0;
  /// Calls Connection::flush after the requests that are ready now have been handled: their answers go out together.
  virtual void flush_later() = 0;
  /// Calls Connection::on_deadline then, unless set anew or cleared (nullopt).
  virtual void set_deadline(std::optional<std::chrono::seconds> after) = 0;
  /// The connection has ended; it makes no further call and may be destroyed once it has returned.
  virtual void close() = 0;

 protected:
  ~ConnectionHost() = default;
};

/// What all connections of one I/O thread share.
struct ThreadState {
  ThreadState(const ServerSettings& server_settings, HttpMetrics& http_metrics, Log& server_log, Random& server_random,
              std::shared_ptr<StepRunner> step_runner)
      : settings(server_settings),
        metrics(http_metrics),
        log(server_log),
        random(server_random),
        runner(std::move(step_runner)) {}

  [[nodiscard]] std::shared_ptr<Exchange> take_exchange();
  void give_back(std::shared_ptr<Exchange> exchange);

  const ServerSettings& settings;
  HttpMetrics& metrics;
  Log& log;
  Random& random;
  std::shared_ptr<StepRunner> runner;
  std::string date;       // of this second, for the Date header
  bool stopping = false;  // every answer is the last one of its connection
  std::vector<std::shared_ptr<Exchange>> pool;
  std::shared_ptr<LargeBodies> large_bodies = std::make_shared<LargeBodies>();
  std::array<char, kReadBytesMax> scratch;
};

class Connection final : ExchangeOwner {
 public:
  Connection(ThreadState& thread, ConnectionHost& host, std::unique_ptr<Transport> transport, Address peer,
             bool is_tls);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void start();
  void on_ready();  // the socket is what the host was asked to wait for
  void flush();
  void on_deadline();
  /// Ends the connection if it waits for a request; else its current answer will be the last.
  void begin_stop();

 private:
  enum class State { kHandshake, kReading, kRunning, kWriting, kLingering };

  void go_on(IoStatus status);
  void handshake();
  void read();
  void receive(std::string_view bytes);
  void wait_for_more(RequestReader::State before);
  void dispatch();
  void answer_ready() override;
  void refuse(Refusal refusal);
  void end_answer();
  void next_request();
  void linger();
  void discard();
  void close();

  ThreadState& thread_;
  ConnectionHost& host_;
  std::unique_ptr<Transport> transport_;
  std::shared_ptr<Exchange> exchange_;  // while a request is read, run or answered
  std::string pending_;                 // bytes of the next request, read with this one
  std::string_view body_rest_;          // of a body that is sent from where it is
  std::size_t sent_ = 0;
  std::size_t discarded_ = 0;
  std::string remote_address_;
  Address peer_;
  State state_ = State::kHandshake;
  std::string client_certificate_;  // DER; empty: none
  bool is_tls_;
  bool continue_sent_ = false;
  bool closing_ = false;  // the answer under way is the last
};

}  // namespace cardea::http
