// Sessions, codes, interactions, revocations and the purge of the MemoryStore.
#include <algorithm>

#include "tests/support/memory_data.h"

namespace cardea {
namespace {

class MemorySessions final : public SessionRepo {
 public:
  explicit MemorySessions(MemoryTable<SessionRow> MemoryData::* table) : table_(table) {}
  Stored<void> insert(Tx& tx, const UserSession& session, TimePoint expires_at) override {
    const auto bucket = std::chrono::ceil<std::chrono::hours>(expires_at);
    const bool is_new =
        table_of(rows_of(tx)).edit().emplace(session.id.str(), SessionRow{marked(session), bucket, {}}).second;
    if (!is_new) return refuse(StoreError::kConflict);
    return {};
  }
  Stored<std::optional<UserSession>> find(Rows& rows, const RealmId& realm, const SessionId& id) override {
    const auto* row = find_row(rows_of(rows), realm, id);
    if (row == nullptr) return std::nullopt;
    return row->session;
  }
  Stored<std::optional<LiveSession>> load(Rows& rows, const RealmId& realm, const SessionId& id,
                                          const ClientId& client) override {
    const auto& data = rows_of(rows);
    const auto* row = find_row(data, realm, id);
    if (row == nullptr) return std::nullopt;
    auto subject = find_subject(data, realm, row->session.user.str());
    if (!subject) return std::nullopt;
    leave_out_groups_that_give_nothing(data, *subject);
    LiveSession live{row->session, std::nullopt, std::move(*subject)};
    const auto share = row->shares.find(client.str());
    if (share != row->shares.end()) live.client_session = share->second;
    return live;
  }
  Stored<void> put_client_session(Tx& tx, const ClientSession& share) override {
    return change(tx, share.session, [&](SessionRow& row) { row.shares[share.client.str()] = share; });
  }
  Stored<std::vector<ClientSession>> client_sessions(Rows& rows, const SessionId& id) override {
    std::vector<ClientSession> shares;
    const auto* row = table_of(rows_of(rows)).find(id.str());
    if (row == nullptr) return shares;
    for (const auto& [client, share] : row->shares) shares.push_back(share);
    return shares;
  }
  Stored<std::vector<ClientSession>> client_sessions_of(Rows& rows, const std::vector<SessionId>& ids) override {
    std::vector<ClientSession> shares;
    const auto& table = table_of(rows_of(rows));
    for (const std::set<SessionId> once(ids.begin(), ids.end()); const auto& id : once) {
      const auto* row = table.find(id.str());
      if (row == nullptr) continue;
      for (const auto& [client, share] : row->shares) shares.push_back(share);
    }
    return shares;
  }
  Stored<std::optional<LiveSession>> load_to_change(Tx& tx, const RealmId& realm, const SessionId& id,
                                                    const ClientId& client) override {
    return load(tx, realm, id, client);
  }
  Stored<void> rotate(Tx& tx, const ClientSession& before, const ClientSession& after) override {
    const auto* row = table_of(rows_of(tx)).find(before.session.str());
    if (row == nullptr) return refuse(StoreError::kConflict);
    const auto share = row->shares.find(before.client.str());
    if (share == row->shares.end() || share->second.chain.refresh_id != before.chain.refresh_id ||
        share->second.chain.use_count != before.chain.use_count) {
      return refuse(StoreError::kConflict);
    }
    return put_client_session(tx, after);
  }
  Stored<std::vector<UserSession>> list_of_upstream(Rows& rows, const RealmId& realm, std::string_view provider,
                                                    std::string_view sid) override {
    std::vector<UserSession> out;
    for (const auto& [id, row] : table_of(rows_of(rows)).rows()) {
      const auto& session = row.session;
      if (session.realm == realm && !session.offline && !sid.empty() && session.note(kProviderNote) == provider &&
          session.note(kUpstreamSidNote) == sid) {
        out.push_back(session);
      }
    }
    return out;
  }
  Stored<void> touch(Tx& tx, const SessionId& id, TimePoint last_seen) override {
    auto& data = rows_of(tx);  // a session that is gone needs no touch
    if (table_of(data).contains(id.str())) table_of(data).edit()[id.str()].session.last_seen = last_seen;
    return {};
  }
  Stored<void> prolong(Tx& tx, const SessionId& id, TimePoint last_seen, TimePoint expires_at) override {
    auto& data = rows_of(tx);
    if (table_of(data).contains(id.str())) {
      auto& row = table_of(data).edit()[id.str()];
      row.session.last_seen = last_seen;
      row.purge_at = std::chrono::ceil<std::chrono::hours>(expires_at);
    }
    return {};
  }
  Stored<void> reauthenticate(Tx& tx, const SessionId& id, std::int64_t auth_time, TimePoint last_seen) override {
    return change(tx, id, [&](SessionRow& row) {
      row.session.auth_time = auth_time;
      row.session.last_seen = last_seen;
    });
  }
  Stored<void> set_notes(Tx& tx, const SessionId& id, const std::map<std::string, std::string>& notes) override {
    return change(tx, id, [&](SessionRow& row) { row.session.notes = notes; });
  }
  Stored<bool> remove_client_session(Tx& tx, const SessionId& id, const ClientId& client) override {
    auto& data = rows_of(tx);
    if (!table_of(data).contains(id.str())) return false;
    auto& sessions = table_of(data).edit();
    const auto row = sessions.find(id.str());
    if (row->second.shares.erase(client.str()) == 0 || !row->second.shares.empty()) return false;
    sessions.erase(row);
    return true;
  }
  Stored<void> detach(Tx& tx, const SessionId& id, const ClientId& client) override {
    auto& data = rows_of(tx);
    if (!table_of(data).contains(id.str())) return {};
    auto& sessions = table_of(data).edit();
    const auto row = sessions.find(id.str());
    row->second.shares.erase(client.str());
    if (row->second.session.offline && row->second.shares.empty()) sessions.erase(row);
    return {};
  }
  Stored<bool> remove(Tx& tx, const RealmId& realm, const SessionId& id) override {
    auto& data = rows_of(tx);
    if (find_row(data, realm, id) == nullptr) return false;
    table_of(data).edit().erase(id.str());
    return true;
  }
  Stored<int> remove_of_user(Tx& tx, const RealmId& realm, const UserId& user) override {
    auto& sessions = table_of(rows_of(tx)).edit();
    return static_cast<int>(std::erase_if(sessions, [&](const auto& entry) {
      return entry.second.session.realm == realm && entry.second.session.user == user;
    }));
  }

