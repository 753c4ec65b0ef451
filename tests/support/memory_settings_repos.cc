// Realms, scopes, keys, clients, roles and groups of the MemoryStore.
#include <algorithm>

#include "base/text.h"
#include "domain/group_source.h"
#include "tests/support/memory_data.h"

namespace cardea {

// The bindings break the build when a record gains a member, so that no copy can lose one.
Client copy_of(const Client& client) {
  const auto& [id, client_id, name, description, root_url, admin_url, base_url, enabled, authenticator_type, secret,
               redirect_uris, web_origins, not_before, bearer_only, consent_required, standard_flow, implicit_flow,
               direct_grants, service_accounts, is_public, frontchannel_logout, protocol, attributes, full_scope,
               mappers, default_scopes, optional_scopes, role_mappings, extra] = client;
  return Client{id,
                client_id,
                name,
                description,
                root_url,
                admin_url,
                base_url,
                enabled,
                authenticator_type,
                secret.clone(),
                redirect_uris,
                web_origins,
                not_before,
                bearer_only,
                consent_required,
                standard_flow,
                implicit_flow,
                direct_grants,
                service_accounts,
                is_public,
                frontchannel_logout,
                protocol,
                attributes,
                full_scope,
                mappers,
                default_scopes,
                optional_scopes,
                role_mappings,
                extra};
}

RealmKey copy_of(const RealmKey& key) {
  const auto& [id, name, provider, kid, algorithm, use, status, priority, created_at, secret, certificate] = key;
  return RealmKey{id, name, provider, kid, algorithm, use, status, priority, created_at, secret.clone(), certificate};
}

std::string role_key(const RealmId& realm, const std::optional<ClientId>& client, std::string_view name) {
  return key_of(realm.str(), client ? client->str() : "", name);
}

std::string group_key(const Group& group) {
  return key_of(group.realm.str(), group.parent ? group.parent->str() : "", group.name);
}

Stored<void> raise(MemoryData& data, const RealmId& realm) {
  const auto* row = data.realms.find(realm.str());
  if (row == nullptr) return refuse(StoreError::kConflict);
  auto next = std::make_shared<Realm>(**row);
  ++next->version;
  data.realms.edit()[realm.str()] = std::move(next);
  return {};
}

void erase_role(MemoryData& data, const RoleId& role) {
  const auto* row = data.roles.find(role.str());
  if (row == nullptr) return;
  data.role_names.edit().erase(role_key((*row)->realm, (*row)->client, (*row)->name));
  data.roles.edit().erase(role.str());
  for (auto& [id, other] : data.roles.edit()) {
    if (std::ranges::find(other->composites, role) == other->composites.end()) continue;
    auto next = std::make_shared<Role>(*other);
    std::erase(next->composites, role);
    other = std::move(next);
  }
  for (auto& [id, subject] : data.users.edit()) {
    if (std::ranges::find(subject->roles, role) == subject->roles.end()) continue;
    auto next = std::make_shared<Subject>(*subject);
    std::erase(next->roles, role);
    subject = std::move(next);
  }
}

namespace {

template <class Item>
void add(std::vector<Item>& items, const Item& item) {
  if (std::ranges::find(items, item) == items.end()) items.push_back(item);
}

class MemoryRealms final : public RealmRepo {
 public:
  Stored<std::optional<Realm>> find_by_name(Rows& rows, std::string_view name) override {
    const auto& data = rows_of(rows);
    const auto* id = data.realm_names.find(name);
    if (id == nullptr) return std::nullopt;
    return **data.realms.find(*id);
  }
  Stored<std::vector<Realm>> list(Rows& rows) override {
    const auto& data = rows_of(rows);
    std::vector<Realm> realms;
    for (const auto& [name, id] : data.realm_names.rows()) realms.push_back(**data.realms.find(id));
    return realms;
  }
  Stored<std::vector<std::pair<RealmId, std::string>>> names(Rows& rows, std::string_view prefix) override {
    std::vector<std::pair<RealmId, std::string>> named;
    for (const auto& [name, id] : rows_of(rows).realm_names.rows()) {
      if (name.starts_with(prefix)) named.emplace_back(id, name);
    }
    return named;
  }
  Stored<void> insert(Tx& tx, const Realm& realm) override {
    auto& data = rows_of(tx);
    if (data.realms.contains(realm.id.str()) || data.realm_names.contains(realm.name)) {
      return refuse(StoreError::kConflict);
    }
    auto row = std::make_shared<Realm>(realm);
    row->version = 1;
    data.realms.edit()[realm.id.str()] = std::move(row);
    data.realm_names.edit()[realm.name] = realm.id.str();
    return {};
  }
  Stored<void> update(Tx& tx, const Realm& realm) override {
    auto& data = rows_of(tx);
    const auto* before = data.realms.find(realm.id.str());
    if (before == nullptr) return refuse(StoreError::kConflict);
    const auto* holder = data.realm_names.find(realm.name);
    if (holder != nullptr && *holder != realm.id.str()) return refuse(StoreError::kConflict);
    auto row = std::make_shared<Realm>(realm);
    row->version = (*before)->version + 1;
    data.realm_names.edit().erase((*before)->name);
    data.realm_names.edit()[realm.name] = realm.id.str();
    data.realms.edit()[realm.id.str()] = std::move(row);
    return {};
  }
  Stored<bool> remove_some(Tx& tx, const RealmId& realm, int rows_max) override {
    return remove_realm_rows(rows_of(tx), realm, rows_max);
  }
  Stored<void> raise_version(Tx& tx, const RealmId& realm) override { return raise(rows_of(tx), realm); }
  Stored<std::vector<std::pair<RealmId, std::int64_t>>> versions(Rows& rows,
                                                                 const std::vector<RealmId>& realms) override {
    const auto& data = rows_of(rows);
    std::vector<std::pair<RealmId, std::int64_t>> found;
    for (const auto& realm : realms) {
      if (const auto* row = data.realms.find(realm.str())) found.emplace_back(realm, (*row)->version);
    }
    return found;
  }
};

class MemoryScopes final : public ScopeRepo {
 public:
  Stored<std::vector<ClientScope>> list(Rows& rows, const RealmId& realm) override {
    const auto& data = rows_of(rows);
    std::vector<ClientScope> scopes;
    for (const auto& [id, scope] : data.scopes.rows()) {
      if (*data.scope_realms.find(id) == realm) scopes.push_back(*scope);
    }
    return scopes;
  }
  Stored<void> insert(Tx& tx, const RealmId& realm, const ClientScope& scope) override {
    auto& data = rows_of(tx);
    const auto name = key_of(realm.str(), scope.name);
    if (data.scopes.contains(scope.id.str()) || data.scope_names.contains(name)) return refuse(StoreError::kConflict);
    data.scopes.edit()[scope.id.str()] = std::make_shared<ClientScope>(scope);
    data.scope_realms.edit()[scope.id.str()] = realm;
    data.scope_names.edit()[name] = scope.id.str();
    return raise(data, realm);
  }
  Stored<void> add_role_mapping(Tx& tx, const RealmId& realm, const ScopeId& scope, const RoleId& role) override {
    auto& data = rows_of(tx);
    const auto* row = data.scopes.find(scope.str());
    if (row == nullptr || *data.scope_realms.find(scope.str()) != realm || !data.roles.contains(role.str())) {
      return refuse(StoreError::kConflict);
    }
    auto next = std::make_shared<ClientScope>(**row);
    add(next->role_mappings, role);
    data.scopes.edit()[scope.str()] = std::move(next);
    return raise(data, realm);
  }
  Stored<void> update(Tx& tx, const RealmId& realm, const ClientScope& scope) override {
    auto& data = rows_of(tx);
    const auto* row = data.scopes.find(scope.id.str());
    if (row == nullptr || *data.scope_realms.find(scope.id.str()) != realm) return refuse(StoreError::kConflict);
    const auto* holder = data.scope_names.find(key_of(realm.str(), scope.name));
    if (holder != nullptr && *holder != scope.id.str()) return refuse(StoreError::kConflict);
    data.scope_names.edit().erase(key_of(realm.str(), (*row)->name));
    data.scope_names.edit()[key_of(realm.str(), scope.name)] = scope.id.str();
    data.scopes.edit()[scope.id.str()] = std::make_shared<ClientScope>(scope);
    return raise(data, realm);
  }
  Stored<bool> remove(Tx& tx, const RealmId& realm, const ScopeId& scope) override {
    auto& data = rows_of(tx);
    const auto* row = data.scopes.find(scope.str());
    if (row == nullptr || *data.scope_realms.find(scope.str()) != realm) return false;
    data.scope_names.edit().erase(key_of(realm.str(), (*row)->name));
    data.scope_realms.edit().erase(scope.str());
    data.scopes.edit().erase(scope.str());
    if (auto raised = raise(data, realm); !raised) return refuse(raised.error());
    return true;
  }
};

class MemoryKeys final : public KeyRepo {
 public:
  Stored<std::vector<RealmKey>> list(Rows& rows, const RealmId& realm) override {
    const auto& data = rows_of(rows);
    std::vector<RealmKey> keys;
    for (const auto& [id, key] : data.keys.rows()) {
      if (*data.key_realms.find(id) == realm) keys.push_back(copy_of(*key));
    }
    return keys;
  }
  Stored<void> insert(Tx& tx, const RealmId& realm, const RealmKey& key) override {
    auto& data = rows_of(tx);
    if (data.keys.contains(key.id.str())) return refuse(StoreError::kConflict);
    data.keys.edit()[key.id.str()] = std::make_shared<RealmKey>(copy_of(key));
    data.key_realms.edit()[key.id.str()] = realm;
    return raise(data, realm);
  }
  Stored<void> update(Tx& tx, const RealmId& realm, const RealmKey& key) override {
    auto& data = rows_of(tx);
    const auto* row = data.keys.find(key.id.str());
    if (row == nullptr || *data.key_realms.find(key.id.str()) != realm) return refuse(StoreError::kConflict);
    auto next = std::make_shared<RealmKey>(copy_of(**row));
    next->name = key.name;
    next->status = key.status;
    next->priority = key.priority;
    data.keys.edit()[key.id.str()] = std::move(next);
    return raise(data, realm);
  }
  Stored<bool> remove(Tx& tx, const RealmId& realm, const KeyId& key) override {
    auto& data = rows_of(tx);
    if (!data.keys.contains(key.str()) || *data.key_realms.find(key.str()) != realm) return false;
    data.keys.edit().erase(key.str());
    data.key_realms.edit().erase(key.str());
    if (auto raised = raise(data, realm); !raised) return refuse(raised.error());
    return true;
  }
};

class MemoryClients final : public ClientRepo {
 public:
  Stored<std::optional<Client>> find_by_client_id(Rows& rows, const RealmId& realm,
                                                  std::string_view client_id) override {
    const auto& data = rows_of(rows);
    const auto* id = data.client_names.find(key_of(realm.str(), client_id));
    if (id == nullptr) return std::nullopt;
    return copy_of(**data.clients.find(*id));
  }
  Stored<std::optional<Client>> find(Rows& rows, const RealmId& realm, const ClientId& id) override {
    const auto& data = rows_of(rows);
    const auto* row = data.clients.find(id.str());
    if (row == nullptr || *data.client_realms.find(id.str()) != realm) return std::nullopt;
    return copy_of(**row);
  }
  Stored<void> insert(Tx& tx, const RealmId& realm, const Client& client) override {
    auto& data = rows_of(tx);
    const auto name = key_of(realm.str(), client.client_id);
    if (data.clients.contains(client.id.str()) || data.client_names.contains(name))
      return refuse(StoreError::kConflict);
    data.clients.edit()[client.id.str()] = std::make_shared<Client>(copy_of(client));
    data.client_realms.edit()[client.id.str()] = realm;
    data.client_names.edit()[name] = client.id.str();
    return raise(data, realm);
  }
  Stored<void> add_role_mapping(Tx& tx, const RealmId& realm, const ClientId& client, const RoleId& role) override {
    auto& data = rows_of(tx);
    const auto* row = data.clients.find(client.str());
    if (row == nullptr || *data.client_realms.find(client.str()) != realm || !data.roles.contains(role.str())) {
      return refuse(StoreError::kConflict);
    }
    auto next = std::make_shared<Client>(copy_of(**row));
    add(next->role_mappings, role);
    data.clients.edit()[client.str()] = std::move(next);
    return raise(data, realm);
  }
  Stored<std::vector<Client>> list(Rows& rows, const RealmId& realm, std::string_view search, std::int64_t first,
                                   std::int64_t max) override {
    const auto& data = rows_of(rows);
    const auto wanted = ascii_lower(search);
    std::map<std::string, std::string> found;
    for (const auto& [id, client] : data.clients.rows()) {
      if (*data.client_realms.find(id) == realm && ascii_lower(client->client_id).contains(wanted)) {
        found.emplace(client->client_id, id);
      }
    }
    std::vector<Client> clients;
    for (const auto& [name, id] : found) {
      if (first-- > 0) continue;
      if (max >= 0 && static_cast<std::int64_t>(clients.size()) == max) break;
      clients.push_back(copy_of(**data.clients.find(id)));
    }
    return clients;
  }
  Stored<void> update(Tx& tx, const RealmId& realm, const Client& client) override {
    auto& data = rows_of(tx);
    const auto* row = data.clients.find(client.id.str());
    if (row == nullptr || *data.client_realms.find(client.id.str()) != realm) return refuse(StoreError::kConflict);
    const auto name = key_of(realm.str(), client.client_id);
    const auto* holder = data.client_names.find(name);
    if (holder != nullptr && *holder != client.id.str()) return refuse(StoreError::kConflict);
    data.client_names.edit().erase(key_of(realm.str(), (*row)->client_id));
    data.client_names.edit()[name] = client.id.str();
    data.clients.edit()[client.id.str()] = std::make_shared<Client>(copy_of(client));
    return raise(data, realm);
  }
  Stored<bool> remove(Tx& tx, const RealmId& realm, const ClientId& client) override {
    auto& data = rows_of(tx);
    const auto* row = data.clients.find(client.str());
    if (row == nullptr || *data.client_realms.find(client.str()) != realm) return false;
    std::vector<RoleId> roles;
    for (const auto& [id, role] : data.roles.rows()) {
      if (role->client == client) roles.push_back(role->id);
    }
    for (const auto& role : roles) erase_role(data, role);
    if (const auto* account = data.service_accounts.find(client.str())) erase_user(data, UserId(std::string(*account)));
    data.client_names.edit().erase(key_of(realm.str(), (*row)->client_id));
    data.client_realms.edit().erase(client.str());
    data.clients.edit().erase(client.str());
    if (auto raised = raise(data, realm); !raised) return refuse(raised.error());
    return true;
  }
};

class MemoryRoles final : public RoleRepo {
 public:
  Stored<std::optional<Role>> find(Rows& rows, const RealmId& realm, const RoleId& id) override {
    const auto& data = rows_of(rows);
    const auto* row = data.roles.find(id.str());
    if (row == nullptr || (*row)->realm != realm) return std::nullopt;
    return read(data, **row);
  }
  Stored<std::optional<Role>> find_by_name(Rows& rows, const RealmId& realm, const std::optional<ClientId>& client,
                                           std::string_view name) override {
    const auto& data = rows_of(rows);
    const auto* id = data.role_names.find(role_key(realm, client, name));
    if (id == nullptr) return std::nullopt;
    return read(data, **data.roles.find(*id));
  }
  Stored<std::vector<Role>> list(Rows& rows, const RealmId& realm) override {
    const auto& data = rows_of(rows);
    std::vector<Role> roles;
    for (const auto& [id, role] : data.roles.rows()) {
      if (role->realm == realm) roles.push_back(read(data, *role));
    }
    return roles;
  }
  Stored<void> insert(Tx& tx, const Role& role) override {
    auto& data = rows_of(tx);
    const auto name = role_key(role.realm, role.client, role.name);
    if (data.roles.contains(role.id.str()) || data.role_names.contains(name)) return refuse(StoreError::kConflict);
    if (role.client && !data.clients.contains(role.client->str())) return refuse(StoreError::kConflict);
    data.roles.edit()[role.id.str()] = std::make_shared<Role>(role);
    data.role_names.edit()[name] = role.id.str();
    return raise(data, role.realm);
  }
  Stored<void> add_composite(Tx& tx, const RealmId& realm, const RoleId& parent, const RoleId& child) override {
    auto& data = rows_of(tx);
    const auto* row = data.roles.find(parent.str());
    if (row == nullptr || (*row)->realm != realm || !data.roles.contains(child.str()))
      return refuse(StoreError::kConflict);
    auto next = std::make_shared<Role>(**row);
    add(next->composites, child);
    data.roles.edit()[parent.str()] = std::move(next);
    return raise(data, realm);
  }

