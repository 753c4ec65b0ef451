#include "domain/representation/realm_file.h"

#include "domain/representation/object_reader.h"

namespace cardea {
namespace {

void read_roles(const json::object& object, const JsonPath& at, RepresentationProblems& problems, RealmFile& file) {
  ObjectReader reader(object, at, problems);
  reader.objects("realm", [&](const json::object& role, const JsonPath& here) {
    file.realm_roles.push_back(parse_role(role, here, problems));
  });
  const auto name = reader.has("client") ? "client" : "application";  // the latter before Keycloak 2
  const auto* by_client = reader.object(name);
  if (by_client == nullptr) return;
  const JsonPath here(at, name);
  ObjectReader clients(*by_client, here, problems);
  for (const auto& [client, list] : *by_client) {
    auto& roles = file.client_roles.emplace_back(std::string(client), std::vector<RoleRepresentation>{}).second;
    clients.objects(client, [&](const json::object& role, const JsonPath& there) {
      roles.push_back(parse_role(role, there, problems));
      roles.back().role.client_name = std::string(client);
    });
  }
}

ScopeMapping read_scope_mapping(const json::object& object, const JsonPath& at, RepresentationProblems& problems) {
  ObjectReader reader(object, at, problems);
  ScopeMapping mapping;
  reader.text("client", mapping.client);
  if (!reader.text("clientScope", mapping.client_scope)) reader.text("clientTemplate", mapping.client_scope);
  reader.texts("roles", mapping.roles);
  if (mapping.client.empty() == mapping.client_scope.empty()) problems.add(at, "expected client or clientScope");
  return mapping;
}

void read_mappings(ObjectReader& reader, RealmFile& file) {
  auto& problems = reader.problems();
  reader.objects("scopeMappings", [&](const json::object& mapping, const JsonPath& here) {
    file.scope_mappings.push_back(read_scope_mapping(mapping, here, problems));
  });
  const auto name = reader.has("clientScopeMappings") ? "clientScopeMappings" : "applicationScopeMappings";
  const auto* by_client = reader.object(name);
  if (by_client == nullptr) return;
  const JsonPath here(reader.path(), name);
  ObjectReader clients(*by_client, here, problems);
  for (const auto& [client, list] : *by_client) {
    auto& mappings = file.client_scope_mappings[std::string(client)];
    clients.objects(client, [&](const json::object& mapping, const JsonPath& there) {
      mappings.push_back(read_scope_mapping(mapping, there, problems));
    });
  }
}

void read_clients(ObjectReader& reader, RealmFile& file) {
  reader.objects("clients", [&](const json::object& object, const JsonPath& here) {
    file.clients.push_back(parse_client(object, here, reader.problems()));
    ObjectReader old(object, here, reader.problems());
    std::vector<std::string> roles;
    if (old.texts("defaultRoles", roles)) file.client_default_roles[file.clients.back().client.client_id] = roles;
  });
}

void read_scopes(ObjectReader& reader, RealmFile& file) {
  std::vector<ClientScope> scopes;
  const auto read_scope = [&](const json::object& scope, const JsonPath& here) {
    scopes.push_back(parse_scope(scope, here, reader.problems()));
  };
  if (reader.objects("clientScopes", read_scope)) file.scopes = std::move(scopes);
  std::vector<std::string> names;
  if (reader.texts("defaultDefaultClientScopes", names)) file.default_scopes = std::move(names);
  if (reader.texts("defaultOptionalClientScopes", names)) file.optional_scopes = std::move(names);
}

/// Moves the key components that we hold out of `extra`.
void read_keys(const JsonPath& at, RepresentationProblems& problems, RealmFile& file) {
  auto* components = file.realm.extra.if_contains("components");
  if (components == nullptr || components->is_null()) return;
  const JsonPath here(at, "components");
  if (!components->is_object()) return problems.add(here, "expected an object");
  auto* list = components->get_object().if_contains(kKeyProviderType);
  if (list == nullptr || list->is_null()) return;
  const JsonPath there(here, kKeyProviderType);
  if (!list->is_array()) return problems.add(there, "expected a list");
  json::array others;
  for (std::size_t i = 0; i < list->get_array().size(); ++i) {
    auto& component = list->get_array()[i];
    const auto* object = component.if_object();
    if (object != nullptr && is_key_provider(string_or(*object, "providerId", ""))) {
      file.keys.push_back(parse_key_component(*object, JsonPath(there, i), problems));
    } else {
      others.push_back(std::move(component));
    }
  }
  if (others.empty()) {
    components->get_object().erase(kKeyProviderType);
  } else {
    *list = std::move(others);
  }
}

json::object roles_json(const RealmFile& file) {
  json::array realm_roles;
  for (const auto& role : file.realm_roles) realm_roles.push_back(to_json(role));
  json::object client_roles;
  for (const auto& [client, roles] : file.client_roles) {
    json::array list;
    for (const auto& role : roles) list.push_back(to_json(role));
    client_roles.insert_or_assign(client, std::move(list));
  }
  return {{"realm", std::move(realm_roles)}, {"client", std::move(client_roles)}};
}

json::array mappings_json(const std::vector<ScopeMapping>& mappings) {
  json::array list;
  for (const auto& mapping : mappings) {
    json::object out;
    set_unless_empty(out, "client", mapping.client);
    set_unless_empty(out, "clientScope", mapping.client_scope);
    out["roles"] = to_json(mapping.roles);
    list.push_back(std::move(out));
  }
  return list;
}

json::value default_role_json(const RealmFile& file) {
  for (const auto& role : file.realm_roles) {
    if (role.role.name != file.default_role) continue;
    auto out = to_json(role, false);
    out.erase("composites");
    return out;
  }
  return json::object{{"name", file.default_role}};
}

}  // namespace

RealmFile parse_realm_file(const json::object& object, const JsonPath& at, RepresentationProblems& problems,
                           Realm base) {
  RealmFile file;
  file.realm = parse_realm(object, at, problems, std::move(base));
  ObjectReader reader(object, at, problems);
  if (const auto* roles = reader.object("roles")) read_roles(*roles, JsonPath(at, "roles"), problems, file);
  reader.objects("groups", [&](const json::object& group, const JsonPath& here) {
    file.groups.push_back(parse_group(group, here, problems));
  });
  if (const auto* role = reader.object("defaultRole")) {
    const JsonPath here(at, "defaultRole");
    ObjectReader default_role(*role, here, problems);
    if (!default_role.text("name", file.default_role)) default_role.add_problem("name", "expected the role's name");
  }
  reader.texts("defaultRoles", file.default_roles);
  read_mappings(reader, file);
  read_clients(reader, file);
  read_scopes(reader, file);
  read_keys(at, problems, file);
  return file;
}

json::object to_json(const RealmFile& file, Secrets secrets) {
  auto out = to_json(file.realm, secrets);
  out["roles"] = roles_json(file);
  json::array groups, clients;
  for (const auto& group : file.groups) groups.push_back(to_json(group));
  for (const auto& client : file.clients) clients.push_back(to_json(client, secrets));
  out["groups"] = std::move(groups);
  if (!file.default_role.empty()) out["defaultRole"] = default_role_json(file);
  out["scopeMappings"] = mappings_json(file.scope_mappings);
  json::object client_mappings;
  for (const auto& [client, mappings] : file.client_scope_mappings) client_mappings[client] = mappings_json(mappings);
  out["clientScopeMappings"] = std::move(client_mappings);
  out["clients"] = std::move(clients);
  if (file.scopes) {
    json::array scopes;
    for (const auto& scope : *file.scopes) scopes.push_back(to_json(scope));
    out["clientScopes"] = std::move(scopes);
  }
  if (file.default_scopes) out["defaultDefaultClientScopes"] = to_json(*file.default_scopes);
  if (file.optional_scopes) out["defaultOptionalClientScopes"] = to_json(*file.optional_scopes);
  if (!file.keys.empty()) {
    auto& components = out["components"];
    if (!components.is_object()) components = json::object();
    auto& list = components.get_object()[kKeyProviderType];
    if (!list.is_array()) list = json::array();
    for (const auto& component : file.keys) list.get_array().push_back(to_json(component.key, secrets));
  }
  return in_realm_order(std::move(out));
}

}  // namespace cardea
