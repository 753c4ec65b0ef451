#include "web/cors.h"

#include <algorithm>

namespace cardea::web {
namespace {

constexpr std::size_t kOriginBytesMax = 512;

}  // namespace

std::optional<std::string_view> read_origin(const Request& request) {
  const auto origin = request.header("Origin");
  if (!origin || origin->empty() || origin->size() > kOriginBytesMax) return std::nullopt;
  const bool is_word = std::ranges::all_of(*origin, [](char c) { return c > ' ' && c < 0x7F && c != ',' && c != '"'; });
  return is_word ? origin : std::nullopt;
}

bool is_origin_allowed(const std::vector<std::string>& allowed, std::string_view origin) {
  return std::ranges::any_of(allowed, [&](const std::string& one) { return one == "*" || one == origin; });
}

Response cors_preflight(const Request& request, std::string_view methods) {
  auto response = empty_response(200);
  const auto origin = read_origin(request);
  if (!origin) return response;
  response.set("Access-Control-Allow-Origin", *origin);
  response.set("Access-Control-Allow-Credentials", "true");
  response.add("Access-Control-Allow-Methods", methods).add("Access-Control-Allow-Headers", kCorsHeaders);
  response.add("Access-Control-Max-Age", "3600").add("Vary", "Origin");
  return response;
}

void share_with_origin(Response& response, const Request& request, const std::vector<std::string>& allowed) {
  const auto origin = read_origin(request);
  if (!origin) return;
  response.set("Vary", "Origin");
  if (!is_origin_allowed(allowed, *origin)) return;
  response.set("Access-Control-Allow-Origin", *origin);
  response.set("Access-Control-Allow-Credentials", "true");
}

}  // namespace cardea::web
