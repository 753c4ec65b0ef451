// Media types of the files that the program carries, by the ending of their names.
#pragma once

#include <string_view>

namespace cardea::web {

/// For example "text/css;charset=utf-8"; "application/octet-stream" for endings not in the table.
[[nodiscard]] std::string_view media_type(std::string_view path);

}  // namespace cardea::web
