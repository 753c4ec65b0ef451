// RoleRepresentation (keycloak.md section 5.5), and roles by name, as files and mappings carry them.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/json.h"
#include "domain/representation/problems.h"
#include "domain/role.h"

namespace cardea {

class ObjectReader;

/// Roles by name: realm roles, and client roles by client_id.
struct RoleNames {
  std::vector<std::string> realm;
  std::map<std::string, std::vector<std::string>> client;
  [[nodiscard]] bool empty() const { return realm.empty() && client.empty(); }
};

/// A role whose composites are names. `role.composites` stays empty: only the store knows ids.
struct RoleRepresentation {
  Role role;
  RoleNames composites;
};

/// Reads a role over `base`. The name is required. "composite", "clientRole" and "containerId" follow from the rest and
/// are passed over; the caller sets `role.realm` and `role.client`.
[[nodiscard]] RoleRepresentation parse_role(const json::object& object, const JsonPath& at,
                                            RepresentationProblems& problems, RoleRepresentation base = {});

/// id, name, description, composite, composites (when there are any), clientRole, containerId, attributes. Rows of
/// lists leave the attributes out.
[[nodiscard]] json::object to_json(const RoleRepresentation& role, bool with_attributes = true);

/// Reads "realmRoles" and "clientRoles", the members of groups and users. Names are trimmed.
void read_role_names(ObjectReader& reader, RoleNames& names);
void write_role_names(json::object& out, const RoleNames& names);

}  // namespace cardea
