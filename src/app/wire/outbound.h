// The outbound side, built once: everything that leaves this program (calls for steps, logout tokens, mail) goes
// through the one loop here, with its rules about addresses and its trust store.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "admin/admin.h"
#include "app/settings/server_settings.h"
#include "base/clock.h"
#include "base/lane_executor.h"
#include "base/metrics.h"
#include "core/logout/logout_delivery.h"
#include "core/mail/mail_delivery.h"
#include "http/curl_loop.h"
#include "http/fetcher.h"
#include "http/mail_sender.h"
#include "web/outcome.h"

namespace cardea::app {

class Outbound {
 public:
  /// Loads the trust store; the error is a sentence for the operator. References are kept.
  [[nodiscard]] static Result<std::unique_ptr<Outbound>, std::string> make(const ServerSettings& settings,
                                                                           const Clock& clock, Metrics& metrics);
  ~Outbound() { stop(); }

  [[nodiscard]] web::Fetcher& fetcher() { return fetcher_; }
  [[nodiscard]] http::CurlMailSender& mail_sender() { return mail_sender_; }
  /// Calls that run end with kStopping.
  void stop() { loop_.stop(); }

 private:
  Outbound(http::OutboundRules rules, http::TrustStore trust, const Clock& clock, Metrics& metrics);

  http::OutboundRules rules_;
  http::TrustStore trust_;
  http::CurlLoop loop_;
  http::CurlFetcher fetcher_;
  http::CurlMailSender mail_sender_;
};

/// Sends mails by the one sender; as FetchLogoutSender.
class SmtpTransport final : public MailTransport {
 public:
  SmtpTransport(http::CurlMailSender& sender, LaneExecutor& jobs) : sender_(sender), jobs_(jobs) {}
  void send(MailServer server, std::string to, std::string content, std::function<void(MailSent)> done) override;

 private:
  http::CurlMailSender& sender_;
  LaneExecutor& jobs_;
};

/// Sends one mail and waits for what comes of it, at most kMailTrialMax: for the admin lane. Empty: the server took it;
/// else why not.
inline constexpr seconds kMailTrialMax{25};
[[nodiscard]] std::string send_and_wait(MailTransport& transport, MailServer server, std::string to,
                                        std::string content);

/// Sends a request and waits for the answer, at most a little longer than it may take: for threads that may wait.
[[nodiscard]] web::Fetched fetch_and_wait(web::Fetcher& fetcher, web::FetchRequest request);

/// Runs an outcome to its end on the calling thread, which waits for calls to other servers; the answer is nobody's.
void run_and_wait(web::Fetcher& fetcher, web::Outcome outcome);

/// Tells clients at their admin URLs, all at once, and waits for their answers, at most kClientTellMax: for the admin
/// lane. In their order: whether the client said 200 or 204.
inline constexpr seconds kClientTellMax{5};
[[nodiscard]] std::vector<bool> tell_and_wait(web::Fetcher& fetcher, std::vector<admin::ClientMessage> messages);

/// Sends logout tokens by the fetcher; what comes back is handed on by `jobs`, since it is written to the database.
class FetchLogoutSender final : public LogoutSender {
 public:
  FetchLogoutSender(web::Fetcher& fetcher, LaneExecutor& jobs) : fetcher_(fetcher), jobs_(jobs) {}
  void post_form(std::string url, bool is_self_registered, std::string body,
                 std::function<void(int status)> done) override;
  void post_text(std::string url, bool is_self_registered, std::string body,
                 std::function<void(int status)> done) override;

 private:
  void post(std::string url, bool is_self_registered, std::string_view content_type, std::string body,
            std::function<void(int status)> done);

  web::Fetcher& fetcher_;
  LaneExecutor& jobs_;
};

}  // namespace cardea::app
