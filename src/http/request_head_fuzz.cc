// The same bytes in one piece and in small pieces give the same request or are refused both times; what is accepted
// keeps the promises of the header. Small limits, so that the fuzzer reaches them.
#include <cstdint>

#include "base/assert.h"
#include "http/address.h"
#include "http/proxy.h"
#include "http/request_reader.h"

namespace {

using cardea::http::RequestReader;

constexpr cardea::http::ReaderLimits kLimits{
    .head_bytes = 512, .uri_bytes = 128, .headers = 8, .body_bytes = 64, .chunk_head_bytes = 32};

std::size_t read(RequestReader& reader, std::string_view text, std::size_t piece) {
  std::size_t used = 0;
  while (used < text.size()) {
    using State = RequestReader::State;
    if (reader.state() == State::kComplete || reader.state() == State::kRefused) break;
    used += reader.feed(text.substr(used, piece));
  }
  return used;
}

void check(RequestReader& reader) {
  auto& request = reader.request();
  CARDEA_ASSERT(request.path.starts_with('/') || request.path == "*");
  CARDEA_ASSERT(request.path.size() + request.query.size() <= kLimits.uri_bytes);
  CARDEA_ASSERT(request.body.size() <= kLimits.body_bytes);
  CARDEA_ASSERT(request.headers.size() <= kLimits.headers);
  CARDEA_ASSERT(cardea::http::is_plausible_authority(request.host));
  for (const auto& header : request.headers) {
    CARDEA_ASSERT(header.value.find_first_of(std::string_view("\r\n\0", 3)) == std::string::npos);
  }
  using cardea::http::ForwardHeader;
  for (const auto kind : {ForwardHeader::kForwarded, ForwardHeader::kXForwarded, ForwardHeader::kNone}) {
    request.remote_address = "192.0.2.1";
    if (!cardea::http::apply_proxy_rule({.header = kind}, *cardea::http::parse_address("10.0.0.1"), request)) continue;
    CARDEA_ASSERT(request.scheme == "http" || request.scheme == "https");
    CARDEA_ASSERT(cardea::http::is_plausible_authority(request.host));
    CARDEA_ASSERT(cardea::http::parse_address(request.remote_address).has_value());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::size_t piece = data[0] % 16 + 1;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  RequestReader whole(kLimits);
  RequestReader pieces(kLimits);
  const auto used_whole = read(whole, text, text.size());
  const auto used_pieces = read(pieces, text, piece);
  CARDEA_ASSERT(whole.state() == pieces.state());
  if (whole.state() != RequestReader::State::kComplete) return 0;
  CARDEA_ASSERT(used_whole == used_pieces);
  CARDEA_ASSERT(whole.keep_alive() == pieces.keep_alive());
  const auto& a = whole.request();
  const auto& b = pieces.request();
  CARDEA_ASSERT(a.method == b.method && a.path == b.path && a.query == b.query && a.body == b.body && a.host == b.host);
  CARDEA_ASSERT(a.headers.size() == b.headers.size());
  check(whole);
  whole.reset();  // a request object that was used before reads the next one the same way
  if (used_whole < text.size()) (void)read(whole, text.substr(used_whole), piece);
  return 0;
}