  Stored<void> remove_composite(Tx& tx, const RealmId& realm, const RoleId& parent, const RoleId& child) override {
    auto& data = rows_of(tx);
    const auto* row = data.roles.find(parent.str());
    if (row == nullptr || (*row)->realm != realm) return {};
    auto next = std::make_shared<Role>(**row);
    std::erase(next->composites, child);
    data.roles.edit()[parent.str()] = std::move(next);
    return raise(data, realm);
  }
  Stored<std::vector<Role>> list_of(Rows& rows, const RealmId& realm, const std::optional<ClientId>& client) override {
    auto roles = list(rows, realm);
    if (!roles) return roles;
    std::erase_if(*roles, [&](const Role& role) { return role.client != client; });
    std::ranges::sort(*roles, {}, &Role::name);
    return roles;
  }
  Stored<std::vector<Role>> reached(Rows& rows, const RealmId& realm, const std::vector<RoleId>& roles) override {
    std::vector<RoleId> ids = roles;
    std::vector<Role> found;
    for (std::size_t next = 0; next < ids.size(); ++next) {
      auto role = *find(rows, realm, RoleId(ids[next]));
      if (!role || std::ranges::find(found, role->id, &Role::id) != found.end()) continue;
      ids.insert(ids.end(), role->composites.begin(), role->composites.end());
      found.push_back(std::move(*role));
    }
    std::ranges::sort(found, {}, [](const Role& role) {
      return std::pair(role.client ? role.client->str() : std::string(), role.name);
    });
    return found;
  }
  Stored<std::vector<std::string>> names_reached(Rows& rows, const RealmId& realm,
                                                 const std::optional<ClientId>& client,
                                                 const std::vector<RoleId>& roles) override {
    const auto all = reached(rows, realm, roles);
    std::vector<std::string> names;
    for (const auto& role : *all) {
      if (role.client == client) names.push_back(role.name);
    }
    return names;
  }
  Stored<void> update(Tx& tx, const Role& role) override {
    auto& data = rows_of(tx);
    const auto* row = data.roles.find(role.id.str());
    if (row == nullptr || (*row)->realm != role.realm) return refuse(StoreError::kConflict);
    const auto name = role_key(role.realm, (*row)->client, role.name);
    const auto* holder = data.role_names.find(name);
    if (holder != nullptr && *holder != role.id.str()) return refuse(StoreError::kConflict);
    auto next = std::make_shared<Role>(role);
    next->client = (*row)->client;
    next->composites = (*row)->composites;
    data.role_names.edit().erase(role_key(role.realm, (*row)->client, (*row)->name));
    data.role_names.edit()[name] = role.id.str();
    data.roles.edit()[role.id.str()] = std::move(next);
    return raise(data, role.realm);
  }
  Stored<bool> remove(Tx& tx, const RealmId& realm, const RoleId& role) override {
    auto& data = rows_of(tx);
    const auto* row = data.roles.find(role.str());
    if (row == nullptr || (*row)->realm != realm) return false;
    erase_role(data, role);
    if (auto raised = raise(data, realm); !raised) return refuse(raised.error());
    return true;
  }

