// Property mappings (guides.md G2.2): an expression of a person's own (core/expression) says what an upstream identity
// becomes here. It sees `claims` as every mapper does, `userinfo`, `answer` (the token answer without its tokens) and
// `identity`, and gives a value for the attribute that the mapper names, or a table:
//
//   return { username = claims.upn:split("@")[1], firstName = claims.given_name,
//            attributes = { department = claims.department, level = { "a", "b" } } }
//
// It gives no roles and no groups: those are granted by mappers that name them, which the admin API compares with what
// their writer may grant (attack class 21). Pure functions. Internal to broker.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "broker/identity.h"
#include "core/expression/expression.h"

namespace cardea::broker {

struct MappedProperties {
  std::map<std::string, std::vector<std::string>> values;  // by attribute, or username, email, firstName, lastName
  std::string problem;                                     // empty: none. A word for the log, and what Lua said
};

/// `attribute`: what the value is for; empty: the expression gives a table. Nothing is given for nil.
[[nodiscard]] MappedProperties map_properties(std::string_view expression, std::string_view attribute,
                                              const UpstreamIdentity& identity);

}  // namespace cardea::broker
