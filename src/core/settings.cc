#include "core/settings.h"

#include <algorithm>
#include <map>
#include <mutex>
#include <set>
#include <tuple>
#include <unordered_set>

#include "base/limits.h"
#include "core/frontend_url.h"
#include "core/password_policy.h"
#include "core/settings_bytes.h"
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

// Keys of Settings::found_.
std::string key_of_realm(std::string_view name) { return std::string("realm/").append(name); }
std::string key_of_client(const RealmId& realm, std::string_view client_id) {
  return std::string("client/").append(realm.str()).append("/").append(client_id);
}

}  // namespace

const jose::SigningKey* RealmEntry::signing_key(std::string_view algorithm) const {
  const auto found = signing_keys.find(algorithm);
  return found == signing_keys.end() ? nullptr : found->second.get();
}

bool EffectiveRoles::contains_realm_role(std::string_view name) const {
  return std::any_of(items.begin(), items.end(),
                     [&](const Item& item) { return item.client_id.empty() && item.name == name; });
}

bool EffectiveRoles::contains(std::string_view role_id) const {
  return std::any_of(items.begin(), items.end(), [&](const Item& item) { return item.id == role_id; });
}

namespace {

/// Nobody comes in by the identity provider of an organization that is switched off or gone, or whose realm has no
/// organizations any more; as in Keycloak.
Stored<void> switch_off_providers(Rows& rows, OrganizationRepo& organizations, Realm& realm) {
  auto* list = realm.extra.if_contains("identityProviders");
  if (list == nullptr || !list->is_array()) return {};
  const bool has_organizations = bool_or(realm.extra, "organizationsEnabled", false);
  for (auto& item : list->get_array()) {
    auto* provider = item.if_object();
    const auto owner = provider == nullptr ? std::string() : string_or(*provider, "organizationId", "");
    if (owner.empty()) continue;
    const auto found = has_organizations ? organizations.find(rows, realm.id, OrganizationId(owner))
                                         : Stored<std::optional<Organization>>(std::nullopt);
    if (!found) return refuse(found.error());
    if (!*found || !(*found)->enabled) (*provider)["enabled"] = false;
  }
  return {};
}

}  // namespace

Settings::Settings(Repositories repositories, Log& log, std::size_t bytes_max)
    : repositories_(repositories), log_(log), bytes_max_(bytes_max) {}

std::size_t Settings::bytes() const {
  const std::shared_lock lock(mutex_);
  return bytes_;
}

void Settings::count(const RealmState& state, std::size_t before, LetGo& gone) {
  bytes_ += state.bytes() - before;
  const auto& kept = state.entry->realm.name;
  while (bytes_ > bytes_max_ || realms_.size() > kRealmsMax) {
    auto evicted = realms_.evict(kept);
    if (!evicted) return;
    bytes_ -= evicted->bytes();
    gone.push_back(std::move(*evicted));
  }
}

const Settings::RealmState* Settings::state_of(const RealmEntry& realm) const {
  const auto* state = realms_.find(realm.realm.name);
  return state != nullptr && state->entry.get() == &realm ? state : nullptr;
}

std::shared_ptr<const RealmEntry> Settings::cached_realm(std::string_view name) const {
  const std::shared_lock lock(mutex_);
  const auto* state = realms_.find(name);
  return state == nullptr ? nullptr : state->entry;
}

std::shared_ptr<const ClientEntry> Settings::cached_client(const RealmEntry& realm, std::string_view client_id) const {
  const std::shared_lock lock(mutex_);
  const auto* state = state_of(realm);
  const auto* client = state == nullptr ? nullptr : state->clients.find(client_id);
  return client == nullptr ? nullptr : *client;
}

bool Settings::was_found_before(std::string_view key) const {
  const std::shared_lock lock(mutex_);
  const auto* found = found_.find(key);
  return found != nullptr && *found;
}

void Settings::note_gone(std::string_view key) {
  if (!was_found_before(key)) return;
  const std::unique_lock lock(mutex_);
  found_.put(key, false);
}

bool Settings::may_ask_for_realm(std::string_view name, std::string_view address, TimePoint now) const {
  return unknown_names_.may_ask(address, now) || was_found_before(key_of_realm(name));
}

void Settings::note_refused(std::string_view address, std::string_view correlation_id) const {
  log_.info("names_refused",
            {{"reason", "too_many_unknown_names"}, {"ip", address}, {"correlation_id", correlation_id}});
}

