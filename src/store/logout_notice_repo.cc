// The outbox of back-channel logout.
#include "store/query.h"
#include "store/repos.h"

namespace cardea::store {
namespace {

#define CARDEA_NOTICE_COLUMNS                                                                \
  "id, realm_id, realm_name, client_id, session_id, user_id, issuer, created_at, attempts, " \
  "adapter_session, adapter_host"

constexpr Sql kInsert{"INSERT INTO logout_notices (" CARDEA_NOTICE_COLUMNS
                      ", next_attempt_at, expires_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?11, ?12, ?8, ?10)"};
constexpr Sql kLease{
    "UPDATE logout_notices SET attempts = attempts + 1, next_attempt_at = ?1 + ?3 * (attempts + 1) WHERE id IN "
    "(SELECT id FROM logout_notices WHERE next_attempt_at <= ?1 ORDER BY next_attempt_at LIMIT ?2"
    "/*pg  FOR UPDATE SKIP LOCKED */) RETURNING " CARDEA_NOTICE_COLUMNS};
constexpr Sql kRemove{"DELETE FROM logout_notices WHERE id = ?1"};

Stored<LogoutNotice> parse(Columns& row) {
  LogoutNotice notice;
  notice.id = row.text();
  notice.realm = row.id<RealmId>();
  notice.realm_name = row.text();
  notice.client = row.id<ClientId>();
  notice.session = row.id<SessionId>();
  notice.user = row.id<UserId>();
  notice.issuer = row.text();
  notice.created_at = row.time();
  notice.attempts = static_cast<int>(row.integer());
  notice.adapter_session = row.text();
  notice.adapter_host = row.text();
  return notice;
}

class SqlLogoutNoticeRepo final : public LogoutNoticeRepo {
 public:
  Stored<void> insert(Tx& tx, const LogoutNotice& notice) override {
    return send(
        tx, kInsert,
        {notice.id, notice.realm.str(), notice.realm_name, notice.client.str(), notice.session.str(), notice.user.str(),
         notice.issuer, millis(notice.created_at), notice.attempts, millis(notice.created_at + kLogoutNoticeLife),
         Value::text_or_null(notice.adapter_session), Value::text_or_null(notice.adapter_host)});
  }
  Stored<std::vector<LogoutNotice>> lease(Tx& tx, TimePoint now, int notices_max) override {
    const auto retry = std::chrono::milliseconds(kLogoutRetry).count();
    return find_all<LogoutNotice>(tx, kLease, {millis(now), notices_max, std::int64_t{retry}}, parse);
  }
  Stored<void> remove(Tx& tx, std::string_view id) override { return send(tx, kRemove, {id}); }
};

}  // namespace

std::unique_ptr<LogoutNoticeRepo> make_logout_notice_repo() { return std::make_unique<SqlLogoutNoticeRepo>(); }

}  // namespace cardea::store
