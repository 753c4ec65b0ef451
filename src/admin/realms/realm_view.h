// RealmRepresentation as the admin API serves and takes it (keycloak.md section 6.3): settings alone. Flows,
// components, providers and the other collections have resources of their own.
#pragma once

#include <vector>

#include "admin/seam/call.h"
#include "base/json.h"
#include "core/password_lists.h"
#include "domain/realm.h"

namespace cardea::admin {

/// The whole representation; secrets are masked.
[[nodiscard]] Or<json::object> realm_json(Call& call, const Realm& realm);
/// The same for many, with the statements of one.
[[nodiscard]] Or<json::array> realm_rows(Call& call, const std::vector<const Realm*>& realms);
/// What callers without view-realm see.
[[nodiscard]] json::object brief_realm_json(const Realm& realm);

/// Reads a body over `before`. Members that are resources of their own are passed over, a masked secret keeps what was
/// there, and everything is checked as for a new realm.
[[nodiscard]] Or<Realm> read_realm(const json::object& body, const Realm& before, const PasswordLists& lists);

/// The same for a realm that is to be made of `body`, which an import completes and writes.
[[nodiscard]] Or<void> check_new_realm(const json::object& body, std::string_view name, const PasswordLists& lists);

/// What client policies ask for and nobody enforces is refused, or somebody would believe in it. What stood there
/// already, from an import, may stay.
[[nodiscard]] Or<void> check_client_policies(const json::object& before, const json::object& after);

/// A realm's own address (core/frontend_url.h) that is none would be passed over: nobody shall believe that it counts.
[[nodiscard]] Or<void> check_frontend_url(std::string_view after, std::string_view before);
/// The same for a logo or colour (core/realm_look.h) of a representation that `before` does not have.
[[nodiscard]] Or<void> check_look(const json::object& realm, const Realm& before);

/// Puts back what stands masked in `after` from `before`, at the same places.
void keep_masked(json::value& after, const json::value& before);

}  // namespace cardea::admin
