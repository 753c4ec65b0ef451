#include "core/mail/mail_delivery.h"

#include "core/mail/mime.h"

namespace cardea {
namespace {

constexpr int kMailsAtOnce = 20;

}  // namespace

int MailDelivery::deliver_due() {
  const auto now = clock_.now();
  const auto leased =
      write_to(repositories_.store, [&](Tx& tx) { return repositories_.mails.lease(tx, now, kMailsAtOnce); });
  if (!leased) {
    log_.warning("mail_delivery_failed", {{"reason", describe(leased.error())}});
    return 0;
  }
  for (const auto& mail : *leased) deliver(mail);
  return static_cast<int>(leased->size());
}

void MailDelivery::deliver(const Mail& mail) {
  // To nobody: written so that a request about an unknown person costs what one about a known person does.
  if (mail.to.empty()) return remove(mail);
  if (mail.expires_at <= clock_.now()) return drop(mail, "expired");
  if (!is_mail_address(mail.to)) return drop(mail, "bad_recipient");
  const auto realm = settings_.load_realm(mail.realm_name);
  if (!realm) return;  // the database: the lease runs out, and somebody tries again
  if (*realm == nullptr || (*realm)->realm.id != mail.realm) return drop(mail, "realm_gone");
  auto server = mail_server_of((*realm)->realm);
  if (!server) return drop(mail, server.error());
  auto content = mime_message({.from = server->from,
                               .from_name = server->from_name,
                               .reply_to = server->reply_to,
                               .reply_to_name = server->reply_to_name,
                               .to = mail.to,
                               .subject = mail.subject,
                               .text = mail.text,
                               .html = mail.html,
                               .date = mail.created_at,
                               .id = mail.id});
  // The attempts counted here, without the words, which hold a link.
  auto row = std::make_shared<Mail>();
  row->id = mail.id;
  row->realm_name = mail.realm_name;
  row->attempts = mail.attempts;
  transport_.send(std::move(*server), mail.to, std::move(content),
                  [this, row](const MailSent& result) { finish(*row, result); });
}

void MailDelivery::finish(const Mail& mail, const MailSent& result) {
  const bool is_over = result.sent || result.is_final || mail.attempts >= kMailAttemptsMax;
  log_.write(result.sent ? LogLevel::kInfo : LogLevel::kWarning, result.sent ? "mail_sent" : "mail_delivery_failed",
             {{"realm", mail.realm_name},
              {"mail", mail.id},
              {"reason", result.reason},
              {"attempt", mail.attempts},
              {"given_up", is_over && !result.sent}});
  if (is_over) remove(mail);
}

void MailDelivery::drop(const Mail& mail, std::string_view reason) {
  log_.warning("mail_dropped", {{"reason", reason}, {"realm", mail.realm_name}, {"mail", mail.id}});
  remove(mail);
}

void MailDelivery::remove(const Mail& mail) {
  const auto removed = repositories_.store.write([&](Tx& tx) { return repositories_.mails.remove(tx, mail.id); });
  if (!removed) log_.warning("mail_delivery_failed", {{"reason", describe(removed.error())}});
}

}  // namespace cardea
