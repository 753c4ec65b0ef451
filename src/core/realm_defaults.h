// What a brand-new realm contains (keycloak.md section 3), as Keycloak's own JSON and read into our records. The data
// are the files of presets/realm-defaults/. Records have no ids yet and keys no material: core/realm_import makes both.
#pragma once

#include <string_view>
#include <vector>

#include "base/json.h"
#include "domain/representation/realm_file.h"

namespace cardea {

/// The realm that administers all others. Its default content differs in places.
inline constexpr std::string_view kMasterRealm = "master";

/// The complete realm file of a new realm, named `realm`.
[[nodiscard]] json::object default_realm_json(std::string_view realm);

/// The same, read.
[[nodiscard]] RealmFile default_realm(std::string_view realm);

/// The client of master through which administrators of master manage `realm`, "<realm>-realm", and the admin roles it
/// holds. Each of them is to be a composite of master's role "admin".
struct AdminAccess {
  ClientRepresentation client;
  std::vector<RoleRepresentation> roles;
};
[[nodiscard]] AdminAccess admin_access(std::string_view realm);

/// The client that holds the admin roles of a realm inside that realm: "realm-management", or "master-realm" in master.
[[nodiscard]] std::string_view admin_client_id(std::string_view realm);

/// True for ids that name a client of administration: the realm's own, and in master those of other realms. Rights are
/// looked up by these names, so nobody makes, renames or removes a client that has one (attack class 21).
[[nodiscard]] bool is_reserved_client_id(std::string_view realm, std::string_view client_id);

/// The user profile of a realm that has none of its own (keycloak.md section 3.9).
[[nodiscard]] json::object default_user_profile(std::string_view realm);

}  // namespace cardea
