// Authorization codes, redeemed once (RFC 6749 section 4.1.2).
#include "store/query.h"
#include "store/repos.h"

namespace cardea::store {
namespace {

#define CARDEA_CODE_COLUMNS                                                                                         \
  "hash, realm_id, client_id, session_id, user_id, redirect_uri, redirect_uri_sent, scope, nonce, code_challenge, " \
  "challenge_method, acr, expires_at, resources, claims, dpop_jkt"

constexpr Sql kInsert{"INSERT INTO codes (" CARDEA_CODE_COLUMNS
                      ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)"};
constexpr Sql kTake{
    "UPDATE codes SET used_at = ?3 WHERE hash = ?2 AND realm_id = ?1 AND used_at IS NULL AND expires_at > ?3 "
    "RETURNING " CARDEA_CODE_COLUMNS};
constexpr Sql kFind{"SELECT " CARDEA_CODE_COLUMNS ", used_at FROM codes WHERE hash = ?2 AND realm_id = ?1"};

// Stored as numbers, which never change meaning.
constexpr std::int64_t kPlain = 0;
constexpr std::int64_t kS256 = 1;

AuthorizationCode parse_code(Columns& row) {
  AuthorizationCode code;
  code.hash = row.text();
  code.realm = row.id<RealmId>();
  code.client = row.id<ClientId>();
  code.session = row.id<SessionId>();
  code.user = row.id<UserId>();
  code.redirect_uri = row.text();
  code.redirect_uri_sent = row.boolean();
  code.scope = row.text();
  code.nonce = row.text();
  code.code_challenge = row.text();
  code.challenge_method = row.integer() == kPlain ? ChallengeMethod::kPlain : ChallengeMethod::kS256;
  code.acr = row.text();
  code.expires_at = row.time();
  code.resources = row.text();
  code.claims = row.text();
  code.dpop_jkt = row.text();
  return code;
}

Stored<TakenCode> parse_taken(Columns& row) { return TakenCode{TakeCode::kTaken, parse_code(row)}; }

/// A code that could not be taken: used already, or else too old.
Stored<TakenCode> parse_refused(Columns& row) {
  TakenCode refused{TakeCode::kExpired, parse_code(row)};
  if (!row.next_is_null()) refused.result = TakeCode::kUsedBefore;
  return refused;
}

class SqlCodeRepo final : public CodeRepo {
 public:
  Stored<void> insert(Tx& tx, const AuthorizationCode& code) override {
    return send(tx, kInsert,
                {code.hash, code.realm.str(), code.client.str(), code.session.str(), code.user.str(), code.redirect_uri,
                 code.redirect_uri_sent, code.scope, code.nonce, code.code_challenge,
                 code.challenge_method == ChallengeMethod::kPlain ? kPlain : kS256, code.acr, millis(code.expires_at),
                 code.resources, code.claims, code.dpop_jkt});
  }

  Stored<TakenCode> take(Tx& tx, const RealmId& realm, std::string_view hash, TimePoint now) override {
    auto taken = find_one<TakenCode>(tx, kTake, {realm.str(), hash, millis(now)}, parse_taken);
    if (!taken) return refuse(taken.error());
    if (*taken) return std::move(**taken);
    auto refused = find_one<TakenCode>(tx, kFind, {realm.str(), hash}, parse_refused);
    if (!refused) return refuse(refused.error());
    return refused->has_value() ? std::move(**refused) : TakenCode{};
  }
};

}  // namespace

std::unique_ptr<CodeRepo> make_code_repo() { return std::make_unique<SqlCodeRepo>(); }

}  // namespace cardea::store
