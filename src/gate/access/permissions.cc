#include "gate/access/permissions.h"

#include <algorithm>

namespace cardea::gate {

std::optional<Permission> parse_permission(std::string_view text) {
  const auto colon = text.find(':');
  if (colon == std::string_view::npos || text.find(':', colon + 1) != std::string_view::npos) return std::nullopt;
  const auto verb = text.substr(0, colon), resource = text.substr(colon + 1);
  if (verb.empty() || resource.empty() || verb.find('*') != std::string_view::npos) return std::nullopt;
  if (resource != "*" && resource.find('*') != std::string_view::npos) return std::nullopt;
  return Permission{.verb = std::string(verb), .resource = std::string(resource)};
}

bool is_granted(const std::vector<Permission>& held, const Permission& asked) {
  if (asked.resource == "*") return false;  // a question names what it is about
  return std::ranges::any_of(held, [&](const Permission& permission) {
    return permission.verb == asked.verb && (permission.resource == "*" || permission.resource == asked.resource);
  });
}

}  // namespace cardea::gate
