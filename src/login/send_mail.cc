#include "login/send_mail.h"
#include "login/texts.h"

#include "base/uri.h"
#include "core/mail/mail_server.h"
#include "web/error_page.h"

namespace cardea::login {
namespace {

void log_failure(const Dependencies& dependencies, const web::Request& request, std::string_view realm,
                 std::string_view reason) {
  dependencies.log.warning("mail_not_written",
                           {{"reason", reason}, {"realm", realm}, {"correlation_id", request.correlation_id}});
}

}  // namespace

std::optional<std::string> mail_base(const web::BaseUrl& base_url, const web::Request& request,
                                     std::string_view realm) {
  auto base = base_url.of_realm(request, realm);
  if (base_url.is_configured(realm)) return base;
  const auto uri = parse_uri(base);
  if (uri && uri->is_loopback()) return base;
  return std::nullopt;
}

std::optional<std::string> ready_to_mail(const Dependencies& dependencies, const web::Request& request,
                                         const Realm& realm) {
  auto base = mail_base(dependencies.base_url, request, realm.name);
  if (!base) {
    log_failure(dependencies, request, realm.name, "the option hostname is needed for links in mails");
    return std::nullopt;
  }
  if (const auto server = mail_server_of(realm); !server) {
    log_failure(dependencies, request, realm.name, server.error());
    return std::nullopt;
  }
  return base;
}

Ticket newest_link(std::string hash, const Realm& realm, const ActionMailIds& ids, ActionKind kind, TimePoint now) {
  return {.hash = std::move(hash),
          .realm = realm.id,
          .kind = TicketKind::kResetLink,
          .content = ids.token,
          .created_at = now,
          .expires_at = now + user_link_life(realm, kind)};
}

Stored<void> store_link_mail(Tx& tx, const Repositories& repositories, const Mail& mail, const Ticket& newest) {
  const auto removed = repositories.tickets.remove(tx, newest.realm, newest.kind, newest.hash);
  if (!removed) return refuse(removed.error());
  if (auto stored = repositories.tickets.insert(tx, newest); !stored) return stored;
  return repositories.mails.insert(tx, mail);
}

web::Response mail_failed(const Dependencies& dependencies, const web::Request& request, const Realm& realm) {
  return web::error_page(dependencies.pages, 500, frame_for(request, realm),
                         "Failed to send email, please try again later.", request);
}

}  // namespace cardea::login