bool Settings::may_ask_for_client(const RealmEntry& realm, std::string_view client_id, std::string_view address,
                                  TimePoint now) const {
  return unknown_names_.may_ask(address, now) || was_found_before(key_of_client(realm.realm.id, client_id));
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
    if (auto done = switch_off_providers(rows, repositories_.organizations, *realm); !done) return done;
    auto listed = repositories_.scopes.list(rows, realm->id);
    if (!listed) return refuse(listed.error());
    auto stored_keys = repositories_.keys.list(rows, realm->id);
    if (!stored_keys) return refuse(stored_keys.error());
    scopes = std::move(*listed);
    keys = std::move(*stored_keys);
    return {};
  });
  if (!read) return refuse(read.error());
  if (!realm) {
    note_gone(key_of_realm(name));
    if (frontends_ != nullptr) frontends_->set(name, "");
    return Answer{};
  }
  std::optional<SigningKeys> previous;
  {
    const std::shared_lock lock(mutex_);
    if (const auto* found = previous_keys_.find(name)) previous = *found;
  }
  auto entry =
      make_realm_entry(std::move(*realm), std::move(scopes), std::move(keys), previous ? &*previous : nullptr, log_);
  for (const auto& list : PasswordPolicy::parse(entry->realm.password_policy).lists()) {
    if (password_lists_->contains(list)) continue;
    log_.warning("password_list_missing", {{"realm", name}, {"list", list}});  // until then nobody gets a new password
  }
  const auto bytes = bytes_of(*entry);
  LetGo gone;
  const std::unique_lock lock(mutex_);
  auto* known = realms_.find(name);
  if (known != nullptr && known->entry->version >= entry->version) return known->entry;
  if (known != nullptr) {
    bytes_ -= known->bytes();
    gone.push_back(std::move(*known));
  }
  if (entry->keeps_user_events) may_keep_user_events_ = true;
  if (frontends_ != nullptr) frontends_->set(name, frontend_url(entry->realm));
  auto& state = realms_.put(name, RealmState{});
  state.entry = entry;
  state.entry_bytes = bytes;
  count(state, 0, gone);
  previous_keys_.put(name, entry->signing_keys);
  found_.put(key_of_realm(name), true);
  return Answer(std::move(entry));
}

std::shared_ptr<const ClientEntry> Settings::remember(const Rows* rows, const std::shared_ptr<const RealmEntry>& realm,
                                                      Client client) {
  auto entry = make_client_entry(realm, std::move(client));
  if (rows != nullptr && !rows->are_cacheable()) return entry;
  LetGo gone;
  const std::unique_lock lock(mutex_);
  auto* state = state_of(*realm);
  if (state == nullptr) return entry;  // The realm moved on meanwhile.
  const auto before = state->bytes();
  state->client_ids.put(entry->client.id.str(), entry->client.client_id);
  state->clients.put(entry->client.client_id, entry, bytes_of(*entry));
  count(*state, before, gone);
  found_.put(key_of_client(realm->realm.id, entry->client.client_id), true);
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
  if (!*found) {
    note_gone(key_of_client(realm->realm.id, client_id));
    return Answer{};
  }
  return remember(&rows, realm, std::move(**found));
}

Stored<std::shared_ptr<const ClientEntry>> Settings::load_client_by_id(const std::shared_ptr<const RealmEntry>& realm,
                                                                       const ClientId& id) {
  using Answer = std::shared_ptr<const ClientEntry>;
  {
    const std::shared_lock lock(mutex_);
    if (const auto* state = state_of(*realm)) {
      const auto* name = state->client_ids.find(id.str());
      const auto* client = name == nullptr ? nullptr : state->clients.find(*name);
      if (client != nullptr) return *client;
    }
  }
  auto found =
      read_from(repositories_.store, [&](Rows& rows) { return repositories_.clients.find(rows, realm->realm.id, id); });
  if (!found) return refuse(found.error());
  if (!*found) return Answer{};
  return remember(nullptr, realm, std::move(**found));
}

