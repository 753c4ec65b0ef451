// Realms, scopes, keys and clients of the MemoryStore.
#include <algorithm>
#include <set>

#include "base/text.h"
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
  Stored<std::vector<Realm>> find_all(Rows& rows, const std::vector<std::string>& names) override {
    auto realms = list(rows);
    std::erase_if(*realms, [&](const Realm& realm) { return std::ranges::find(names, realm.name) == names.end(); });
    return realms;
  }
  Stored<std::vector<Realm>> administered(Rows& rows, const AdministeredQuery& query) override {
    const auto& data = rows_of(rows);
    const auto reach = [&](const std::vector<RoleId>& roles) {
      std::set<RoleId> found;
      for (std::vector<RoleId> next = roles; !next.empty();) {
        const auto* row = data.roles.find(next.back().str());
        next.pop_back();
        if (row != nullptr && found.insert((*row)->id).second)
          next.insert(next.end(), (*row)->composites.begin(), (*row)->composites.end());
      }
      return found;
    };
    const auto held = reach(query.roles);
    const auto through = reach(query.through.value_or(std::vector<RoleId>()));
    std::vector<Realm> realms;
    for (const auto& [name, id] : data.realm_names.rows()) {
      const auto* client = data.client_names.find(key_of(query.master.str(), name + "-realm"));
      if (client == nullptr || !ascii_lower(name).contains(ascii_lower(query.search))) continue;
      const bool is_one = std::ranges::any_of(data.roles.rows(), [&](const auto& row) {
        const auto& role = *row.second;
        return role.client && role.client->str() == *client && held.contains(role.id) &&
               (!query.through || through.contains(role.id)) &&
               std::ranges::find(query.names, role.name) != query.names.end();
      });
      if (is_one) realms.push_back(**data.realms.find(id));
    }
    const auto begin = std::min(realms.size(), static_cast<std::size_t>(query.first));
    realms.erase(realms.begin(), realms.begin() + static_cast<std::ptrdiff_t>(begin));
    if (query.max >= 0 && realms.size() > static_cast<std::size_t>(query.max))
      realms.resize(static_cast<std::size_t>(query.max));
    return realms;
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
  Stored<std::vector<Client>> find_all(Rows& rows, const RealmId& realm, const std::vector<ClientId>& ids) override {
    auto clients = list(rows, realm, "", 0, -1);
    std::erase_if(*clients, [&](const Client& client) { return std::ranges::find(ids, client.id) == ids.end(); });
    return clients;
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

}  // namespace

void make_settings_repos(MemoryRepos& repos) {
  repos.realms = std::make_unique<MemoryRealms>();
  repos.scopes = std::make_unique<MemoryScopes>();
  repos.keys = std::make_unique<MemoryKeys>();
  repos.clients = std::make_unique<MemoryClients>();
}

}  // namespace cardea
