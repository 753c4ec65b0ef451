// What people allowed to clients: one row for each pair.
#include "base/text.h"
#include "store/query.h"
#include "store/repos.h"

namespace cardea::store {
namespace {

constexpr Sql kFind{
    "SELECT user_id, client_id, scopes, created_at, updated_at FROM consents WHERE user_id = ?1 AND client_id = ?2"};
constexpr Sql kList{
    "SELECT user_id, client_id, scopes, created_at, updated_at FROM consents WHERE user_id = ?1 ORDER BY client_id"};
constexpr Sql kPut{
    "INSERT INTO consents (user_id, client_id, scopes, created_at, updated_at) VALUES (?1, ?2, ?3, ?4, ?5) "
    "ON CONFLICT (user_id, client_id) DO UPDATE SET scopes = ?3, updated_at = ?5"};
constexpr Sql kRemove{"DELETE FROM consents WHERE user_id = ?1 AND client_id = ?2"};

// Ids hold no space.
std::string joined(const std::vector<ScopeId>& scopes) {
  std::string out;
  for (const auto& scope : scopes) out.append(out.empty() ? "" : " ").append(scope.str());
  return out;
}

Stored<Consent> parse(Columns& row) {
  Consent out;
  out.user = row.id<UserId>();
  out.client = row.id<ClientId>();
  for (const auto scope : split_words(row.view())) out.scopes.emplace_back(std::string(scope));
  out.created_at = row.time();
  out.updated_at = row.time();
  return out;
}

class SqlConsentRepo final : public ConsentRepo {
 public:
  Stored<std::optional<Consent>> find(Rows& rows, const UserId& user, const ClientId& client) override {
    return find_one<Consent>(rows, kFind, {user.str(), client.str()}, parse);
  }
  Stored<std::vector<Consent>> list(Rows& rows, const UserId& user) override {
    return find_all<Consent>(rows, kList, {user.str()}, parse);
  }
  Stored<void> put(Tx& tx, const Consent& consent) override {
    const auto scopes = joined(consent.scopes);
    return send(
        tx, kPut,
        {consent.user.str(), consent.client.str(), scopes, millis(consent.created_at), millis(consent.updated_at)});
  }
  Stored<bool> remove(Tx& tx, const UserId& user, const ClientId& client) override {
    const auto removed = change(tx, kRemove, {user.str(), client.str()});
    if (!removed) return refuse(removed.error());
    return *removed > 0;
  }
};

}  // namespace

std::unique_ptr<ConsentRepo> make_consent_repo() { return std::make_unique<SqlConsentRepo>(); }

}  // namespace cardea::store
