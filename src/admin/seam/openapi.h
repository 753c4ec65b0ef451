// docs/reference/openapi.json (OpenAPI 3.1): the table of operations as a document, permissions included.
#pragma once

#include <string>

namespace cardea::admin {

/// The whole document, indented; the same at every call.
[[nodiscard]] std::string openapi_json();

}  // namespace cardea::admin
