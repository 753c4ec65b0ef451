#include "gate/front/bearer.h"

#include "base/text.h"

namespace cardea::gate {

std::optional<std::string_view> bearer_of(const web::Request& request) {
  std::optional<std::string_view> found;
  for (const auto& header : request.headers) {
    if (!equal_ignoring_ascii_case(header.name, "Authorization")) continue;
    if (found) return std::nullopt;
    found = header.value;
  }
  if (!found) return std::nullopt;
  const auto space = found->find(' ');
  if (space == std::string_view::npos || !equal_ignoring_ascii_case(found->substr(0, space), "Bearer")) {
    return std::nullopt;
  }
  const auto token = found->substr(space + 1);
  if (token.empty() || token.find(' ') != std::string_view::npos) return std::nullopt;
  return token;
}

bool has_authorization(const web::Request& request) { return request.header("Authorization").has_value(); }

}  // namespace cardea::gate