 private:
  static Role read(const MemoryData& data, Role role) {
    role.client_name = role.client ? (*data.clients.find(role.client->str()))->client_id : "";
    return role;
  }
};

void erase_group(MemoryData& data, const GroupId& group) {
  std::vector<GroupId> children;
  for (const auto& [id, row] : data.groups.rows()) {
    if (row->parent == group) children.push_back(row->id);
  }
  for (const auto& child : children) erase_group(data, child);
  for (auto& [id, subject] : data.users.edit()) {
    if (std::ranges::find(subject->groups, group) == subject->groups.end()) continue;
    auto next = std::make_shared<Subject>(*subject);
    std::erase(next->groups, group);
    subject = std::move(next);
  }
  data.group_names.edit().erase(group_key(**data.groups.find(group.str())));
  data.groups.edit().erase(group.str());
}

std::string escaped(std::string_view name) {
  std::string out;
  for (const char c : name) {
    if (c == '/') out += '~';
    out += c;
  }
  return out;
}

class MemoryGroups final : public GroupRepo {
 public:
  Stored<std::optional<Group>> find(Rows& rows, const RealmId& realm, const GroupId& id) override {
    const auto& data = rows_of(rows);
    const auto* row = data.groups.find(id.str());
    if (row == nullptr || (*row)->realm != realm) return std::nullopt;
    return read(data, **row);
  }
  Stored<std::vector<Group>> list(Rows& rows, const RealmId& realm) override {
    const auto& data = rows_of(rows);
    std::vector<Group> groups;
    for (const auto& [id, group] : data.groups.rows()) {
      if (group->realm == realm) groups.push_back(read(data, *group));
    }
    return groups;
  }
  Stored<void> note_sources(Tx&, const RealmId&) override { return {}; }  // there is no older release
  Stored<std::optional<SourcedGroup>> find_sourced(Rows& rows, const RealmId& realm, std::string_view provider,
                                                   std::string_view source_id) override {
    const auto& data = rows_of(rows);
    for (const auto& [id, group] : data.groups.rows()) {
      if (group->realm == realm && is_of(*group, provider) && group->attribute(kSourceIdAttribute) == source_id) {
        return sourced(data, *group);
      }
    }
    return std::nullopt;
  }
  Stored<std::vector<SourcedGroup>> list_of_source(Rows& rows, const RealmId& realm,
                                                   std::string_view provider) override {
    const auto& data = rows_of(rows);
    std::vector<SourcedGroup> out;
    for (const auto& [id, group] : data.groups.rows()) {
      if (group->realm != realm || !is_of(*group, provider)) continue;
      if (!group->attribute(kSourceIdAttribute).empty()) out.push_back(sourced(data, *group));
    }
    return out;
  }
  Stored<std::vector<SourcedGroup>> list_sourced(Rows& rows, const RealmId& realm, std::string_view provider,
                                                 const UserId& user) override {
    const auto& data = rows_of(rows);
    std::vector<SourcedGroup> out;
    const auto* subject = data.users.find(user.str());
    if (subject == nullptr) return out;
    for (const auto& id : (*subject)->groups) {
      const auto* group = data.groups.find(id.str());
      if (group == nullptr || (*group)->realm != realm || !is_of(**group, provider)) continue;
      if (!(*group)->attribute(kSourceIdAttribute).empty()) out.push_back(sourced(data, **group));
    }
    return out;
  }
  Stored<bool> has_name(Rows& rows, const RealmId& realm, std::string_view name) override {
    return std::ranges::any_of(rows_of(rows).groups.rows(),
                               [&](const auto& row) { return row.second->realm == realm && row.second->name == name; });
  }
  Stored<void> insert(Tx& tx, const Group& group) override {
    auto& data = rows_of(tx);
    const auto name = group_key(group);
    if (data.groups.contains(group.id.str()) || data.group_names.contains(name)) return refuse(StoreError::kConflict);
    if (group.parent && !data.groups.contains(group.parent->str())) return refuse(StoreError::kConflict);
    data.groups.edit()[group.id.str()] = std::make_shared<Group>(group);
    data.group_names.edit()[name] = group.id.str();
    return raise(data, group.realm);
  }

