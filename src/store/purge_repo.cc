// Removing what has expired, in bounded bits. Each statement walks an index, but for the few invitations; of its
// columns only the purge_hour of offline sessions ever changes, once in a quarter of their idle time.
#include "store/query.h"
#include "store/repos.h"

namespace cardea::store {
namespace {

constexpr Sql kCodes{"DELETE FROM codes WHERE hash IN (SELECT hash FROM codes WHERE expires_at <= ?1 LIMIT ?2)"};
constexpr Sql kDeviceCodes{
    "DELETE FROM device_codes WHERE hash IN (SELECT hash FROM device_codes WHERE expires_at <= ?1 LIMIT ?2)"};
constexpr Sql kLogoutNotices{
    "DELETE FROM logout_notices WHERE id IN (SELECT id FROM logout_notices WHERE expires_at <= ?1 LIMIT ?2)"};
constexpr Sql kInteractions{
    "DELETE FROM interactions WHERE hash IN (SELECT hash FROM interactions WHERE expires_at <= ?1 LIMIT ?2)"};
constexpr Sql kUsedIds{
    "DELETE FROM used_ids WHERE (realm_id, hash) IN "
    "(SELECT realm_id, hash FROM used_ids WHERE expires_at <= ?1 LIMIT ?2)"};
constexpr Sql kTickets{"DELETE FROM tickets WHERE hash IN (SELECT hash FROM tickets WHERE expires_at <= ?1 LIMIT ?2)"};
constexpr Sql kRevocations{
    "DELETE FROM revocations WHERE (realm_id, token_id) IN "
    "(SELECT realm_id, token_id FROM revocations WHERE expires_at <= ?1 LIMIT ?2)"};
constexpr Sql kSessions{
    "DELETE FROM user_sessions WHERE id IN (SELECT id FROM user_sessions WHERE purge_hour <= ?1 LIMIT ?2)"};
constexpr Sql kOfflineSessions{
    "DELETE FROM offline_sessions WHERE id IN (SELECT id FROM offline_sessions WHERE purge_hour <= ?1 LIMIT ?2)"};
constexpr Sql kMails{"DELETE FROM mails WHERE id IN (SELECT id FROM mails WHERE expires_at <= ?1 LIMIT ?2)"};
constexpr Sql kUserEvents{
    "DELETE FROM user_events WHERE id IN (SELECT id FROM user_events WHERE expires_at > 0 AND expires_at <= ?1 LIMIT "
    "?2)"};
constexpr Sql kAdminEvents{
    "DELETE FROM admin_events WHERE id IN (SELECT id FROM admin_events WHERE expires_at > 0 AND expires_at <= ?1 LIMIT "
    "?2)"};

constexpr Sql kInvitations{
    "DELETE FROM organization_invitations WHERE (organization_id, email) IN "
    "(SELECT organization_id, email FROM organization_invitations WHERE expires_at <= ?1 LIMIT ?2)"};

const Sql& statement_of(Expiring kind) {
  switch (kind) {
    case Expiring::kCodes:
      return kCodes;
    case Expiring::kDeviceCodes:
      return kDeviceCodes;
    case Expiring::kLogoutNotices:
      return kLogoutNotices;
    case Expiring::kInteractions:
      return kInteractions;
    case Expiring::kUsedIds:
      return kUsedIds;
    case Expiring::kTickets:
      return kTickets;
    case Expiring::kRevocations:
      return kRevocations;
    case Expiring::kSessions:
      return kSessions;
    case Expiring::kMails:
      return kMails;
    case Expiring::kUserEvents:
      return kUserEvents;
    case Expiring::kAdminEvents:
      return kAdminEvents;
    case Expiring::kInvitations:
      return kInvitations;
    case Expiring::kOfflineSessions:
      break;
  }
  return kOfflineSessions;
}

/// Sessions go by the hour, the rest by the millisecond.
Value limit_of(Expiring kind, TimePoint now) {
  const bool by_hour = kind == Expiring::kSessions || kind == Expiring::kOfflineSessions;
  if (kind == Expiring::kInvitations) return millis(now - kInvitationShown);
  return by_hour ? Value(std::chrono::floor<std::chrono::hours>(now).time_since_epoch().count()) : millis(now);
}

class SqlPurgeRepo final : public PurgeRepo {
 public:
  Stored<int> purge(Tx& tx, Expiring kind, TimePoint now, int rows_max) override {
    const auto removed = change(tx, statement_of(kind), {limit_of(kind, now), rows_max});
    if (!removed) return refuse(removed.error());
    return static_cast<int>(*removed);
  }
};

}  // namespace

std::unique_ptr<PurgeRepo> make_purge_repo() { return std::make_unique<SqlPurgeRepo>(); }

}  // namespace cardea::store
