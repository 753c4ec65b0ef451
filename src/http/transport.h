// A byte stream on a socket that never blocks: plain, or TLS by OpenSSL directly on the descriptor. It does not own the
// descriptor. Tests have one that fails at the Nth operation.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace cardea::http {

enum class IoStatus {
  kDone,
  kWantRead,   // go on when the socket is readable
  kWantWrite,  // go on when it is writable
  kClosed,     // by the peer, or broken
};

struct IoResult {
  IoStatus status;
  std::size_t bytes = 0;
};

class Transport {
 public:
  virtual ~Transport() = default;
  /// To be called until it is done, before anything else.
  virtual IoResult handshake() = 0;
  virtual IoResult read(std::span<char> into) = 0;
  /// Sends from `first`, then from `second`; `bytes` counts both. May send less than all.
  virtual IoResult write(std::string_view first, std::string_view second) = 0;
  /// Bytes have left the socket already that `read` has not given out: no readiness will tell of them.
  [[nodiscard]] virtual bool has_buffered() const = 0;
  /// DER of the certificate that the peer proved to own in the handshake; empty: none, and always without TLS.
  [[nodiscard]] virtual std::string peer_certificate() const { return {}; }
  /// Tells the peer that nothing more is coming.
  virtual void end_writing() = 0;
  /// Reads and throws away, below TLS: for lingering after the end of writing.
  virtual IoResult discard(std::span<char> scratch) = 0;
};

[[nodiscard]] std::unique_ptr<Transport> make_plain_transport(int descriptor);

}  // namespace cardea::http
