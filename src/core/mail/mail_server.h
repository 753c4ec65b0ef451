// The realm's mail server, from `smtpServer` of its settings with Keycloak's member names (strings, as Keycloak keeps
// them; numbers and booleans are read too).
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "base/secret.h"
#include "domain/realm.h"

namespace cardea {

enum class MailTls { kNone, kStartTls, kImplicit };

struct MailServer {
  std::string host;
  std::uint16_t port = 25;  // not given: 465 with `ssl`, 587 with `starttls`, else 25
  MailTls tls = MailTls::kNone;
  std::string user;  // empty unless `auth`
  SecretBytes password;
  std::string from;
  std::string from_name;
  std::string reply_to;
  std::string reply_to_name;
  std::string envelope_from;  // who gets bounces; `from` unless said otherwise
};

/// The error is a word for the log: what is missing, or why a member cannot be used ("no_host", "bad_port", "bad_from",
/// "bad_reply_to", "bad_envelope_from", "unsupported_auth_type").
[[nodiscard]] Result<MailServer, std::string> mail_server_of(const Realm& realm);

}  // namespace cardea
