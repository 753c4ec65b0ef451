// Hands finished messages to a mail server (SMTP, RFC 5321; submission, RFC 6409) by libcurl, on the loop that calls
// other servers too and under the same rules about addresses and certificates.
#pragma once

#include <string>

#include "base/clock.h"
#include "base/lane_executor.h"
#include "base/metrics.h"
#include "base/secret.h"
#include "http/curl_loop.h"
#include "http/outbound_address.h"
#include "http/trust_store.h"

namespace cardea::http {

inline constexpr milliseconds kMailTimeout{30'000};
inline constexpr milliseconds kMailConnectTimeout{10'000};

enum class SmtpTls {
  kNone,
  kStartTls,  // required: a server that does not offer it gets nothing (a stripped offer must not win)
  kImplicit,
};

struct SmtpMessage {
  std::string host;  // a name or address, without port
  std::uint16_t port = 25;
  SmtpTls tls = SmtpTls::kNone;
  std::string user;  // empty: no authentication
  SecretBytes password;
  std::string helo;           // the name we greet with
  std::string envelope_from;  // an address, without brackets
  std::string to;             // the same
  std::string content;        // RFC 5322, lines end in CRLF
};

struct MailResult {
  bool sent = false;
  bool is_final = false;  // the server said 5xx: trying again cannot help
  std::string reason;     // one word for the log, with the reply code where there was one; never anything of the mail
};

class CurlMailSender {
 public:
  using Done = MoveOnlyFunction<MailResult>;

  /// As CurlFetcher.
  CurlMailSender(CurlLoop& loop, const OutboundRules& rules, const TrustStore& trust, Metrics& metrics);

  /// Calls `done` once, as web::Fetcher does. A host or address that could change the meaning of a command is refused.
  void send(SmtpMessage message, Done done);

 private:
  class Delivery;

  CurlLoop& loop_;
  const OutboundRules& rules_;
  const TrustStore& trust_;
  Counter& sent_;
  Counter& failed_;
};

/// True for a host name or an IP address (IPv6 without brackets).
[[nodiscard]] bool is_mail_host(std::string_view host);

}  // namespace cardea::http
