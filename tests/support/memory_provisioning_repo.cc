// ProvisionedUserRepo and DirectorySyncRepo in memory.
#include <set>

#include "base/text.h"
#include "tests/support/memory_data.h"

namespace cardea {
namespace {

class MemoryProvisionedUsers final : public ProvisionedUserRepo {
 public:
  Stored<std::optional<ProvisionedUser>> find(Rows& rows, const RealmId& realm, std::string_view provider,
                                              ProvisionedBy by, std::string_view value) override {
    for (const auto& [key, row] : rows_of(rows).provisioned_users.rows()) {
      if (row.realm != realm || row.provider != provider || value.empty()) continue;
      const bool fits = by == ProvisionedBy::kUser         ? row.user.str() == value
                        : by == ProvisionedBy::kExternalId ? row.external_id == value
                                                           : ascii_lower(row.user_name) == ascii_lower(value);
      if (fits) return row;
    }
    return std::nullopt;
  }
  Stored<void> insert(Tx& tx, const ProvisionedUser& row) override {
    auto& data = rows_of(tx);
    const auto key = key_of(row.user.str(), row.provider);
    if (!data.users.contains(row.user.str()) || data.provisioned_users.contains(key) || is_taken(data, row)) {
      return refuse(StoreError::kConflict);
    }
    data.provisioned_users.edit()[key] = row;
    return {};
  }
  Stored<void> update(Tx& tx, const ProvisionedUser& row) override {
    auto& data = rows_of(tx);
    const auto* before = data.provisioned_users.find(key_of(row.user.str(), row.provider));
    if (before == nullptr || is_taken(data, row)) return refuse(StoreError::kConflict);
    auto after = row;
    after.is_made = before->is_made;
    after.created_at = before->created_at;
    data.provisioned_users.edit()[key_of(row.user.str(), row.provider)] = std::move(after);
    return {};
  }
  Stored<void> forget_stops(Tx& tx, const UserId& user) override {
    for (auto& [key, row] : rows_of(tx).provisioned_users.edit()) {
      if (row.user == user) row.is_stopped = false;
    }
    return {};
  }
  Stored<bool> remove(Tx& tx, const UserId& user, std::string_view provider) override {
    return rows_of(tx).provisioned_users.edit().erase(key_of(user.str(), provider)) > 0;
  }
  Stored<int> remove_all(Tx& tx, const RealmId& realm, std::string_view provider) override {
    return static_cast<int>(std::erase_if(rows_of(tx).provisioned_users.edit(), [&](const auto& row) {
      return row.second.realm == realm && row.second.provider == provider;
    }));
  }
  Stored<std::vector<UserId>> list_reached(Rows& rows, const RealmId& realm, std::string_view provider,
                                           const ReachQuery& query) override {
    std::vector<UserId> out;
    std::int64_t at = 0;
    for (const auto& id : reached(rows_of(rows), realm, provider, query)) {
      if (at++ < query.first) continue;
      if (query.max >= 0 && std::ssize(out) >= query.max) break;
      out.emplace_back(id);
    }
    return out;
  }
  Stored<std::int64_t> count_reached(Rows& rows, const RealmId& realm, std::string_view provider,
                                     const ReachQuery& query) override {
    return std::ssize(reached(rows_of(rows), realm, provider, query));
  }

 private:
  static bool is_taken(const MemoryData& data, const ProvisionedUser& row) {
    return std::ranges::any_of(data.provisioned_users.rows(), [&](const auto& entry) {
      const auto& other = entry.second;
      if (other.realm != row.realm || other.provider != row.provider || other.user == row.user) return false;
      return ascii_lower(other.user_name) == ascii_lower(row.user_name) ||
             (!row.external_id.empty() && other.external_id == row.external_id);
    });
  }
  static std::set<std::string> reached(const MemoryData& data, const RealmId& realm, std::string_view provider,
                                       const ReachQuery& query) {
    std::set<std::string> out;
    for (const auto& [key, row] : data.provisioned_users.rows()) {
      if (row.realm == realm && row.provider == provider && row.is_made) out.insert(row.user.str());
    }
    for (const auto& [key, row] : data.federated_identities.rows()) {
      if (row->realm == realm && row->provider == provider) out.insert(row->user.str());
    }
    std::erase_if(out, [&](const std::string& id) {
      const auto* subject = data.users.find(id);
      return subject == nullptr ||
             (query.group && std::ranges::find((*subject)->groups, *query.group) == (*subject)->groups.end());
    });
    return out;
  }
};

class MemoryDirectorySyncs final : public DirectorySyncRepo {
 public:
  Stored<std::optional<DirectorySync>> find(Rows& rows, const RealmId& realm, std::string_view provider) override {
    const auto* found = rows_of(rows).directory_syncs.find(key_of(realm.str(), provider));
    return found == nullptr ? std::nullopt : std::optional(*found);
  }
  Stored<std::optional<DirectorySync>> lease(Tx& tx, const RealmId& realm, std::string_view provider,
                                             std::string_view holder, TimePoint now, TimePoint until) override {
    auto& row = rows_of(tx).directory_syncs.edit()[key_of(realm.str(), provider)];
    row.realm = realm;
    row.provider = provider;
    if (row.due_at > now || row.leased_until > now) return std::nullopt;
    row.holder = holder;
    row.leased_until = until;
    return row;
  }
  Stored<bool> save(Tx& tx, const DirectorySync& sync) override {
    auto& rows = rows_of(tx).directory_syncs.edit();
    const auto found = rows.find(key_of(sync.realm.str(), sync.provider));
    if (found == rows.end() || found->second.holder != sync.holder) return false;
    found->second = sync;
    return true;
  }
  Stored<bool> remove(Tx& tx, const RealmId& realm, std::string_view provider) override {
    return rows_of(tx).directory_syncs.edit().erase(key_of(realm.str(), provider)) > 0;
  }
};

}  // namespace

void make_provisioning_repos(MemoryRepos& repos) {
  repos.provisioned_users = std::make_unique<MemoryProvisionedUsers>();
  repos.directory_syncs = std::make_unique<MemoryDirectorySyncs>();
}

}  // namespace cardea
