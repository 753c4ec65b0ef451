// The outbox of mail: one sealed document each.
#include "base/json.h"
#include "store/query.h"
#include "store/repos.h"
#include "store/sealed.h"

namespace cardea::store {
namespace {

#define CARDEA_MAIL_COLUMNS "id, realm_id, realm_name, created_at, expires_at, attempts, document"

constexpr Sql kInsert{"INSERT INTO mails (" CARDEA_MAIL_COLUMNS
                      ", next_attempt_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?4)"};
constexpr Sql kLease{
    "UPDATE mails SET attempts = attempts + 1, next_attempt_at = ?1 + ?3 * (attempts + 1) WHERE id IN "
    "(SELECT id FROM mails WHERE next_attempt_at <= ?1 ORDER BY next_attempt_at LIMIT ?2"
    "/*pg  FOR UPDATE SKIP LOCKED */) RETURNING " CARDEA_MAIL_COLUMNS};
constexpr Sql kRemove{"DELETE FROM mails WHERE id = ?1"};

std::string to_document(const Mail& mail) {
  std::string text;
  JsonWriter writer(text);
  writer.begin_object().member("to", mail.to).member("subject", mail.subject);
  writer.member("text", mail.text).member("html", mail.html).end_object();
  return text;
}

Stored<void> read_document(std::string_view text, Mail& mail) {
  const auto parsed = parse_json(text);
  if (!parsed || !parsed->is_object()) return refuse(StoreError::kCorrupt);
  const auto& object = parsed->get_object();
  mail.to = string_or(object, "to", "");
  mail.subject = string_or(object, "subject", "");
  mail.text = string_or(object, "text", "");
  mail.html = string_or(object, "html", "");
  return {};
}

class SqlMailRepo final : public MailRepo {
 public:
  explicit SqlMailRepo(const crypto::Sealer& sealer) : sealer_(sealer) {}

  Stored<void> insert(Tx& tx, const Mail& mail) override {
    const auto sealed = seal(sealer_, to_document(mail), kMailDocument, mail.id);
    return send(tx, kInsert,
                {mail.id, mail.realm.str(), mail.realm_name, millis(mail.created_at), millis(mail.expires_at),
                 mail.attempts, Value::blob(sealed)});
  }
  Stored<std::vector<Mail>> lease(Tx& tx, TimePoint now, int mails_max) override {
    const auto retry = std::chrono::milliseconds(kMailRetry).count();
    return find_all<Mail>(tx, kLease, {millis(now), mails_max, std::int64_t{retry}},
                          [this](Columns& row) { return parse(row); });
  }
  Stored<void> remove(Tx& tx, std::string_view id) override { return send(tx, kRemove, {id}); }

 private:
  Stored<Mail> parse(Columns& row) const {
    Mail mail;
    mail.id = row.text();
    mail.realm = row.id<RealmId>();
    mail.realm_name = row.text();
    mail.created_at = row.time();
    mail.expires_at = row.time();
    mail.attempts = static_cast<int>(row.integer());
    const auto document = unseal(sealer_, row.view(), kMailDocument, mail.id);
    if (!document) return refuse(document.error());
    if (auto read = read_document(document->reveal(), mail); !read) return refuse(read.error());
    return mail;
  }

  const crypto::Sealer& sealer_;
};

}  // namespace

std::unique_ptr<MailRepo> make_mail_repo(const crypto::Sealer& sealer) { return std::make_unique<SqlMailRepo>(sealer); }

}  // namespace cardea::store
