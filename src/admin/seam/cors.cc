#include "admin/seam/cors.h"

#include <algorithm>
#include <optional>

namespace cardea::admin {
namespace {

constexpr std::size_t kOriginBytesMax = 512;

/// The Origin header, when it is one visible word that may stand in a header of the answer.
std::optional<std::string_view> read_origin(const web::Request& request) {
  const auto origin = request.header("Origin");
  if (!origin || origin->empty() || origin->size() > kOriginBytesMax) return std::nullopt;
  const bool is_word = std::ranges::all_of(*origin, [](char c) { return c > ' ' && c < 0x7F && c != ',' && c != '"'; });
  return is_word ? origin : std::nullopt;
}

}  // namespace

web::Response preflight(const web::Request& request) {
  auto response = web::empty_response(200);
  response.add("Vary", "Origin");
  const auto origin = read_origin(request);
  if (!origin) return response;
  response.add("Access-Control-Allow-Origin", *origin)
      .add("Access-Control-Allow-Methods", "DELETE, POST, GET, PUT")
      .add("Access-Control-Allow-Headers",
           "Origin, Accept, X-Requested-With, Content-Type, Access-Control-Request-Method, "
           "Access-Control-Request-Headers, DPoP, Authorization")
      .add("Access-Control-Max-Age", "3600");
  return response;
}

void add_cors(web::Response& response, const web::Request& request, const std::vector<std::string>& allowed) {
  const auto origin = read_origin(request);
  if (!origin) return;
  response.set("Vary", "Origin");
  const bool is_allowed =
      std::ranges::any_of(allowed, [&](const std::string& one) { return one == "*" || one == *origin; });
  if (!is_allowed) return;
  response.set("Access-Control-Allow-Origin", *origin);
  response.set("Access-Control-Expose-Headers", "Location");
}

}  // namespace cardea::admin
