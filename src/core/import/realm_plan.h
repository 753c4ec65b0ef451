// A realm ready to be written: every record with its id, every reference by id. Made from a complete realm file; pure
// but for the ids it draws.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "core/import/import_review.h"
#include "domain/client.h"
#include "domain/group.h"
#include "domain/realm.h"
#include "domain/representation/realm_file.h"
#include "domain/role.h"
#include "domain/scope.h"

namespace cardea {

class RealmPlan {
 public:
  Realm realm;  // with the name it is to have
  std::vector<KeyComponent> keys;
  std::vector<ClientScope> scopes;
  std::vector<Client> clients;
  std::vector<Role> roles;
  std::vector<Group> groups;  // parents before their children; `path` is filled in

  // Records by name; nullptr when there is none. Valid until the next `add` of that kind.
  [[nodiscard]] Client* find_client(std::string_view client_id);
  [[nodiscard]] ClientScope* find_scope(std::string_view name);
  [[nodiscard]] Group* find_group(std::string_view path);
  /// A realm role when `client_id` is empty.
  [[nodiscard]] Role* find_role(std::string_view client_id, std::string_view name);

  // Each takes the record in; false when its name or id is taken. A group's parent must be in already.
  bool add(ClientScope scope);
  bool add(Client client);
  bool add(Role role);
  bool add(Group group);

 private:
  using Index = std::unordered_map<std::string, std::size_t>;  // into the vector of its kind

  Index clients_by_name_;
  Index scopes_by_name_;
  Index groups_by_path_;
  Index groups_by_id_;
  Index roles_by_name_;  // client_id, a separator, name
  std::unordered_set<std::string> ids_;
};

/// Turns names into ids. Problems: names and ids that are taken twice or are no names and ids (core/changes), clients
/// that are referred to and do not exist, composites of roles that do not exist, and values no client may have. As in
/// Keycloak, a role that a group or a scope mapping names and nobody defines is made; `review` tells.
[[nodiscard]] RealmPlan plan_realm(RealmFile file, Random& random, RepresentationProblems& problems,
                                   ImportReview& review);

/// The roles that `names` means. Roles nobody defined are made; a client that does not exist is a problem at `at`.
[[nodiscard]] std::vector<RoleId> role_ids(RealmPlan& plan, const RoleNames& names, const JsonPath& at, Random& random,
                                           RepresentationProblems& problems, ImportReview& review);

}  // namespace cardea