  Stored<std::vector<UserSession>> list_of_user(Rows& rows, const RealmId& realm, const UserId& user) override {
    return matching(rows, realm, 0, -1, [&](const SessionRow& row) { return row.session.user == user; });
  }
  Stored<std::vector<UserSession>> list_of_client(Rows& rows, const RealmId& realm, const ClientId& client,
                                                  std::int64_t first, std::int64_t max) override {
    return matching(rows, realm, first, max, [&](const SessionRow& row) { return row.shares.contains(client.str()); });
  }
  Stored<std::vector<UserSession>> list_of_realm(Rows& rows, const RealmId& realm, std::int64_t first,
                                                 std::int64_t max) override {
    return matching(rows, realm, first, max, [](const SessionRow&) { return true; });
  }
  Stored<std::vector<std::pair<ClientId, std::int64_t>>> count_by_client(Rows& rows, const RealmId& realm) override {
    std::map<std::string, std::int64_t> counts;
    for (const auto& [id, row] : table_of(rows_of(rows)).rows()) {
      if (row.session.realm != realm) continue;
      for (const auto& [client, share] : row.shares) ++counts[client];
    }
    std::vector<std::pair<ClientId, std::int64_t>> list;
    for (const auto& [client, count] : counts) list.emplace_back(ClientId(client), count);
    return list;
  }

 private:
  template <class Wanted>
  Stored<std::vector<UserSession>> matching(Rows& rows, const RealmId& realm, std::int64_t first, std::int64_t max,
                                            Wanted&& wanted) const {
    std::vector<UserSession> found;
    for (const auto& [id, row] : table_of(rows_of(rows)).rows()) {
      if (row.session.realm == realm && wanted(row)) found.push_back(marked(row.session));
    }
    std::ranges::sort(found, [](const UserSession& a, const UserSession& b) {
      return std::tie(b.started_at, a.id) < std::tie(a.started_at, b.id);
    });
    found.erase(found.begin(), found.begin() + std::min<std::ptrdiff_t>(first, std::ssize(found)));
    if (max >= 0 && std::ssize(found) > max) found.resize(static_cast<std::size_t>(max));
    return found;
  }
  MemoryTable<SessionRow>& table_of(MemoryData& data) const { return data.*table_; }
  const MemoryTable<SessionRow>& table_of(const MemoryData& data) const { return data.*table_; }
  [[nodiscard]] UserSession marked(UserSession session) const {
    session.offline = table_ == &MemoryData::offline_sessions;
    return session;
  }
  [[nodiscard]] const SessionRow* find_row(const MemoryData& data, const RealmId& realm, const SessionId& id) const {
    const auto* row = table_of(data).find(id.str());
    return row == nullptr || row->session.realm != realm ? nullptr : row;
  }
  template <class Change>
  Stored<void> change(Tx& tx, const SessionId& id, Change&& apply) {
    auto& data = rows_of(tx);
    if (!table_of(data).contains(id.str())) return refuse(StoreError::kConflict);
    apply(table_of(data).edit()[id.str()]);
    return {};
  }

