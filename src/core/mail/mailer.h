// Writes mails to people, in the words and shape of the theme. What it gives is a row for the outbox: the caller
// inserts it in the transaction of what the mail tells of (`repositories.mails.insert`), and MailDelivery sends it.
// Made in one place (login, which has the templates and texts); `login` and `admin` get it from app/wire.
#pragma once

#include <string>
#include <vector>

#include "domain/mail.h"
#include "domain/realm.h"
#include "domain/user.h"

namespace cardea {

enum class MailKind { kVerifyEmail, kResetPassword, kExecuteActions, kUpdateEmail, kJoinOrganization, kTest };

struct MailOrder {
  MailKind kind;
  const Realm& realm;
  std::string to;    // empty: nobody. It is written and never sent (see core/mail/mail_delivery.cc)
  std::string link;  // begins with the configured address of this server (attack class 9); empty for kTest
  seconds life;      // of the link
  std::vector<std::string> actions = {};  // aliases, for kExecuteActions
  std::string organization = {};          // its name, and then the names of whom it invites, for kJoinOrganization
  std::string first_name = {};
  std::string last_name = {};
  std::string new_email = {};  // for kUpdateEmail
  // Languages, the first that the realm has counts, else its default: what the person's account says, and what the page
  // speaks that the mail was asked for on. Either may be empty.
  std::string own_language = {};
  std::string page_language = {};
};

class Mailer {
 public:
  virtual ~Mailer() = default;
  /// `id`: a UUID, drawn by the caller, because it may be in a transaction that runs twice.
  [[nodiscard]] virtual Mail write(const MailOrder& order, std::string id, TimePoint now) const = 0;
};

/// What the account says of languages: the first value of its attribute `locale`; empty: nothing.
[[nodiscard]] inline std::string language_of(const User& user) {
  const auto own = user.attributes.find("locale");
  return own == user.attributes.end() || own->second.empty() ? std::string() : own->second.front();
}

}  // namespace cardea
