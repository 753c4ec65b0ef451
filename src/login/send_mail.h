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
[[nodiscard]] std::optional<std::string> mail_base(const web::BaseUrl& base_url, const web::Request& request);

/// `mail_base`, and a mail server that can be used; what is missing is logged.
[[nodiscard]] std::optional<std::string> ready_to_mail(const Dependencies& dependencies, const web::Request& request,
                                                       const Realm& realm);

/// "Failed to send email, please try again later." (Keycloak's words), 500.
[[nodiscard]] web::Response mail_failed(const Dependencies& dependencies, const web::Request& request,
                                        const Realm& realm);

}  // namespace cardea::login
