#include "login/theme_mailer.h"

#include "core/realm_look.h"

namespace cardea::login {
namespace {

std::string_view template_of(MailKind kind) {
  switch (kind) {
    case MailKind::kVerifyEmail:
      return "verify-email";
    case MailKind::kResetPassword:
      return "reset-password";
    case MailKind::kExecuteActions:
      return "execute-actions";
    case MailKind::kUpdateEmail:
      return "update-email";
    case MailKind::kJoinOrganization:
      return "join-organization";
    case MailKind::kTest:
      break;
  }
  return "test";
}

/// Readers of mail show what is at an address, and leave out what stands in a mail itself.
std::string logo_of(const Realm& realm) {
  auto logo = look_of(realm).logo;
  return logo.starts_with("data:") ? std::string() : logo;
}

}  // namespace

Mail ThemeMailer::write(const MailOrder& order, std::string id, TimePoint now) const {
  const auto& realm = order.realm;
  auto words = templates_.render(template_of(order.kind),
                                 {.texts = {{"realm", realm.display_name.empty() ? realm.name : realm.display_name},
                                            {"logo", logo_of(realm)},
                                            {"name", order.name},
                                            {"link", order.link},
                                            {"life", words_for(order.life)}},
                                  .items = order.actions});
  Mail mail;
  mail.id = std::move(id);
  mail.realm = realm.id;
  mail.realm_name = realm.name;
  mail.to = order.to;
  mail.subject = std::move(words.subject);
  mail.text = std::move(words.text);
  mail.html = std::move(words.html);
  mail.created_at = now;
  mail.expires_at = now + order.life;
  return mail;
}

}  // namespace cardea::login
