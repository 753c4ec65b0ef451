// Filters (RFC 7644 section 3.4.2.2) and the paths of PATCH (section 3.5.2) as trees. What a filter may cost is bounded
// before anything runs: its length, its terms and how deep it nests (attack class 25). Pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "scim/schema.h"

namespace cardea::scim {

inline constexpr std::size_t kFilterBytesMax = 4 * 1024;
inline constexpr std::size_t kFilterTermsMax = 100;
inline constexpr int kFilterDepthMax = 16;

enum class Operator : std::uint8_t { kEq, kNe, kCo, kSw, kEw, kGt, kGe, kLt, kLe, kPr };

struct Filter {
  enum class Kind : std::uint8_t { kCompare, kAnd, kOr, kNot, kValues };
  Kind kind = Kind::kCompare;
  /// kCompare: what is compared. kValues: a multi-valued attribute, one value of which must fit `parts[0]`; inside it
  /// `target.attribute` is the sub-attribute.
  AttributeRef target{};
  Operator op = Operator::kPr;  // kCompare
  json::value value{};          // kCompare; null for kPr
  std::vector<Filter> parts{};  // kAnd, kOr: two or more; kNot, kValues: one
};

enum class FilterError : std::uint8_t {
  kMalformed,
  kUnknownAttribute,
  kUnsupported,  // the operator or the value does not go with the attribute
  kTooLarge,     // beyond a limit above
};
[[nodiscard]] std::string_view describe(FilterError error);

[[nodiscard]] Result<Filter, FilterError> parse_filter(const ResourceType& type, std::string_view text);

/// Does `resource`, with names as the schema writes them, fit? Several values fit when one does; `ne` when none is
/// equal.
[[nodiscard]] bool matches(const Filter& filter, const json::object& resource);
/// The same for one value of a multi-valued attribute and the filter in its brackets.
[[nodiscard]] bool matches_value(const Filter& filter, const json::value& value);

/// `members`, `name.givenName`, `emails[type eq "work"]`, `emails[type eq "work"].value`.
struct PatchPath {
  AttributeRef target{};
  std::optional<Filter> values{};  // in brackets, on a multi-valued attribute
};
struct PathError {
  bool is_filter = false;   // what stands in the brackets is wrong
  bool is_unknown = false;  // well-formed, but there is no such attribute
};
[[nodiscard]] Result<PatchPath, PathError> parse_path(const ResourceType& type, std::string_view text);

}  // namespace cardea::scim
