// Parts of a realm that are kept as documents in Realm::extra: flows, components, identity providers, texts. Handlers
// change the document of the loaded realm and write the realm back.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "admin/seam/call.h"
#include "base/json.h"
#include "domain/realm.h"

namespace cardea::admin {

/// The member as a list or an object; made empty when it is missing or something else.
[[nodiscard]] json::array& list_of(json::object& document, std::string_view name);
[[nodiscard]] json::object& object_of(json::object& document, std::string_view name);

/// The element of a list of objects whose `member` is `value`; null when there is none.
[[nodiscard]] json::object* find_in(json::array& list, std::string_view member, std::string_view value);
/// Removes it; false when there is none.
bool remove_from(json::array& list, std::string_view member, std::string_view value);

/// A UUID that belongs to these words and to no others: for parts of a realm that came without an id. It stays the same
/// on every node and in every answer.
[[nodiscard]] std::string derived_id(const Realm& realm, std::string_view kind, std::string_view name);

/// Writes the call's realm back.
[[nodiscard]] Or<void> save_realm(Call& call);

/// Puts the members in this order; those that are not listed follow.
[[nodiscard]] json::object ordered(const json::object& object, std::initializer_list<std::string_view> order);

}  // namespace cardea::admin
