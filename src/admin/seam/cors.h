// Pages of other origins may call the admin API when the client of their token lists the origin (keycloak.md section
// 6.1).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "web/request.h"
#include "web/response.h"

namespace cardea::admin {

/// The answer to OPTIONS: methods and headers that may be used. It promises nothing about data.
[[nodiscard]] web::Response preflight(const web::Request& request);

/// Adds the headers that share an answer with its origin, when `allowed` has it.
void add_cors(web::Response& response, const web::Request& request, const std::vector<std::string>& allowed);

}  // namespace cardea::admin
