// Browser sessions and offline sessions, and the share of each client in them.
#include <type_traits>

#include "crypto/hash.h"
#include "store/among.h"
#include "store/document.h"
#include "store/like.h"
#include "store/query.h"
#include "store/repos.h"
#include "store/user_columns.h"

namespace cardea::store {
namespace {

#define CARDEA_SESSION_COLUMNS \
  "s.id, s.realm_id, s.user_id, s.started_at, s.last_seen, s.auth_time, s.remember_me, s.ip_address, s.notes"
#define CARDEA_SHARE_COLUMNS                                                                                           \
  "c.session_id, c.client_id, c.started_at, c.scope, c.refresh_id, c.previous_refresh_id, c.rotated_at, c.use_count, " \
  "c.adapter_session, c.adapter_host, c.claims, c.other_chains"

constexpr int kShareColumns = 12;

/// The same statements on two pairs of tables.
#define CARDEA_SESSION_STATEMENTS(name, sessions, shares)                                                              \
  struct name {                                                                                                        \
    static constexpr Sql kFind{"SELECT " CARDEA_SESSION_COLUMNS " FROM " sessions                                      \
                               " s WHERE s.id = ?2 AND s.realm_id = ?1"};                                              \
    static constexpr Sql kLoad{"SELECT " CARDEA_SESSION_COLUMNS ", " CARDEA_SHARE_COLUMNS ", " CARDEA_SUBJECT_COLUMNS  \
                               " FROM " sessions                                                                       \
                               " s JOIN users u ON u.id = s.user_id AND u.realm_id = s.realm_id "                      \
                               "LEFT JOIN " shares                                                                     \
                               " c ON c.session_id = s.id AND c.client_id = ?3 "                                       \
                               "WHERE s.id = ?2 AND s.realm_id = ?1"};                                                 \
    static constexpr Sql kShares{"SELECT " CARDEA_SHARE_COLUMNS " FROM " shares " c WHERE c.session_id = ?1"};         \
    static constexpr Sql kSharesOf{"SELECT " CARDEA_SHARE_COLUMNS " FROM " shares                                      \
                                   " c WHERE " CARDEA_SQLITE_AMONG("c.session_id", "?1") " ORDER BY 1, 2",             \
                                   "SELECT " CARDEA_SHARE_COLUMNS " FROM " shares                                      \
                                   " c WHERE " CARDEA_POSTGRES_AMONG("c.session_id", "$1") " ORDER BY 1, 2"};          \
    static constexpr Sql kInsert{                                                                                      \
        "INSERT INTO " sessions                                                                                        \
        " (id, realm_id, user_id, started_at, last_seen, auth_time, remember_me, ip_address, notes, purge_hour) "      \
        "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)"};                                                           \
    static constexpr Sql kPutShare{                                                                                    \
        "INSERT INTO " shares                                                                                          \
        " (session_id, client_id, started_at, scope, refresh_id, previous_refresh_id, rotated_at, use_count, "         \
        "adapter_session, adapter_host, claims, other_chains) "                                                        \
        "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12) ON CONFLICT (session_id, client_id) DO UPDATE "    \
        "SET "                                                                                                         \
        "started_at = excluded.started_at, scope = excluded.scope, refresh_id = excluded.refresh_id, "                 \
        "previous_refresh_id = excluded.previous_refresh_id, rotated_at = excluded.rotated_at, "                       \
        "use_count = excluded.use_count, adapter_session = excluded.adapter_session, "                                 \
        "adapter_host = excluded.adapter_host, claims = excluded.claims, other_chains = excluded.other_chains"};       \
    static constexpr Sql kRotate{                                                                                      \
        "UPDATE " shares                                                                                               \
        " SET started_at = ?5, scope = ?6, refresh_id = ?7, previous_refresh_id = ?8, "                                \
        "rotated_at = ?9, use_count = ?10, other_chains = ?11 WHERE session_id = ?1 AND client_id = ?2 "               \
        "AND refresh_id = ?3 AND use_count = ?4"};                                                                     \
    static constexpr Sql kTouch{"UPDATE " sessions " SET last_seen = ?2 WHERE id = ?1"};                               \
    static constexpr Sql kProlong{"UPDATE " sessions " SET last_seen = ?2, purge_hour = ?3 WHERE id = ?1"};            \
    static constexpr Sql kReauthenticate{"UPDATE " sessions " SET auth_time = ?2, last_seen = ?3 WHERE id = ?1"};      \
    static constexpr Sql kSetNotes{"UPDATE " sessions " SET notes = ?2 WHERE id = ?1"};                                \
    static constexpr Sql kLock{"SELECT 1 FROM " sessions " WHERE id = ?1 /*pg FOR UPDATE */"};                         \
    static constexpr Sql kRemoveShare{"DELETE FROM " shares " WHERE session_id = ?1 AND client_id = ?2"};              \
    static constexpr Sql kRemoveIfEmpty{"DELETE FROM " sessions " WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM " shares \
                                        " WHERE session_id = ?1)"};                                                    \
    static constexpr Sql kRemove{"DELETE FROM " sessions " WHERE id = ?2 AND realm_id = ?1"};                          \
    static constexpr Sql kRemoveOfUser{"DELETE FROM " sessions " WHERE user_id = ?2 AND realm_id = ?1"};               \
    static constexpr Sql kOfUser{"SELECT " CARDEA_SESSION_COLUMNS " FROM " sessions                                    \
                                 " s WHERE s.user_id = ?2 AND s.realm_id = ?1 ORDER BY s.started_at DESC, s.id"};      \
    static constexpr Sql kOfClient{"SELECT " CARDEA_SESSION_COLUMNS " FROM " sessions                                  \
                                   " s WHERE s.realm_id = ?1 AND "                                                     \
                                   "EXISTS (SELECT 1 FROM " shares                                                     \
                                   " c WHERE c.session_id = s.id AND "                                                 \
                                   "c.client_id = ?2) ORDER BY s.started_at DESC, s.id LIMIT ?3 OFFSET ?4"};           \
    static constexpr Sql kOfRealm{"SELECT " CARDEA_SESSION_COLUMNS " FROM " sessions                                   \
                                  " s WHERE s.realm_id = ?1 ORDER BY s.started_at DESC, s.id LIMIT ?2 OFFSET ?3"};     \
    static constexpr Sql kCounts{"SELECT c.client_id, count(*) FROM " shares " c JOIN " sessions                       \
                                 " s ON s.id = c.session_id WHERE s.realm_id = ?1 GROUP BY c.client_id "               \
                                 "ORDER BY c.client_id"};                                                              \
  }

CARDEA_SESSION_STATEMENTS(OnlineStatements, "user_sessions", "client_sessions");
CARDEA_SESSION_STATEMENTS(OfflineStatements, "offline_sessions", "offline_client_sessions");

// Of browser sessions alone.
constexpr Sql kSetUpstream{"UPDATE user_sessions SET upstream_key = ?2 WHERE id = ?1"};
constexpr Sql kOfUpstream{"SELECT " CARDEA_SESSION_COLUMNS
                          " FROM user_sessions s WHERE s.realm_id = ?1 AND s.upstream_key = ?2 ORDER BY s.id"};

// A hash: what a provider says of its sessions may be longer than an index takes. The length keeps two pairs apart.
std::string upstream_key(std::string_view provider, std::string_view sid) {
  if (provider.empty() || sid.empty()) return {};
  return crypto::sha256_base64url(std::to_string(provider.size()).append(":").append(provider).append(sid));
}
std::string upstream_key(const std::map<std::string, std::string>& notes) {
  UserSession session;
  session.notes = notes;
  return upstream_key(session.note(kProviderNote), session.note(kUpstreamSidNote));
}

Stored<UserSession> parse_session(Columns& row) {
  UserSession session;
  session.id = row.id<SessionId>();
  session.realm = row.id<RealmId>();
  session.user = row.id<UserId>();
  session.started_at = row.time();
  session.last_seen = row.time();
  session.auth_time = row.integer();
  session.remember_me = row.boolean();
  session.ip_address = row.text();
  if (!read_json(row.view(), session.notes)) return refuse(StoreError::kCorrupt);
  return session;
}

/// The chains of a share besides its newest, as one column holds them; empty text for none.
std::string chains_text(const std::vector<RefreshChain>& chains) {
  if (chains.empty()) return {};
  json::array texts;
  for (const auto& chain : chains) {
    texts.push_back(json::object{{"current", chain.refresh_id},
                                 {"previous", chain.previous_refresh_id},
                                 {"rotatedAt", epoch_milliseconds(chain.rotated_at)},
                                 {"uses", chain.use_count}});
  }
  return json::serialize(texts);
}

/// Nothing when it does not read.
std::optional<std::vector<RefreshChain>> parse_chains(std::string_view text) {
  std::vector<RefreshChain> chains;
  if (text.empty()) return chains;
  const auto value = parse_json(text);
  if (!value || !value->is_array()) return std::nullopt;
  for (const auto& item : value->get_array()) {
    if (!item.is_object()) return std::nullopt;
    auto& chain = chains.emplace_back();
    std::int64_t rotated_at = 0;
    DocumentReader document(item.get_object());
    document("current", chain.refresh_id);
    document("previous", chain.previous_refresh_id);
    document("rotatedAt", rotated_at);
    document("uses", chain.use_count);
    if (!document.ok()) return std::nullopt;
    chain.rotated_at = from_epoch_milliseconds(rotated_at);
  }
  return chains;
}

Stored<ClientSession> parse_share(Columns& row) {
  ClientSession share;
  share.session = row.id<SessionId>();
  share.client = row.id<ClientId>();
  share.started_at = row.time();
  share.scope = row.text();
  share.chain.refresh_id = row.text();
  share.chain.previous_refresh_id = row.text();
  share.chain.rotated_at = row.time();
  share.chain.use_count = static_cast<int>(row.integer());
  share.adapter_session = row.text();
  share.adapter_host = row.text();
  share.claims = row.text();
  auto others = parse_chains(row.view());
  if (!others) return refuse(StoreError::kCorrupt);
  share.other_chains = std::move(*others);
  return share;
}

Stored<LiveSession> parse_live(const crypto::Sealer& sealer, Columns& row) {
  LiveSession live;
  auto session = parse_session(row);
  if (!session) return refuse(session.error());
  live.session = std::move(*session);
  if (row.next_is_null()) {
    row.skip(kShareColumns);
  } else {
    auto share = parse_share(row);
    if (!share) return refuse(share.error());
    live.client_session = std::move(*share);
  }
  auto subject = parse_subject(sealer, row);
  if (!subject) return refuse(subject.error());
  live.subject = std::move(*subject);
  return live;
}

/// The hour after which the session cannot be alive.
std::int64_t purge_hour(TimePoint expires_at) {
  return std::chrono::ceil<std::chrono::hours>(expires_at).time_since_epoch().count();
}

template <class Statements>
class SqlSessionRepo final : public SessionRepo {
 public:
  explicit SqlSessionRepo(const crypto::Sealer& sealer) : sealer_(sealer) {}

