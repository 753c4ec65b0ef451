// Writes mails to people, in the words and shape of the theme. What it gives is a row for the outbox: the caller
// inserts it in the transaction of what the mail tells of (`repositories.mails.insert`), and MailDelivery sends it.
// Made in one place (login, which has the templates); `login` and `admin` get it from app/wire.
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
  std::string name;  // of the person; may be empty
  std::string link;  // begins with the configured address of this server (attack class 9); empty for kTest
  seconds life;      // of the link
  std::vector<std::string> actions = {};  // names people read; for kExecuteActions, and the one of an organization
};

class Mailer {
 public:
  virtual ~Mailer() = default;
  /// `id`: a UUID, drawn by the caller, because it may be in a transaction that runs twice.
  [[nodiscard]] virtual Mail write(const MailOrder& order, std::string id, TimePoint now) const = 0;
};

/// "5 minutes", "12 hours", "3 days": the largest unit that is exact.
[[nodiscard]] std::string words_for(seconds life);

}  // namespace cardea
