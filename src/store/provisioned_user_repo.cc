// People as SCIM clients of upstream providers know them: one row for each account and provider.
#include "base/text.h"
#include "store/like.h"
#include "store/query.h"
#include "store/repos.h"

namespace cardea::store {
namespace {

#define CARDEA_PROVISIONED_COLUMNS \
  "realm_id, user_id, provider, external_id, user_name, is_made, is_stopped, document, created_at, changed_at"
#define CARDEA_PROVISIONED_FIND \
  "SELECT " CARDEA_PROVISIONED_COLUMNS " FROM provisioned_users WHERE realm_id = ?1 AND provider = ?2 AND "

constexpr Sql kFindByUser{CARDEA_PROVISIONED_FIND "user_id = ?3"};
constexpr Sql kFindByName{CARDEA_PROVISIONED_FIND "user_key = ?3"};
constexpr Sql kFindByExternalId{CARDEA_PROVISIONED_FIND "external_id = ?3 AND external_id <> ''"};
constexpr Sql kInsert{"INSERT INTO provisioned_users (" CARDEA_PROVISIONED_COLUMNS
                      ", user_key) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11) ON CONFLICT DO NOTHING"};
// The guard keeps a taken name or id from ending the transaction: it is an answer.
constexpr Sql kUpdate{
    "UPDATE provisioned_users SET external_id = ?4, user_name = ?5, is_stopped = ?6, document = ?7, changed_at = ?8, "
    "user_key = ?9 WHERE user_id = ?2 AND provider = ?3 AND NOT EXISTS (SELECT 1 FROM provisioned_users o WHERE "
    "o.realm_id = ?1 AND o.provider = ?3 AND o.user_id <> ?2 AND (o.user_key = ?9 OR "
    "(o.external_id = ?4 AND ?4 <> '')))"};
constexpr Sql kForgetStops{"UPDATE provisioned_users SET is_stopped = ?2 WHERE user_id = ?1 AND is_stopped <> ?2"};
constexpr Sql kRemove{"DELETE FROM provisioned_users WHERE user_id = ?1 AND provider = ?2"};
constexpr Sql kRemoveAll{"DELETE FROM provisioned_users WHERE realm_id = ?1 AND provider = ?2"};

#define CARDEA_REACHED                                                                                           \
  " FROM (SELECT user_id FROM provisioned_users WHERE realm_id = ?1 AND provider = ?2 AND is_made UNION SELECT " \
  "user_id FROM "                                                                                                \
  "federated_identities WHERE realm_id = ?1 AND provider = ?2) reached"
constexpr Sql kListReached{"SELECT user_id" CARDEA_REACHED " ORDER BY user_id LIMIT ?3 OFFSET ?4"};
constexpr Sql kCountReached{"SELECT count(*)" CARDEA_REACHED};
// Beginning with the group: it has few members beside a provider's people.
#define CARDEA_MEMBERS                                                                                              \
  " FROM user_groups m WHERE m.group_id = ?3 AND (EXISTS (SELECT 1 FROM provisioned_users p WHERE p.realm_id = ?1 " \
  "AND p.user_id = m.user_id AND p.provider = ?2 AND p.is_made) OR EXISTS (SELECT 1 FROM federated_identities f "   \
  "WHERE "                                                                                                          \
  "f.realm_id = ?1 AND f.user_id = m.user_id AND f.provider = ?2))"
constexpr Sql kListMembers{"SELECT m.user_id" CARDEA_MEMBERS " ORDER BY m.user_id LIMIT ?4 OFFSET ?5"};
constexpr Sql kCountMembers{"SELECT count(*)" CARDEA_MEMBERS};

std::string text_of(const json::object& document) {
  return document.empty() ? std::string() : json::serialize(document);
}

Stored<ProvisionedUser> parse(Columns& row) {
  ProvisionedUser out;
  out.realm = row.id<RealmId>();
  out.user = row.id<UserId>();
  out.provider = row.text();
  out.external_id = row.text();
  out.user_name = row.text();
  out.is_made = row.boolean();
  out.is_stopped = row.boolean();
  const auto text = row.view();
  if (!text.empty()) {
    auto document = parse_json(text);
    if (!document || !document->is_object()) return refuse(StoreError::kCorrupt);
    out.document = std::move(document->get_object());
  }
  out.created_at = row.time();
  out.changed_at = row.time();
  return out;
}

const Sql& find_statement(ProvisionedBy by) {
  switch (by) {
    case ProvisionedBy::kUserName:
      return kFindByName;
    case ProvisionedBy::kExternalId:
      return kFindByExternalId;
    case ProvisionedBy::kUser:
      break;
  }
  return kFindByUser;
}

class SqlProvisionedUserRepo final : public ProvisionedUserRepo {
 public:
  Stored<std::optional<ProvisionedUser>> find(Rows& rows, const RealmId& realm, std::string_view provider,
                                              ProvisionedBy by, std::string_view value) override {
    const auto wanted = by == ProvisionedBy::kUserName ? ascii_lower(value) : std::string(value);
    return find_one<ProvisionedUser>(rows, find_statement(by), {realm.str(), provider, wanted}, parse);
  }
  Stored<void> insert(Tx& tx, const ProvisionedUser& row) override {
    const auto document = text_of(row.document);
    const auto key = ascii_lower(row.user_name);
    return change_one(
        tx, kInsert,
        {row.realm.str(), row.user.str(), row.provider, row.external_id, row.user_name, row.is_made, row.is_stopped,
         Value::text_or_null(document), millis(row.created_at), millis(row.changed_at), key});
  }
  Stored<void> update(Tx& tx, const ProvisionedUser& row) override {
    const auto document = text_of(row.document);
    const auto key = ascii_lower(row.user_name);
    return change_one(tx, kUpdate,
                      {row.realm.str(), row.user.str(), row.provider, row.external_id, row.user_name, row.is_stopped,
                       Value::text_or_null(document), millis(row.changed_at), key});
  }
  Stored<void> forget_stops(Tx& tx, const UserId& user) override { return send(tx, kForgetStops, {user.str(), false}); }
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
  Stored<std::vector<UserId>> list_reached(Rows& rows, const RealmId& realm, std::string_view provider,
                                           const ReachQuery& query) override {
    const auto parse_id = [](Columns& row) -> Stored<UserId> { return row.id<UserId>(); };
    const auto limit = limit_of(query.max);
    if (!query.group) {
      return find_all<UserId>(rows, kListReached, {realm.str(), provider, limit, query.first}, parse_id);
    }
    return find_all<UserId>(rows, kListMembers, {realm.str(), provider, query.group->str(), limit, query.first},
                            parse_id);
  }
  Stored<std::int64_t> count_reached(Rows& rows, const RealmId& realm, std::string_view provider,
                                     const ReachQuery& query) override {
    const auto parse_count = [](Columns& row) -> Stored<std::int64_t> { return row.integer(); };
    const auto found = query.group ? find_one<std::int64_t>(rows, kCountMembers,
                                                            {realm.str(), provider, query.group->str()}, parse_count)
                                   : find_one<std::int64_t>(rows, kCountReached, {realm.str(), provider}, parse_count);
    if (!found) return refuse(found.error());
    return found->value_or(0);
  }
};

}  // namespace

std::unique_ptr<ProvisionedUserRepo> make_provisioned_user_repo() { return std::make_unique<SqlProvisionedUserRepo>(); }

}  // namespace cardea::store