  Stored<void> insert(Tx& tx, const UserSession& session, TimePoint expires_at) override {
    const std::string notes = json_or_empty(session.notes);
    auto inserted = send(tx, Statements::kInsert,
                         {session.id.str(), session.realm.str(), session.user.str(), millis(session.started_at),
                          millis(session.last_seen), session.auth_time, session.remember_me, session.ip_address,
                          Value::text_or_null(notes), purge_hour(expires_at)});
    const auto key = kOffline ? std::string() : upstream_key(session.notes);
    return !inserted || key.empty() ? inserted : send(tx, kSetUpstream, {session.id.str(), key});
  }

  Stored<std::optional<UserSession>> find(Rows& rows, const RealmId& realm, const SessionId& id) override {
    return find_one<UserSession>(rows, Statements::kFind, {realm.str(), id.str()},
                                 [](Columns& row) { return marked(parse_session(row)); });
  }
  Stored<std::optional<LiveSession>> load(Rows& rows, const RealmId& realm, const SessionId& id,
                                          const ClientId& client) override {
    return find_one<LiveSession>(rows, Statements::kLoad, {realm.str(), id.str(), client.str()}, [this](Columns& row) {
      auto live = parse_live(sealer_, row);
      if (live) live->session.offline = kOffline;
      return live;
    });
  }

