// Kept events. What is asked for stands in columns, the rest in a document; that of admin events is sealed.
#include <limits>

#include "base/json.h"
#include "domain/repository/event_repo.h"
#include "domain/representation/members.h"
#include "store/like.h"
#include "store/query.h"
#include "store/repos.h"
#include "store/sealed.h"

namespace cardea::store {
namespace {

#define CARDEA_USER_EVENT "id, realm_id, at, expires_at, type, client_id, user_id, ip, document"
#define CARDEA_ADMIN_EVENT \
  "id, realm_id, at, expires_at, operation, resource, path, by_realm, by_client, by_user, ip, document"
// A list is ",A,B,": its names are words of ours.
#define CARDEA_AMONG(list, column) "(" list " = '' OR " list " LIKE '%,' || " column " || ',%')"
#define CARDEA_IS(value, column) "(" value " = '' OR " column " = " value ")"
#define CARDEA_FIND_USER                                                                                               \
  "SELECT " CARDEA_USER_EVENT                                                                                          \
  " FROM user_events WHERE realm_id = ?1 AND at >= ?2 AND at <= ?3 AND " CARDEA_AMONG("?4", "type") " AND " CARDEA_IS( \
      "?5", "client_id") " AND " CARDEA_IS("?6", "user_id") " AND " CARDEA_IS("?7", "ip")
#define CARDEA_FIND_ADMIN \
  "SELECT " CARDEA_ADMIN_EVENT " FROM admin_events WHERE realm_id = ?1 AND at >= ?2 AND at <= ?3 AND " CARDEA_AMONG( \
      "?4", "operation") " AND " CARDEA_IS("?5", "by_client") " AND " CARDEA_IS("?6", "by_user") " AND " CARDEA_IS(  \
      "?7", "ip") " AND " CARDEA_AMONG("?10", "resource") " AND (?11 = '' OR path LIKE ?11 ESCAPE '\\') AND "        \
      CARDEA_IS("?12", "by_realm")

constexpr Sql kInsertUser{"INSERT INTO user_events (" CARDEA_USER_EVENT
                          ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT DO NOTHING"};
constexpr Sql kInsertAdmin{"INSERT INTO admin_events (" CARDEA_ADMIN_EVENT
                           ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12) ON CONFLICT DO NOTHING"};
constexpr Sql kUserNewest{CARDEA_FIND_USER " ORDER BY at DESC, id DESC LIMIT ?8 OFFSET ?9"};
constexpr Sql kUserOldest{CARDEA_FIND_USER " ORDER BY at, id LIMIT ?8 OFFSET ?9"};
constexpr Sql kAdminNewest{CARDEA_FIND_ADMIN " ORDER BY at DESC, id DESC LIMIT ?8 OFFSET ?9"};
constexpr Sql kAdminOldest{CARDEA_FIND_ADMIN " ORDER BY at, id LIMIT ?8 OFFSET ?9"};
constexpr Sql kClearUser{
    "DELETE FROM user_events WHERE id IN (SELECT id FROM user_events WHERE realm_id = ?1 LIMIT ?2)"};
constexpr Sql kClearAdmin{
    "DELETE FROM admin_events WHERE id IN (SELECT id FROM admin_events WHERE realm_id = ?1 LIMIT ?2)"};

#undef CARDEA_FIND_USER
#undef CARDEA_FIND_ADMIN
#undef CARDEA_AMONG
#undef CARDEA_IS

std::int64_t expiry_of(const std::optional<TimePoint>& at) { return at ? epoch_milliseconds(*at) : 0; }
std::optional<TimePoint> expiry_of(std::int64_t at) {
  return at > 0 ? std::optional(from_epoch_milliseconds(at)) : std::nullopt;
}

std::string list_of(const std::vector<std::string>& names) {
  if (names.empty()) return {};
  std::string list = ",";
  for (const auto& name : names) list.append(name).append(",");
  return list;
}

std::int64_t from_of(const EventQuery& query) { return query.from ? epoch_milliseconds(*query.from) : 0; }
std::int64_t to_of(const EventQuery& query) {
  return query.to ? epoch_milliseconds(*query.to) : std::numeric_limits<std::int64_t>::max();
}

Stored<json::object> parse_document(std::string_view text) {
  auto parsed = parse_json(text);
  if (!parsed || !parsed->is_object()) return refuse(StoreError::kCorrupt);
  return std::move(parsed->get_object());
}

Stored<UserEvent> parse_user_event(Columns& row) {
  UserEvent event;
  event.id = row.text();
  event.realm = row.id<RealmId>();
  event.at = row.time();
  event.expires_at = expiry_of(row.integer());
  event.type = row.text();
  event.client_id = row.text();
  event.user = row.text();
  event.ip = row.text();
  auto document = parse_document(row.view());
  if (!document) return refuse(document.error());
  event.session = string_or(*document, "session", "");
  event.error = string_or(*document, "error", "");
  if (const auto* details = document->if_contains("details"); details != nullptr && details->is_object()) {
    for (const auto& [name, value] : details->get_object()) {
      if (value.is_string()) event.details.emplace(name, value.get_string());
    }
  }
  return event;
}

class SqlEventRepo final : public EventRepo {
 public:
  explicit SqlEventRepo(const crypto::Sealer& sealer) : sealer_(sealer) {}

  Stored<void> insert(Tx& tx, const UserEvent& event) override {
    const auto document = json::serialize(
        json::object{{"session", event.session}, {"error", event.error}, {"details", to_json(event.details)}});
    return send(tx, kInsertUser,
                {event.id, event.realm.str(), millis(event.at), expiry_of(event.expires_at), event.type,
                 event.client_id, event.user, event.ip, document});
  }
  Stored<void> insert(Tx& tx, const AdminEvent& event) override {
    const auto document = json::serialize(json::object{
        {"representation", event.representation}, {"changes", event.changes}, {"by_realm_name", event.by_realm_name}});
    const auto sealed = seal(sealer_, document, kAdminEventDocument, event.id);
    return send(
        tx, kInsertAdmin,
        {event.id, event.realm.str(), millis(event.at), expiry_of(event.expires_at), event.operation, event.resource,
         event.path, event.by_realm, event.by_client, event.by_user, event.ip, Value::blob(sealed)});
  }

  Stored<std::vector<UserEvent>> find_user_events(Rows& rows, const RealmId& realm, const EventQuery& query) override {
    return find_all<UserEvent>(rows, query.oldest_first ? kUserOldest : kUserNewest,
                               {realm.str(), from_of(query), to_of(query), list_of(query.types), query.client,
                                query.user, query.ip, limit_of(query.max), query.first},
                               parse_user_event);
  }
  Stored<std::vector<AdminEvent>> find_admin_events(Rows& rows, const RealmId& realm,
                                                    const EventQuery& query) override {
    const auto path = query.path.empty() ? std::string() : like_word(query.path);
    return find_all<AdminEvent>(
        rows, query.oldest_first ? kAdminOldest : kAdminNewest,
        {realm.str(), from_of(query), to_of(query), list_of(query.types), query.client, query.user, query.ip,
         limit_of(query.max), query.first, list_of(query.resources), path, query.realm},
        [this](Columns& row) { return parse(row); });
  }

  Stored<int> clear_user_events(Tx& tx, const RealmId& realm, int rows_max) override {
    return clear(tx, kClearUser, realm, rows_max);
  }
  Stored<int> clear_admin_events(Tx& tx, const RealmId& realm, int rows_max) override {
    return clear(tx, kClearAdmin, realm, rows_max);
  }

 private:
  static Stored<int> clear(Tx& tx, const Sql& sql, const RealmId& realm, int rows_max) {
    const auto removed = change(tx, sql, {realm.str(), rows_max});
    if (!removed) return refuse(removed.error());
    return static_cast<int>(*removed);
  }

  Stored<AdminEvent> parse(Columns& row) const {
    AdminEvent event;
    event.id = row.text();
    event.realm = row.id<RealmId>();
    event.at = row.time();
    event.expires_at = expiry_of(row.integer());
    event.operation = row.text();
    event.resource = row.text();
    event.path = row.text();
    event.by_realm = row.text();
    event.by_client = row.text();
    event.by_user = row.text();
    event.ip = row.text();
    const auto plain = unseal(sealer_, row.view(), kAdminEventDocument, event.id);
    if (!plain) return refuse(plain.error());
    const auto document = parse_document(plain->reveal());
    if (!document) return refuse(document.error());
    event.representation = string_or(*document, "representation", "");
    event.changes = string_or(*document, "changes", "");
    event.by_realm_name = string_or(*document, "by_realm_name", "");
    return event;
  }

  const crypto::Sealer& sealer_;
};

}  // namespace

std::unique_ptr<EventRepo> make_event_repo(const crypto::Sealer& sealer) {
  return std::make_unique<SqlEventRepo>(sealer);
}

}  // namespace cardea::store
