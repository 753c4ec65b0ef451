// One HTTP response as a plain value.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "web/request.h"

namespace cardea::web {

/// Bytes made for this answer, or bytes shared by many (discovery documents, assets), or bytes in the program.
using Body = std::variant<std::string, std::shared_ptr<const std::string>, std::string_view>;

struct Response {
  int status = 200;
  std::vector<Header> headers;
  Body body;
  /// Headers that live as long as the program and stand in most answers (add_security_headers). One in `headers` of the
  /// same name wins. Not owned.
  const std::vector<Header>* shared_headers = nullptr;

  Response& add(std::string_view name, std::string_view value);
  /// Replaces every header of that name by one.
  Response& set(std::string_view name, std::string_view value);
  /// First value of that name in any case, own headers before shared ones; null when there is none.
  [[nodiscard]] const std::string* find_header(std::string_view name) const;
  [[nodiscard]] std::string_view body_text() const;
};

/// `application/json` (charset left to the caller's media type), for answers with a body.
[[nodiscard]] Response json_response(int status, std::string json_text);
/// The same with `Cache-Control: no-store` and `Pragma: no-cache` (GEN-9).
[[nodiscard]] Response no_store_json(int status, std::string json_text);
[[nodiscard]] Response html_response(int status, std::string html);
[[nodiscard]] Response text_response(int status, std::string_view text);
[[nodiscard]] Response empty_response(int status);
/// 302 with `Cache-Control: no-store, must-revalidate, max-age=0`. `location` must come from a stored or checked value
/// (attack class 2).
[[nodiscard]] Response redirect(std::string location, int status = 302);
/// Keycloak's `{"error": ...}` and `{"error": ..., "error_description": ...}` bodies (keycloak.md section 1.21).
[[nodiscard]] Response json_error(int status, std::string_view error);
[[nodiscard]] Response json_error(int status, std::string_view error, std::string_view description);

}  // namespace cardea::web
