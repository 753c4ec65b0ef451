// Delivers logout notices to the clients (OpenID Connect Back-Channel Logout 1.0 section 2.5). Runs beside the
// requests, every second; a failure of one client stops neither the others nor the person who signed out.
#pragma once

#include <functional>
#include <string>

#include "base/clock.h"
#include "base/log.h"
#include "core/settings.h"

namespace cardea {

/// The outbound client as this needs it.
class LogoutSender {
 public:
  virtual ~LogoutSender() = default;
  /// POSTs a form to a URL of a client's record, which an administrator wrote or the client itself. `done` gets the
  /// status, 0 when there was no answer within kLogoutSendTimeout; on any thread, now or later, once.
  virtual void post_form(std::string url, bool is_self_registered, std::string body,
                         std::function<void(int status)> done) = 0;
  /// The same for a message to an adapter: plain text.
  virtual void post_text(std::string url, bool is_self_registered, std::string body,
                         std::function<void(int status)> done) = 0;
};
inline constexpr seconds kLogoutSendTimeout{5};

class LogoutDelivery {
 public:
  /// All must outlive it, and every `done` it handed out.
  LogoutDelivery(Repositories repositories, Settings& settings, const Clock& clock, Log& log, LogoutSender& sender)
      : repositories_(repositories), settings_(settings), clock_(clock), log_(log), sender_(sender) {}

  /// Leases what is due and sends it; gives how many. Called by one thread, not on the store lane.
  int deliver_due();

 private:
  void deliver(const LogoutNotice& notice);
  void send_token(const LogoutNotice& notice, const RealmEntry& realm, const ClientEntry& client);
  void send_to_adapter(const LogoutNotice& notice, const RealmEntry& realm, const Client& client);
  void tell_every_adapter(const LogoutNotice& notice);
  void finish(const LogoutNotice& notice, std::string_view client_id, int status);
  void drop(const LogoutNotice& notice, std::string_view reason);
  void remove(const LogoutNotice& notice);

  Repositories repositories_;
  Settings& settings_;
  const Clock& clock_;
  Log& log_;
  LogoutSender& sender_;
};

}  // namespace cardea
