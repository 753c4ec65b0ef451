#include "core/import/complete_realm.h"

#include <algorithm>

#include "core/changes/new_client.h"
#include "core/realm_defaults.h"
#include "core/realm_keys.h"

namespace cardea {
namespace {

using Roles = std::vector<RoleRepresentation>;

bool has_items(const json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  const auto* list = value == nullptr ? nullptr : value->if_array();
  return list != nullptr && !list->empty();
}

template <class Name>
void add_name(std::vector<std::string>& names, const Name& name) {
  if (std::ranges::find(names, name) == names.end()) names.emplace_back(name);
}

RoleRepresentation* find_role(Roles& roles, std::string_view name) {
  const auto found = std::ranges::find_if(roles, [&](const auto& role) { return role.role.name == name; });
  return found == roles.end() ? nullptr : &*found;
}

Roles* find_client_roles(RealmFile& file, std::string_view client_id) {
  const auto found =
      std::ranges::find(file.client_roles, client_id, [](const auto& entry) { return std::string_view(entry.first); });
  return found == file.client_roles.end() ? nullptr : &found->second;
}

/// The roles of a client, made room for when there are none.
Roles& client_roles(RealmFile& file, std::string_view client_id) {
  if (auto* roles = find_client_roles(file, client_id)) return *roles;
  return file.client_roles.emplace_back(std::string(client_id), Roles{}).second;
}

bool has_client(const RealmFile& file, std::string_view client_id) {
  return std::ranges::any_of(file.clients, [&](const auto& c) { return c.client.client_id == client_id; });
}

bool has_scope(const RealmFile& file, std::string_view name) {
  return std::ranges::any_of(*file.scopes, [&](const auto& scope) { return scope.name == name; });
}

void complete_settings(RealmFile& file, const RealmFile& defaults) {
  for (const auto& [name, value] : defaults.realm.attributes) file.realm.attributes.emplace(name, value);
  const auto* usual = defaults.realm.extra.if_contains("components");
  auto& components = file.realm.extra["components"];
  if (!components.is_object()) components = json::object();
  if (usual == nullptr) return;
  for (const auto& [type, list] : usual->get_object()) components.get_object().emplace(type, list);
}

/// What people write by hand has no ids, and the admin API finds mappers by theirs.
void give_ids(json::object& realm_members, std::string_view list, std::string_view member, Random& random) {
  auto* items = realm_members.if_contains(list);
  if (items == nullptr || !items->is_array()) return;
  for (auto& item : items->get_array()) {
    auto* object = item.if_object();
    if (object != nullptr && string_or(*object, member, "").empty()) (*object)[member] = random_uuid(random);
  }
}

/// Scopes that tokens are incomplete without, and what is missing then.
constexpr std::pair<std::string_view, std::string_view> kNeededScopes[] = {
    {"basic", "no scope basic: tokens have no sub"},
    {"roles", "no scope roles: tokens have no roles"},
    {"profile", "no scope profile: tokens have no names"},
};

void complete_scopes(RealmFile& file, RealmFile& defaults, ImportReview& review) {
  const bool keeps_defaults = !file.scopes;
  if (keeps_defaults) {
    file.scopes = std::move(*defaults.scopes);
    if (!file.default_scopes) file.default_scopes = std::move(defaults.default_scopes);
    if (!file.optional_scopes) file.optional_scopes = std::move(defaults.optional_scopes);
  } else if (!has_scope(file, "offline_access")) {
    const auto scope = std::ranges::find(*defaults.scopes, "offline_access", &ClientScope::name);
    file.scopes->push_back(*scope);
  }
  const auto is_mapped = [](const ScopeMapping& mapping) { return mapping.client_scope == "offline_access"; };
  if (std::ranges::none_of(file.scope_mappings, is_mapped)) {
    file.scope_mappings.push_back({.client = {}, .client_scope = "offline_access", .roles = {"offline_access"}});
  }
  const JsonPath root;
  for (const auto& [name, consequence] : kNeededScopes) {
    if (!has_scope(file, name))
      review.add(ReviewReason::kMissing, name, JsonPath(root, "clientScopes"), std::string(consequence));
  }
}

void complete_clients(RealmFile& file, RealmFile& defaults, const json::object& object, TimePoint now, Random& random) {
  const auto* given = object.if_contains("clients");
  for (std::size_t i = 0; i < file.clients.size(); ++i) {
    complete_new_client(file.clients[i], given->get_array()[i].get_object(), now, random);
  }
  for (auto& client : defaults.clients) {
    const auto& client_id = client.client.client_id;
    if (has_client(file, client_id)) continue;
    if (const auto mappings = defaults.client_scope_mappings.find(client_id);
        mappings != defaults.client_scope_mappings.end()) {
      file.client_scope_mappings.insert(*mappings);
    }
    file.clients.push_back(std::move(client));
  }
  for (auto& [client_id, roles] : defaults.client_roles) {
    if (find_client_roles(file, client_id) == nullptr) client_roles(file, client_id) = std::move(roles);
  }
}

/// The names that exist; only for composites we made up ourselves.
void keep_known(RoleNames& names, RealmFile& file) {
  std::erase_if(names.realm, [&](const auto& name) { return find_role(file.realm_roles, name) == nullptr; });
  for (auto& [client_id, roles] : names.client) {
    auto* known = find_client_roles(file, client_id);
    std::erase_if(roles, [&](const auto& name) { return known == nullptr || find_role(*known, name) == nullptr; });
  }
}

void complete_default_role(RealmFile& file, RealmFile& defaults) {
  const bool was_said = !file.default_role.empty();
  if (!was_said) file.default_role = defaults.default_role;
  if (find_role(file.realm_roles, file.default_role) == nullptr) {
    auto role = std::move(*find_role(defaults.realm_roles, defaults.default_role));
    role.role.name = file.default_role;
    keep_known(role.composites, file);
    file.realm_roles.push_back(std::move(role));
  }
  if (was_said) return;
  for (const auto& name : file.default_roles) {
    if (find_role(file.realm_roles, name) == nullptr) file.realm_roles.emplace_back().role.name = name;
    add_name(find_role(file.realm_roles, file.default_role)->composites.realm, name);
  }
  for (const auto& [client_id, names] : file.client_default_roles) {
    auto& roles = client_roles(file, client_id);
    for (const auto& name : names) {
      if (find_role(roles, name) == nullptr) roles.emplace_back().role.name = name;
      add_name(find_role(file.realm_roles, file.default_role)->composites.client[client_id], name);
    }
  }
}

/// Realm roles that must exist: the default ones of every realm, and in master those of administrators.
void complete_realm_roles(RealmFile& file, RealmFile& defaults) {
  for (auto& role : defaults.realm_roles) {
    if (role.role.name == defaults.default_role || find_role(file.realm_roles, role.role.name) != nullptr) continue;
    file.realm_roles.push_back(std::move(role));
  }
}

/// Files of older Keycloaks lack the newest admin roles: they are added, and to the role that has them all.
void complete_admin_roles(RealmFile& file) {
  const auto admin_client = admin_client_id(file.realm.name);
  const bool is_master = file.realm.name == kMasterRealm;
  auto& roles = client_roles(file, admin_client);
  auto wanted = default_realm(file.realm.name);
  for (auto& role : *find_client_roles(wanted, admin_client)) {
    if (find_role(roles, role.role.name) == nullptr) roles.push_back(std::move(role));
  }
  auto* all = is_master ? find_role(file.realm_roles, "admin") : find_role(roles, "realm-admin");
  auto& names = all->composites.client[std::string(admin_client)];
  for (const auto& role : roles) {
    if (role.role.name != all->role.name) add_name(names, role.role.name);
  }
}

/// What the file lacks of what the realm needs, and what its clients ask for.
void complete_keys(RealmFile& file, RealmFile& defaults, const json::object& object) {
  const auto* components = object.if_contains("components");
  const auto* given = components == nullptr || !components->is_object()
                          ? nullptr
                          : components->get_object().if_contains(kKeyProviderType);
  const bool brings_keys = given != nullptr && given->is_array() && !given->get_array().empty();
  if (!brings_keys) file.keys = std::move(defaults.keys);
  const auto require_key = [&](std::string_view algorithm) {
    const bool is_there = std::ranges::any_of(file.keys, [&](const KeyComponent& wanted) {
      return wanted.key.algorithm == algorithm && wanted.key.status == KeyStatus::kActive;
    });
    if (!is_there) file.keys.push_back(fallback_key(algorithm));
  };
  for (const std::string_view needed :
       {std::string_view(file.realm.default_signature_algorithm), std::string_view("HS512"), std::string_view("AES")}) {
    require_key(needed);
  }
  for (const auto& read : file.clients) {
    for (const auto& algorithm : signature_algorithms_of(read.client)) require_key(algorithm);
  }
}

}  // namespace

Realm settings_base(const json::object& object, const RealmFile& defaults) {
  auto base = defaults.realm;
  base.enabled = false;
  if (has_items(object, "authenticationFlows")) {
    base.extra.erase("authenticationFlows");
    base.extra.erase("authenticatorConfig");
  }
  return base;
}

void complete_realm(RealmFile& file, const json::object& object, RealmFile defaults, TimePoint now, Random& random,
                    ImportReview& review) {
  complete_settings(file, defaults);
  give_ids(file.realm.extra, "identityProviders", "internalId", random);
  give_ids(file.realm.extra, "identityProviderMappers", "id", random);
  complete_scopes(file, defaults, review);
  complete_clients(file, defaults, object, now, random);
  complete_realm_roles(file, defaults);
  complete_default_role(file, defaults);
  complete_admin_roles(file);
  complete_keys(file, defaults, object);
  const JsonPath root;
  if (!object.contains("enabled")) {
    review.add(ReviewReason::kCompleted, "enabled", JsonPath(root, "enabled"), "not given: the realm is disabled");
  }
}

}  // namespace cardea
