// One statement for many keys: they come as one parameter, a JSON list of texts, and the index is asked for each.
//
//   constexpr Sql kFindAll{"SELECT ... WHERE +realm_id = ?1 AND " CARDEA_SQLITE_AMONG("id", "?2"),
//                          "SELECT ... WHERE realm_id = $1 AND " CARDEA_POSTGRES_AMONG("id", "$2")};
//   find_all<Role>(rows, kFindAll, {realm.str(), text_list(ids)}, ...);
//
// The plus keeps SQLite from an index of the realm, which it takes for the better one: it would read all of the realm.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"

#define CARDEA_SQLITE_AMONG(column, list) column " IN (SELECT value FROM json_each(" list "))"
// An array, or the planner guesses how many there are and reads the whole table.
#define CARDEA_POSTGRES_AMONG(column, list) \
  column " = ANY (ARRAY(SELECT json_array_elements_text(" list "::json) COLLATE \"C\"))"

namespace cardea::store {

/// Keep it in a variable while the statement runs: values are views.
template <class AnyId>
[[nodiscard]] std::string text_list(const std::vector<AnyId>& ids) {
  std::string text;
  JsonWriter list(text);
  list.begin_array();
  for (const AnyId& id : ids) {
    if constexpr (requires { id.str(); }) {
      list.string(id.str());
    } else {
      list.string(id);
    }
  }
  list.end_array();
  return text;
}

}  // namespace cardea::store
