// ConsentRepo, LoginFailureRepo and FederatedIdentityRepo in memory.
#include "base/text.h"
#include "tests/support/memory_data.h"

namespace cardea {
namespace {

class MemoryConsents final : public ConsentRepo {
 public:
  Stored<std::optional<Consent>> find(Rows& rows, const UserId& user, const ClientId& client) override {
    const auto* found = rows_of(rows).consents.find(key_of(user.str(), client.str()));
    return found == nullptr ? std::nullopt : std::optional(*found);
  }
  Stored<std::vector<Consent>> list(Rows& rows, const UserId& user) override {
    std::vector<Consent> out;
    for (const auto& [key, consent] : rows_of(rows).consents.rows()) {
      if (consent.user == user) out.push_back(consent);
    }
    return out;
  }
  Stored<void> put(Tx& tx, const Consent& consent) override {
    auto& data = rows_of(tx);
    if (!data.users.contains(consent.user.str()) || !data.clients.contains(consent.client.str())) {
      return refuse(StoreError::kConflict);
    }
    auto& row = data.consents.edit()[key_of(consent.user.str(), consent.client.str())];
    const auto created_at = row.user.str().empty() ? consent.created_at : row.created_at;
    row = consent;
    row.created_at = created_at;
    return {};
  }
  Stored<bool> remove(Tx& tx, const UserId& user, const ClientId& client) override {
    return rows_of(tx).consents.edit().erase(key_of(user.str(), client.str())) > 0;
  }
};

class MemoryLoginFailures final : public LoginFailureRepo {
 public:
  Stored<std::optional<LoginFailures>> find(Rows& rows, const RealmId& realm, const UserId& user) override {
    const auto* found = rows_of(rows).login_failures.find(key_of(realm.str(), user.str()));
    return found == nullptr ? std::nullopt : std::optional(*found);
  }
  Stored<std::vector<LoginFailures>> find_all(Rows& rows, const RealmId& realm,
                                              const std::vector<UserId>& users) override {
    const auto& data = rows_of(rows);
    std::vector<LoginFailures> found;
    for (const auto& user : users) {
      if (const auto* row = data.login_failures.find(key_of(realm.str(), user.str()))) found.push_back(*row);
    }
    return found;
  }
  Stored<LoginFailures> find_to_change(Tx& tx, const RealmId& realm, const UserId& user) override {
    auto found = find(tx, realm, user);
    if (!found) return refuse(found.error());
    if (*found) return **found;
    LoginFailures none;
    none.realm = realm;
    none.user = user;
    return none;
  }
  Stored<void> put(Tx& tx, const LoginFailures& failures) override {
    rows_of(tx).login_failures.edit()[key_of(failures.realm.str(), failures.user.str())] = failures;
    return {};
  }
  Stored<bool> remove(Tx& tx, const RealmId& realm, const UserId& user) override {
    return rows_of(tx).login_failures.edit().erase(key_of(realm.str(), user.str())) > 0;
  }
  Stored<int> remove_all(Tx& tx, const RealmId& realm) override {
    auto& rows = rows_of(tx).login_failures.edit();
    return static_cast<int>(std::erase_if(rows, [&](const auto& row) { return row.second.realm == realm; }));
  }
};

class MemoryFederatedIdentities final : public FederatedIdentityRepo {
 public:
  Stored<std::optional<FederatedIdentity>> find(Rows& rows, const RealmId& realm, std::string_view provider,
                                                std::string_view upstream_id) override {
    for (const auto& [key, row] : rows_of(rows).federated_identities.rows()) {
      if (row->realm == realm && row->provider == provider && row->upstream_id == upstream_id) return copy_of(*row);
    }
    return std::nullopt;
  }
  Stored<std::vector<UserId>> find_by_name(Rows& rows, const RealmId& realm, std::string_view provider,
                                           std::string_view upstream_name) override {
    std::vector<UserId> out;
    for (const auto& [key, row] : rows_of(rows).federated_identities.rows()) {
      const bool fits = row->realm == realm && row->provider == provider &&
                        ascii_lower(row->upstream_name) == ascii_lower(upstream_name);
      if (fits && std::ssize(out) < kNamesakesMax) out.push_back(row->user);
    }
    return out;
  }
  Stored<std::vector<FederatedIdentity>> list(Rows& rows, const UserId& user) override {
    std::vector<FederatedIdentity> out;
    for (const auto& [key, row] : rows_of(rows).federated_identities.rows()) {
      if (row->user == user) out.push_back(copy_of(*row));
    }
    return out;
  }
  Stored<void> insert(Tx& tx, const FederatedIdentity& identity) override {
    auto& data = rows_of(tx);
    const auto key = key_of(identity.user.str(), identity.provider);
    if (!data.users.contains(identity.user.str()) || data.federated_identities.contains(key)) {
      return refuse(StoreError::kConflict);
    }
    for (const auto& [other, row] : data.federated_identities.rows()) {
      const bool is_taken = row->realm == identity.realm && row->provider == identity.provider &&
                            row->upstream_id == identity.upstream_id;
      if (is_taken) return refuse(StoreError::kConflict);
    }
    data.federated_identities.edit()[key] = std::make_shared<const FederatedIdentity>(copy_of(identity));
    return {};
  }
  Stored<void> update(Tx& tx, const FederatedIdentity& identity) override {
    auto& rows = rows_of(tx).federated_identities.edit();
    const auto found = rows.find(key_of(identity.user.str(), identity.provider));
    if (found == rows.end() || found->second->upstream_id != identity.upstream_id) {
      return refuse(StoreError::kConflict);
    }
    const auto& issuer = found->second->issuer;
    if (!issuer.empty() && !is_same_issuer(issuer, identity.issuer)) return refuse(StoreError::kConflict);
    auto row = copy_of(identity);
    row.created_at = found->second->created_at;
    row.groups_known = found->second->groups_known;
    row.groups_at = found->second->groups_at;
    row.groups_due = found->second->groups_due;
    found->second = std::make_shared<const FederatedIdentity>(std::move(row));
    return {};
  }
  Stored<int> stamp_issuer(Tx& tx, const RealmId& realm, std::string_view provider, std::string_view issuer) override {
    int stamped = 0;
    for (auto& [key, row] : rows_of(tx).federated_identities.edit()) {
      if (row->realm != realm || row->provider != provider || !row->issuer.empty()) continue;
      auto changed = copy_of(*row);
      changed.issuer = issuer;
      const auto at = changed.issuer.find("{tenantid}");
      if (at != std::string::npos) changed.issuer.replace(at, 10, row->upstream_id.substr(0, 36));
      row = std::make_shared<const FederatedIdentity>(std::move(changed));
      ++stamped;
    }
    return stamped;
  }
  Stored<void> set_groups(Tx& tx, const UserId& user, std::string_view provider, std::string_view known,
                          TimePoint at) override {
    change(tx, user, provider, [&](FederatedIdentity& row) {
      row.groups_known = known;
      row.groups_at = at;
      if (row.groups_due <= at) row.groups_due = {};
    });
    return {};
  }
  Stored<int> mark_groups_due(Tx& tx, const RealmId& realm, std::string_view provider,
                              const std::vector<std::string>& upstream_ids, TimePoint at) override {
    const auto linked = find_linked(tx, realm, provider, upstream_ids);
    for (const auto& person : *linked) {
      change(tx, person.user, provider, [&](FederatedIdentity& row) { row.groups_due = at; });
    }
    return static_cast<int>(linked->size());
  }
  Stored<std::vector<LinkedPerson>> list_groups_due(Rows& rows, const RealmId& realm, std::string_view provider,
                                                    std::string_view after, int max) override {
    auto due = linked(rows, realm, provider, [&](const FederatedIdentity& row) {
      return row.groups_due != TimePoint{} && row.user.str() > after;
    });
    std::ranges::sort(due, {}, [](const LinkedPerson& person) { return person.user.str(); });
    if (std::ssize(due) > max) due.resize(static_cast<std::size_t>(max));
    return due;
  }
  Stored<std::vector<LinkedPerson>> find_linked(Rows& rows, const RealmId& realm, std::string_view provider,
                                                const std::vector<std::string>& upstream_ids) override {
    return linked(rows, realm, provider, [&](const FederatedIdentity& row) {
      return std::ranges::find(upstream_ids, row.upstream_id) != upstream_ids.end();
    });
  }
  Stored<std::vector<LinkedPerson>> list_linked(Rows& rows, const RealmId& realm, std::string_view provider,
                                                std::string_view after, int max) override {
    auto all = linked(rows, realm, provider, [&](const FederatedIdentity& row) { return row.upstream_id > after; });
    std::ranges::sort(all, {}, &LinkedPerson::upstream_id);
    if (std::ssize(all) > max) all.resize(static_cast<std::size_t>(max));
    return all;
  }
  Stored<bool> remove(Tx& tx, const UserId& user, std::string_view provider) override {
    return rows_of(tx).federated_identities.edit().erase(key_of(user.str(), provider)) > 0;
  }
  Stored<int> remove_all(Tx& tx, const RealmId& realm, std::string_view provider) override {
    return static_cast<int>(std::erase_if(rows_of(tx).federated_identities.edit(), [&](const auto& row) {
      return row.second->realm == realm && row.second->provider == provider;
    }));
  }

