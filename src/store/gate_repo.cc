// Rows of gates: sessions, logged-out tokens, shared secrets, people.
#include "domain/repository/gate_repo.h"

#include "base/json.h"
#include "store/query.h"
#include "store/repos.h"
#include "store/sealed.h"

namespace cardea::store {
namespace {

constexpr Sql kInsert{
    "INSERT INTO gate_sessions (hash, application, issuer, subject, sid, version, used_at, ends_at, document) "
    "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"};
constexpr Sql kFind{
    "SELECT application, issuer, subject, sid, version, used_at, ends_at, document FROM gate_sessions WHERE hash = ?1"};
constexpr Sql kTouch{"UPDATE gate_sessions SET used_at = ?2 WHERE hash = ?1 AND used_at < ?2"};
constexpr Sql kTakeRefresh{
    "UPDATE gate_sessions SET refresh_at = ?2 WHERE hash = ?1 AND refresh_at <= ?3 AND version = ?4 RETURNING version"};
constexpr Sql kReplace{
    "UPDATE gate_sessions SET document = ?2, sid = ?3, version = version + 1, refresh_at = 0 "
    "WHERE hash = ?1 AND version = ?4"};
constexpr Sql kHasOfSid{
    "SELECT 1 FROM gate_sessions WHERE application = ?1 AND sid = ?3 AND (?2 = '' OR issuer = ?2) LIMIT 1"};
constexpr Sql kHasOfSubject{
    "SELECT 1 FROM gate_sessions WHERE application = ?1 AND subject = ?3 AND (?2 = '' OR issuer = ?2) LIMIT 1"};
constexpr Sql kRemove{"DELETE FROM gate_sessions WHERE hash = ?1 AND application = ?2"};
constexpr Sql kRemoveOfSid{
    "DELETE FROM gate_sessions WHERE application = ?1 AND sid = ?3 AND (?2 = '' OR issuer = ?2)"};
constexpr Sql kRemoveOfSubject{
    "DELETE FROM gate_sessions WHERE application = ?1 AND subject = ?3 AND (?2 = '' OR issuer = ?2)"};

constexpr Sql kRevoke{
    "INSERT INTO gate_revocations (digest, added_at, expires_at) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING "
    "RETURNING added_at"};
constexpr Sql kRevokedSince{
    "SELECT digest, expires_at, added_at FROM gate_revocations WHERE (added_at, digest) > (?1, ?2) AND expires_at > ?3 "
    "ORDER BY added_at, digest LIMIT ?4"};
constexpr Sql kFindSecret{"SELECT value FROM gate_secrets WHERE name = ?1"};
constexpr Sql kInsertSecret{"INSERT INTO gate_secrets (name, value) VALUES (?1, ?2) ON CONFLICT DO NOTHING"};
#define CARDEA_PERSON_COLUMNS "application, provider, subject, name, group_names, seen_at"
constexpr Sql kFindPerson{"SELECT " CARDEA_PERSON_COLUMNS
                          " FROM gate_people WHERE application = ?1 AND provider = ?2 AND subject = ?3"};
constexpr Sql kPutPerson{
    "INSERT INTO gate_people (" CARDEA_PERSON_COLUMNS
    ") VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (application, provider, subject) DO UPDATE SET name = ?4, "
    "group_names = ?5, seen_at = ?6 WHERE gate_people.seen_at <= ?6"};
constexpr Sql kPeople{"SELECT " CARDEA_PERSON_COLUMNS
                      " FROM gate_people WHERE ?1 = '' OR application = ?1 ORDER BY name, application, subject LIMIT "
                      "?2"};
constexpr Sql kPurgeSessions{
    "DELETE FROM gate_sessions WHERE hash IN (SELECT hash FROM gate_sessions WHERE ends_at <= ?1 LIMIT ?2)"};
constexpr Sql kPurgeRevocations{
    "DELETE FROM gate_revocations WHERE digest IN "
    "(SELECT digest FROM gate_revocations WHERE expires_at <= ?1 LIMIT ?2)"};
constexpr Sql kPurgePeople{
    "DELETE FROM gate_people WHERE (application, provider, subject) IN "
    "(SELECT application, provider, subject FROM gate_people WHERE seen_at <= ?1 LIMIT ?2)"};

class SqlGateSessionRepo final : public GateSessionRepo {
 public:
  explicit SqlGateSessionRepo(const crypto::Sealer& sealer) : sealer_(sealer) {}