  Stored<std::optional<LiveSession>> load_to_change(Tx& tx, const RealmId& realm, const SessionId& id,
                                                    const ClientId& client) override {
    if (auto locked = send(tx, Statements::kLock, {id.str()}); !locked) return refuse(locked.error());
    return load(tx, realm, id, client);
  }

  Stored<void> put_client_session(Tx& tx, const ClientSession& share) override {
    const auto others = chains_text(share.other_chains);
    return send(tx, Statements::kPutShare,
                {share.session.str(), share.client.str(), millis(share.started_at), share.scope, share.chain.refresh_id,
                 share.chain.previous_refresh_id, millis(share.chain.rotated_at), share.chain.use_count,
                 Value::text_or_null(share.adapter_session), Value::text_or_null(share.adapter_host),
                 Value::text_or_null(share.claims), Value::text_or_null(others)});
  }
  Stored<std::vector<ClientSession>> client_sessions(Rows& rows, const SessionId& id) override {
    return find_all<ClientSession>(rows, Statements::kShares, {id.str()}, parse_share);
  }
  Stored<std::vector<ClientSession>> client_sessions_of(Rows& rows, const std::vector<SessionId>& ids) override {
    const auto list = text_list(ids);
    return find_all<ClientSession>(rows, Statements::kSharesOf, {list}, parse_share);
  }
  Stored<void> rotate(Tx& tx, const ClientSession& before, const ClientSession& after) override {
    if (auto locked = send(tx, Statements::kLock, {before.session.str()}); !locked) return locked;
    const auto others = chains_text(after.other_chains);
    return change_one(tx, Statements::kRotate,
                      {before.session.str(), before.client.str(), before.chain.refresh_id, before.chain.use_count,
                       millis(after.started_at), after.scope, after.chain.refresh_id, after.chain.previous_refresh_id,
                       millis(after.chain.rotated_at), after.chain.use_count, Value::text_or_null(others)});
  }

