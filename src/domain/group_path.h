// How the path of a group is written by Keycloak: "/a/b", a slash inside of a name as "~/".
#pragma once

#include <string>
#include <string_view>

namespace cardea {

/// The path of the group `name` below the one whose path is `above`; empty: at the top.
[[nodiscard]] inline std::string group_path(std::string_view above, std::string_view name) {
  std::string path(above);
  path += '/';
  for (const char c : name) {
    if (c == '/') path += '~';
    path += c;
  }
  return path;
}

}  // namespace cardea
