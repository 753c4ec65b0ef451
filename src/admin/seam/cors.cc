#include "admin/seam/cors.h"

#include "web/cors.h"

namespace cardea::admin {

web::Response preflight(const web::Request& request) {
  auto response = web::empty_response(200);
  response.add("Vary", "Origin");
  const auto origin = web::read_origin(request);
  if (!origin) return response;
  response.add("Access-Control-Allow-Origin", *origin)
      .add("Access-Control-Allow-Methods", "DELETE, POST, GET, PUT")
      .add("Access-Control-Allow-Headers", web::kCorsHeaders)
      .add("Access-Control-Max-Age", "3600");
  return response;
}

void add_cors(web::Response& response, const web::Request& request, const std::vector<std::string>& allowed) {
  const auto origin = web::read_origin(request);
  if (!origin) return;
  response.set("Vary", "Origin");
  if (!web::is_origin_allowed(allowed, *origin)) return;
  response.set("Access-Control-Allow-Origin", *origin);
  response.set("Access-Control-Expose-Headers", "Location");
}

}  // namespace cardea::admin
