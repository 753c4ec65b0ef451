// What `cardea admin get` shows: JSON with two spaces, or CSV, of all members or of some.
#pragma once

#include <string>
#include <string_view>

#include "base/json.h"

namespace cardea::tool {

/// JSON as people read it, without a line break at the end.
[[nodiscard]] std::string pretty(const json::value& value);

/// Keeps the named members of an object, or of each object in a list: "id,username,access(view)". Empty keeps all.
[[nodiscard]] json::value with_fields(const json::value& value, std::string_view fields);

/// One line for each object, in the order of `fields` (RFC 4180 quotes; texts always quoted unless `bare`). A text that
/// a spreadsheet would run (it begins with =, +, -, @ or a tab) gets a ' in front when quoted.
[[nodiscard]] std::string csv(const json::value& value, std::string_view fields, bool bare);

}  // namespace cardea::tool
