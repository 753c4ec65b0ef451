// Why a SCIM request is refused (RFC 7644 section 3.12). The detail is for whoever looks at the client's log: it names
// what is wrong and repeats no value of anybody else.
#pragma once

#include <string>
#include <string_view>

namespace cardea::scim {

struct ScimError {
  int status = 400;
  std::string_view type{};  // scimType; empty: the status has none
  std::string detail{};
};

[[nodiscard]] inline ScimError bad_value(std::string detail) { return {400, "invalidValue", std::move(detail)}; }
[[nodiscard]] inline ScimError bad_syntax(std::string detail) { return {400, "invalidSyntax", std::move(detail)}; }

}  // namespace cardea::scim
