// What a client sends of a resource, brought into the form that the rest of the module works on (RFC 7643 section 2):
// names as the schema writes them, nothing unassigned, nothing that the client may not write, and nothing that no
// schema has. Clients' habits are met here: true and false as texts, one value where a list belongs, a text where an
// object with a `value` belongs (entra.md section 14). Pure functions.
#pragma once

#include "base/json.h"
#include "base/result.h"
#include "scim/schema.h"
#include "scim/scim_error.h"

namespace cardea::scim {

inline constexpr std::size_t kValuesMax = 100;  // of one attribute; members have a limit of their own
inline constexpr std::size_t kMembersOfRequestMax = 2000;
inline constexpr std::size_t kTextBytesMax = 4 * 1024;  // of one value
inline constexpr std::size_t kBodyBytesMax = 1024 * 1024;
inline constexpr std::size_t kBodyDepthMax = 12;

/// The JSON object of a request; refuses what is none, or is too large or too deep.
[[nodiscard]] Result<json::object, ScimError> parse_body(std::string_view text);

/// A whole resource, for POST and PUT. Unknown attributes and those that only the server writes are left out.
[[nodiscard]] Result<json::object, ScimError> read_resource(const ResourceType& type, const json::object& body);

/// One value for an attribute or sub-attribute; null: unassigned.
[[nodiscard]] Result<json::value, ScimError> read_value(const Attribute& attribute, const json::value& value);

/// A list may have one primary value (RFC 7643 section 2.4). False: it has more.
[[nodiscard]] bool has_one_primary(const json::value& values);

/// A member of any case; null: there is none.
[[nodiscard]] const json::value* find_member(const json::object& object, std::string_view name);

}  // namespace cardea::scim
