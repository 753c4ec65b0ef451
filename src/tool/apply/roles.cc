#include <algorithm>

#include "base/uri.h"
#include "tool/apply/parts.h"

namespace cardea::tool {
namespace {

const std::vector<std::string_view> kNotOfARole = {"composites", "composite", "clientRole", "containerId"};

/// Roles that a server makes and needs.
bool is_built_in(std::string_view name) {
  return name.starts_with("default-roles-") || name == "offline_access" || name == "uma_authorization" ||
         name == "admin" || name == "create-realm";
}

void apply_roles(Run& run, const std::string& container, const std::string& what, const json::array& wanted) {
  for (const auto& item : wanted) {
    if (!item.is_object()) return run.fail(what + ": roles must be objects with a name");
    const auto want = without(item.as_object(), kNotOfARole);
    const auto name = string_or(want, "name", "");
    const auto path = container + "/roles/" + percent_encode(name);
    if (const auto have = run.find(path)) {
      run.update(what, name, path, have->as_object(), want);
    } else {
      run.create(what, name, container + "/roles", want);
    }
  }
  if (!run.options().prune) return;
  for (const auto& item : run.list(container + "/roles?briefRepresentation=true&max=1000")) {
    const auto name = string_or(item.as_object(), "name", "");
    if (find_by(wanted, "name", name) == nullptr && !is_built_in(name))
      run.prune(what, name, container + "/roles/" + percent_encode(name));
  }
}

/// The representations of the wanted roles that `have` lacks. A role that is not there yet counts in a dry run.
json::array missing_roles(Run& run, const std::string& container, const std::vector<std::string>& want,
                          const json::array& have) {
  json::array missing;
  for (const auto& name : want) {
    if (find_by(have, "name", name) != nullptr) continue;
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

/// One list of roles, of one container: what is missing is added, what is more is pruned.
void apply_role_list(Run& run, const std::string& container, const std::string& mapping, bool is_new,
                     const std::string& what, const std::vector<std::string>& want) {
  const auto have = is_new ? json::array() : run.list(mapping);
  if (const auto missing = missing_roles(run, container, want, have); !missing.empty())
    run.change(what + " + role " + names_of(missing), web::Method::kPost, mapping, missing);
  if (!run.options().prune) return;
  json::array surplus;
  for (const auto& role : have) {
    const auto name = string_or(role.as_object(), "name", "");
    if (std::ranges::find(want, name) == want.end() && !is_built_in(name)) surplus.push_back(role);
  }
  if (!surplus.empty()) run.change(what + " - role " + names_of(surplus), web::Method::kDelete, mapping, surplus);
}

void apply_composites(Run& run, const std::string& realm, const std::string& role_path, const std::string& what,
                      const json::object& role) {
  const auto& composites = object_of(role, "composites");
  const auto have = run.list(role_path + "/composites");
  json::array missing = missing_roles(run, realm, texts_of(array_of(composites, "realm")), have);
  for (const auto& member : object_of(composites, "client")) {
    const auto client = client_uuid(run, realm, std::string(member.key()));
    const auto more = missing_roles(run, realm + "/clients/" + client, texts_of(member.value().as_array()), have);
    missing.insert(missing.end(), more.begin(), more.end());
  }
  if (!missing.empty())
    run.change(what + " + role " + names_of(missing), web::Method::kPost, role_path + "/composites", missing);
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
  if (roles.contains("realm")) apply_roles(run, realm, "role", array_of(roles, "realm"));
}

void apply_client_roles(Run& run, const std::string& realm, const json::object& document) {
  for (const auto& member : object_of(object_of(document, "roles"), "client")) {
    const std::string client(member.key());
    if (!member.value().is_array()) return run.fail("roles.client." + client + " must be a list");
    const auto uuid = client_uuid(run, realm, client);
    if (uuid.empty() && !run.options().dry_run) return run.fail("roles.client: there is no client " + client);
    apply_roles(run, realm + "/clients/" + uuid, "role of client " + client + ":", member.value().as_array());
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
  const auto apply = [&](const json::value& item, const std::string& container, const std::string& part) {
    if (!item.is_object()) return run.fail("scope mappings must be objects with a client or a clientScope");
    std::string what;
    const auto holder = mapping_holder(run, realm, item.as_object(), what);
    apply_role_list(run, container, holder + "/scope-mappings/" + part, holder.ends_with('/'), what + " in scope",
                    texts_of(array_of(item.as_object(), "roles")));
  };
  for (const auto& item : array_of(document, "scopeMappings")) apply(item, realm, "realm");
  for (const auto& [client, list] : object_of(document, "clientScopeMappings")) {
    const auto uuid = client_uuid(run, realm, client);
    if (uuid.empty() && !run.options().dry_run)
      return run.fail("clientScopeMappings: there is no client " + std::string(client));
    if (!list.is_array()) return run.fail("clientScopeMappings." + std::string(client) + " must be a list");
    for (const auto& item : list.as_array()) apply(item, realm + "/clients/" + uuid, "clients/" + uuid);
  }
}

void apply_role_mappings(Run& run, const std::string& realm, const std::string& holder, const std::string& what,
                         const json::object& want) {
  const bool is_new = holder.ends_with('/');
  if (want.contains("realmRoles"))
    apply_role_list(run, realm, holder + "/role-mappings/realm", is_new, what, texts_of(array_of(want, "realmRoles")));
  for (const auto& member : object_of(want, "clientRoles")) {
    const auto client = client_uuid(run, realm, std::string(member.key()));
    if (client.empty() && !run.options().dry_run)
      return run.fail("clientRoles: there is no client " + std::string(member.key()));
    if (!member.value().is_array()) return run.fail("clientRoles." + std::string(member.key()) + " must be a list");
    apply_role_list(run, realm + "/clients/" + client, holder + "/role-mappings/clients/" + client, is_new,
                    what + " of client " + std::string(member.key()), texts_of(member.value().as_array()));
  }
}

}  // namespace cardea::tool
