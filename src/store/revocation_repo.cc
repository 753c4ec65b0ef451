// Tokens that were revoked before they expired.
#include "store/query.h"
#include "store/repos.h"

namespace cardea::store {
namespace {

constexpr Sql kInsert{
    "INSERT INTO revocations (realm_id, token_id, expires_at) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING"};
constexpr Sql kContains{"SELECT 1 FROM revocations WHERE realm_id = ?1 AND token_id = ?2"};

class SqlRevocationRepo final : public RevocationRepo {
 public:
  Stored<void> insert(Tx& tx, const RealmId& realm, std::string_view token_id, TimePoint expires_at) override {
    return send(tx, kInsert, {realm.str(), token_id, millis(expires_at)});
  }
  Stored<bool> contains(Rows& rows, const RealmId& realm, std::string_view token_id) override {
    return gives_a_row(rows, kContains, {realm.str(), token_id});
  }
};

}  // namespace

std::unique_ptr<RevocationRepo> make_revocation_repo() { return std::make_unique<SqlRevocationRepo>(); }

}  // namespace cardea::store