  Stored<void> insert(Tx& tx, const GateSessionRow& session) override {
    const auto sealed = seal(sealer_, session.document.reveal(), kGateSessionDocument, session.hash);
    return send(tx, kInsert,
                {session.hash, session.application, session.issuer, session.subject, session.sid, session.version,
                 millis(session.used_at), millis(session.ends_at), Value::blob(sealed)});
  }
  Stored<std::optional<GateSessionRow>> find(Rows& rows, std::string_view hash) override {
    return find_one<GateSessionRow>(rows, kFind, {hash}, [&](Columns& row) -> Stored<GateSessionRow> {
      GateSessionRow session;
      session.hash = hash;
      session.application = row.text();
      session.issuer = row.text();
      session.subject = row.text();
      session.sid = row.text();
      session.version = row.integer();
      session.used_at = row.time();
      session.ends_at = row.time();
      auto document = unseal(sealer_, row.view(), kGateSessionDocument, hash);
      if (!document) return refuse(document.error());
      session.document = std::move(*document);
      return session;
    });
  }
  Stored<void> touch(Tx& tx, std::string_view hash, TimePoint used_at) override {
    return send(tx, kTouch, {hash, millis(used_at)});
  }
  Stored<bool> take_refresh(Tx& tx, const Version& known, TimePoint now, seconds patience) override {
    // The row that comes back is the proof, not a count of rows (attack class 30).
    const auto taken =
        find_one<std::int64_t>(tx, kTakeRefresh, {known.hash, millis(now), millis(now - patience), known.version},
                               [](Columns& row) -> Stored<std::int64_t> { return row.integer(); });
    if (!taken) return refuse(taken.error());
    return taken->has_value();
  }
  Stored<void> replace(Tx& tx, const GateSessionRow& session) override {
    const auto sealed = seal(sealer_, session.document.reveal(), kGateSessionDocument, session.hash);
    return change_one(tx, kReplace, {session.hash, Value::blob(sealed), session.sid, session.version - 1});
  }
  Stored<bool> remove(Tx& tx, std::string_view hash, std::string_view application) override {
    const auto removed = change(tx, kRemove, {hash, application});
    if (!removed) return refuse(removed.error());
    return *removed > 0;
  }
  Stored<bool> has_of(Rows& rows, const GateLogout& logout) override {
    if (logout.sid.empty() && logout.subject.empty()) return false;
    const auto& sql = logout.sid.empty() ? kHasOfSubject : kHasOfSid;
    const auto found = find_one<std::int64_t>(
        rows, sql, {logout.application, logout.issuer, logout.sid.empty() ? logout.subject : logout.sid},
        [](Columns& row) -> Stored<std::int64_t> { return row.integer(); });
    if (!found) return refuse(found.error());
    return found->has_value();
  }
  Stored<int> remove_of(Tx& tx, const GateLogout& logout) override {
    if (logout.sid.empty() && logout.subject.empty()) return 0;
    const auto& sql = logout.sid.empty() ? kRemoveOfSubject : kRemoveOfSid;
    const auto removed =
        change(tx, sql, {logout.application, logout.issuer, logout.sid.empty() ? logout.subject : logout.sid});
    if (!removed) return refuse(removed.error());
    return static_cast<int>(*removed);
  }