 private:
  template <class Change>
  static void change(Tx& tx, const UserId& user, std::string_view provider, Change change) {
    auto& rows = rows_of(tx).federated_identities.edit();
    const auto found = rows.find(key_of(user.str(), provider));
    if (found == rows.end()) return;
    auto row = copy_of(*found->second);
    change(row);
    found->second = std::make_shared<const FederatedIdentity>(std::move(row));
  }
  template <class Fits>
  static std::vector<LinkedPerson> linked(Rows& rows, const RealmId& realm, std::string_view provider, Fits fits) {
    std::vector<LinkedPerson> out;
    for (const auto& [key, row] : rows_of(rows).federated_identities.rows()) {
      if (row->realm != realm || row->provider != provider || !fits(*row)) continue;
      out.push_back({row->user, row->upstream_id, row->groups_known});
    }
    return out;
  }
  static FederatedIdentity copy_of(const FederatedIdentity& row) {
    return {.realm = row.realm,
            .user = row.user,
            .provider = row.provider,
            .issuer = row.issuer,
            .upstream_id = row.upstream_id,
            .upstream_name = row.upstream_name,
            .token = row.token.clone(),
            .created_at = row.created_at,
            .last_login_at = row.last_login_at,
            .groups_known = row.groups_known,
            .groups_at = row.groups_at,
            .groups_due = row.groups_due};
  }
};

}  // namespace

void make_account_repos(MemoryRepos& repos) {
  repos.consents = std::make_unique<MemoryConsents>();
  repos.login_failures = std::make_unique<MemoryLoginFailures>();
  repos.federated_identities = std::make_unique<MemoryFederatedIdentities>();
}

}  // namespace cardea