  Stored<void> touch(Tx& tx, const SessionId& id, TimePoint last_seen) override {
    return send(tx, Statements::kTouch, {id.str(), millis(last_seen)});
  }
  Stored<void> prolong(Tx& tx, const SessionId& id, TimePoint last_seen, TimePoint expires_at) override {
    return send(tx, Statements::kProlong, {id.str(), millis(last_seen), purge_hour(expires_at)});
  }
  Stored<void> reauthenticate(Tx& tx, const SessionId& id, std::int64_t auth_time, TimePoint last_seen) override {
    return change_one(tx, Statements::kReauthenticate, {id.str(), auth_time, millis(last_seen)});
  }

  Stored<void> set_notes(Tx& tx, const SessionId& id, const std::map<std::string, std::string>& notes) override {
    const std::string text = json_or_empty(notes);
    auto changed = change_one(tx, Statements::kSetNotes, {id.str(), Value::text_or_null(text)});
    if (!changed || kOffline) return changed;
    const auto key = upstream_key(notes);
    return send(tx, kSetUpstream, {id.str(), Value::text_or_null(key)});
  }
  Stored<std::vector<UserSession>> list_of_upstream(Rows& rows, const RealmId& realm, std::string_view provider,
                                                    std::string_view sid) override {
    const auto key = kOffline ? std::string() : upstream_key(provider, sid);
    if (key.empty()) return std::vector<UserSession>();
    return find_all<UserSession>(rows, kOfUpstream, {realm.str(), key}, parse_marked);
  }

