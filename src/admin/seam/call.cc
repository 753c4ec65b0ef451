#include "admin/seam/call.h"

#include <algorithm>

#include "admin/seam/operation.h"
#include "base/text.h"
#include "base/uri.h"

namespace cardea::admin {
namespace {

web::Response json_answer(int status, std::string text) {
  web::Response response;
  response.status = status;
  response.add("Content-Type", "application/json;charset=UTF-8").add("Cache-Control", "no-cache");
  response.body = std::move(text);
  return response;
}

web::Response refusal_answer(int status, std::string text) { return web::json_response(status, std::move(text)); }

std::string member_text(std::string_view name, std::string_view text) {
  std::string out;
  JsonWriter(out).begin_object().member(name, text).end_object();
  return out;
}

}  // namespace

web::Response ok(const json::value& body) { return json_answer(200, json::serialize(body)); }
web::Response ok_text(std::string json_text) { return json_answer(200, std::move(json_text)); }
web::Response no_content() { return web::empty_response(204); }

Refusal error(int status, std::string_view text) { return refusal_answer(status, member_text("error", text)); }
Refusal error(int status, std::string_view text, std::string_view description) {
  std::string out;
  JsonWriter(out).begin_object().member("error", text).member("error_description", description).end_object();
  return refusal_answer(status, std::move(out));
}
Refusal error_message(int status, std::string_view text) {
  return refusal_answer(status, member_text("errorMessage", text));
}
Refusal not_found(std::string_view text) { return error(404, text); }
Refusal forbidden() { return error(403, "HTTP 403 Forbidden"); }
Refusal not_offered(std::string_view what) { return error(501, "Feature not enabled", what); }

Refusal bad_representation(const RepresentationProblems& problems) {
  return error(400, "invalid_request", problems.describe());
}

Or<void> Call::require(AdminRoles roles) const {
  if (may_any(roles)) return {};
  return refuse(forbidden());
}

bool Call::operation_path_has(std::string_view parameter) const { return operation_.path.contains(parameter); }

std::vector<std::string> Call::queries(std::string_view name) const {
  std::vector<std::string> values;
  for (const auto& [key, value] : query_.parameters()) {
    if (key == name && !value.empty()) values.push_back(value);
  }
  return values;
}

bool Call::flag(std::string_view name, bool fallback) const {
  const auto value = query_.value(name);
  return value ? equal_ignoring_ascii_case(*value, "true") : fallback;
}

Or<Page> Call::page(std::int64_t max_fallback) const {
  Page page{.first = 0, .max = max_fallback < 0 ? kListRowsMax : max_fallback};
  for (const auto& [name, target] : {std::pair{"first", &page.first}, std::pair{"max", &page.max}}) {
    const auto text = query_.value(name);
    if (!text) continue;
    const auto number = parse_integer<std::int64_t>(*text);
    if (!number || *number > INT32_MAX || *number < INT32_MIN) return refuse(not_found("HTTP 404 Not Found"));
    if (*number >= 0) *target = *number;
  }
  page.max = std::min(page.max, kListRowsMax);
  return page;
}

Or<const json::value*> Call::body() {
  if (body_) return &*body_;
  if (request_.content_type() != "application/json") {
    return refuse(error(415, "The content-type header value did not match the value in @Consumes"));
  }
  auto parsed = parse_json(request_.body, {.bytes_max = kAdminBodyBytesMax, .depth_max = kJsonDepthMax});
  if (!parsed) return refuse(error(400, "invalid_request", "Cannot parse the JSON"));
  body_ = std::move(*parsed);
  return &*body_;
}

Or<const json::object*> Call::body_object() {
  CARDEA_TRY(value, body());
  if (const auto* object = value->if_object()) return object;
  return refuse(error(400, "unknown_error", "Cannot parse the JSON"));
}

Or<const json::array*> Call::body_array() {
  CARDEA_TRY(value, body());
  if (const auto* array = value->if_array()) return array;
  return refuse(error(400, "unknown_error", "Cannot parse the JSON"));
}

web::Response Call::created(std::string_view id) {
  made_id_ = id;
  auto response = web::empty_response(201);
  auto path = request_.path;
  while (path.ends_with('/')) path.pop_back();
  response.add("Location", dependencies_.base_url.of(request_) + path + "/" + percent_encode(id));
  return response;
}

web::Response Call::created_at(std::string_view path_below_realm, std::string_view id) {
  made_id_ = id;
  auto response = web::empty_response(201);
  response.add("Location", dependencies_.base_url.of(request_) + "/admin/realms/" + percent_encode(realm().name) +
                               std::string(path_below_realm) + "/" + percent_encode(id));
  return response;
}

}  // namespace cardea::admin