Stored<std::shared_ptr<const Role>> Settings::role(Rows& rows, const RealmEntry& realm, const RoleId& id) {
  using Answer = std::shared_ptr<const Role>;
  {
    const std::shared_lock lock(mutex_);
    const auto* state = state_of(realm);
    const auto* known = state == nullptr ? nullptr : state->roles.find(id.str());
    if (known != nullptr) return *known;
  }
  auto found = repositories_.roles.find(rows, realm.realm.id, id);
  if (!found) return refuse(found.error());
  if (!*found) return Answer{};
  auto made = std::make_shared<const Role>(std::move(**found));
  if (!rows.are_cacheable()) return Answer(std::move(made));
  LetGo gone;
  const std::unique_lock lock(mutex_);
  if (auto* state = state_of(realm)) {
    const auto before = state->bytes();
    state->roles.put(id.str(), made, bytes_of(*made));
    count(*state, before, gone);
  }
  return Answer(std::move(made));
}

Stored<std::shared_ptr<const Group>> Settings::group(Rows& rows, const RealmEntry& realm, const GroupId& id) {
  using Answer = std::shared_ptr<const Group>;
  {
    const std::shared_lock lock(mutex_);
    const auto* state = state_of(realm);
    const auto* known = state == nullptr ? nullptr : state->groups.find(id.str());
    if (known != nullptr) return *known;
  }
  auto found = repositories_.groups.find(rows, realm.realm.id, id);
  if (!found) return refuse(found.error());
  if (!*found) return Answer{};
  auto made = std::make_shared<const Group>(std::move(**found));
  if (!rows.are_cacheable()) return Answer(std::move(made));
  LetGo gone;
  const std::unique_lock lock(mutex_);
  if (auto* state = state_of(realm)) {
    const auto before = state->bytes();
    state->groups.put(id.str(), made, bytes_of(*made));
    count(*state, before, gone);
  }
  return Answer(std::move(made));
}

// From memory where all of it is there, else by one statement: asking for role after role would cost a round trip each,
// and this runs inside the transaction that redeems a code.
Stored<std::shared_ptr<const EffectiveRoles>> Settings::expand_roles(Rows& rows, const RealmEntry& realm,
                                                                     std::vector<RoleId> roles) {
  auto key = joined(roles);
  std::vector<std::shared_ptr<const Role>> reached;
  bool is_whole = true;
  {
    const std::shared_lock lock(mutex_);
    const auto* state = state_of(realm);
    const auto* known = state == nullptr ? nullptr : state->role_sets.find(key);
    if (known != nullptr) return *known;
    std::set<RoleId> seen(roles.begin(), roles.end());
    auto open = roles;
    for (std::size_t next = 0; is_whole && next < open.size(); ++next) {
      const auto* role = state == nullptr ? nullptr : state->roles.find(open[next].str());
      is_whole = role != nullptr && reached.size() < kRoleExpansionMax;
      if (!is_whole) break;
      for (const auto& child : (*role)->composites) {
        if (seen.insert(child).second) open.push_back(child);
      }
      reached.push_back(*role);
    }
  }
  if (!is_whole) {
    auto found = repositories_.roles.reached(rows, realm.realm.id, roles);
    if (!found) return refuse(found.error());
    if (found->size() > kRoleExpansionMax) {  // nobody gets more than is said here, and operators see who gets less
      log_.error("role_expansion_cut", {{"realm", realm.realm.name},
                                        {"roles", static_cast<std::int64_t>(found->size())},
                                        {"most", static_cast<std::int64_t>(kRoleExpansionMax)}});
      found->resize(kRoleExpansionMax);
    }
    reached.clear();
    for (auto& role : *found) reached.push_back(std::make_shared<const Role>(std::move(role)));
  }
  auto made = std::make_shared<EffectiveRoles>();
  for (const auto& role : reached) made->items.push_back({role->id.str(), role->client_name, role->name});
  std::sort(made->items.begin(), made->items.end(),
            [](const auto& a, const auto& b) { return std::tie(a.client_id, a.name) < std::tie(b.client_id, b.name); });
  if (!rows.are_cacheable()) return std::shared_ptr<const EffectiveRoles>(std::move(made));
  LetGo gone;
  const std::unique_lock lock(mutex_);
  if (auto* state = state_of(realm)) {
    const auto before = state->bytes();
    if (!is_whole) {
      for (const auto& role : reached) state->roles.put(role->id.str(), role, bytes_of(*role));
    }
    state->role_sets.put(key, made, bytes_of(*made));
    count(*state, before, gone);
  }
  return std::shared_ptr<const EffectiveRoles>(std::move(made));
}

constexpr std::size_t kGroupsAtOnce = 512;  // are looked up under one lock: whoever writes waits no longer

