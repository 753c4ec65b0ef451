// What a wanted document says that the present one does not.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace cardea::tool {

/// Secrets come masked from the server, so they cannot be compared: a wanted value against this is no difference, and
/// neither is this in a document that the server wrote, which keeps the secret as it is.
inline constexpr std::string_view kMasked = "**********";

struct Difference {
  std::string path;  // "attributes.pkce.code.challenge.method"
  json::value have;  // null: it is not there
  json::value want;
};

/// Only members that `want` names count. Lists of texts are compared as sets (the server sorts them as it likes),
/// other lists entry by entry. null and absent are equal, and so are a text and the number or truth value it spells.
[[nodiscard]] std::vector<Difference> differences(const json::object& have, const json::object& want);

/// `have` with the members of `want` over it, objects member by member.
[[nodiscard]] json::object merged(json::object have, const json::object& want);

/// "redirectUris: [] -> ["https://a.test/*"]"; values of members that hold secrets are not shown.
[[nodiscard]] std::string describe(const Difference& difference);

}  // namespace cardea::tool
