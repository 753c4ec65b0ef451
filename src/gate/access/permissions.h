// What a role may do: pairs of verb and resource, written "read:alert", with "read:*" for every resource (Keep,
// guides.md G0.5) or as Kestra's table of resource and actions. Exactly one colon; anything else is no permission.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cardea::gate {

struct Permission {
  std::string verb;
  std::string resource;  // "*": every one
  [[nodiscard]] std::string text() const { return verb + ":" + resource; }
  bool operator==(const Permission&) const = default;
};

/// Absent unless there is exactly one colon with something on both sides. "*" alone is allowed as the resource only.
[[nodiscard]] std::optional<Permission> parse_permission(std::string_view text);

/// True when `held` has it, by the same text or by "verb:*". `asked` names one resource.
[[nodiscard]] bool is_granted(const std::vector<Permission>& held, const Permission& asked);

}  // namespace cardea::gate
