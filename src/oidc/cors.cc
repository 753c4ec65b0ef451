#include "oidc/cors.h"

#include <algorithm>

#include "core/client_urls.h"

namespace cardea::oidc {
namespace {

constexpr std::size_t kOriginBytesMax = 512;

/// The Origin header, when it is one visible word that may stand in a header of the answer. "null" is one.
std::optional<std::string_view> read_origin(const web::Request& request) {
  const auto origin = request.header("Origin");
  if (!origin || origin->empty() || origin->size() > kOriginBytesMax) return std::nullopt;
  const bool is_word = std::ranges::all_of(*origin, [](char c) { return c > ' ' && c < 0x7F && c != ',' && c != '"'; });
  return is_word ? origin : std::nullopt;
}

void allow(web::Response& response, std::string_view origin) {
  response.set("Access-Control-Allow-Origin", origin);
  response.set("Access-Control-Allow-Credentials", "true");
}

}  // namespace

web::Response preflight(const web::Request& request, std::string_view methods) {
  auto response = web::empty_response(200);
  const auto origin = read_origin(request);
  if (!origin) return response;
  allow(response, *origin);
  response.add("Access-Control-Allow-Methods", methods);
  response.add("Access-Control-Allow-Headers",
               "Origin, Accept, X-Requested-With, Content-Type, Access-Control-Request-Method, "
               "Access-Control-Request-Headers, DPoP, Authorization");
  response.add("Access-Control-Max-Age", "3600").add("Vary", "Origin");
  return response;
}

void add_cors(web::Response& response, const web::Request& request, const Client& client,
              std::string_view server_base) {
  if (request.header("Origin")) add_cors(response, request, web_origins(client, server_base));
}

void add_cors(web::Response& response, const web::Request& request, const std::vector<std::string>& allowed_origins) {
  const auto origin = read_origin(request);
  if (!origin) return;
  response.set("Vary", "Origin");
  const bool is_allowed = std::ranges::any_of(
      allowed_origins, [&](const std::string& allowed) { return allowed == "*" || allowed == *origin; });
  if (!is_allowed) return;
  allow(response, *origin);
  const bool has_challenge = response.find_header("WWW-Authenticate") != nullptr;
  response.set("Access-Control-Expose-Headers",
               has_challenge ? "Access-Control-Allow-Methods, WWW-Authenticate" : "Access-Control-Allow-Methods");
}

void add_cors_for_all(web::Response& response, const web::Request& request) {
  response.set("Vary", "Origin");  // Also without one, so that no cache gives a page the copy a server fetched.
  const auto origin = read_origin(request);
  if (origin) allow(response, *origin);
}

}  // namespace cardea::oidc
