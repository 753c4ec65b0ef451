// A realm out of the store as Keycloak's realm JSON (keycloak.md section 8): the other direction of realm_import.h. An
// export that is imported and exported again is the same, byte for byte: lists are in the order of their names, and
// every record keeps its id. Users come one by one, since there may be a million of them.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/json.h"
#include "domain/repository/repositories.h"
#include "domain/representation/realm_file.h"
#include "domain/representation/user_json.h"

namespace cardea {

/// Names for what users refer to by id.
struct ExportNames {
  struct RoleName {
    std::string client;  // empty: a realm role
    std::string name;
  };
  std::map<std::string, RoleName> roles;
  std::map<std::string, std::string> groups;   // id -> path
  std::map<std::string, std::string> clients;  // id -> client_id
  std::map<std::string, std::string> scopes;   // id -> name
};

/// Everything but the users. `secrets` decides at to_json; the file holds them.
struct ExportedRealm {
  RealmFile file;
  ExportNames names;
};
/// Are the members of organizations named? People are in whole exports only.
enum class ExportPeople { kMembers, kNone };
[[nodiscard]] Stored<ExportedRealm> export_realm(Rows& rows, const Repositories& repositories, const Realm& realm,
                                                 ExportPeople people = ExportPeople::kMembers);

/// One user as a file holds it, with credentials (kReveal), roles, groups, consents and required actions.
[[nodiscard]] Stored<json::object> export_user(Rows& rows, const Repositories& repositories, const User& user,
                                               const ExportNames& names, Secrets secrets);

/// Calls `take` with every user by username, service accounts among them, a page in one read each. Ends early when
/// `take` says false.
[[nodiscard]] Stored<void> export_users(const Repositories& repositories, const RealmId& realm,
                                        const ExportNames& names, Secrets secrets,
                                        const std::function<bool(json::object user)>& take);

}  // namespace cardea
