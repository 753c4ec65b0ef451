#include "core/settings.h"

#include <algorithm>
#include <mutex>
#include <set>
#include <tuple>
#include <unordered_set>

#include "base/limits.h"
#include "core/settings_entries.h"

namespace cardea {
namespace {

std::string joined(std::vector<RoleId>& roles) {
  std::sort(roles.begin(), roles.end());
  roles.erase(std::unique(roles.begin(), roles.end()), roles.end());
  std::string key;
  for (const auto& role : roles) key.append(role.str()).push_back(' ');
  return key;
}

/// Entries per realm and kind that stay in memory; beyond it one is dropped for each that comes.
constexpr std::size_t kEntriesMax = 20'000;
constexpr std::size_t kRoleSetsMax = 4'096;

template <class Map, class Value>
void put_bounded(Map& map, std::size_t entries_max, std::string key, Value value) {
  if (map.size() >= entries_max && !map.contains(key)) map.erase(map.begin());
  map.insert_or_assign(std::move(key), std::move(value));
}

}  // namespace

const jose::SigningKey* RealmEntry::signing_key(std::string_view algorithm) const {
  const auto found = signing_keys.find(std::string(algorithm));
  return found == signing_keys.end() ? nullptr : found->second.get();
}

bool EffectiveRoles::contains_realm_role(std::string_view name) const {
  return std::any_of(items.begin(), items.end(),
                     [&](const Item& item) { return item.client_id.empty() && item.name == name; });
}

bool EffectiveRoles::contains(std::string_view role_id) const {
  return std::any_of(items.begin(), items.end(), [&](const Item& item) { return item.id == role_id; });
}

Settings::Settings(Repositories repositories, Log& log) : repositories_(repositories), log_(log) {}

std::shared_ptr<const RealmEntry> Settings::cached_realm(std::string_view name) const {
  const std::shared_lock lock(mutex_);
  const auto found = realms_.find(name);
  return found == realms_.end() ? nullptr : found->second.entry;
}

std::shared_ptr<const ClientEntry> Settings::cached_client(const RealmEntry& realm, std::string_view client_id) const {
  const std::shared_lock lock(mutex_);
  const auto found = realms_.find(realm.realm.name);
  if (found == realms_.end() || found->second.entry.get() != &realm) return nullptr;
  const auto client = found->second.clients.find(client_id);
  return client == found->second.clients.end() ? nullptr : client->second;
}

Stored<std::shared_ptr<const RealmEntry>> Settings::load_realm(std::string_view name) {
  using Answer = std::shared_ptr<const RealmEntry>;
  if (auto cached = cached_realm(name)) return cached;
  std::optional<Realm> realm;
  std::vector<ClientScope> scopes;
  std::vector<RealmKey> keys;
  const auto read = repositories_.store.read([&](Rows& rows) -> Stored<void> {
    auto found = repositories_.realms.find_by_name(rows, name);
    if (!found) return refuse(found.error());
    realm = std::move(*found);
    if (!realm) return {};
    auto listed = repositories_.scopes.list(rows, realm->id);
    if (!listed) return refuse(listed.error());
    auto stored_keys = repositories_.keys.list(rows, realm->id);
    if (!stored_keys) return refuse(stored_keys.error());
    scopes = std::move(*listed);
    keys = std::move(*stored_keys);
    return {};
  });
  if (!read) return refuse(read.error());
  if (!realm) return Answer{};
  std::shared_ptr<const RealmEntry> previous;
  {
    const std::shared_lock lock(mutex_);
    if (const auto found = previous_.find(name); found != previous_.end()) previous = found->second;
  }
  auto entry = make_realm_entry(std::move(*realm), std::move(scopes), std::move(keys), previous.get(), log_);
  const std::unique_lock lock(mutex_);
  auto& state = realms_[std::string(name)];
  if (state.entry && state.entry->version >= entry->version) return state.entry;
  state = RealmState{};
  state.entry = entry;
  previous_.insert_or_assign(std::string(name), entry);
  return Answer(std::move(entry));
}

std::shared_ptr<const ClientEntry> Settings::remember(const std::shared_ptr<const RealmEntry>& realm, Client client) {
  auto entry = make_client_entry(realm, std::move(client));
  const std::unique_lock lock(mutex_);
  const auto found = realms_.find(realm->realm.name);
  if (found == realms_.end() || found->second.entry != realm) return entry;  // The realm moved on meanwhile.
  put_bounded(found->second.client_ids, kEntriesMax, entry->client.id.str(), entry->client.client_id);
  put_bounded(found->second.clients, kEntriesMax, entry->client.client_id, entry);
  return entry;
}

Stored<std::shared_ptr<const ClientEntry>> Settings::load_client(const std::shared_ptr<const RealmEntry>& realm,
                                                                 std::string_view client_id) {
  if (auto cached = cached_client(*realm, client_id)) return cached;
  return read_from(repositories_.store, [&](Rows& rows) { return load_client(rows, realm, client_id); });
}

Stored<std::shared_ptr<const ClientEntry>> Settings::load_client(Rows& rows,
                                                                 const std::shared_ptr<const RealmEntry>& realm,
                                                                 std::string_view client_id) {
  using Answer = std::shared_ptr<const ClientEntry>;
  if (auto cached = cached_client(*realm, client_id)) return cached;
  auto found = repositories_.clients.find_by_client_id(rows, realm->realm.id, client_id);
  if (!found) return refuse(found.error());
  if (!*found) return Answer{};
  return remember(realm, std::move(**found));
}

Stored<std::shared_ptr<const ClientEntry>> Settings::load_client_by_id(const std::shared_ptr<const RealmEntry>& realm,
                                                                       const ClientId& id) {
  using Answer = std::shared_ptr<const ClientEntry>;
  {
    const std::shared_lock lock(mutex_);
    if (const auto state = realms_.find(realm->realm.name); state != realms_.end() && state->second.entry == realm) {
      if (const auto name = state->second.client_ids.find(id.str()); name != state->second.client_ids.end()) {
        if (const auto client = state->second.clients.find(name->second); client != state->second.clients.end())
          return client->second;
      }
    }
  }
  auto found =
      read_from(repositories_.store, [&](Rows& rows) { return repositories_.clients.find(rows, realm->realm.id, id); });
  if (!found) return refuse(found.error());
  if (!*found) return Answer{};
  return remember(realm, std::move(**found));
}

Stored<std::shared_ptr<const Role>> Settings::role(Rows& rows, const RealmEntry& realm, const RoleId& id) {
  using Answer = std::shared_ptr<const Role>;
  {
    const std::shared_lock lock(mutex_);
    if (const auto state = realms_.find(realm.realm.name);
        state != realms_.end() && state->second.entry.get() == &realm) {
      if (const auto found = state->second.roles.find(id.str()); found != state->second.roles.end())
        return found->second;
    }
  }
  auto found = repositories_.roles.find(rows, realm.realm.id, id);
  if (!found) return refuse(found.error());
  if (!*found) return Answer{};
  auto made = std::make_shared<const Role>(std::move(**found));
  const std::unique_lock lock(mutex_);
  if (const auto state = realms_.find(realm.realm.name);
      state != realms_.end() && state->second.entry.get() == &realm) {
    put_bounded(state->second.roles, kEntriesMax, id.str(), made);
  }
  return Answer(std::move(made));
}

Stored<std::shared_ptr<const Group>> Settings::group(Rows& rows, const RealmEntry& realm, const GroupId& id) {
  using Answer = std::shared_ptr<const Group>;
  {
    const std::shared_lock lock(mutex_);
    if (const auto state = realms_.find(realm.realm.name);
        state != realms_.end() && state->second.entry.get() == &realm) {
      if (const auto found = state->second.groups.find(id.str()); found != state->second.groups.end())
        return found->second;
    }
  }
  auto found = repositories_.groups.find(rows, realm.realm.id, id);
  if (!found) return refuse(found.error());
  if (!*found) return Answer{};
  auto made = std::make_shared<const Group>(std::move(**found));
  const std::unique_lock lock(mutex_);
  if (const auto state = realms_.find(realm.realm.name);
      state != realms_.end() && state->second.entry.get() == &realm) {
    put_bounded(state->second.groups, kEntriesMax, id.str(), made);
  }
  return Answer(std::move(made));
}

Stored<std::shared_ptr<const EffectiveRoles>> Settings::expand_roles(Rows& rows, const RealmEntry& realm,
                                                                     std::vector<RoleId> roles) {
  auto key = joined(roles);
  {
    const std::shared_lock lock(mutex_);
    if (const auto state = realms_.find(realm.realm.name);
        state != realms_.end() && state->second.entry.get() == &realm) {
      if (const auto found = state->second.role_sets.find(key); found != state->second.role_sets.end())
        return found->second;
    }
  }
  auto made = std::make_shared<EffectiveRoles>();
  std::set<RoleId> seen(roles.begin(), roles.end());
  for (std::size_t next = 0; next < roles.size() && roles.size() <= kRoleExpansionMax; ++next) {
    const auto found = role(rows, realm, roles[next]);
    if (!found) return refuse(found.error());
    if (!*found) continue;  // A role that was removed meanwhile grants nothing.
    made->items.push_back({(*found)->id.str(), (*found)->client_name, (*found)->name});
    for (const auto& child : (*found)->composites) {
      if (seen.insert(child).second) roles.push_back(child);
    }
  }
  std::sort(made->items.begin(), made->items.end(),
            [](const auto& a, const auto& b) { return std::tie(a.client_id, a.name) < std::tie(b.client_id, b.name); });
  const std::unique_lock lock(mutex_);
  if (const auto state = realms_.find(realm.realm.name);
      state != realms_.end() && state->second.entry.get() == &realm) {
    put_bounded(state->second.role_sets, kRoleSetsMax, std::move(key), std::shared_ptr<const EffectiveRoles>(made));
  }
  return std::shared_ptr<const EffectiveRoles>(std::move(made));
}

Stored<std::shared_ptr<const EffectiveRoles>> Settings::effective_roles(Rows& rows, const RealmEntry& realm,
                                                                        const Subject& subject) {
  auto roles = subject.roles;
  for (const auto& direct : subject.groups) {
    // A group's roles reach the members of its subgroups: walk up to the root.
    std::optional<GroupId> next = direct;
    for (int depth = 0; next && depth < kGroupDepthMax; ++depth) {
      const auto found = group(rows, realm, *next);
      if (!found) return refuse(found.error());
      if (!*found) break;
      roles.insert(roles.end(), (*found)->roles.begin(), (*found)->roles.end());
      next = (*found)->parent;
    }
  }
  return expand_roles(rows, realm, std::move(roles));
}

Stored<std::vector<std::shared_ptr<const Group>>> Settings::groups(Rows& rows, const RealmEntry& realm,
                                                                   const Subject& subject) {
  std::vector<std::shared_ptr<const Group>> answer;
  for (const auto& id : subject.groups) {
    auto found = group(rows, realm, id);
    if (!found) return refuse(found.error());
    if (*found) answer.push_back(std::move(*found));
  }
  return answer;
}

bool Settings::check_versions() {
  std::vector<RealmId> ids;
  {
    const std::shared_lock lock(mutex_);
    for (const auto& [name, state] : realms_) ids.push_back(state.entry->realm.id);
  }
  if (ids.empty()) return true;
  const auto versions =
      read_from(repositories_.store, [&](Rows& rows) { return repositories_.realms.versions(rows, ids); });
  if (!versions) {
    log_.warning("settings_versions_unknown", {{"reason", describe(versions.error())}});
    return false;
  }
  std::unordered_set<std::string_view> asked;
  for (const auto& id : ids) asked.insert(id.str());
  std::unordered_map<std::string_view, std::int64_t> now;
  for (const auto& [id, version] : *versions) now.emplace(id.str(), version);
  const std::unique_lock lock(mutex_);
  std::erase_if(realms_, [&](const auto& item) {
    const auto& entry = *item.second.entry;
    // A realm that was loaded after the question was asked is not judged by the answer.
    if (!asked.contains(entry.realm.id.str())) return false;
    const auto found = now.find(entry.realm.id.str());
    return found == now.end() || found->second != entry.version;
  });
  return true;
}

}  // namespace cardea
