// What the pages that send mail share: whether the realm can, with which address links begin, and the row for the
// outbox. Internal to login.
#pragma once

#include <optional>
#include <string>

#include "core/mail/action_mail.h"
#include "login/refusals.h"

namespace cardea::login {

/// What links in mails begin with: the configured address. Where the server follows the name in requests, which anyone
/// can write (attack class 9), only loopback will do: such a link leads to the reader's own machine. Nothing: no mail
/// can be sent.
[[nodiscard]] std::optional<std::string> mail_base(const web::BaseUrl& base_url, const web::Request& request,
                                                   std::string_view realm);

/// `mail_base`, and a mail server that can be used; what is missing is logged.
[[nodiscard]] std::optional<std::string> ready_to_mail(const Dependencies& dependencies, const web::Request& request,
                                                       const Realm& realm);

/// What says that a link is the newest of its kind. `hash`: reset_ticket or email_ticket of the person.
[[nodiscard]] Ticket newest_link(std::string hash, const Realm& realm, const ActionMailIds& ids, ActionKind kind,
                                 TimePoint now);
/// Stores a mail and its `newest_link`: links of earlier mails are over.
[[nodiscard]] Stored<void> store_link_mail(Tx& tx, const Repositories& repositories, const Mail& mail,
                                           const Ticket& newest);

/// "Failed to send email, please try again later." (Keycloak's words), 500.
[[nodiscard]] web::Response mail_failed(const Dependencies& dependencies, const web::Request& request,
                                        const Realm& realm);

}  // namespace cardea::login
