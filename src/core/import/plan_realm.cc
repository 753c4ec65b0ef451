// Names to ids: `plan_realm` and its parts.
#include <algorithm>

#include "base/text.h"
#include "core/changes/check_realm.h"
#include "core/changes/check_values.h"
#include "core/import/realm_plan.h"
#include "core/realm_defaults.h"

namespace cardea {
namespace {

struct Planning {
  RealmFile& file;
  RealmPlan& plan;
  Random& random;
  RepresentationProblems& problems;
  ImportReview& review;

  void complain(const JsonPath& at, std::string_view member, const Complaint& complaint) {
    if (complaint) problems.add(JsonPath(at, member), *complaint);
  }
  /// The id from the file, checked, or a new one.
  template <class Id>
  void settle_id(Id& id, const JsonPath& at) {
    if (id.empty()) {
      id = Id(random_uuid(random));
    } else {
      complain(at, "id", check_id(id.str()));
    }
  }
};

constexpr std::string_view kTaken = "its name or id is there twice";

void plan_settings(Planning& p, const JsonPath& at) {
  auto& realm = p.plan.realm;
  p.settle_id(realm.id, at);
  p.complain(at, "realm", check_realm_name(realm.name));
  for (const auto& problem : realm_problems(realm)) {
    p.problems.add(problem.member.empty() ? at : JsonPath(at, problem.member), problem.what);
  }
}

void settle_mappers(Planning& p, std::vector<ProtocolMapper>& mappers, const JsonPath& at) {
  const JsonPath here(at, "protocolMappers");
  for (std::size_t i = 0; i < mappers.size(); ++i) {
    const JsonPath element(here, i);
    if (mappers[i].id.empty()) mappers[i].id = random_uuid(p.random);
    p.complain(element, "name", check_name(mappers[i].name));
  }
}

void plan_scopes(Planning& p, const JsonPath& root) {
  const JsonPath list(root, "clientScopes");
  for (std::size_t i = 0; i < p.file.scopes->size(); ++i) {
    auto& scope = (*p.file.scopes)[i];
    const JsonPath at(list, i);
    p.settle_id(scope.id, at);
    p.complain(at, "name", check_name(scope.name));
    settle_mappers(p, scope.mappers, at);
    if (!p.plan.add(std::move(scope))) p.problems.add(at, kTaken);
  }
}

/// Ids of the scopes named. Unknown names are left out, as Keycloak does, and told.
std::vector<ScopeId> scope_ids(Planning& p, const std::vector<std::string>& names, const JsonPath& at) {
  std::vector<ScopeId> ids;
  for (const auto& name : names) {
    if (const auto* scope = p.plan.find_scope(name)) {
      if (std::ranges::find(ids, scope->id) == ids.end()) ids.push_back(scope->id);
    } else {
      p.review.add(ReviewReason::kUnknown, "scope " + name, at, "no scope " + name + ": left out");
    }
  }
  return ids;
}

/// The realm's scopes for new clients that have the client's protocol.
std::vector<ScopeId> of_protocol(const RealmPlan& plan, const std::vector<ScopeId>& ids, std::string_view protocol) {
  std::vector<ScopeId> fitting;
  for (const auto& id : ids) {
    const auto scope = std::ranges::find(plan.scopes, id, &ClientScope::id);
    if (scope->protocol == (protocol.empty() ? "openid-connect" : protocol)) fitting.push_back(id);
  }
  return fitting;
}

void plan_client_scopes(Planning& p, ClientRepresentation& from, const JsonPath& at) {
  auto& client = from.client;
  if (from.default_scopes || from.optional_scopes) {
    static const std::vector<std::string> kNone;
    client.default_scopes = scope_ids(p, from.default_scopes.value_or(kNone), JsonPath(at, "defaultClientScopes"));
    client.optional_scopes = scope_ids(p, from.optional_scopes.value_or(kNone), JsonPath(at, "optionalClientScopes"));
  } else {
    client.default_scopes = of_protocol(p.plan, p.plan.realm.default_scopes, client.protocol);
    client.optional_scopes = of_protocol(p.plan, p.plan.realm.optional_scopes, client.protocol);
  }
  const auto* service_account = p.plan.find_scope("service_account");
  if (!client.service_accounts_enabled || service_account == nullptr) return;
  const auto has = [&](const auto& ids) { return std::ranges::find(ids, service_account->id) != ids.end(); };
  if (!has(client.default_scopes) && !has(client.optional_scopes)) client.default_scopes.push_back(service_account->id);
}

void plan_clients(Planning& p, const JsonPath& root) {
  const JsonPath list(root, "clients");
  for (std::size_t i = 0; i < p.file.clients.size(); ++i) {
    auto& from = p.file.clients[i];
    auto& client = from.client;
    const JsonPath at(list, i);
    p.settle_id(client.id, at);
    p.complain(at, "clientId", check_name(client.client_id));
    const JsonPath uris(at, "redirectUris");
    for (std::size_t k = 0; k < client.redirect_uris.size(); ++k) {
      if (const auto complaint = check_redirect_uri(client.redirect_uris[k]))
        p.problems.add(JsonPath(uris, k), *complaint);
    }
    settle_mappers(p, client.mappers, at);
    plan_client_scopes(p, from, at);
    if (!p.plan.add(std::move(client))) p.problems.add(at, kTaken);
  }
}

void plan_role(Planning& p, Role& role, const JsonPath& at) {
  p.settle_id(role.id, at);
  p.complain(at, "name", check_name(role.name));
  if (!p.plan.add(role)) p.problems.add(at, kTaken);
}

void plan_roles(Planning& p, const JsonPath& root) {
  const JsonPath roles(root, "roles");
  const JsonPath realm(roles, "realm");
  for (std::size_t i = 0; i < p.file.realm_roles.size(); ++i)
    plan_role(p, p.file.realm_roles[i].role, JsonPath(realm, i));
  const JsonPath clients(roles, "client");
  for (auto& [client_id, list] : p.file.client_roles) {
    const JsonPath at(clients, client_id);
    const auto* client = p.plan.find_client(client_id);
    if (client == nullptr && !list.empty()) p.problems.add(at, "there is no such client");
    for (std::size_t i = 0; client != nullptr && i < list.size(); ++i) {
      list[i].role.client = client->id;
      list[i].role.client_name = client_id;
      plan_role(p, list[i].role, JsonPath(at, i));
    }
  }
}

void plan_composites(Planning& p, const RoleRepresentation& from, std::string_view client_id, const JsonPath& at) {
  auto* parent = p.plan.find_role(client_id, from.role.name);
  if (parent == nullptr) return;  // complained about already
  auto& composites = parent->composites;
  const auto add = [&](std::string_view client, const std::string& name) {
    if (const auto* role = p.plan.find_role(client, name)) {
      if (std::ranges::find(composites, role->id) == composites.end()) composites.push_back(role->id);
    } else {
      p.problems.add(JsonPath(at, "composites"), "names a role that does not exist");
    }
  };
  for (const auto& name : from.composites.realm) add("", name);
  for (const auto& [client, names] : from.composites.client) {
    for (const auto& name : names) add(client, name);
  }
}

void plan_all_composites(Planning& p, const JsonPath& root) {
  const JsonPath roles(root, "roles");
  const JsonPath realm(roles, "realm");
  for (std::size_t i = 0; i < p.file.realm_roles.size(); ++i) {
    plan_composites(p, p.file.realm_roles[i], "", JsonPath(realm, i));
  }
  const JsonPath clients(roles, "client");
  for (const auto& [client_id, list] : p.file.client_roles) {
    const JsonPath at(clients, client_id);
    for (std::size_t i = 0; i < list.size(); ++i) plan_composites(p, list[i], client_id, JsonPath(at, i));
  }
}

void plan_mapping(Planning& p, const ScopeMapping& mapping, std::string_view role_client, const JsonPath& at) {
  RoleNames names;
  (role_client.empty() ? names.realm : names.client[std::string(role_client)]) = mapping.roles;
  const auto ids = role_ids(p.plan, names, at, p.random, p.problems, p.review);
  const auto add_all = [&](std::vector<RoleId>& mappings) {
    for (const auto& id : ids) {
      if (std::ranges::find(mappings, id) == mappings.end()) mappings.push_back(id);
    }
  };
  if (!mapping.client.empty()) {
    auto* client = p.plan.find_client(mapping.client);
    if (client == nullptr) return p.problems.add(JsonPath(at, "client"), "there is no such client");
    add_all(client->role_mappings);
  } else {
    auto* scope = p.plan.find_scope(mapping.client_scope);
    if (scope == nullptr) return p.problems.add(JsonPath(at, "clientScope"), "there is no such client scope");
    add_all(scope->role_mappings);
  }
}

void plan_mappings(Planning& p, const JsonPath& root) {
  const JsonPath list(root, "scopeMappings");
  for (std::size_t i = 0; i < p.file.scope_mappings.size(); ++i) {
    plan_mapping(p, p.file.scope_mappings[i], "", JsonPath(list, i));
  }
  const JsonPath by_client(root, "clientScopeMappings");
  for (const auto& [client_id, mappings] : p.file.client_scope_mappings) {
    const JsonPath at(by_client, client_id);
    for (std::size_t i = 0; i < mappings.size(); ++i) plan_mapping(p, mappings[i], client_id, JsonPath(at, i));
  }
}

void plan_group(Planning& p, GroupRepresentation& from, const std::optional<GroupId>& parent, const JsonPath& at) {
  auto& group = from.group;
  group.parent = parent;
  p.settle_id(group.id, at);
  p.complain(at, "name", check_name(group.name));
  group.roles = role_ids(p.plan, from.roles, at, p.random, p.problems, p.review);
  const auto id = group.id;
  if (!p.plan.add(std::move(group))) return p.problems.add(at, kTaken);
  const JsonPath list(at, "subGroups");
  for (std::size_t i = 0; i < from.subgroups.size(); ++i) plan_group(p, from.subgroups[i], id, JsonPath(list, i));
}

/// Ids for the documents that are kept as JSON: flows, their configuration, components.
void settle_extra_ids(json::object& extra, Random& random) {
  const auto settle = [&](json::value& list) {
    if (!list.is_array()) return;
    for (auto& item : list.get_array()) {
      auto* object = item.if_object();
      if (object == nullptr || object->contains("id")) continue;
      json::object with_id = {{"id", random_uuid(random)}};
      for (auto& [name, value] : *object) with_id.emplace(name, std::move(value));
      *object = std::move(with_id);
    }
  };
  for (const auto name : {"authenticationFlows", "authenticatorConfig"}) {
    if (auto* list = extra.if_contains(name)) settle(*list);
  }
  if (auto* components = extra.if_contains("components"); components != nullptr && components->is_object()) {
    for (auto& [type, list] : components->get_object()) settle(list);
  }
}

}  // namespace

std::vector<RoleId> role_ids(RealmPlan& plan, const RoleNames& names, const JsonPath& at, Random& random,
                             RepresentationProblems& problems, ImportReview& review) {
  std::vector<RoleId> ids;
  const auto add = [&](const Client* client, std::string_view client_id, const std::string& name,
                       const JsonPath& here) {
    const auto* known = plan.find_role(client_id, name);
    if (known == nullptr) {
      if (const auto complaint = check_name(name)) return problems.add(here, *complaint);
      Role role;
      role.id = RoleId(random_uuid(random));
      if (client != nullptr) role.client = client->id;
      role.client_name = client_id;
      role.name = name;
      plan.add(std::move(role));
      review.add(ReviewReason::kCompleted, "role " + std::string(client_id) + "/" + name, here,
                 "role " + name + " was made");
      known = plan.find_role(client_id, name);
    }
    if (std::ranges::find(ids, known->id) == ids.end()) ids.push_back(known->id);
  };
  for (const auto& name : names.realm) add(nullptr, "", name, JsonPath(at, "realmRoles"));
  const JsonPath clients(at, "clientRoles");
  for (const auto& [client_id, list] : names.client) {
    const JsonPath here(clients, client_id);
    const auto* client = plan.find_client(client_id);
    if (client == nullptr) {
      if (!list.empty()) problems.add(here, "there is no such client");
      continue;
    }
    for (const auto& name : list) add(client, client_id, name, here);
  }
  return ids;
}

RealmPlan plan_realm(RealmFile file, Random& random, RepresentationProblems& problems, ImportReview& review) {
  RealmPlan plan;
  const JsonPath root;
  plan.realm = std::move(file.realm);
  plan.keys = std::move(file.keys);
  Planning p{file, plan, random, problems, review};
  plan_settings(p, root);
  plan_scopes(p, root);
  static const std::vector<std::string> kNone;
  plan.realm.default_scopes =
      scope_ids(p, file.default_scopes.value_or(kNone), JsonPath(root, "defaultDefaultClientScopes"));
  plan.realm.optional_scopes =
      scope_ids(p, file.optional_scopes.value_or(kNone), JsonPath(root, "defaultOptionalClientScopes"));
  plan_clients(p, root);
  plan_roles(p, root);
  plan_all_composites(p, root);
  plan_mappings(p, root);
  const JsonPath groups(root, "groups");
  for (std::size_t i = 0; i < file.groups.size(); ++i) plan_group(p, file.groups[i], std::nullopt, JsonPath(groups, i));
  if (const auto* role = plan.find_role("", file.default_role)) plan.realm.default_role = role->id;
  for (auto& component : plan.keys) {
    if (component.key.id.empty()) component.key.id = KeyId(random_uuid(random));
  }
  settle_extra_ids(plan.realm.extra, random);
  return plan;
}

}  // namespace cardea
