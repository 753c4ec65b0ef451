// Mails with a link in which an action token stands (core/action_token.h): verify an address, reset a password, and the
// list of actions that an administrator asks for. Gives a row for the outbox; the caller inserts it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/random.h"
#include "core/action_token.h"
#include "core/mail/mailer.h"
#include "core/settings.h"
#include "domain/organization.h"

namespace cardea {

/// Whom an organization asks to join; somebody with an account or without.
struct InvitationMail {
  const Organization& organization;
  const OrganizationInvitation& invitation;
};

struct ActionMailOrder {
  ActionKind kind;
  /// Null: nobody. The mail is then written as any other and never sent: a request that names nobody costs what one
  /// that names somebody does.
  const User* user;
  std::string base;                       // the configured address of this server, without trailing slash
  std::string client_id = {};             // whom the last page leads back to; with its redirect URI or nothing
  std::string redirect_uri = {};          // checked against the client's by the caller
  std::vector<std::string> actions = {};  // for kExecuteActions, at least one
  std::string new_email = {};             // for kUpdateEmail: the mail goes there
  std::optional<seconds> life = {};       // absent: the realm's
  std::optional<std::int64_t> credential_stamp = {};  // ActionToken's
  std::string page_language = {};                     // MailOrder's
  const InvitationMail* invitation = nullptr;         // for kJoinOrganization; the mail goes to its address
};

/// Drawn before a transaction, which may run twice.
struct ActionMailIds {
  std::string token, mail;
};
[[nodiscard]] ActionMailIds draw_ids(Random& random);

[[nodiscard]] Mail write_action_mail(const Mailer& mailer, const RealmEntry& realm, const ActionMailOrder& order,
                                     const ActionMailIds& ids, TimePoint now);

/// True when the realm has a mail server that can be used; see mail_server_of.
[[nodiscard]] bool can_send_mail(const Realm& realm);

}  // namespace cardea
