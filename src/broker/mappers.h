// Keycloak's identity provider mappers (keycloak.md section 5.7): what an upstream identity means for the account. Pure
// functions: the result is a list of changes, account.h makes them. Internal to broker.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "broker/identity.h"
#include "domain/identity_provider.h"

namespace cardea::broker {

/// Together, of one login: names and values.
inline constexpr std::size_t kNotesBytesMax = 8 * 1024;
/// Of a key that a template makes.
inline constexpr std::size_t kUpstreamIdBytesMax = 255;

struct RoleChange {
  std::string role;  // "role" or "client.role", as the mapper's config says it
  bool has = true;
};
struct GroupChange {
  std::string path;
  bool has = true;
};
struct MapperProblem {
  std::string mapper;  // its name
  std::string what;
  bool stops = false;  // its `onError` is "refuse": nobody signs in by what it cannot map
};

struct Mapped {
  std::map<std::string, std::vector<std::string>> attributes;  // set; an empty list removes
  std::map<std::string, std::string> members;                  // "email", "firstName", "lastName"; empty: cleared
  std::string username;                                        // by a template; empty: none
  std::map<std::string, std::string> notes;                    // of the session
  std::vector<RoleChange> roles;
  std::vector<GroupChange> groups;
  std::vector<MapperProblem> problems;  // mappers that were left out
};

/// `is_first`: the account is made or linked now.
[[nodiscard]] Mapped run_mappers(const std::vector<IdentityProviderMapper>& mappers, const UpstreamIdentity& identity,
                                 bool is_first);

/// What they change of the key and the name by which somebody is known at the provider (`target` of
/// oidc-username-idp-mapper), before anybody is looked for. Refused: who came cannot be told, with a word for the log.
[[nodiscard]] Result<void, std::string_view> rename_identity(const std::vector<IdentityProviderMapper>& mappers,
                                                             const Addresses& addresses, UpstreamIdentity& identity);

/// Is it another key than the provider's `sub`?
[[nodiscard]] bool has_key_of_its_own(const std::vector<IdentityProviderMapper>& mappers);

/// Is one of them an expression? What takes a person's own code so long belongs on the cpu lane.
[[nodiscard]] bool runs_expressions(const std::vector<IdentityProviderMapper>& mappers);

/// The claims as the log shows them beside a problem: what looks like a secret hidden, and cut off.
inline constexpr std::size_t kShownInputBytesMax = 1024;
[[nodiscard]] std::string shown_input(const json::object& claims);

/// "${ALIAS}.${CLAIM.preferred_username}", with "| lowercase", "| uppercase" and "| localpart" (keycloak.md 5.7).
[[nodiscard]] std::string fill_template(std::string_view text, const UpstreamIdentity& identity);

/// Is there a function for mappers of this kind?
[[nodiscard]] bool is_mapper_known(std::string_view kind);

}  // namespace cardea::broker