  Stored<void> update(Tx& tx, const Group& group) override {
    auto& data = rows_of(tx);
    const auto* row = data.groups.find(group.id.str());
    if (row == nullptr || (*row)->realm != group.realm) return refuse(StoreError::kConflict);
    const auto* holder = data.group_names.find(group_key(group));
    if (holder != nullptr && *holder != group.id.str()) return refuse(StoreError::kConflict);
    data.group_names.edit().erase(group_key(**row));
    data.group_names.edit()[group_key(group)] = group.id.str();
    data.groups.edit()[group.id.str()] = std::make_shared<Group>(group);
    return raise(data, group.realm);
  }
  Stored<bool> remove(Tx& tx, const RealmId& realm, const GroupId& group) override {
    auto& data = rows_of(tx);
    const auto* row = data.groups.find(group.str());
    if (row == nullptr || (*row)->realm != realm) return false;
    erase_group(data, group);
    if (auto raised = raise(data, realm); !raised) return refuse(raised.error());
    return true;
  }

 private:
  static bool is_of(const Group& group, std::string_view provider) {
    return !provider.empty() && group.attribute(kSourceAttribute) == provider;
  }
  static bool is_own_name(const MemoryData& data, const RealmId& realm, std::string_view name) {
    return std::ranges::any_of(data.groups.rows(), [&](const auto& row) {
      return row.second->realm == realm && row.second->name == name && row.second->attribute(kSourceAttribute).empty();
    });
  }
  static SourcedGroup sourced(const MemoryData& data, const Group& group) {
    return {.id = group.id,
            .source_id = std::string(group.attribute(kSourceIdAttribute)),
            .name = group.name,
            .shares_name = is_own_name(data, group.realm, group.name)};
  }
  static Group read(const MemoryData& data, Group group) {
    group.path = "/" + escaped(group.name);
    for (auto parent = group.parent; parent;) {
      const auto& above = **data.groups.find(parent->str());
      group.path = "/" + escaped(above.name) + group.path;
      parent = above.parent;
    }
    return group;
  }
};

}  // namespace

void make_settings_repos(MemoryRepos& repos) {
  repos.realms = std::make_unique<MemoryRealms>();
  repos.scopes = std::make_unique<MemoryScopes>();
  repos.keys = std::make_unique<MemoryKeys>();
  repos.clients = std::make_unique<MemoryClients>();
  repos.roles = std::make_unique<MemoryRoles>();
  repos.groups = std::make_unique<MemoryGroups>();
}

}  // namespace cardea
