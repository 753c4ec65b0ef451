// Calling another server, as values: a handler returns Fetch{request, lane, next} (outcome.h) and goes on with what
// came back. No thread waits meanwhile. The type of a URL says who chose it, and that decides where it may lead (attack
// class 10; docs/adr/0012): `http` checks the address that the name resolved to, when the socket is opened.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "base/lane_executor.h"
#include "base/result.h"
#include "web/request.h"

namespace cardea::web {

inline constexpr milliseconds kFetchTimeout{10'000};          // from the call to the last byte
inline constexpr milliseconds kFetchConnectTimeout{3'000};    // name, TCP and TLS
inline constexpr std::size_t kFetchBodyBytesMax = 1 << 20;    // of an answer
inline constexpr std::size_t kFetchHeadBytesMax = 32 * 1024;  // all headers of an answer
inline constexpr std::size_t kFetchesMax = 1024;              // that run or wait, all upstreams together
inline constexpr std::size_t kFetchesPerUpstreamMax = 64;     // the same, to one scheme, host and port

/// A URL out of a token, a registration, or a request: https, and public addresses only.
class ClientUrl {
 public:
  /// Nothing unless it is an absolute https URL without user, password and fragment.
  [[nodiscard]] static std::optional<ClientUrl> parse(std::string_view text);
  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] const std::string& origin() const { return origin_; }

 private:
  std::string text_, origin_;
};

/// A URL that an operator or an administrator of the realm set. Public addresses by https; what `outbound-addresses`
/// of the server lists, and loopback in start-dev, also by http.
class ConfiguredUrl {
 public:
  /// Nothing unless it is an absolute http or https URL without user, password and fragment.
  [[nodiscard]] static std::optional<ConfiguredUrl> parse(std::string_view text);
  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] const std::string& origin() const { return origin_; }

 private:
  std::string text_, origin_;
};

using OutboundUrl = std::variant<ClientUrl, ConfiguredUrl>;
[[nodiscard]] const std::string& text_of(const OutboundUrl& url);
/// scheme://host[:port], see Uri::origin.
[[nodiscard]] const std::string& origin_of(const OutboundUrl& url);

struct FetchRequest {
  OutboundUrl url;
  Method method = Method::kGet;
  std::vector<Header> headers = {};  // Host, Content-Length and Connection are set for you
  std::string body = {};
  milliseconds timeout = kFetchTimeout;
  std::size_t body_bytes_max = kFetchBodyBytesMax;
  bool join = false;  // a GET that may share the answer of the same URL's call that is on its way
};

/// What came back, whatever its status: redirects are answers like others and are not followed.
struct FetchResponse {
  int status = 0;
  std::vector<Header> headers = {};
  std::string body = {};

  /// First header with that name, in any case.
  [[nodiscard]] std::optional<std::string_view> header(std::string_view name) const;
};

enum class FetchError {
  kBadRequest,      // a header with a line break in it
  kRefusedAddress,  // the name leads where this URL may not go
  kUnresolved,      // no such name
  kUnreachable,     // no connection, or it broke
  kBadTls,          // certificate not trusted, for another name, or no common protocol
  kTimeout,
  kTooLarge,      // the answer has more bytes than allowed
  kBadAnswer,     // not HTTP
  kUpstreamDown,  // it failed again and again, and is left alone for a while
  kBusy,          // too many calls run, to this upstream or at all
  kStopping,      // the server ends
};
inline constexpr int kFetchErrorCount = 11;
/// One word in snake case, for logs and metrics.
[[nodiscard]] std::string_view describe(FetchError error);

using Fetched = Result<FetchResponse, FetchError>;

class Fetcher {
 public:
  using Done = MoveOnlyFunction<Fetched>;
  virtual ~Fetcher() = default;
  /// Calls `done` exactly once: on any thread, perhaps before this returns. It should only hand the result on.
  virtual void fetch(FetchRequest request, Done done) = 0;
};

/// GET with `Accept`.
[[nodiscard]] FetchRequest get_request(OutboundUrl url, std::string_view accept);
/// POST of a form; `form` is encoded already (append_form).
[[nodiscard]] FetchRequest form_request(OutboundUrl url, std::string form);

}  // namespace cardea::web
