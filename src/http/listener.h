// Sockets that listen. Each I/O thread has its own on the same port (SO_REUSEPORT), so the kernel spreads connections.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"

namespace cardea::http {

struct ListenError {
  enum class Kind { kBadHost, kAddressInUse, kNotPermitted, kOther };
  Kind kind;
  int error = 0;  // errno
};

/// Listening sockets, non-blocking, closed when this is destroyed unless released.
class Listeners {
 public:
  /// Opens `count` sockets on one port; 0 takes any free one. `host`: a numeric address or "localhost". A port on which
  /// anyone else listens, also with SO_REUSEPORT (a second cardea), is refused.
  [[nodiscard]] static Result<Listeners, ListenError> open(const std::string& host, std::uint16_t port, unsigned count);
  Listeners(Listeners&& other) noexcept;
  Listeners& operator=(Listeners&& other) noexcept;
  ~Listeners();

  [[nodiscard]] std::uint16_t port() const { return port_; }
  /// Hands over the descriptors.
  [[nodiscard]] std::vector<int> release();

 private:
  Listeners() = default;

  std::vector<int> descriptors_;
  std::uint16_t port_ = 0;
};

}  // namespace cardea::http