 private:
  const crypto::Sealer& sealer_;
};

std::string groups_text(const GatePerson& person) {
  json::array names;
  for (const auto& group : person.groups) names.emplace_back(group);
  return json::serialize(names);
}

Stored<GatePerson> person_of(Columns& row) {
  GatePerson person;
  person.application = row.text();
  person.provider = row.text();
  person.subject = row.text();
  person.name = row.text();
  const auto groups = parse_json(row.view());
  if (!groups || !groups->is_array()) return refuse(StoreError::kCorrupt);
  for (const auto& group : groups->get_array()) {
    if (!group.is_string()) return refuse(StoreError::kCorrupt);
    person.groups.emplace_back(group.get_string());
  }
  person.seen_at = row.time();
  return person;
}

class SqlGateRepo final : public GateRepo {
 public:
  explicit SqlGateRepo(const crypto::Sealer& sealer) : sealer_(sealer) {}

  Stored<bool> revoke(Tx& tx, const GateRevocation& revocation) override {
    // The row that comes back is the proof, not a count of rows (attack class 30).
    const auto added = find_one<TimePoint>(
        tx, kRevoke, {revocation.digest, millis(revocation.added_at), millis(revocation.expires_at)},
        [](Columns& row) -> Stored<TimePoint> { return row.time(); });
    if (!added) return refuse(added.error());
    return added->has_value();
  }
  Stored<std::vector<GateRevocation>> revoked_after(Rows& rows, const GateRevocation& last, TimePoint now,
                                                    int max) override {
    return find_all<GateRevocation>(rows, kRevokedSince, {millis(last.added_at), last.digest, millis(now), max},
                                    [](Columns& row) -> Stored<GateRevocation> {
                                      GateRevocation revocation;
                                      revocation.digest = row.text();
                                      revocation.expires_at = row.time();
                                      revocation.added_at = row.time();
                                      return revocation;
                                    });
  }
  Stored<std::optional<SecretBytes>> find_secret(Rows& rows, std::string_view name) override {
    return find_one<SecretBytes>(rows, kFindSecret, {name},
                                 [&](Columns& row) { return unseal(sealer_, row.view(), kGateSecret, name); });
  }
  Stored<void> insert_secret(Tx& tx, std::string_view name, std::string_view value) override {
    const auto sealed = seal(sealer_, value, kGateSecret, name);
    return change_one(tx, kInsertSecret, {name, Value::blob(sealed)});
  }
  Stored<std::optional<GatePerson>> find_person(Rows& rows, const GatePerson& key) override {
    return find_one<GatePerson>(rows, kFindPerson, {key.application, key.provider, key.subject}, person_of);
  }
  Stored<void> put_person(Tx& tx, const GatePerson& person) override {
    return send(tx, kPutPerson,
                {person.application, person.provider, person.subject, person.name, groups_text(person),
                 millis(person.seen_at)});
  }
  Stored<std::vector<GatePerson>> people(Rows& rows, std::string_view application, int max) override {
    return find_all<GatePerson>(rows, kPeople, {application, max}, person_of);
  }
  Stored<int> purge(Tx& tx, TimePoint now, TimePoint unseen, int rows_max) override {
    int removed = 0;
    for (const auto& [sql, limit] :
         {std::pair(&kPurgeSessions, now), std::pair(&kPurgeRevocations, now), std::pair(&kPurgePeople, unseen)}) {
      const auto rows = change(tx, *sql, {millis(limit), rows_max});
      if (!rows) return refuse(rows.error());
      removed += static_cast<int>(*rows);
    }
    return removed;
  }

 private:
  const crypto::Sealer& sealer_;
};

}  // namespace

std::unique_ptr<GateSessionRepo> make_gate_session_repo(const crypto::Sealer& sealer) {
  return std::make_unique<SqlGateSessionRepo>(sealer);
}
std::unique_ptr<GateRepo> make_gate_repo(const crypto::Sealer& sealer) { return std::make_unique<SqlGateRepo>(sealer); }

}  // namespace cardea::store
