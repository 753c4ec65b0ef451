// `-s NAME=VALUE` of `cardea admin`: one member of a document, named by its path, as kcadm writes it.
#pragma once

#include <string>
#include <string_view>

#include "base/json.h"
#include "base/result.h"

namespace cardea::tool {

inline constexpr std::size_t kListIndexMax = 10'000;

/// Applies one assignment to `document`, an object:
///   enabled=true                       a member; VALUE is JSON when it reads as JSON, and text otherwise
///   attributes."pkce.code"=x           members of members; quotes keep a dot in a name
///   redirectUris[0]=https://a.test/*   an entry of a list, at most one past its end
///   redirectUris+=https://b.test/*     one entry more
/// The error is a sentence.
[[nodiscard]] Result<void, std::string> set_value(json::object& document, std::string_view assignment);

/// `-d NAME`: takes a member away; one that is not there is no error.
[[nodiscard]] Result<void, std::string> delete_value(json::object& document, std::string_view name);

}  // namespace cardea::tool
