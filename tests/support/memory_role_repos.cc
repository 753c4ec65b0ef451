// Roles and groups of the MemoryStore.
#include <algorithm>

#include "domain/group_source.h"
#include "tests/support/memory_data.h"

namespace cardea {
namespace {

template <class Item>
void add(std::vector<Item>& items, const Item& item) {
  if (std::ranges::find(items, item) == items.end()) items.push_back(item);
}

class MemoryRoles final : public RoleRepo {
 public:
  Stored<std::optional<Role>> find(Rows& rows, const RealmId& realm, const RoleId& id) override {
    const auto& data = rows_of(rows);
    const auto* row = data.roles.find(id.str());
    if (row == nullptr || (*row)->realm != realm) return std::nullopt;
    return read(data, **row);
  }
  Stored<std::vector<Role>> find_all(Rows& rows, const RealmId& realm, const std::vector<RoleId>& ids) override {
    auto roles = find_of_all_realms(rows, ids);
    std::erase_if(*roles, [&](const Role& role) { return role.realm != realm; });
    return roles;
  }
  Stored<std::vector<Role>> find_of_all_realms(Rows& rows, const std::vector<RoleId>& ids) override {
    const auto& data = rows_of(rows);
    std::vector<Role> roles;
    for (const auto& [id, role] : data.roles.rows()) {
      if (std::ranges::find(ids, role->id) != ids.end()) roles.push_back(read(data, *role));
    }
    std::ranges::sort(roles, {}, order);
    return roles;
  }
  Stored<std::vector<ClientRoleName>> client_roles_reached(Rows& rows, const RealmId& realm,
                                                           const std::vector<RoleId>& roles) override {
    std::vector<ClientRoleName> names;
    const auto all = reached(rows, realm, roles);
    for (const auto& role : *all) {
      if (role.client) names.push_back({role.id, role.client_name, role.name});
    }
    return names;
  }
  Stored<std::optional<Role>> find_by_name(Rows& rows, const RealmId& realm, const std::optional<ClientId>& client,
                                           std::string_view name) override {
    const auto& data = rows_of(rows);
    const auto* id = data.role_names.find(role_key(realm, client, name));
    if (id == nullptr) return std::nullopt;
    return read(data, **data.roles.find(*id));
  }
  Stored<std::optional<RoleId>> find_id(Rows& rows, const RealmId& realm, const std::optional<ClientId>& client,
                                        std::string_view name) override {
    const auto* id = rows_of(rows).role_names.find(role_key(realm, client, name));
    return id == nullptr ? std::nullopt : std::optional(RoleId(*id));
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
    const auto& data = rows_of(rows);
    std::vector<RoleId> ids = roles;
    std::vector<Role> found;
    for (std::size_t next = 0; next < ids.size(); ++next) {
      const auto* row = data.roles.find(ids[next].str());
      if (row == nullptr || (*row)->realm != realm) continue;
      if (std::ranges::find(found, (*row)->id, &Role::id) != found.end()) continue;
      ids.insert(ids.end(), (*row)->composites.begin(), (*row)->composites.end());
      found.push_back(read(data, **row));
    }
    std::ranges::sort(found, {}, order);
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
  static std::pair<std::string, std::string> order(const Role& role) {
    return {role.client ? role.client->str() : std::string(), role.name};
  }
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
  Stored<std::vector<Group>> find_with_parents(Rows& rows, const RealmId& realm,
                                               const std::vector<GroupId>& ids) override {
    const auto& data = rows_of(rows);
    std::map<std::string, Group> found;
    for (const auto& id : ids) {
      const auto* row = data.groups.find(id.str());
      if (row == nullptr || (*row)->realm != realm) continue;
      for (; row != nullptr; row = (*row)->parent ? data.groups.find((*row)->parent->str()) : nullptr) {
        found.emplace((*row)->id.str(), read(data, **row));
      }
    }
    std::vector<Group> groups;
    for (auto& [id, group] : found) groups.push_back(std::move(group));
    std::ranges::sort(groups, {}, &Group::name);
    return groups;
  }
  Stored<void> lock(Tx&, const RealmId&) override { return {}; }          // one writer at a time
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

void make_role_repos(MemoryRepos& repos) {
  repos.roles = std::make_unique<MemoryRoles>();
  repos.groups = std::make_unique<MemoryGroups>();
}

}  // namespace cardea
