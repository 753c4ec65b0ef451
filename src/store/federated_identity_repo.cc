// Who people are at upstream providers: one row for each account and provider.
#include "base/text.h"
#include "store/among.h"
#include "store/query.h"
#include "store/repos.h"
#include "store/sealed.h"

namespace cardea::store {
namespace {

#define CARDEA_IDENTITY_COLUMNS \
  "realm_id, user_id, provider, issuer, upstream_id, upstream_name, token, created_at, last_login_at"
#define CARDEA_READ_IDENTITY_COLUMNS CARDEA_IDENTITY_COLUMNS ", groups_known, groups_at, groups_due"
#define CARDEA_LINKED "SELECT user_id, upstream_id, groups_known FROM federated_identities WHERE "

constexpr Sql kFind{"SELECT " CARDEA_READ_IDENTITY_COLUMNS
                    " FROM federated_identities WHERE realm_id = ?1 AND provider = ?2 AND upstream_id = ?3"};
// As the index has it (V0020).
constexpr Sql kFindByName{
    "SELECT user_id FROM federated_identities WHERE realm_id = ?1 AND provider = ?2 AND lower(upstream_name) = ?3 "
    "ORDER BY user_id LIMIT ?4",
    "SELECT user_id FROM federated_identities WHERE realm_id = $1 AND provider = $2 AND "
    "lower(upstream_name COLLATE \"C\") = $3 ORDER BY user_id LIMIT $4"};
constexpr Sql kList{"SELECT " CARDEA_READ_IDENTITY_COLUMNS
                    " FROM federated_identities WHERE user_id = ?1 ORDER BY provider"};
constexpr Sql kInsert{"INSERT INTO federated_identities (" CARDEA_IDENTITY_COLUMNS
                      ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT DO NOTHING"};
// Slashes at the end do not count (is_same_issuer). What another issuer says of this id is not written over what the
// first one said: nothing changes then.
constexpr Sql kUpdate{
    "UPDATE federated_identities SET upstream_name = ?4, token = ?5, last_login_at = ?6, "
    "issuer = CASE issuer WHEN '' THEN ?7 ELSE issuer END "
    "WHERE user_id = ?1 AND provider = ?2 AND upstream_id = ?3 AND (issuer = '' OR rtrim(issuer, '/') = rtrim(?7, "
    "'/'))"};
constexpr Sql kStampIssuer{
    "UPDATE federated_identities SET issuer = replace(?3, '{tenantid}', substr(upstream_id, 1, 36)) "
    "WHERE realm_id = ?1 AND provider = ?2 AND issuer = ''"};
constexpr Sql kSetGroups{
    "UPDATE federated_identities SET groups_known = ?3, groups_at = ?4, "
    "groups_due = CASE WHEN groups_due > ?4 THEN groups_due ELSE 0 END WHERE user_id = ?1 AND provider = ?2"};
#define CARDEA_MARK(P, realm, among) \
  "UPDATE federated_identities SET groups_due = " P "4 WHERE " realm " = " P "1 AND provider = " P "2 AND " among
constexpr Sql kMarkGroupsDue{CARDEA_MARK("?", "realm_id", CARDEA_SQLITE_AMONG("upstream_id", "?3")),
                             CARDEA_MARK("$", "realm_id", CARDEA_POSTGRES_AMONG("upstream_id", "$3"))};
#undef CARDEA_MARK
constexpr Sql kListGroupsDue{
    CARDEA_LINKED "realm_id = ?1 AND provider = ?2 AND groups_due <> 0 AND user_id > ?3 ORDER BY user_id LIMIT ?4"};
constexpr Sql kFindLinked{CARDEA_LINKED "realm_id = ?1 AND provider = ?2 AND " CARDEA_SQLITE_AMONG("upstream_id", "?3"),
                          CARDEA_LINKED
                          "realm_id = $1 AND provider = $2 AND " CARDEA_POSTGRES_AMONG("upstream_id", "$3")};
constexpr Sql kListLinked{CARDEA_LINKED
                          "realm_id = ?1 AND provider = ?2 AND upstream_id > ?3 ORDER BY upstream_id LIMIT ?4"};
constexpr Sql kRemove{"DELETE FROM federated_identities WHERE user_id = ?1 AND provider = ?2"};
constexpr Sql kRemoveAll{"DELETE FROM federated_identities WHERE realm_id = ?1 AND provider = ?2"};

Stored<LinkedPerson> parse_linked(Columns& row) {
  LinkedPerson out;
  out.user = row.id<UserId>();
  out.upstream_id = row.text();
  out.groups_known = row.text();
  return out;
}

class SqlFederatedIdentityRepo final : public FederatedIdentityRepo {
 public:
  explicit SqlFederatedIdentityRepo(const crypto::Sealer& sealer) : sealer_(sealer) {}

  Stored<std::optional<FederatedIdentity>> find(Rows& rows, const RealmId& realm, std::string_view provider,
                                                std::string_view upstream_id) override {
    return find_one<FederatedIdentity>(rows, kFind, {realm.str(), provider, upstream_id},
                                       [this](Columns& row) { return parse(row); });
  }
  Stored<std::vector<UserId>> find_by_name(Rows& rows, const RealmId& realm, std::string_view provider,
                                           std::string_view upstream_name) override {
    const auto key = ascii_lower(upstream_name);
    return find_all<UserId>(rows, kFindByName, {realm.str(), provider, key, kNamesakesMax},
                            [](Columns& row) -> Stored<UserId> { return row.id<UserId>(); });
  }
  Stored<std::vector<FederatedIdentity>> list(Rows& rows, const UserId& user) override {
    return find_all<FederatedIdentity>(rows, kList, {user.str()}, [this](Columns& row) { return parse(row); });
  }
  Stored<void> insert(Tx& tx, const FederatedIdentity& identity) override {
    const auto token = sealed_token(identity);
    const auto inserted = change(
        tx, kInsert,
        {identity.realm.str(), identity.user.str(), identity.provider, identity.issuer, identity.upstream_id,
         identity.upstream_name, Value::blob(token), millis(identity.created_at), millis(identity.last_login_at)});
    if (!inserted) return refuse(inserted.error());
    if (*inserted == 0) return refuse(StoreError::kConflict);
    return {};
  }
  Stored<void> update(Tx& tx, const FederatedIdentity& identity) override {
    const auto token = sealed_token(identity);
    const auto updated = change(tx, kUpdate,
                                {identity.user.str(), identity.provider, identity.upstream_id, identity.upstream_name,
                                 Value::blob(token), millis(identity.last_login_at), identity.issuer});
    if (!updated) return refuse(updated.error());
    if (*updated == 0) return refuse(StoreError::kConflict);
    return {};
  }
  Stored<int> stamp_issuer(Tx& tx, const RealmId& realm, std::string_view provider, std::string_view issuer) override {
    const auto stamped = change(tx, kStampIssuer, {realm.str(), provider, issuer});
    if (!stamped) return refuse(stamped.error());
    return static_cast<int>(*stamped);
  }
  Stored<void> set_groups(Tx& tx, const UserId& user, std::string_view provider, std::string_view known,
                          TimePoint at) override {
    return send(tx, kSetGroups, {user.str(), provider, known, millis(at)});
  }
  Stored<int> mark_groups_due(Tx& tx, const RealmId& realm, std::string_view provider,
                              const std::vector<std::string>& upstream_ids, TimePoint at) override {
    const auto list = text_list(upstream_ids);
    const auto marked = change(tx, kMarkGroupsDue, {realm.str(), provider, list, millis(at)});
    if (!marked) return refuse(marked.error());
    return static_cast<int>(*marked);
  }
  Stored<std::vector<LinkedPerson>> list_groups_due(Rows& rows, const RealmId& realm, std::string_view provider,
                                                    std::string_view after, int max) override {
    return store::find_all<LinkedPerson>(rows, kListGroupsDue, {realm.str(), provider, after, max}, parse_linked);
  }
  Stored<std::vector<LinkedPerson>> find_linked(Rows& rows, const RealmId& realm, std::string_view provider,
                                                const std::vector<std::string>& upstream_ids) override {
    const auto list = text_list(upstream_ids);
    return store::find_all<LinkedPerson>(rows, kFindLinked, {realm.str(), provider, list}, parse_linked);
  }
  Stored<std::vector<LinkedPerson>> list_linked(Rows& rows, const RealmId& realm, std::string_view provider,
                                                std::string_view after, int max) override {
    return store::find_all<LinkedPerson>(rows, kListLinked, {realm.str(), provider, after, max}, parse_linked);
  }
  Stored<bool> remove(Tx& tx, const UserId& user, std::string_view provider) override {
    const auto removed = change(tx, kRemove, {user.str(), provider});
    if (!removed) return refuse(removed.error());
    return *removed > 0;
  }
  Stored<int> remove_all(Tx& tx, const RealmId& realm, std::string_view provider) override {
    const auto removed = change(tx, kRemoveAll, {realm.str(), provider});
    if (!removed) return refuse(removed.error());
    return static_cast<int>(*removed);
  }

 private:
  static std::string row_of(const FederatedIdentity& identity) { return identity.user.str() + "/" + identity.provider; }
  // No token: no bytes, so that most rows stay small.
  [[nodiscard]] std::string sealed_token(const FederatedIdentity& identity) const {
    if (identity.token.empty()) return {};
    return seal(sealer_, identity.token.reveal(), kUpstreamToken, row_of(identity));
  }
  Stored<FederatedIdentity> parse(Columns& row) const {
    FederatedIdentity out;
    out.realm = row.id<RealmId>();
    out.user = row.id<UserId>();
    out.provider = row.text();
    out.issuer = row.text();
    out.upstream_id = row.text();
    out.upstream_name = row.text();
    const std::string sealed(row.view());
    out.created_at = row.time();
    out.last_login_at = row.time();
    out.groups_known = row.text();
    out.groups_at = row.time();
    out.groups_due = row.time();
    if (sealed.empty()) return out;
    auto token = unseal(sealer_, sealed, kUpstreamToken, row_of(out));
    if (!token) return refuse(token.error());
    out.token = std::move(*token);
    return out;
  }

  const crypto::Sealer& sealer_;
};

}  // namespace

std::unique_ptr<FederatedIdentityRepo> make_federated_identity_repo(const crypto::Sealer& sealer) {
  return std::make_unique<SqlFederatedIdentityRepo>(sealer);
}

}  // namespace cardea::store
