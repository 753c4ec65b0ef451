// A whole realm file: RealmRepresentation with its collections (keycloak.md section 8). Users are read one at a time,
// since there may be a million of them.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/json.h"
#include "domain/representation/client_json.h"
#include "domain/representation/group_json.h"
#include "domain/representation/key_json.h"
#include "domain/representation/problems.h"
#include "domain/representation/realm_json.h"
#include "domain/representation/role_json.h"
#include "domain/representation/scope_json.h"
#include "domain/representation/user_json.h"

namespace cardea {

/// Roles that a client or a client scope lets through. One of the two is named.
struct ScopeMapping {
  std::string client;  // a client_id
  std::string client_scope;
  std::vector<std::string> roles;
};

/// Everything by name; ids are those of the file, or empty. What is absent was not said: whoever imports fills it in.
struct RealmFile {
  Realm realm;
  std::string default_role;                // name
  std::vector<std::string> default_roles;  // before Keycloak 13: names of realm roles for every user
  std::vector<RoleRepresentation> realm_roles;
  std::vector<std::pair<std::string, std::vector<RoleRepresentation>>> client_roles;  // by client_id
  std::vector<GroupRepresentation> groups;
  std::vector<ClientRepresentation> clients;
  std::map<std::string, std::vector<std::string>> client_default_roles;  // by client_id, as `default_roles`
  std::optional<std::vector<ClientScope>> scopes;
  std::optional<std::vector<std::string>> default_scopes;  // names
  std::optional<std::vector<std::string>> optional_scopes;
  std::vector<ScopeMapping> scope_mappings;                                // of realm roles
  std::map<std::string, std::vector<ScopeMapping>> client_scope_mappings;  // of client roles, by client_id
  std::vector<KeyComponent> keys;                                          // of the providers of key_json.h
};

/// Reads all but the users, over the settings of `base`. Every problem in the file is reported, those of single members
/// as well as a mapping that names neither a client nor a client scope.
[[nodiscard]] RealmFile parse_realm_file(const json::object& object, const JsonPath& at,
                                         RepresentationProblems& problems, Realm base = {});

/// All but the users, in the order of section 8.1. Ids of records that have them are kept.
[[nodiscard]] json::object to_json(const RealmFile& file, Secrets secrets);

}  // namespace cardea
