// Turns the bytes of a connection into requests (RFC 9112), without a socket: the connection feeds it, and so does the
// fuzzer. Beast's parser reads the head; this class finds the end of it, enforces the limits and refuses all
// that two readers could take for two different requests (request smuggling): both Content-Length and
// Transfer-Encoding, any of them twice or odd, folded lines, bare CR or LF, a second Host.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "base/limits.h"
#include "web/request.h"

namespace cardea::http {

/// Whole realms, and a group's members by SCIM, come in one body. So much is read for them: POST, PUT and PATCH below
/// /admin/realms and in paths of SCIM with a bearer token, whether it is a good one is seen later. One I/O thread holds
/// no more than kLargeBodiesBytesMax of what came.
inline constexpr std::size_t kLargeBodyBytesMax = 8 * 1024 * 1024;
inline constexpr std::size_t kLargeBodiesBytesMax = 4 * kLargeBodyBytesMax;

/// What large bodies hold at this moment. Shared by the readers of one thread; requests end on any.
class LargeBodies {
 public:
  /// False when there is no room: the request is refused with 503.
  [[nodiscard]] bool take(std::size_t bytes) {
    if (held_.fetch_add(bytes) + bytes <= kLargeBodiesBytesMax) return true;
    held_ -= bytes;
    return false;
  }
  void give_back(std::size_t bytes) { held_ -= bytes; }

 private:
  std::atomic<std::size_t> held_ = 0;
};

struct ReaderLimits {
  std::size_t head_bytes = kRequestHeadBytesMax;
  std::size_t uri_bytes = kUriBytesMax;
  std::size_t headers = kHeadersMax;
  std::size_t body_bytes = kRequestBodyBytesMax;
  std::size_t chunk_head_bytes = kChunkHeadBytesMax;
};

/// Why a request is refused: the status to answer and a word for the log. After a refusal nothing on the connection can
/// be trusted to begin a request, so it is closed.
struct Refusal {
  int status = 0;
  std::string_view reason = {};
};

class RequestReader {
 public:
  enum class State {
    kEmpty,     // no byte of the next request yet
    kHead,      // some bytes of the head
    kBody,      // the head is complete, the body is not
    kComplete,  // request() may be handled; reset() before the next one
    kRefused,
  };

  /// Without `large` no body is large.
  explicit RequestReader(const ReaderLimits& limits = {}, std::shared_ptr<LargeBodies> large = nullptr);
  ~RequestReader();

  /// Begins the next request and empties `request`, keeping its memory.
  void reset();
  /// Takes bytes up to the end of the request and returns how many; the rest belongs to the next one. What it takes it
  /// keeps, so the caller never passes a byte twice. Not to be called when complete or refused.
  std::size_t feed(std::string_view bytes);

  [[nodiscard]] State state() const;
  [[nodiscard]] const Refusal& refusal() const;
  /// Method, path, query, headers, body and host (lower case, from the Host header) are set when complete.
  [[nodiscard]] web::Request& request();
  /// The client waits for "100 Continue" before it sends the body (RFC 9110 section 10.1.1). Asked in state kBody.
  [[nodiscard]] bool wants_continue() const;
  /// The client lets the connection stay open after the answer.
  [[nodiscard]] bool keep_alive() const;
  [[nodiscard]] bool is_http_1_0() const;
  /// Bytes of the request so far, for the decision whether its memory is worth keeping.
  [[nodiscard]] std::size_t bytes() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace cardea::http
