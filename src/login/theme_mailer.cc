#include "login/theme_mailer.h"

#include "core/realm_look.h"
#include "login/texts.h"

namespace cardea::login {
namespace {

/// Readers of mail show what is at an address, and leave out what stands in a mail itself.
std::string logo_of(const Realm& realm) {
  auto logo = look_of(realm).logo;
  return logo.starts_with("data:") ? std::string() : logo;
}

/// "5 minutes", "12 hours", "3 days": the largest unit that is exact.
std::string in_words(const web::Texts& texts, seconds life) {
  struct Unit {
    std::int64_t seconds;
    const char* name;
  };
  static constexpr Unit kUnits[] = {{86'400, "days"}, {3600, "hours"}, {60, "minutes"}, {1, "seconds"}};
  for (const auto& unit : kUnits) {
    if (life.count() < unit.seconds || life.count() % unit.seconds != 0) continue;
    const auto number = std::to_string(life.count() / unit.seconds);
    return number + " " + texts(std::string("linkExpirationFormatter.timePeriodUnit.") + unit.name, {number});
  }
  return std::to_string(life.count());
}

std::string action_labels(const web::Texts& texts, const MailOrder& order) {
  std::string out;
  for (const auto& alias : order.actions) {
    out.append(out.empty() ? "" : ", ").append(action_label(texts, order.realm, alias));
  }
  return out;
}

/// Keys of a mail: KEY + "Subject", "Body" and "Link"; and Keycloak's values for the body, in its order.
struct Content {
  std::string key;
  std::string body = "Body";
  std::vector<std::string> subject_values = {};
  std::vector<std::string> values;
};

Content content_of(const web::Texts& texts, const MailOrder& order) {
  const auto& link = order.link;
  const auto& realm = display_name(order.realm);
  const auto minutes = std::to_string(order.life.count() / 60);
  const auto life = in_words(texts, order.life);
  switch (order.kind) {
    case MailKind::kVerifyEmail:
      return {.key = "emailVerification", .values = {link, minutes, realm, life}};
    case MailKind::kResetPassword:
      return {.key = "passwordReset", .values = {link, minutes, realm, life}};
    case MailKind::kExecuteActions:
      return {.key = "executeActions", .values = {link, minutes, realm, action_labels(texts, order), life}};
    case MailKind::kUpdateEmail:
      return {.key = "emailUpdateConfirmation", .values = {link, order.new_email, realm, life}};
    case MailKind::kJoinOrganization: {
      const bool has_name = !order.first_name.empty() && !order.last_name.empty();
      return {
          .key = "orgInvite",
          .body = has_name ? "BodyPersonalized" : "Body",
          .subject_values = {order.organization},
          .values = {link, minutes, realm, order.organization, life, order.first_name, order.last_name},
      };
    }
    case MailKind::kTest:
      break;
  }
  return {.key = "emailTest", .values = {realm}};
}

}  // namespace

Mail ThemeMailer::write(const MailOrder& order, std::string id, TimePoint now) const {
  const auto& realm = order.realm;
  const auto texts = texts_in(realm, {order.own_language, order.page_language});
  auto content = content_of(texts, order);
  auto words = templates_.render({.language = texts.language(),
                                  .brand = display_name(realm),
                                  .logo = logo_of(realm),
                                  .subject = texts(content.key + "Subject", content.subject_values),
                                  .body = texts.pattern(content.key + content.body),
                                  .values = std::move(content.values),
                                  .link = order.link,
                                  .link_label = order.link.empty() ? std::string() : texts(content.key + "Link")});
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
