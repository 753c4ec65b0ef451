// Where a claim stands in a token: names joined by dots, a dot inside a name written "\.", or the name in quotes
// (guides.md G3.5, G3-07), such as `groups`, `realm_access.roles`, `resource_access.kestra\.prod.roles`.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace cardea::gate {

class ClaimPath {
 public:
  static constexpr std::size_t kBytesMax = 512;
  static constexpr std::size_t kNamesMax = 16;

  /// A name that has a dot in it is written in double quotes, or with a backslash before the dot. Refuses an empty
  /// path, an empty name, a backslash before anything but "\", "." (in quotes: the quote), and what is beyond the
  /// bounds.
  [[nodiscard]] static std::optional<ClaimPath> parse(std::string_view text);

  /// Null: there is nothing at this path.
  [[nodiscard]] const json::value* find(const json::object& claims) const;
  /// Sets the value there, making objects on the way.
  void put(json::object& claims, json::value value) const;
  [[nodiscard]] const std::string& text() const { return text_; }

  /// From now on names there that are full paths of groups, as Keycloak writes them, count by their last name alone.
  void strip_group_paths() { strips_group_paths_ = true; }
  [[nodiscard]] bool strips_group_paths() const { return strips_group_paths_; }

 private:
  std::string text_;
  bool strips_group_paths_ = false;
  std::vector<std::string> names_;
};

/// What a claim that should hold names holds. A missing claim is not the same as an empty one: the first leaves what
/// was known unchanged, the second takes it away (guides.md G4.5).
struct ClaimNames {
  enum class State { kMissing, kWrongType, kPresent };
  State state = State::kMissing;
  std::vector<std::string> names;
  std::string_view type;  // of a claim of the wrong type: "number", "object", ...
};

/// `eu` of "/ops/eu". A slash that belongs to a name is "~/" in a path, and "/" in what comes out. What does not begin
/// with a slash, or has no name behind its last one, stays as it is.
[[nodiscard]] std::string last_of_group_path(std::string_view text);

/// A text is one name; an array gives its texts and the `name` of its objects, and one that holds anything else is of
/// the wrong type.
[[nodiscard]] ClaimNames read_names(const ClaimPath& path, const json::object& claims);

}  // namespace cardea::gate
