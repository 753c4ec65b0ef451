// Sends the mails of the outbox. Runs beside the requests, every second; a mail server that is down holds up its
// realm's mail alone.
#pragma once

#include <functional>
#include <string>

#include "base/clock.h"
#include "base/log.h"
#include "core/mail/mail_server.h"
#include "core/settings.h"

namespace cardea {

struct MailSent {
  bool sent = false;
  bool is_final = false;  // trying again cannot help
  std::string reason;     // for the log
};

/// The outbound side as this needs it.
class MailTransport {
 public:
  virtual ~MailTransport() = default;
  /// Hands one message (RFC 5322 bytes) to the server. `done` is called once, on any thread, now or later.
  virtual void send(MailServer server, std::string to, std::string content, std::function<void(MailSent)> done) = 0;
};

class MailDelivery {
 public:
  /// All must outlive it, and every `done` it handed out.
  MailDelivery(Repositories repositories, Settings& settings, const Clock& clock, Log& log, MailTransport& transport)
      : repositories_(repositories), settings_(settings), clock_(clock), log_(log), transport_(transport) {}

  /// Leases what is due and sends it; gives how many. Called by one thread, not on the store lane.
  int deliver_due();

 private:
  void deliver(const Mail& mail);
  void finish(const Mail& mail, const MailSent& result);
  void drop(const Mail& mail, std::string_view reason);
  void remove(const Mail& mail);

  Repositories repositories_;
  Settings& settings_;
  const Clock& clock_;
  Log& log_;
  MailTransport& transport_;
};

}  // namespace cardea
