#include "oidc/cors.h"

#include "core/client_urls.h"
#include "web/cors.h"

namespace cardea::oidc {
namespace {

void allow(web::Response& response, std::string_view origin) {
  response.set("Access-Control-Allow-Origin", origin);
  response.set("Access-Control-Allow-Credentials", "true");
}

}  // namespace

web::Response preflight(const web::Request& request, std::string_view methods) {
  return web::cors_preflight(request, methods);
}

void add_cors(web::Response& response, const web::Request& request, const Client& client,
              std::string_view server_base) {
  if (request.header("Origin")) add_cors(response, request, web_origins(client, server_base));
}

void add_cors(web::Response& response, const web::Request& request, const std::vector<std::string>& allowed_origins) {
  web::share_with_origin(response, request, allowed_origins);
  if (response.find_header("Access-Control-Allow-Origin") == nullptr) return;
  const bool has_challenge = response.find_header("WWW-Authenticate") != nullptr;
  response.set("Access-Control-Expose-Headers",
               has_challenge ? "Access-Control-Allow-Methods, WWW-Authenticate" : "Access-Control-Allow-Methods");
}

void add_cors_for_all(web::Response& response, const web::Request& request) {
  response.set("Vary", "Origin");  // Also without one, so that no cache gives a page the copy a server fetched.
  const auto origin = web::read_origin(request);
  if (origin) allow(response, *origin);
}

}  // namespace cardea::oidc
