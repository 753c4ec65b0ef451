#include "web/response.h"

#include "base/json.h"
#include "base/text.h"

namespace cardea::web {
namespace {

Response with_type(int status, std::string_view media_type, Body body) {
  Response response;
  response.status = status;
  response.headers.reserve(6);
  response.add("Content-Type", media_type);
  response.body = std::move(body);
  return response;
}

std::string error_body(std::string_view error, std::string_view description) {
  std::string out;
  JsonWriter json(out);
  json.begin_object().member("error", error);
  if (!description.empty()) json.member("error_description", description);
  json.end_object();
  return out;
}

}  // namespace

Response& Response::add(std::string_view name, std::string_view value) {
  headers.push_back(Header{std::string(name), std::string(value)});
  return *this;
}

Response& Response::set(std::string_view name, std::string_view value) {
  std::erase_if(headers, [&](const Header& header) { return equal_ignoring_ascii_case(header.name, name); });
  return add(name, value);
}

const std::string* Response::find_header(std::string_view name) const {
  for (const auto& header : headers) {
    if (equal_ignoring_ascii_case(header.name, name)) return &header.value;
  }
  if (shared_headers == nullptr) return nullptr;
  for (const auto& header : *shared_headers) {
    if (equal_ignoring_ascii_case(header.name, name)) return &header.value;
  }
  return nullptr;
}

std::string_view Response::body_text() const {
  if (const auto* own = std::get_if<std::string>(&body)) return *own;
  if (const auto* shared = std::get_if<std::shared_ptr<const std::string>>(&body)) {
    return *shared ? std::string_view(**shared) : std::string_view();
  }
  return std::get<std::string_view>(body);
}

Response json_response(int status, std::string json_text) {
  return with_type(status, "application/json", std::move(json_text));
}

Response no_store_json(int status, std::string json_text) {
  auto response = json_response(status, std::move(json_text));
  response.add("Cache-Control", "no-store").add("Pragma", "no-cache");
  return response;
}

Response html_response(int status, std::string html) {
  return with_type(status, "text/html;charset=utf-8", std::move(html));
}

Response text_response(int status, std::string_view text) {
  return with_type(status, "text/plain;charset=utf-8", std::string(text));
}

Response empty_response(int status) {
  Response response;
  response.status = status;
  return response;
}

Response redirect(std::string location, int status) {
  auto response = empty_response(status);
  response.headers.reserve(6);
  response.headers.push_back(Header{"Location", std::move(location)});
  response.add("Cache-Control", "no-store, must-revalidate, max-age=0");
  return response;
}

Response json_error(int status, std::string_view error) { return no_store_json(status, error_body(error, {})); }

Response json_error(int status, std::string_view error, std::string_view description) {
  return no_store_json(status, error_body(error, description));
}

}  // namespace cardea::web
