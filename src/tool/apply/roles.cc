#include <algorithm>
#include <map>

#include "base/uri.h"
#include "tool/apply/parts.h"

namespace cardea::tool {
namespace {

const std::vector<std::string_view> kNotOfARole = {"composites", "composite", "clientRole", "containerId"};

bool is_default_role(std::string_view name) { return name.starts_with("default-roles-"); }

/// Roles of a realm itself that a server makes and needs. Those of `master` are more; nothing is pruned there.
bool is_built_in(std::string_view name) {
  return is_default_role(name) || name == "offline_access" || name == "uma_authorization";
}

/// Whose roles: the realm's own, those of one of its clients, or those of a client that the server made with the realm.
enum class Owner : std::uint8_t { kRealm, kClient, kBuiltInClient };

void apply_roles(Run& run, const std::string& container, const std::string& what, Owner owner,
                 const json::array& wanted) {
  for (const auto& item : wanted) {
    if (!item.is_object()) return run.fail(what + ": roles must be objects with a name");
    const auto want = without(item.as_object(), kNotOfARole);
    const auto name = string_or(want, "name", "");
    const auto path = container + "/roles/" + percent_encode(name);
    if (const auto have = run.find(path)) {
      run.update(what, name, path, have->as_object(), want);
    } else {
      run.create(what, name, container + "/roles", want);
      run.check(what, name, path, want);
    }
  }
  if (!run.options().prune || owner == Owner::kBuiltInClient) return;
  for (const auto& item : run.list(container + "/roles?briefRepresentation=true&max=1000")) {
    const auto name = string_or(item.as_object(), "name", "");
    if (find_by(wanted, "name", name) == nullptr && !(owner == Owner::kRealm && is_built_in(name)))
      run.prune(what, name, container + "/roles/" + percent_encode(name));
  }
}

/// The representations of the wanted roles that are not among those of `have`, names of roles of the same container. A
/// role that is not there yet counts in a dry run.
json::array missing_roles(Run& run, const std::string& container, const std::vector<std::string>& want,
                          const std::vector<std::string>& have) {
  json::array missing;
  for (const auto& name : want) {
    if (std::ranges::find(have, name) != have.end()) continue;
    auto role = run.find(container + "/roles/" + percent_encode(name));
    if (role) {
      missing.push_back(std::move(*role));
    } else if (run.options().dry_run) {
      missing.push_back(json::object{{"name", name}});
    } else {
      run.fail("there is no role " + name);
    }
  }
  return missing;
}

std::string names_of(const json::array& roles) {
  std::string names;
  for (const auto& role : roles) names += (names.empty() ? "" : ", ") + string_or(role.as_object(), "name", "");
  return names;
}

std::vector<std::string> name_list(const json::array& roles) {
  std::vector<std::string> names;
  for (const auto& role : roles) names.push_back(string_or(role.as_object(), "name", ""));
  return names;
}

/// One list of roles, of one container: what is missing is added, what is more is pruned.
void apply_role_list(Run& run, const std::string& container, const std::string& mapping, bool is_new,
                     const std::string& what, Owner owner, const std::vector<std::string>& want) {
  const auto have = is_new ? json::array() : run.list(mapping);
  if (const auto missing = missing_roles(run, container, want, name_list(have)); !missing.empty())
    run.change(what + " + role " + names_of(missing), web::Method::kPost, mapping, missing);
  if (!run.options().prune) return;
  json::array surplus;
  for (const auto& role : have) {
    const auto name = string_or(role.as_object(), "name", "");
    const bool is_kept = owner == Owner::kRealm && is_built_in(name);
    if (std::ranges::find(want, name) == want.end() && !is_kept) surplus.push_back(role);
  }
  if (!surplus.empty()) run.change(what + " - role " + names_of(surplus), web::Method::kDelete, mapping, surplus);
}

/// The id of the client that a role is of; empty: the realm's own. Two clients may each have a role of one name.
std::string client_of(const json::object& role) {
  return bool_or(role, "clientRole", false) ? string_or(role, "containerId", "") : std::string();
}

/// Names of roles by the client they are of, see `client_of`.
using RoleNames = std::map<std::string, std::vector<std::string>>;

/// Composites beyond the wanted ones. The default role keeps what every realm gives to everybody, the rights at one's
/// own account among it, unless the file lists its roles of clients.
json::array surplus_composites(const json::array& have, const RoleNames& want, const json::object& role) {
  const bool is_default = is_default_role(string_or(role, "name", ""));
  const bool names_clients = object_of(role, "composites").contains("client");
  json::array surplus;
  for (const auto& item : have) {
    const auto name = string_or(item.as_object(), "name", "");
    const auto client = client_of(item.as_object());
    const auto wanted = want.find(client);
    if (wanted != want.end() && std::ranges::find(wanted->second, name) != wanted->second.end()) continue;
    const bool is_kept = client.empty() ? is_built_in(name) : is_default && !names_clients;
    if (!is_kept) surplus.push_back(item);
  }
  return surplus;
}

void apply_composites(Run& run, const std::string& realm, const std::string& role_path, const std::string& what,
                      const json::object& role) {
  const auto& composites = object_of(role, "composites");
  const auto have = run.list(role_path + "/composites");
  RoleNames present;
  for (const auto& item : have) present[client_of(item.as_object())].push_back(string_or(item.as_object(), "name", ""));
  RoleNames want;
  want[""] = texts_of(array_of(composites, "realm"));
  auto missing = missing_roles(run, realm, want[""], present[""]);
  for (const auto& [name, list] : object_of(composites, "client")) {
    if (!list.is_array()) return run.fail(what + ": composites.client." + std::string(name) + " must be a list");
    const auto client = client_uuid(run, realm, std::string(name));
    if (client.empty() && !run.options().dry_run)
      return run.fail(what + ": composites: there is no client " + std::string(name));
    const auto names = texts_of(list.as_array());
    const auto more = missing_roles(run, realm + "/clients/" + client, names,
                                    client.empty() ? std::vector<std::string>() : present[client]);
    missing.insert(missing.end(), more.begin(), more.end());
    if (!client.empty()) want[client] = names;
  }
  if (!missing.empty())
    run.change(what + " + role " + names_of(missing), web::Method::kPost, role_path + "/composites", missing);
  if (!run.options().prune) return;
  if (const auto surplus = surplus_composites(have, want, role); !surplus.empty())
    run.change(what + " - role " + names_of(surplus), web::Method::kDelete, role_path + "/composites", surplus);
}

/// The client or client scope that a mapping is of; its id is empty in a dry run that has yet to make it.
std::string mapping_holder(Run& run, const std::string& realm, const json::object& mapping, std::string& what) {
  const auto client = string_or(mapping, "client", "");
  const auto scope = string_or(mapping, "clientScope", "");
  what = client.empty() ? "client scope " + scope : "client " + client;
  std::string id;
  if (!client.empty()) {
    id = client_uuid(run, realm, client);
  } else {
    const auto scopes = run.list(realm + "/client-scopes");
    if (const auto* found = find_by(scopes, "name", scope)) id = string_or(*found, "id", "");
  }
  if (id.empty() && !run.options().dry_run) run.fail("scope mappings: there is no " + what);
  return realm + (client.empty() ? "/client-scopes/" : "/clients/") + id;
}

}  // namespace

void apply_realm_roles(Run& run, const std::string& realm, const json::object& document) {
  const auto& roles = object_of(document, "roles");
  if (roles.contains("realm")) apply_roles(run, realm, "role", Owner::kRealm, array_of(roles, "realm"));
}

void apply_client_roles(Run& run, const std::string& realm, const json::object& document) {
  for (const auto& member : object_of(object_of(document, "roles"), "client")) {
    const std::string client(member.key());
    if (!member.value().is_array()) return run.fail("roles.client." + client + " must be a list");
    const auto uuid = client_uuid(run, realm, client);
    if (uuid.empty() && !run.options().dry_run) return run.fail("roles.client: there is no client " + client);
    apply_roles(run, realm + "/clients/" + uuid, "role of client " + client + ":",
                is_built_in_client(client) ? Owner::kBuiltInClient : Owner::kClient, member.value().as_array());
  }
}

void apply_role_composites(Run& run, const std::string& realm, const json::object& document) {
  const auto& roles = object_of(document, "roles");
  for (const auto& item : array_of(roles, "realm")) {
    if (!item.as_object().contains("composites")) continue;
    const auto name = string_or(item.as_object(), "name", "");
    apply_composites(run, realm, realm + "/roles/" + percent_encode(name), "role " + name, item.as_object());
  }
  for (const auto& member : object_of(roles, "client")) {
    for (const auto& item : member.value().as_array()) {
      if (!item.as_object().contains("composites")) continue;
      const auto name = string_or(item.as_object(), "name", "");
      const auto container = realm + "/clients/" + client_uuid(run, realm, std::string(member.key()));
      apply_composites(run, realm, container + "/roles/" + percent_encode(name), "role " + name, item.as_object());
    }
  }
}

void apply_scope_mappings(Run& run, const std::string& realm, const json::object& document) {
  const auto apply = [&](const json::value& item, const std::string& container, const std::string& part, Owner owner) {
    if (!item.is_object()) return run.fail("scope mappings must be objects with a client or a clientScope");
    std::string what;
    const auto holder = mapping_holder(run, realm, item.as_object(), what);
    apply_role_list(run, container, holder + "/scope-mappings/" + part, holder.ends_with('/'), what + " in scope",
                    owner, texts_of(array_of(item.as_object(), "roles")));
  };
  for (const auto& item : array_of(document, "scopeMappings")) apply(item, realm, "realm", Owner::kRealm);
  for (const auto& [client, list] : object_of(document, "clientScopeMappings")) {
    const auto uuid = client_uuid(run, realm, client);
    if (uuid.empty() && !run.options().dry_run)
      return run.fail("clientScopeMappings: there is no client " + std::string(client));
    if (!list.is_array()) return run.fail("clientScopeMappings." + std::string(client) + " must be a list");
    for (const auto& item : list.as_array()) apply(item, realm + "/clients/" + uuid, "clients/" + uuid, Owner::kClient);
  }
}

void apply_role_mappings(Run& run, const std::string& realm, const std::string& holder, const std::string& what,
                         const json::object& want) {
  const bool is_new = holder.ends_with('/');
  if (want.contains("realmRoles"))
    apply_role_list(run, realm, holder + "/role-mappings/realm", is_new, what, Owner::kRealm,
                    texts_of(array_of(want, "realmRoles")));
  for (const auto& member : object_of(want, "clientRoles")) {
    const auto client = client_uuid(run, realm, std::string(member.key()));
    if (client.empty() && !run.options().dry_run)
      return run.fail("clientRoles: there is no client " + std::string(member.key()));
    if (!member.value().is_array()) return run.fail("clientRoles." + std::string(member.key()) + " must be a list");
    apply_role_list(run, realm + "/clients/" + client, holder + "/role-mappings/clients/" + client, is_new,
                    what + " of client " + std::string(member.key()), Owner::kClient,
                    texts_of(member.value().as_array()));
  }
  // Roles of clients that the file does not name at all are more than it names.
  if (!run.options().prune || is_new || !want.contains("clientRoles")) return;
  const auto mappings = run.find(holder + "/role-mappings");
  if (!mappings || !mappings->is_object()) return;
  for (const auto& [client, mapping] : object_of(mappings->as_object(), "clientMappings")) {
    if (!mapping.is_object() || object_of(want, "clientRoles").contains(client)) continue;
    const auto id = string_or(mapping.as_object(), "id", "");
    apply_role_list(run, realm + "/clients/" + id, holder + "/role-mappings/clients/" + id, is_new,
                    what + " of client " + std::string(client), Owner::kClient, {});
  }
}

}  // namespace cardea::tool
