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
  Stored<bool> remove(Tx& tx, const UserId& user, std::string_view provider) override {
    return rows_of(tx).federated_identities.edit().erase(key_of(user.str(), provider)) > 0;
  }
  Stored<int> remove_all(Tx& tx, const RealmId& realm, std::string_view provider) override {
    return static_cast<int>(std::erase_if(rows_of(tx).federated_identities.edit(), [&](const auto& row) {
      return row.second->realm == realm && row.second->provider == provider;
    }));
  }

 private:
  static FederatedIdentity copy_of(const FederatedIdentity& row) {
    return {.realm = row.realm,
            .user = row.user,
            .provider = row.provider,
            .issuer = row.issuer,
            .upstream_id = row.upstream_id,
            .upstream_name = row.upstream_name,
            .token = row.token.clone(),
            .created_at = row.created_at,
            .last_login_at = row.last_login_at};
  }
};

}  // namespace

void make_account_repos(MemoryRepos& repos) {
  repos.consents = std::make_unique<MemoryConsents>();
  repos.login_failures = std::make_unique<MemoryLoginFailures>();
  repos.federated_identities = std::make_unique<MemoryFederatedIdentities>();
}

}  // namespace cardea