  MemoryTable<SessionRow> MemoryData::* table_;
};

class MemoryCodes final : public CodeRepo {
 public:
  Stored<void> insert(Tx& tx, const AuthorizationCode& code) override {
    auto& codes = rows_of(tx).codes.edit();
    if (!codes.emplace(key_of(code.realm.str(), code.hash), CodeRow{code, false}).second) {
      return refuse(StoreError::kConflict);
    }
    return {};
  }
  Stored<TakenCode> take(Tx& tx, const RealmId& realm, std::string_view hash, TimePoint now) override {
    auto& data = rows_of(tx);
    const auto key = key_of(realm.str(), hash);
    const auto* row = data.codes.find(key);
    if (row == nullptr) return TakenCode{};
    if (row->is_used) return TakenCode{TakeCode::kUsedBefore, row->code};
    if (row->code.expires_at <= now) return TakenCode{TakeCode::kExpired, row->code};
    auto& taken = data.codes.edit()[key];
    taken.is_used = true;
    return TakenCode{TakeCode::kTaken, taken.code};
  }
};

class MemoryDeviceCodes final : public DeviceCodeRepo {
 public:
  Stored<void> insert(Tx& tx, const DeviceCode& code) override {
    const auto taken = find_by_user_code(tx, code.realm, code.user_code_hash);
    if (taken->has_value()) return refuse(StoreError::kConflict);
    auto& codes = rows_of(tx).device_codes.edit();
    if (!codes.emplace(key_of(code.realm.str(), code.hash), code).second) return refuse(StoreError::kConflict);
    return {};
  }
  Stored<std::optional<DeviceCode>> find(Rows& rows, const RealmId& realm, std::string_view hash) override {
    const auto* row = rows_of(rows).device_codes.find(key_of(realm.str(), hash));
    if (row == nullptr) return std::nullopt;
    return *row;
  }
  Stored<std::optional<DeviceCode>> find_by_user_code(Rows& rows, const RealmId& realm,
                                                      std::string_view user_code_hash) override {
    for (const auto& [key, row] : rows_of(rows).device_codes.rows()) {
      if (row.realm == realm && row.user_code_hash == user_code_hash) return row;
    }
    return std::nullopt;
  }
  Stored<void> note_poll(Tx& tx, const RealmId& realm, std::string_view hash, TimePoint polled_at,
                         seconds interval) override {
    auto& codes = rows_of(tx).device_codes;
    const auto key = key_of(realm.str(), hash);
    if (!codes.contains(key)) return {};
    auto& row = codes.edit()[key];
    row.polled_at = polled_at;
    row.interval = interval;
    return {};
  }
  Stored<void> settle(Tx& tx, const DeviceCode& settled, TimePoint now) override {
    auto& codes = rows_of(tx).device_codes;
    const auto key = key_of(settled.realm.str(), settled.hash);
    const auto* row = codes.find(key);
    if (row == nullptr || row->state != DeviceState::kPending || row->expires_at <= now) {
      return refuse(StoreError::kConflict);
    }
    auto& edited = codes.edit()[key];
    edited.state = settled.state;
    edited.session = settled.session;
    edited.user = settled.user;
    edited.acr = settled.acr;
    edited.settled_at = now;
    return {};
  }
  Stored<bool> take(Tx& tx, const RealmId& realm, std::string_view hash, TimePoint now) override {
    auto& codes = rows_of(tx).device_codes;
    const auto key = key_of(realm.str(), hash);
    const auto* row = codes.find(key);
    if (row == nullptr || row->state != DeviceState::kApproved || row->is_used || row->expires_at <= now) return false;
    codes.edit()[key].is_used = true;
    return true;
  }
};

class MemoryInteractions final : public InteractionRepo {
 public:
  Stored<void> insert(Tx& tx, std::string_view hash, const Interaction& interaction) override {
    auto& rows = rows_of(tx).interactions.edit();
    if (!rows.emplace(std::string(hash), interaction).second) return refuse(StoreError::kConflict);
    return {};
  }
  Stored<std::optional<Interaction>> find(Rows& rows, const RealmId& realm, std::string_view hash,
                                          TimePoint now) override {
    const auto* row = rows_of(rows).interactions.find(hash);
    if (row == nullptr || row->realm != realm || row->expires_at <= now) return std::nullopt;
    return *row;
  }
  Stored<void> take(Tx& tx, std::string_view hash) override {
    if (rows_of(tx).interactions.edit().erase(std::string(hash)) == 0) return refuse(StoreError::kConflict);
    return {};
  }
};

class MemoryRevocations final : public RevocationRepo {
 public:
  Stored<void> insert(Tx& tx, const RealmId& realm, std::string_view token_id, TimePoint expires_at) override {
    rows_of(tx).revocations.edit()[key_of(realm.str(), token_id)] = expires_at;
    return {};
  }
  Stored<bool> contains(Rows& rows, const RealmId& realm, std::string_view token_id) override {
    return rows_of(rows).revocations.contains(key_of(realm.str(), token_id));
  }
};

class MemoryLogoutNotices final : public LogoutNoticeRepo {
 public:
  Stored<void> insert(Tx& tx, const LogoutNotice& notice) override {
    auto& notices = rows_of(tx).logout_notices.edit();
    if (!notices.emplace(notice.id, NoticeRow{notice, notice.created_at}).second) return refuse(StoreError::kConflict);
    return {};
  }
  Stored<std::vector<LogoutNotice>> lease(Tx& tx, TimePoint now, int notices_max) override {
    std::vector<LogoutNotice> leased;
    auto& table = rows_of(tx).logout_notices;
    std::vector<std::string> due;
    for (const auto& [id, row] : table.rows()) {
      if (row.next_attempt_at <= now && static_cast<int>(due.size()) < notices_max) due.push_back(id);
    }
    for (const auto& id : due) {
      auto& row = table.edit()[id];
      row.next_attempt_at = now + kLogoutRetry * ++row.notice.attempts;
      leased.push_back(row.notice);
    }
    return leased;
  }
  Stored<void> remove(Tx& tx, std::string_view id) override {
    rows_of(tx).logout_notices.edit().erase(std::string(id));
    return {};
  }
};

class MemoryMails final : public MailRepo {
 public:
  Stored<void> insert(Tx& tx, const Mail& mail) override {
    if (!rows_of(tx).mails.edit().emplace(mail.id, MailRow{mail, mail.created_at}).second)
      return refuse(StoreError::kConflict);
    return {};
  }
  Stored<std::vector<Mail>> lease(Tx& tx, TimePoint now, int mails_max) override {
    std::vector<Mail> leased;
    auto& table = rows_of(tx).mails;
    std::vector<std::string> due;
    for (const auto& [id, row] : table.rows()) {
      if (row.next_attempt_at <= now && static_cast<int>(due.size()) < mails_max) due.push_back(id);
    }
    for (const auto& id : due) {
      auto& row = table.edit()[id];
      row.next_attempt_at = now + kMailRetry * ++row.mail.attempts;
      leased.push_back(row.mail);
    }
    return leased;
  }
  Stored<void> remove(Tx& tx, std::string_view id) override {
    rows_of(tx).mails.edit().erase(std::string(id));
    return {};
  }
};

class MemoryUsedIds final : public UsedIdRepo {
 public:
  Stored<bool> take(Tx& tx, const RealmId& realm, std::string_view hash, TimePoint expires_at) override {
    return rows_of(tx).used_ids.edit().emplace(key_of(realm.str(), hash), expires_at).second;
  }
};

class MemoryTickets final : public TicketRepo {
 public:
  Stored<void> insert(Tx& tx, const Ticket& ticket) override {
    auto& tickets = rows_of(tx).tickets.edit();
    if (!tickets.emplace(key_of(ticket.realm.str(), ticket.hash), ticket).second) return refuse(StoreError::kConflict);
    return {};
  }
  Stored<std::optional<Ticket>> find(Rows& rows, const RealmId& realm, TicketKind kind, std::string_view hash,
                                     TimePoint now) override {
    const auto* row = rows_of(rows).tickets.find(key_of(realm.str(), hash));
    if (row == nullptr || row->kind != kind || row->uses_left <= 0 || row->expires_at <= now) return std::nullopt;
    return *row;
  }
  Stored<bool> take(Tx& tx, const RealmId& realm, TicketKind kind, std::string_view hash, TimePoint now) override {
    if (!(*find(tx, realm, kind, hash, now))) return false;
    --rows_of(tx).tickets.edit()[key_of(realm.str(), hash)].uses_left;
    return true;
  }
  Stored<std::vector<Ticket>> list(Rows& rows, const RealmId& realm, TicketKind kind, int tickets_max) override {
    std::vector<Ticket> found;
    for (const auto& [key, row] : rows_of(rows).tickets.rows()) {
      if (row.realm == realm && row.kind == kind) found.push_back(row);
    }
    std::ranges::sort(found, {}, [](const Ticket& ticket) { return std::pair(ticket.created_at, ticket.hash); });
    if (static_cast<int>(found.size()) > tickets_max) found.resize(static_cast<std::size_t>(tickets_max));
    return found;
  }
  Stored<bool> remove(Tx& tx, const RealmId& realm, TicketKind kind, std::string_view hash) override {
    const auto* row = rows_of(tx).tickets.find(key_of(realm.str(), hash));
    if (row == nullptr || row->kind != kind) return false;
    return rows_of(tx).tickets.edit().erase(key_of(realm.str(), hash)) > 0;
  }
  Stored<int> remove_of(Tx& tx, const RealmId& realm, TicketKind kind, std::string_view content) override {
    return static_cast<int>(std::erase_if(rows_of(tx).tickets.edit(), [&](const auto& item) {
      const auto& ticket = item.second;
      return ticket.realm == realm && ticket.kind == kind && ticket.content == content;
    }));
  }
};

class MemoryPurge final : public PurgeRepo {
 public:
  Stored<int> purge(Tx& tx, Expiring kind, TimePoint now, int rows_max) override {
    auto& data = rows_of(tx);
    int left = rows_max;
    switch (kind) {
      case Expiring::kCodes:
        drop(data.codes, left, [&](const CodeRow& row) { return row.code.expires_at <= now; });
        break;
      case Expiring::kDeviceCodes:
        drop(data.device_codes, left, [&](const DeviceCode& row) { return row.expires_at <= now; });
        break;
      case Expiring::kLogoutNotices:
        drop(data.logout_notices, left,
             [&](const NoticeRow& row) { return row.notice.created_at + kLogoutNoticeLife <= now; });
        break;
      case Expiring::kInteractions:
        drop(data.interactions, left, [&](const Interaction& row) { return row.expires_at <= now; });
        break;
      case Expiring::kUsedIds:
        drop(data.used_ids, left, [&](TimePoint expires_at) { return expires_at <= now; });
        break;
      case Expiring::kTickets:
        drop(data.tickets, left, [&](const Ticket& row) { return row.expires_at <= now; });
        break;
      case Expiring::kRevocations:
        drop(data.revocations, left, [&](TimePoint expires_at) { return expires_at <= now; });
        break;
      case Expiring::kSessions:
        drop(data.sessions, left, [&](const SessionRow& row) { return row.purge_at <= now; });
        break;
      case Expiring::kOfflineSessions:
        drop(data.offline_sessions, left, [&](const SessionRow& row) { return row.purge_at <= now; });
        break;
      case Expiring::kUserEvents:
        drop(data.user_events, left, [&](const UserEvent& row) { return row.expires_at && *row.expires_at <= now; });
        break;
      case Expiring::kAdminEvents:
        drop(data.admin_events, left, [&](const AdminEvent& row) { return row.expires_at && *row.expires_at <= now; });
        break;
      case Expiring::kInvitations:
        drop(data.invitations, left,
             [&](const OrganizationInvitation& row) { return row.expires_at + kInvitationShown <= now; });
        break;
      case Expiring::kMails:
        drop(data.mails, left, [&](const MailRow& row) { return row.mail.expires_at <= now; });
        break;
    }
    return rows_max - left;
  }