  /// The session's row is locked first: of two requests that remove the last two shares, one sees that none is left.
  Stored<bool> remove_client_session(Tx& tx, const SessionId& id, const ClientId& client) override {
    const auto exists = gives_a_row(tx, Statements::kLock, {id.str()});
    if (!exists || !*exists) return exists;
    const auto removed = change(tx, Statements::kRemoveShare, {id.str(), client.str()});
    if (!removed) return refuse(removed.error());
    if (*removed == 0) return false;
    const auto ended = change(tx, Statements::kRemoveIfEmpty, {id.str()});
    if (!ended) return refuse(ended.error());
    return *ended > 0;
  }
  Stored<void> detach(Tx& tx, const SessionId& id, const ClientId& client) override {
    if (kOffline) {
      const auto removed = remove_client_session(tx, id, client);
      return removed ? Stored<void>() : refuse(removed.error());
    }
    if (auto locked = send(tx, Statements::kLock, {id.str()}); !locked) return locked;
    return send(tx, Statements::kRemoveShare, {id.str(), client.str()});
  }

  Stored<bool> remove(Tx& tx, const RealmId& realm, const SessionId& id) override {
    const auto removed = change(tx, Statements::kRemove, {realm.str(), id.str()});
    if (!removed) return refuse(removed.error());
    return *removed > 0;
  }

  Stored<int> remove_of_user(Tx& tx, const RealmId& realm, const UserId& user) override {
    const auto removed = change(tx, Statements::kRemoveOfUser, {realm.str(), user.str()});
    if (!removed) return refuse(removed.error());
    return static_cast<int>(*removed);
  }

  Stored<std::vector<UserSession>> list_of_user(Rows& rows, const RealmId& realm, const UserId& user) override {
    return find_all<UserSession>(rows, Statements::kOfUser, {realm.str(), user.str()}, parse_marked);
  }
  Stored<std::vector<UserSession>> list_of_client(Rows& rows, const RealmId& realm, const ClientId& client,
                                                  std::int64_t first, std::int64_t max) override {
    return find_all<UserSession>(rows, Statements::kOfClient, {realm.str(), client.str(), limit_of(max), first},
                                 parse_marked);
  }
  Stored<std::vector<UserSession>> list_of_realm(Rows& rows, const RealmId& realm, std::int64_t first,
                                                 std::int64_t max) override {
    return find_all<UserSession>(rows, Statements::kOfRealm, {realm.str(), limit_of(max), first}, parse_marked);
  }
  Stored<std::vector<std::pair<ClientId, std::int64_t>>> count_by_client(Rows& rows, const RealmId& realm) override {
    using Count = std::pair<ClientId, std::int64_t>;
    return find_all<Count>(rows, Statements::kCounts, {realm.str()}, [](Columns& row) -> Stored<Count> {
      auto id = row.id<ClientId>();
      return Count(std::move(id), row.integer());
    });
  }

 private:
  static Stored<UserSession> parse_marked(Columns& row) { return marked(parse_session(row)); }
  static constexpr bool kOffline = std::is_same_v<Statements, OfflineStatements>;
  static Stored<UserSession> marked(Stored<UserSession> session) {
    if (session) session->offline = kOffline;
    return session;
  }

  const crypto::Sealer& sealer_;  // for what belongs to the user
};

}  // namespace

std::unique_ptr<SessionRepo> make_session_repo(const crypto::Sealer& sealer) {
  return std::make_unique<SqlSessionRepo<OnlineStatements>>(sealer);
}
std::unique_ptr<SessionRepo> make_offline_session_repo(const crypto::Sealer& sealer) {
  return std::make_unique<SqlSessionRepo<OfflineStatements>>(sealer);
}

}  // namespace cardea::store
