#include "core/export/realm_export.h"

#include <algorithm>

#include "base/limits.h"
#include "core/import/plan_organizations.h"

namespace cardea {
namespace {

constexpr std::int64_t kUsersAtOnce = 200;

RoleNames named(const ExportNames& names, const std::vector<RoleId>& roles) {
  RoleNames out;
  for (const auto& id : roles) {
    const auto found = names.roles.find(id.str());
    if (found == names.roles.end()) continue;
    (found->second.client.empty() ? out.realm : out.client[found->second.client]).push_back(found->second.name);
  }
  std::ranges::sort(out.realm);
  for (auto& [client, list] : out.client) std::ranges::sort(list);
  return out;
}

std::vector<std::string> scope_names(const ExportNames& names, const std::vector<ScopeId>& ids) {
  std::vector<std::string> out;
  for (const auto& id : ids) {
    if (const auto found = names.scopes.find(id.str()); found != names.scopes.end()) out.push_back(found->second);
  }
  return out;
}

/// Scope mappings of one holder: realm roles, and client roles by their client.
void add_mappings(RealmFile& file, const ExportNames& names, const std::vector<RoleId>& roles,
                  const ScopeMapping& holder) {
  const auto mapped = named(names, roles);
  if (!mapped.realm.empty()) {
    file.scope_mappings.push_back(holder);
    file.scope_mappings.back().roles = mapped.realm;
  }
  for (const auto& [client, list] : mapped.client) {
    auto& mappings = file.client_scope_mappings[client];
    mappings.push_back(holder);
    mappings.back().roles = list;
  }
}

void add_roles(ExportedRealm& out, std::vector<Role> roles) {
  std::ranges::sort(roles, {}, [](const Role& role) { return std::pair(role.client_name, role.name); });
  std::map<std::string, std::vector<RoleRepresentation>> by_client;
  for (const auto& [id, client_id] : out.names.clients) by_client[client_id];  // every client has a list
  for (auto& role : roles) {
    RoleRepresentation shown;
    shown.composites = named(out.names, role.composites);
    shown.role = std::move(role);
    shown.role.composites.clear();
    auto& list = shown.role.client ? by_client[shown.role.client_name] : out.file.realm_roles;
    list.push_back(std::move(shown));
  }
  for (auto& [client, list] : by_client) out.file.client_roles.emplace_back(client, std::move(list));
}

GroupRepresentation tree_of(const std::map<std::string, std::vector<const Group*>>& below, const ExportNames& names,
                            const Group& group, int depth) {
  GroupRepresentation shown;
  shown.group = group;
  shown.roles = named(names, group.roles);
  shown.group.roles.clear();
  const auto children = below.find(group.id.str());
  if (children == below.end() || depth >= kGroupDepthMax) return shown;
  for (const auto* child : children->second) shown.subgroups.push_back(tree_of(below, names, *child, depth + 1));
  return shown;
}

void add_groups(ExportedRealm& out, std::vector<Group>& groups) {
  std::ranges::sort(groups, {}, &Group::name);
  std::map<std::string, std::vector<const Group*>> below;
  for (const auto& group : groups) {
    out.names.groups.emplace(group.id.str(), group.path);
    below[group.parent ? group.parent->str() : std::string()].push_back(&group);
  }
  for (const auto* group : below[""]) out.file.groups.push_back(tree_of(below, out.names, *group, 1));
}

void add_scopes(ExportedRealm& out, std::vector<ClientScope> scopes) {
  for (auto& scope : scopes) {
    add_mappings(out.file, out.names, scope.role_mappings, {.client = {}, .client_scope = scope.name, .roles = {}});
    scope.role_mappings.clear();
  }
  out.file.scopes = std::move(scopes);
}

void add_clients(ExportedRealm& out, std::vector<Client> clients) {
  for (auto& client : clients) {
    add_mappings(out.file, out.names, client.role_mappings,
                 {.client = client.client_id, .client_scope = {}, .roles = {}});
    ClientRepresentation shown;
    shown.default_scopes = scope_names(out.names, client.default_scopes);
    shown.optional_scopes = scope_names(out.names, client.optional_scopes);
    shown.client = std::move(client);
    shown.client.default_scopes.clear();
    shown.client.optional_scopes.clear();
    shown.client.role_mappings.clear();
    out.file.clients.push_back(std::move(shown));
  }
}

}  // namespace

Stored<ExportedRealm> export_realm(Rows& rows, const Repositories& repositories, const Realm& realm,
                                   ExportPeople people) {
  auto scopes = repositories.scopes.list(rows, realm.id);
  if (!scopes) return refuse(scopes.error());
  auto clients = repositories.clients.list(rows, realm.id, "", 0, -1);
  if (!clients) return refuse(clients.error());
  auto roles = repositories.roles.list(rows, realm.id);
  if (!roles) return refuse(roles.error());
  auto groups = repositories.groups.list(rows, realm.id);
  if (!groups) return refuse(groups.error());
  auto keys = repositories.keys.list(rows, realm.id);
  if (!keys) return refuse(keys.error());

  ExportedRealm out;
  out.file.realm = realm;
  std::ranges::sort(*scopes, {}, &ClientScope::name);
  std::ranges::sort(*clients, {}, &Client::client_id);
  std::ranges::sort(*keys, {}, &RealmKey::id);
  for (const auto& scope : *scopes) out.names.scopes.emplace(scope.id.str(), scope.name);
  for (const auto& client : *clients) out.names.clients.emplace(client.id.str(), client.client_id);
  for (const auto& role : *roles) {
    out.names.roles.emplace(role.id.str(), ExportNames::RoleName{role.client ? role.client_name : "", role.name});
    if (role.id == realm.default_role) out.file.default_role = role.name;
  }
  out.file.default_scopes = scope_names(out.names, realm.default_scopes);
  out.file.optional_scopes = scope_names(out.names, realm.optional_scopes);
  add_roles(out, std::move(*roles));
  add_groups(out, *groups);
  add_clients(out, std::move(*clients));
  add_scopes(out, std::move(*scopes));
  for (auto& key : *keys) out.file.keys.push_back({.key = std::move(key), .size = 0});
  auto organizations = export_organizations(rows, repositories, realm, people == ExportPeople::kMembers,
                                            [&](const std::vector<RoleId>& ids) { return named(out.names, ids); });
  if (!organizations) return refuse(organizations.error());
  if (!organizations->empty()) out.file.realm.extra["organizations"] = std::move(*organizations);
  return Stored<ExportedRealm>(std::move(out));
}

Stored<json::object> export_user(Rows& rows, const Repositories& repositories, const User& user,
                                 const ExportNames& names, Secrets secrets) {
  const auto subject = repositories.subjects.load(rows, user.realm, user.id);
  if (!subject) return refuse(subject.error());
  UserRepresentation shown;
  shown.user = user;
  if (*subject) {
    shown.roles = named(names, (*subject)->roles);
    const auto groups = (*subject)->groups_are_whole ? Stored<std::vector<GroupId>>((*subject)->groups)
                                                     : repositories.subjects.memberships(rows, user.realm, user.id);
    if (!groups) return refuse(groups.error());
    for (const auto& id : *groups) {
      if (const auto path = names.groups.find(id.str()); path != names.groups.end()) {
        shown.groups.push_back(path->second);
      }
    }
    std::ranges::sort(shown.groups);
  }
  if (user.service_account_client) {
    const auto client = names.clients.find(user.service_account_client->str());
    if (client != names.clients.end()) shown.service_account_client = client->second;
  }
  auto credentials = repositories.credentials.list_all(rows, user.id);
  if (!credentials) return refuse(credentials.error());
  for (auto& credential : *credentials) shown.credentials.push_back({.credential = std::move(credential), .plain = {}});
  const auto consents = repositories.consents.list(rows, user.id);
  if (!consents) return refuse(consents.error());
  json::array kept;
  for (const auto& consent : *consents) {
    const auto client = names.clients.find(consent.client.str());
    if (client == names.clients.end()) continue;
    auto granted = scope_names(names, consent.scopes);
    std::ranges::sort(granted);
    kept.push_back(json::object{{"clientId", client->second},
                                {"grantedClientScopes", to_json(granted)},
                                {"createdDate", epoch_milliseconds(consent.created_at)},
                                {"lastUpdatedDate", epoch_milliseconds(consent.updated_at)}});
  }
  if (!kept.empty()) shown.user.extra["clientConsents"] = std::move(kept);
  const auto identities = repositories.federated_identities.list(rows, user.id);
  if (!identities) return refuse(identities.error());
  json::array links;
  for (const auto& identity : *identities) {
    links.push_back(json::object{{"identityProvider", identity.provider},
                                 {"userId", identity.upstream_id},
                                 {"userName", identity.upstream_name}});
  }
  if (!links.empty()) shown.user.extra["federatedIdentities"] = std::move(links);
  return to_json(shown, secrets);
}

Stored<void> export_users(const Repositories& repositories, const RealmId& realm, const ExportNames& names,
                          Secrets secrets, const std::function<bool(json::object user)>& take) {
  UserQuery query;
  query.with_service_accounts = true;
  query.max = kUsersAtOnce;
  while (true) {
    std::vector<json::object> page;
    const auto read = repositories.store.read([&](Rows& rows) -> Stored<void> {
      const auto users = repositories.users.search(rows, realm, query);
      if (!users) return refuse(users.error());
      for (const auto& user : *users) {
        auto shown = export_user(rows, repositories, user, names, secrets);
        if (!shown) return refuse(shown.error());
        page.push_back(std::move(*shown));
      }
      return {};
    });
    if (!read) return read;
    for (auto& user : page) {
      if (!take(std::move(user))) return {};
    }
    if (std::ssize(page) < kUsersAtOnce) return {};
    query.first += kUsersAtOnce;
  }
}

}  // namespace cardea