 private:
  template <class Value, class Expired>
  static void drop(MemoryTable<Value>& table, int& left, Expired&& has_expired) {
    std::vector<std::string> gone;
    for (const auto& [key, value] : table.rows()) {
      if (left == 0) break;
      if (!has_expired(value)) continue;
      gone.push_back(key);
      --left;
    }
    if (gone.empty()) return;
    for (const auto& key : gone) table.edit().erase(key);
  }
};

}  // namespace

void make_session_repos(MemoryRepos& repos) {
  repos.sessions = std::make_unique<MemorySessions>(&MemoryData::sessions);
  repos.offline_sessions = std::make_unique<MemorySessions>(&MemoryData::offline_sessions);
  repos.codes = std::make_unique<MemoryCodes>();
  repos.device_codes = std::make_unique<MemoryDeviceCodes>();
  repos.interactions = std::make_unique<MemoryInteractions>();
  repos.revocations = std::make_unique<MemoryRevocations>();
  repos.logout_notices = std::make_unique<MemoryLogoutNotices>();
  repos.used_ids = std::make_unique<MemoryUsedIds>();
  repos.tickets = std::make_unique<MemoryTickets>();
  repos.purge = std::make_unique<MemoryPurge>();
  repos.mails = std::make_unique<MemoryMails>();
}

}  // namespace cardea