Stored<std::shared_ptr<const EffectiveRoles>> Settings::effective_roles(Rows& rows, const RealmEntry& realm,
                                                                        const Subject& subject) {
  auto roles = subject.roles;
  auto direct = giving_groups(rows, realm, subject);
  if (!direct) return refuse(direct.error());
  // A group's roles reach the members of its subgroups: walk up to the root. Of all groups above it, each is walked
  // once, unless it is met again so much nearer that the way up from it was cut before.
  std::map<GroupId, int> walked;
  for (auto& below : *direct) {
    auto next = std::move(below);
    for (int depth = 1;; ++depth) {
      roles.insert(roles.end(), next->roles.begin(), next->roles.end());
      if (!next->parent || depth >= kGroupDepthMax) break;
      const auto [known, is_new] = walked.emplace(*next->parent, depth);
      if (!is_new && known->second <= depth) break;
      known->second = depth;
      auto above = group(rows, realm, *next->parent);
      if (!above) return refuse(above.error());
      if (!*above) break;
      next = std::move(*above);
    }
  }
  return expand_roles(rows, realm, std::move(roles));
}

Stored<Settings::Groups> Settings::groups(Rows& rows, const RealmEntry& realm, const Subject& subject) {
  if (subject.groups_are_whole) return find_groups(rows, realm, subject.groups);
  const auto all = repositories_.subjects.memberships(rows, realm.realm.id, subject.user.id);
  return all ? find_groups(rows, realm, *all) : refuse(all.error());
}

Stored<std::map<GroupId, std::shared_ptr<const Group>>> Settings::groups_above(Rows& rows, const RealmEntry& realm,
                                                                               const Groups& groups) {
  std::map<GroupId, std::shared_ptr<const Group>> above;
  for (auto next : groups) {
    for (int depth = 1; next && next->parent && depth < kGroupDepthMax; ++depth) {
      const auto [known, is_new] = above.emplace(*next->parent, nullptr);
      if (is_new) {
        auto found = group(rows, realm, *next->parent);
        if (!found) return refuse(found.error());
        known->second = std::move(*found);
      }
      next = known->second;
    }
  }
  return above;
}

Stored<Settings::Groups> Settings::find_groups(Rows& rows, const RealmEntry& realm, const std::vector<GroupId>& ids) {
  Groups answer(ids.size());
  for (std::size_t from = 0; from < answer.size(); from += kGroupsAtOnce) {
    const std::shared_lock lock(mutex_);
    const auto* state = state_of(realm);
    for (auto at = from; state != nullptr && at < std::min(answer.size(), from + kGroupsAtOnce); ++at)
      if (const auto* known = state->groups.find(ids[at].str())) answer[at] = *known;
  }
  for (std::size_t at = 0; at < answer.size(); ++at) {
    if (answer[at]) continue;
    auto found = group(rows, realm, ids[at]);
    if (!found) return refuse(found.error());
    answer[at] = std::move(*found);
  }
  std::erase(answer, nullptr);
  return answer;
}

constexpr std::int64_t kOrganizationsOfOneMax = 100;

Stored<std::vector<Organization>> Settings::organizations(Rows& rows, const RealmEntry& realm, const UserId& user) {
  if (!bool_or(realm.realm.extra, "organizationsEnabled", false)) return std::vector<Organization>();
  OrganizationQuery query;
  query.member = user;
  query.enabled_only = true;
  query.max = kOrganizationsOfOneMax;
  return repositories_.organizations.search(rows, realm.realm.id, query);
}

Stored<std::vector<OrganizationGroup>> Settings::organization_groups(Rows& rows,
                                                                     const std::vector<OrganizationId>& organizations,
                                                                     const UserId& user) {
  return repositories_.organization_groups.of_member(rows, organizations, user);
}

bool Settings::check_versions() {
  std::vector<RealmId> ids;
  {
    const std::shared_lock lock(mutex_);
    realms_.for_each([&](std::string_view, const RealmState& state) { ids.push_back(state.entry->realm.id); });
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
  realms_.erase_if([&](std::string_view, const RealmState& state) {
    const auto& entry = *state.entry;
    // A realm that was loaded after the question was asked is not judged by the answer.
    if (!asked.contains(entry.realm.id.str())) return false;
    const auto found = now.find(entry.realm.id.str());
    const bool is_gone = found == now.end() || found->second != entry.version;
    if (is_gone) bytes_ -= state.bytes();
    return is_gone;
  });
  return true;
}

}  // namespace cardea
