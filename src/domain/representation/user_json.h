// UserRepresentation (keycloak.md section 5.3).
#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "domain/representation/credential_json.h"
#include "domain/representation/members.h"
#include "domain/representation/problems.h"
#include "domain/representation/role_json.h"
#include "domain/user.h"

namespace cardea {

/// A user with roles and groups by name. `user.service_account_client` stays absent: only the store knows ids.
struct UserRepresentation {
  User user;
  std::vector<CredentialRepresentation> credentials;
  RoleNames roles;
  std::vector<std::string> groups;     // paths, such as "/staff/editors"
  std::string service_account_client;  // a client_id; empty: a person
};

/// Reads a user over `base`: a new one for create, the stored one for update. Username and e-mail are lowered (ASCII).
/// A username is required. The id of each credential may be empty.
[[nodiscard]] UserRepresentation parse_user(const json::object& object, const JsonPath& at,
                                            RepresentationProblems& problems, UserRepresentation base = {});

/// In the order of section 5.3; credentials come with `secrets` other than kOmit, their hashes with kReveal alone.
[[nodiscard]] json::object to_json(const UserRepresentation& user, Secrets secrets);

/// True for members that some Keycloak puts or takes in a UserRepresentation.
[[nodiscard]] bool is_user_member(std::string_view name);
[[nodiscard]] std::vector<std::string_view> user_members();

}  // namespace cardea
