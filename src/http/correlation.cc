#include "http/correlation.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace cardea::http {
namespace {

constexpr std::string_view kHex = "0123456789abcdef";

bool is_lower_hex(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool is_all_zero(std::string_view text) { return text.find_first_not_of('0') == std::string_view::npos; }

}  // namespace

// version "-" trace-id "-" parent-id "-" flags, of 2, 32, 16 and 2 digits; later versions may have more behind a dash.
std::optional<std::string_view> trace_id(std::string_view traceparent) {
  constexpr std::size_t kSize = 55;
  if (traceparent.size() < kSize) return std::nullopt;
  const auto version = traceparent.substr(0, 2);
  const auto trace = traceparent.substr(3, 32);
  const auto parent = traceparent.substr(36, 16);
  const auto flags = traceparent.substr(53, 2);
  if (traceparent[2] != '-' || traceparent[35] != '-' || traceparent[52] != '-') return std::nullopt;
  if (!is_lower_hex(version) || version == "ff" || !is_lower_hex(trace) || is_all_zero(trace)) return std::nullopt;
  if (!is_lower_hex(parent) || is_all_zero(parent) || !is_lower_hex(flags)) return std::nullopt;
  if (traceparent.size() > kSize && (version == "00" || traceparent[kSize] != '-')) return std::nullopt;
  return trace;
}

void set_correlation_id(web::Request& request, Random& random) {
  if (const auto header = request.header("traceparent")) {
    if (const auto id = trace_id(*header)) {
      request.correlation_id = *id;
      return;
    }
  }
  std::array<std::uint8_t, 16> bytes;
  random.fill(bytes);
  request.correlation_id.clear();
  for (const auto byte : bytes) {
    request.correlation_id.push_back(kHex[byte >> 4]);
    request.correlation_id.push_back(kHex[byte & 15]);
  }
}

}  // namespace cardea::http
