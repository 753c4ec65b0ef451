// Lists (RFC 7644 section 3.4.2): what is asked for, one page of it, and which attributes an answer has (section 3.9).
// Internal to scim.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "scim/call.h"
#include "scim/filter.h"

namespace cardea::scim {

/// Resources that one request looks at when its filter is not one of those that find somebody by an index.
inline constexpr std::int64_t kScanMax = 5000;

struct Selection {
  std::vector<AttributeRef> only{};     // empty: all
  std::vector<AttributeRef> without{};  // empty: none
};
[[nodiscard]] Result<Selection, ScimError> read_selection(const ResourceType& type, const web::Request& request);
/// Is this attribute in what is left? What is not asked for need not be read.
[[nodiscard]] bool wants(const Selection& selection, std::string_view attribute);
/// `resource` with what is asked for; `id`, `schemas` and `meta` stay.
[[nodiscard]] json::object selected(const Selection& selection, const json::object& resource);

struct ListQuery {
  std::optional<Filter> filter{};
  Selection selection{};
  std::int64_t first = 0;  // how many to pass over
  std::int64_t count = 100;
};
/// From the parameters of a GET, or the body of a POST to `.search` (RFC 7644 section 3.4.3).
[[nodiscard]] Result<ListQuery, ScimError> read_list_query(const ResourceType& type, const web::Request& request);

/// The text that a filter asks this attribute to be equal to, whatever else it asks with `and`; inside brackets for
/// `emails`. Absent: it asks otherwise.
[[nodiscard]] std::optional<std::string> equal_in(const Filter& filter, std::string_view attribute);

/// ListResponse.
[[nodiscard]] json::object list_json(const ListQuery& query, std::int64_t total, json::array resources);

}  // namespace cardea::scim
