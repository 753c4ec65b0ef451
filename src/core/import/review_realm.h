// Looks a realm file over for what this release does not act on. Pure; nothing here stops an import.
#pragma once

#include "base/json.h"
#include "core/import/import_review.h"
#include "domain/representation/user_json.h"

namespace cardea {

/// All but the users. `object` is the file; `defaults` the default content of a realm of that name: a member that says
/// no more than the defaults, or nothing at all, needs no word.
void review_realm(const json::object& object, const json::object& defaults, ImportReview& review);

/// One user, as it stands in the file and as it was read.
void review_user(const json::object& object, const UserRepresentation& user, const JsonPath& at, ImportReview& review);

/// True when both say the same but for ids and the order of lists.
[[nodiscard]] bool says_the_same(const json::value& left, const json::value& right);

}  // namespace cardea
