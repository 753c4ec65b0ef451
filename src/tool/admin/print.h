// What `cardea admin get` shows: JSON with two spaces, or CSV, of all members or of some.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"

namespace cardea::tool {

/// JSON as people read it, without a line break at the end.
[[nodiscard]] std::string pretty(const json::value& value);

/// Why a pattern of fields is none; nothing when it is one.
[[nodiscard]] std::optional<std::string> refusal_of_fields(std::string_view fields);

/// Keeps members of an object, or of each object in a list, as kcadm does: "id,username,access(view)" the named ones,
/// "*(*),-secret" all of two levels but one. Of a member that is an object nothing shows but what its parentheses name;
/// what is excluded is so wherever that stands. An empty pattern keeps all.
[[nodiscard]] json::value with_fields(const json::value& value, std::string_view fields);

/// One line for each object, in the order of `fields` (RFC 4180 quotes; texts always quoted unless `bare`). A text that
/// a spreadsheet would run (it begins with =, +, -, @ or a tab) gets a ' in front when quoted.
[[nodiscard]] std::string csv(const json::value& value, std::string_view fields, bool bare);

}  // namespace cardea::tool
