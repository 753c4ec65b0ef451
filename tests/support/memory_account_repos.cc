// ConsentRepo and LoginFailureRepo in memory.
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

}  // namespace

void make_account_repos(MemoryRepos& repos) {
  repos.consents = std::make_unique<MemoryConsents>();
  repos.login_failures = std::make_unique<MemoryLoginFailures>();
}

}  // namespace cardea
