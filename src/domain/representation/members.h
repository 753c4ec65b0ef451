// Writing representations: values of our types as JSON, and members in the order in which Keycloak serves them.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace cardea {

/// Which secrets of a record a representation shows. Reveal is for exports alone.
enum class Secrets { kOmit, kMask, kReveal };
/// What Keycloak shows instead of a secret, and takes as "leave it as it is" in an update.
inline constexpr std::string_view kSecretMask = "**********";

[[nodiscard]] json::array to_json(const std::vector<std::string>& texts);
[[nodiscard]] json::object to_json(const std::map<std::string, std::string>& map);
[[nodiscard]] json::object to_json(const std::map<std::string, std::vector<std::string>>& map);

/// Sets the member unless `text` is empty: Keycloak leaves out what was never set.
void set_unless_empty(json::object& object, std::string_view name, std::string_view text);

/// The members sorted by their place in `order`; members that are not listed follow as they came.
[[nodiscard]] json::object in_order(json::object members, std::span<const std::string_view> order);

}  // namespace cardea
