#include "core/import/write_realm.h"

#include <functional>
#include <map>
#include <string>

#include "base/assert.h"
#include "core/realm_defaults.h"

namespace cardea {
namespace {

/// Rows of one kind.
struct Step {
  std::size_t count;
  std::function<Stored<void>(Tx&, std::size_t)> write;
  std::function<std::string(std::size_t)> name;
};

std::optional<WriteFailure> run(ImportStage& stage, const Step& step) {
  std::size_t failed = 0;
  const auto done = stage.write_all(step.count, failed, step.write);
  if (done) return std::nullopt;
  return WriteFailure{done.error(), step.name(failed)};
}

/// "clients[3]": what is added to a file follows its own records, so numbers are those of the file.
std::function<std::string(std::size_t)> numbered(std::string_view list, std::size_t first = 0) {
  return [list, first](std::size_t i) { return std::string(list) + "[" + std::to_string(first + i) + "]"; };
}

/// A pair of rows that belong together: parent and child role, scope and role, client and role.
struct Link {
  std::size_t from;
  RoleId role;
};

template <class Record, class Member>
std::vector<Link> links_of(const std::vector<Record>& records, Member member) {
  std::vector<Link> links;
  for (std::size_t i = 0; i < records.size(); ++i) {
    for (const auto& role : records[i].*member) links.push_back({i, role});
  }
  return links;
}

/// The record as it is inserted, without references to rows that come later.
Role bare(const Role& role) {
  auto row = role;
  row.composites.clear();
  return row;
}

Stored<void> write_user(Tx& tx, const Repositories& repositories, const UserRows& rows, bool duplicate_emails) {
  if (auto done = repositories.users.insert(tx, rows.user, duplicate_emails); !done) return done;
  for (const auto& role : rows.roles) {
    if (auto done = repositories.users.add_role(tx, rows.user.id, role); !done) return done;
  }
  for (const auto& group : rows.groups) {
    if (auto done = repositories.users.add_group(tx, rows.user.id, group); !done) return done;
  }
  for (const auto& credential : rows.credentials) {
    if (auto done = repositories.credentials.insert(tx, credential); !done) return done;
  }
  for (const auto& link : rows.links) {
    if (auto done = repositories.federated_identities.insert(tx, link); !done) return done;
  }
  for (const auto& consent : rows.consents) {
    if (auto done = repositories.consents.put(tx, consent); !done) return done;
  }
  return {};
}

}  // namespace

std::optional<WriteFailure> write_settings(ImportStage& stage, const Repositories& repositories, RealmPlan& plan,
                                           const std::vector<RealmKey>& keys) {
  const auto& realm = plan.realm.id;
  const auto composites = links_of(plan.roles, &Role::composites);
  const auto scope_links = links_of(plan.scopes, &ClientScope::role_mappings);
  const auto client_links = links_of(plan.clients, &Client::role_mappings);
  for (auto& scope : plan.scopes) scope.role_mappings.clear();
  for (auto& client : plan.clients) client.role_mappings.clear();
  const auto name_of = [&](std::size_t i) {
    const auto& role = plan.roles[i];
    return "role " + (role.client_name.empty() ? "" : role.client_name + "/") + role.name;
  };
  const auto insert_role = [&](bool of_clients) {
    return [&, of_clients](Tx& tx, std::size_t i) -> Stored<void> {
      if (plan.roles[i].client.has_value() != of_clients) return {};
      return repositories.roles.insert(tx, bare(plan.roles[i]));
    };
  };
  const Step steps[] = {
      {plan.roles.size(), insert_role(false), name_of},
      {plan.scopes.size(), [&](Tx& tx, std::size_t i) { return repositories.scopes.insert(tx, realm, plan.scopes[i]); },
       numbered("clientScopes")},
      {plan.clients.size(),
       [&](Tx& tx, std::size_t i) { return repositories.clients.insert(tx, realm, plan.clients[i]); },
       numbered("clients")},
      {plan.roles.size(), insert_role(true), name_of},
      {composites.size(),
       [&](Tx& tx, std::size_t i) {
         return repositories.roles.add_composite(tx, realm, plan.roles[composites[i].from].id, composites[i].role);
       },
       [&](std::size_t i) { return name_of(composites[i].from); }},
      {scope_links.size(),
       [&](Tx& tx, std::size_t i) {
         return repositories.scopes.add_role_mapping(tx, realm, plan.scopes[scope_links[i].from].id,
                                                     scope_links[i].role);
       },
       [&](std::size_t i) { return numbered("clientScopes")(scope_links[i].from); }},
      {client_links.size(),
       [&](Tx& tx, std::size_t i) {
         return repositories.clients.add_role_mapping(tx, realm, plan.clients[client_links[i].from].id,
                                                      client_links[i].role);
       },
       [&](std::size_t i) { return numbered("clients")(client_links[i].from); }},
      {keys.size(), [&](Tx& tx, std::size_t i) { return repositories.keys.insert(tx, realm, keys[i]); },
       [&](std::size_t i) { return "key " + keys[i].name; }},
      {plan.groups.size(), [&](Tx& tx, std::size_t i) { return repositories.groups.insert(tx, plan.groups[i]); },
       [&](std::size_t i) { return "group " + plan.groups[i].path; }},
  };
  for (const auto& step : steps) {
    if (auto failure = run(stage, step)) return failure;
  }
  return std::nullopt;
}

std::optional<WriteFailure> write_users(ImportStage& stage, const Repositories& repositories,
                                        const std::vector<UserRows>& users, std::size_t first, bool duplicate_emails) {
  const auto write = [&](Tx& tx, std::size_t i) { return write_user(tx, repositories, users[i], duplicate_emails); };
  return run(stage, {users.size(), write, numbered("users", first)});
}

RealmPlan plan_admin_access(std::string_view realm, Random& random) {
  auto access = admin_access(realm);
  RealmFile file;
  file.realm.name = kMasterRealm;
  file.scopes.emplace();
  file.client_roles.emplace_back(access.client.client.client_id, std::move(access.roles));
  access.client.default_scopes.reset();  // bearer-only: it asks for no tokens
  access.client.optional_scopes.reset();
  file.clients.push_back(std::move(access.client));
  RepresentationProblems problems;
  ImportReview review;
  auto plan = plan_realm(std::move(file), random, problems, review);
  CARDEA_ASSERT(problems.empty());
  return plan;
}

namespace {

struct AccessInMaster {
  const RealmId& realm;
  const RoleId& admin;
  const Client& client;
};

/// The client is there already: from a file of master that was made together with the one of this realm, or because
/// somebody took its name. One that can sign in or get tokens of its own is nobody's to trust with the rights over a
/// realm. Roles that it lacks are added, and "admin" reaches all of them.
Stored<void> take_admin_access(Tx& tx, const Repositories& repositories, const AccessInMaster& master,
                               const RealmPlan& access) {
  if (!master.client.bearer_only) return refuse(StoreError::kConflict);
  const auto& realm = master.realm;
  std::map<std::string, RoleId> taken;  // planned id -> the one that is there
  for (const auto& role : access.roles) {
    const auto found = repositories.roles.find_id(tx, realm, master.client.id, role.name);
    if (!found) return refuse(found.error());
    auto id = found->value_or(role.id);
    if (!*found) {
      auto row = bare(role);
      row.realm = realm;
      row.client = master.client.id;
      if (auto done = repositories.roles.insert(tx, row); !done) return done;
    }
    if (auto done = repositories.roles.add_composite(tx, realm, master.admin, id); !done) return done;
    taken.emplace(role.id.str(), std::move(id));
  }
  for (const auto& role : access.roles) {
    for (const auto& child : role.composites) {
      const auto done = repositories.roles.add_composite(tx, realm, taken.at(role.id.str()), taken.at(child.str()));
      if (!done) return done;
    }
  }
  return {};
}

}  // namespace

Stored<void> write_admin_access(Tx& tx, const Repositories& repositories, const RealmPlan& access) {
  const auto master = repositories.realms.find_by_name(tx, kMasterRealm);
  if (!master) return refuse(master.error());
  if (!*master) return {};
  const auto& realm = (*master)->id;
  const auto admin = repositories.roles.find_id(tx, realm, std::nullopt, "admin");
  if (!admin) return refuse(admin.error());
  const auto& client = access.clients.front();
  if (!*admin) return {};
  const auto existing = repositories.clients.find_by_client_id(tx, realm, client.client_id);
  if (!existing) return refuse(existing.error());
  if (*existing) return take_admin_access(tx, repositories, {realm, **admin, **existing}, access);
  if (auto done = repositories.clients.insert(tx, realm, client); !done) return done;
  for (const auto& role : access.roles) {
    auto row = bare(role);
    row.realm = realm;
    if (auto done = repositories.roles.insert(tx, row); !done) return done;
    if (auto done = repositories.roles.add_composite(tx, realm, **admin, role.id); !done) return done;
  }
  for (const auto& role : access.roles) {
    for (const auto& child : role.composites) {
      if (auto done = repositories.roles.add_composite(tx, realm, role.id, child); !done) return done;
    }
  }
  return {};
}

}  // namespace cardea
