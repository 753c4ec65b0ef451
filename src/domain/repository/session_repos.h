// Repositories of what sign-in leaves behind: sessions, codes, interactions, revocations. One-time things are consumed
// by one guarded statement in the transaction that stores what they pay for (anchors B10). Expiry is compared with the
// caller's `now`, never the database's.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "domain/authorization.h"
#include "domain/device_code.h"
#include "domain/interaction.h"
#include "domain/logout_notice.h"
#include "domain/mail.h"
#include "domain/repository/store.h"
#include "domain/session.h"
#include "domain/ticket.h"
#include "domain/user.h"

namespace cardea {

/// A session with its user and one client's share, as refresh, introspection and userinfo need it: one round trip.
struct LiveSession {
  UserSession session;
  std::optional<ClientSession> client_session;  // absent: this client has no share in it
  Subject subject;
};

/// There are two of them: the browser's sessions, and the offline sessions of scope offline_access, which have the id
/// of the session they came from and live on when that one ends. The second gives records with `offline` set.
class SessionRepo {
 public:
  virtual ~SessionRepo() = default;
  /// `expires_at` is fixed at creation (start plus the realm's maximum) and stored as an hour bucket for the purge.
  virtual Stored<void> insert(Tx& tx, const UserSession& session, TimePoint expires_at) = 0;
  virtual Stored<std::optional<UserSession>> find(Rows& rows, const RealmId& realm, const SessionId& id) = 0;
  /// Session, user, roles, groups and the client's share in one round trip. Absent when session or user is gone.
  virtual Stored<std::optional<LiveSession>> load(Rows& rows, const RealmId& realm, const SessionId& id,
                                                  const ClientId& client) = 0;
  /// The same for a transaction that changes the share: the session is locked before it is read, so that of two that
  /// change shares of it (a join, a rotation, an end) the second one reads what the first one left.
  virtual Stored<std::optional<LiveSession>> load_to_change(Tx& tx, const RealmId& realm, const SessionId& id,
                                                            const ClientId& client) = 0;
  /// Inserts or replaces the share of a client, after load_to_change.
  virtual Stored<void> put_client_session(Tx& tx, const ClientSession& share) = 0;
  virtual Stored<std::vector<ClientSession>> client_sessions(Rows& rows, const SessionId& id) = 0;
  /// Of all these sessions, by session.
  virtual Stored<std::vector<ClientSession>> client_sessions_of(Rows& rows, const std::vector<SessionId>& ids) = 0;
  /// Replaces the share only while its refresh_id and use_count are still those of `before`; kConflict otherwise
  /// (another request rotated first).
  virtual Stored<void> rotate(Tx& tx, const ClientSession& before, const ClientSession& after) = 0;
  /// Records activity; callers batch (a quarter of the idle time has passed).
  virtual Stored<void> touch(Tx& tx, const SessionId& id, TimePoint last_seen) = 0;
  /// The same for sessions whose end moves with their use: offline ones without a maximum.
  virtual Stored<void> prolong(Tx& tx, const SessionId& id, TimePoint last_seen, TimePoint expires_at) = 0;
  /// New proof in an existing session (prompt=login): sets auth_time and last_seen.
  virtual Stored<void> reauthenticate(Tx& tx, const SessionId& id, std::int64_t auth_time, TimePoint last_seen) = 0;
  /// Replaces the notes. kConflict when the session is gone.
  virtual Stored<void> set_notes(Tx& tx, const SessionId& id, const std::map<std::string, std::string>& notes) = 0;
  /// Removes one client's share; the session stays unless it was the last: then true is returned and it is gone.
  virtual Stored<bool> remove_client_session(Tx& tx, const SessionId& id, const ClientId& client) = 0;
  /// Removes the share of a client for good reason against the client. A browser session stays, for the person is still
  /// signed in; an offline session goes with its last share.
  virtual Stored<void> detach(Tx& tx, const SessionId& id, const ClientId& client) = 0;
  /// Removes the session with all shares. False when it was gone already.
  virtual Stored<bool> remove(Tx& tx, const RealmId& realm, const SessionId& id) = 0;
  /// Removes every session of the user with its shares ("sign out from other devices"); returns how many went.
  virtual Stored<int> remove_of_user(Tx& tx, const RealmId& realm, const UserId& user) = 0;
  /// Those that stand on this session at an upstream provider (the notes kProviderNote and kUpstreamSidNote); of
  /// offline sessions none is found so.
  virtual Stored<std::vector<UserSession>> list_of_upstream(Rows& rows, const RealmId& realm, std::string_view provider,
                                                            std::string_view sid) = 0;
  // Lists for people: the latest start first, dead ones that are not purged yet among them. `max` negative: all. Those
  // of a client or a realm look at every session, since no index is paid for at each sign-in.
  virtual Stored<std::vector<UserSession>> list_of_user(Rows& rows, const RealmId& realm, const UserId& user) = 0;
  virtual Stored<std::vector<UserSession>> list_of_client(Rows& rows, const RealmId& realm, const ClientId& client,
                                                          std::int64_t first, std::int64_t max) = 0;
  virtual Stored<std::vector<UserSession>> list_of_realm(Rows& rows, const RealmId& realm, std::int64_t first,
                                                         std::int64_t max) = 0;
  /// Shares of each client that has any.
  virtual Stored<std::vector<std::pair<ClientId, std::int64_t>>> count_by_client(Rows& rows, const RealmId& realm) = 0;
};

enum class TakeCode { kTaken, kUnknown, kExpired, kUsedBefore };

struct TakenCode {
  TakeCode result = TakeCode::kUnknown;
  AuthorizationCode code;  // set for all but kUnknown
};

class CodeRepo {
 public:
  virtual ~CodeRepo() = default;
  virtual Stored<void> insert(Tx& tx, const AuthorizationCode& code) = 0;
  /// Marks the code used by one guarded statement and returns it. Of any number of parallel calls exactly one gets
  /// kTaken; the others kUsedBefore. Used codes are kept until they expire, to tell reuse from a guess.
  virtual Stored<TakenCode> take(Tx& tx, const RealmId& realm, std::string_view hash, TimePoint now) = 0;
};

/// Interactions after a factor was proven.
class InteractionRepo {
 public:
  virtual ~InteractionRepo() = default;
  /// `hash` is the SHA-256 of the handle the browser holds.
  virtual Stored<void> insert(Tx& tx, std::string_view hash, const Interaction& interaction) = 0;
  virtual Stored<std::optional<Interaction>> find(Rows& rows, const RealmId& realm, std::string_view hash,
                                                  TimePoint now) = 0;
  /// Removes it by one guarded statement; kConflict when another request was first.
  virtual Stored<void> take(Tx& tx, std::string_view hash) = 0;
};

/// Device codes (RFC 8628).
class DeviceCodeRepo {
 public:
  virtual ~DeviceCodeRepo() = default;
  /// kConflict when the realm has the user code already.
  virtual Stored<void> insert(Tx& tx, const DeviceCode& code) = 0;
  virtual Stored<std::optional<DeviceCode>> find(Rows& rows, const RealmId& realm, std::string_view hash) = 0;
  /// Expired and settled ones too: they are told apart from guesses.
  virtual Stored<std::optional<DeviceCode>> find_by_user_code(Rows& rows, const RealmId& realm,
                                                              std::string_view user_code_hash) = 0;
  /// Records a poll and the interval that holds from now on.
  virtual Stored<void> note_poll(Tx& tx, const RealmId& realm, std::string_view hash, TimePoint polled_at,
                                 seconds interval) = 0;
  /// What the person said: state, session, user and acr of `settled`, with `now` as settled_at, by one guarded
  /// statement. kConflict unless the code is pending and not expired.
  virtual Stored<void> settle(Tx& tx, const DeviceCode& settled, TimePoint now) = 0;
  /// Marks an approved code used by one guarded statement. Of any number of parallel calls exactly one gets true.
  virtual Stored<bool> take(Tx& tx, const RealmId& realm, std::string_view hash, TimePoint now) = 0;
};

class RevocationRepo {
 public:
  virtual ~RevocationRepo() = default;
  /// Idempotent. `token_id` is the jti.
  virtual Stored<void> insert(Tx& tx, const RealmId& realm, std::string_view token_id, TimePoint expires_at) = 0;
  virtual Stored<bool> contains(Rows& rows, const RealmId& realm, std::string_view token_id) = 0;
};

class LogoutNoticeRepo {
 public:
  virtual ~LogoutNoticeRepo() = default;
  virtual Stored<void> insert(Tx& tx, const LogoutNotice& notice) = 0;
  /// Takes at most `notices_max` due notices: counts the attempt and puts off the next (kLogoutRetry), so that no other
  /// node delivers the same meanwhile, and a node that dies delivers late instead of never.
  virtual Stored<std::vector<LogoutNotice>> lease(Tx& tx, TimePoint now, int notices_max) = 0;
  /// Delivered, or given up.
  virtual Stored<void> remove(Tx& tx, std::string_view id) = 0;
};

class MailRepo {
 public:
  virtual ~MailRepo() = default;
  virtual Stored<void> insert(Tx& tx, const Mail& mail) = 0;
  /// As LogoutNoticeRepo::lease, with kMailRetry.
  virtual Stored<std::vector<Mail>> lease(Tx& tx, TimePoint now, int mails_max) = 0;
  /// Sent, or given up.
  virtual Stored<void> remove(Tx& tx, std::string_view id) = 0;
};

/// Ids of client assertions and proofs, each good for one use (RFC 7523 section 3; RFC 9449 section 11.1).
class UsedIdRepo {
 public:
  virtual ~UsedIdRepo() = default;
  /// Remembers an id until `expires_at` by one guarded statement. Of any number of parallel calls exactly one gets
  /// true. `hash`: SHA-256 as base64url over everything that makes the id its owner's alone, and its kind.
  virtual Stored<bool> take(Tx& tx, const RealmId& realm, std::string_view hash, TimePoint expires_at) = 0;
};

/// Pushed requests and tokens of client registration.
class TicketRepo {
 public:
  virtual ~TicketRepo() = default;
  virtual Stored<void> insert(Tx& tx, const Ticket& ticket) = 0;
  /// Absent when it is unknown, of another kind, expired or used up.
  virtual Stored<std::optional<Ticket>> find(Rows& rows, const RealmId& realm, TicketKind kind, std::string_view hash,
                                             TimePoint now) = 0;
  /// Uses it once by one guarded statement. Of any number of parallel calls as many get true as uses were left.
  virtual Stored<bool> take(Tx& tx, const RealmId& realm, TicketKind kind, std::string_view hash, TimePoint now) = 0;
  /// Those of one kind, used up and expired ones included until the purge, at most `tickets_max`, oldest first.
  virtual Stored<std::vector<Ticket>> list(Rows& rows, const RealmId& realm, TicketKind kind, int tickets_max) = 0;
  /// False when there was none.
  virtual Stored<bool> remove(Tx& tx, const RealmId& realm, TicketKind kind, std::string_view hash) = 0;
  /// Those that stand for `content`; how many went.
  virtual Stored<int> remove_of(Tx& tx, const RealmId& realm, TicketKind kind, std::string_view content) = 0;
};

/// What goes when its time is over. Each kind is purged by itself, so that a backlog in one holds up no other.
enum class Expiring {
  kCodes,
  kDeviceCodes,
  kLogoutNotices,
  kInteractions,
  kUsedIds,
  kTickets,
  kRevocations,
  kSessions,
  kOfflineSessions,
  kMails,
  kUserEvents,
  kAdminEvents,
  kInvitations,  // kInvitationShown after they ended
};
inline constexpr std::array kAllExpiring = {
    Expiring::kCodes,           Expiring::kDeviceCodes, Expiring::kLogoutNotices, Expiring::kInteractions,
    Expiring::kUsedIds,         Expiring::kTickets,     Expiring::kRevocations,   Expiring::kSessions,
    Expiring::kOfflineSessions, Expiring::kMails,       Expiring::kUserEvents,    Expiring::kAdminEvents,
    Expiring::kInvitations,
};

class PurgeRepo {
 public:
  virtual ~PurgeRepo() = default;
  /// Removes at most `rows_max` expired ones of this kind; returns how many went.
  virtual Stored<int> purge(Tx& tx, Expiring kind, TimePoint now, int rows_max) = 0;
};

}  // namespace cardea
