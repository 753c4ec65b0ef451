// Files that operators write: JSON or YAML, read as one JSON value.
#pragma once

#include <string>
#include <string_view>

#include "base/json.h"
#include "base/result.h"

namespace cardea::tool {

inline constexpr std::size_t kDocumentBytesMax = 64u << 20;

/// Reads one document. What begins with '{' or '[' is JSON; all else is YAML, where a bare true, false, null or number
/// is one and everything else is text (so `no` and `1.2.3` stay what they look like). Anchors are followed; a file that
/// grows beyond reason by them, that repeats a key, or that has several documents is refused. The error names the line.
[[nodiscard]] Result<json::value, std::string> read_document(std::string_view text);

}  // namespace cardea::tool
