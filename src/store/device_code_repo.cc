// Device codes, approved once and redeemed once (RFC 8628).
#include "store/query.h"
#include "store/repos.h"

namespace cardea::store {
namespace {

#define CARDEA_DEVICE_COLUMNS                                                                                      \
  "hash, user_code_hash, realm_id, client_id, scope, code_challenge, challenge_method, poll_interval, polled_at, " \
  "expires_at, state, session_id, user_id, acr, settled_at"

constexpr Sql kInsert{"INSERT INTO device_codes (" CARDEA_DEVICE_COLUMNS
                      ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15) "
                      "ON CONFLICT DO NOTHING"};
constexpr Sql kFind{"SELECT " CARDEA_DEVICE_COLUMNS ", used_at FROM device_codes WHERE hash = ?2 AND realm_id = ?1"};
constexpr Sql kFindByUserCode{"SELECT " CARDEA_DEVICE_COLUMNS
                              ", used_at FROM device_codes WHERE user_code_hash = ?2 AND realm_id = ?1"};
constexpr Sql kNotePoll{"UPDATE device_codes SET polled_at = ?3, poll_interval = ?4 WHERE hash = ?2 AND realm_id = ?1"};
constexpr Sql kSettle{
    "UPDATE device_codes SET state = ?4, session_id = ?5, user_id = ?6, acr = ?7, settled_at = ?3 "
    "WHERE hash = ?2 AND realm_id = ?1 AND state = 0 AND expires_at > ?3"};
constexpr Sql kTake{
    "UPDATE device_codes SET used_at = ?3 "
    "WHERE hash = ?2 AND realm_id = ?1 AND state = 1 AND used_at IS NULL AND expires_at > ?3"};

// Stored as numbers, which never change meaning; the statements above know 0 and 1.
constexpr DeviceState kStates[] = {DeviceState::kPending, DeviceState::kApproved, DeviceState::kDenied};
std::int64_t number_of(DeviceState state) { return static_cast<std::int64_t>(state); }
static_assert(kStates[0] == DeviceState{0} && kStates[1] == DeviceState{1} && kStates[2] == DeviceState{2});

constexpr std::int64_t kPlain = 0;
constexpr std::int64_t kS256 = 1;

Stored<DeviceCode> parse(Columns& row) {
  DeviceCode code;
  code.hash = row.text();
  code.user_code_hash = row.text();
  code.realm = row.id<RealmId>();
  code.client = row.id<ClientId>();
  code.scope = row.text();
  code.code_challenge = row.text();
  code.challenge_method = row.integer() == kPlain ? ChallengeMethod::kPlain : ChallengeMethod::kS256;
  code.interval = seconds(row.integer());
  code.polled_at = row.time();
  code.expires_at = row.time();
  const auto state = row.integer();
  if (state < 0 || state >= std::ssize(kStates)) return refuse(StoreError::kCorrupt);
  code.state = kStates[state];
  code.session = row.id<SessionId>();
  code.user = row.id<UserId>();
  code.acr = row.text();
  code.settled_at = row.time();
  code.is_used = !row.next_is_null();
  return code;
}

class SqlDeviceCodeRepo final : public DeviceCodeRepo {
 public:
  Stored<void> insert(Tx& tx, const DeviceCode& code) override {
    return change_one(tx, kInsert,
                      {code.hash, code.user_code_hash, code.realm.str(), code.client.str(), code.scope,
                       code.code_challenge, code.challenge_method == ChallengeMethod::kPlain ? kPlain : kS256,
                       code.interval.count(), millis(code.polled_at), millis(code.expires_at), number_of(code.state),
                       code.session.str(), code.user.str(), code.acr, millis(code.settled_at)});
  }
  Stored<std::optional<DeviceCode>> find(Rows& rows, const RealmId& realm, std::string_view hash) override {
    return find_one<DeviceCode>(rows, kFind, {realm.str(), hash}, parse);
  }
  Stored<std::optional<DeviceCode>> find_by_user_code(Rows& rows, const RealmId& realm,
                                                      std::string_view user_code_hash) override {
    return find_one<DeviceCode>(rows, kFindByUserCode, {realm.str(), user_code_hash}, parse);
  }
  Stored<void> note_poll(Tx& tx, const RealmId& realm, std::string_view hash, TimePoint polled_at,
                         seconds interval) override {
    return send(tx, kNotePoll, {realm.str(), hash, millis(polled_at), interval.count()});
  }
  Stored<void> settle(Tx& tx, const DeviceCode& settled, TimePoint now) override {
    return change_one(tx, kSettle,
                      {settled.realm.str(), settled.hash, millis(now), number_of(settled.state), settled.session.str(),
                       settled.user.str(), settled.acr});
  }
  Stored<bool> take(Tx& tx, const RealmId& realm, std::string_view hash, TimePoint now) override {
    const auto taken = change(tx, kTake, {realm.str(), hash, millis(now)});
    if (!taken) return refuse(taken.error());
    return *taken > 0;
  }
};

}  // namespace

std::unique_ptr<DeviceCodeRepo> make_device_code_repo() { return std::make_unique<SqlDeviceCodeRepo>(); }

}  // namespace cardea::store
