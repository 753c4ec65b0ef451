#include "http/mail_sender.h"

#include <curl/curl.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <utility>

#include "base/uri.h"
#include "http/easy_handle.h"

namespace cardea::http {
namespace {

std::string url_of(const SmtpMessage& message) {
  const bool is_ipv6 = message.host.find(':') != std::string::npos;
  const auto host = is_ipv6 ? "[" + message.host + "]" : message.host;
  return (message.tls == SmtpTls::kImplicit ? "smtps://" : "smtp://") + host + ":" + std::to_string(message.port) +
         "/" + percent_encode(message.helo);
}

EasyHandle::Setup setup_of(const SmtpMessage& message) {
  return {.chosen_by = ChosenBy::kConfiguration,
          .encrypted = message.tls != SmtpTls::kNone,
          .protocols = "smtp,smtps",
          .timeout = kMailTimeout,
          .connect_timeout = kMailConnectTimeout};
}

/// What may stand between '<' and '>' in MAIL and RCPT.
bool is_envelope_address(std::string_view text) {
  return !text.empty() && text.size() <= 320 && text.find('@') != std::string_view::npos &&
         std::ranges::all_of(text, [](char c) { return c > ' ' && c < 127 && c != '<' && c != '>'; });
}

std::string_view word_of(CURLcode code) {
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
      return "unresolved";
    case CURLE_COULDNT_CONNECT:
      return "unreachable";
    case CURLE_OPERATION_TIMEDOUT:
      return "timeout";
    case CURLE_LOGIN_DENIED:
      return "login_denied";
    case CURLE_USE_SSL_FAILED:
      return "no_starttls";
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
      return "bad_tls";
    default:
      return "refused";
  }
}

}  // namespace

bool is_mail_host(std::string_view host) {
  return is_plausible_authority(host) && host.find(':') == std::string_view::npos
             ? true
             : host.find(':') != std::string_view::npos && parse_address(host).has_value();
}

class CurlMailSender::Delivery final : public Transfer {
 public:
  Delivery(CurlMailSender& owner, SmtpMessage message, Done done)
      : owner_(owner),
        message_(std::move(message)),
        done_(std::move(done)),
        easy_(setup_of(message_), owner.rules_, owner.trust_) {
    auto* handle = easy_.get();
    curl_easy_setopt(handle, CURLOPT_URL, url_of(message_).c_str());
    curl_easy_setopt(handle, CURLOPT_USE_SSL,
                     static_cast<long>(message_.tls == SmtpTls::kStartTls ? CURLUSESSL_ALL : CURLUSESSL_NONE));
    curl_easy_setopt(handle, CURLOPT_MAIL_FROM, ("<" + message_.envelope_from + ">").c_str());
    recipients_ = curl_slist_append(nullptr, ("<" + message_.to + ">").c_str());
    curl_easy_setopt(handle, CURLOPT_MAIL_RCPT, recipients_);
    if (!message_.user.empty()) {
      curl_easy_setopt(handle, CURLOPT_USERNAME, message_.user.c_str());
      curl_easy_setopt(handle, CURLOPT_PASSWORD, std::string(message_.password.reveal()).c_str());
    }
    curl_easy_setopt(handle, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(handle, CURLOPT_READFUNCTION, &Delivery::read);
    curl_easy_setopt(handle, CURLOPT_READDATA, this);
    curl_easy_setopt(handle, CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(message_.content.size()));
    // What the server says is for its log, not for ours.
    curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, &Delivery::ignore);
    curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, &Delivery::ignore);
    // Mails are few, and a kept connection would be one with another mail's login.
    curl_easy_setopt(handle, CURLOPT_FORBID_REUSE, 1L);
    curl_easy_setopt(handle, CURLOPT_FRESH_CONNECT, 1L);
  }
  ~Delivery() override { curl_slist_free_all(recipients_); }

  CURL* handle() override { return easy_.get(); }
  void finished(int code) override { end(result_of(static_cast<CURLcode>(code))); }
  void dropped() override { end({.sent = false, .is_final = false, .reason = "stopping"}); }

 private:
  static std::size_t read(char* buffer, std::size_t size, std::size_t count, void* self_pointer) {
    auto& self = *static_cast<Delivery*>(self_pointer);
    const auto bytes = std::min(size * count, self.message_.content.size() - self.position_);
    std::memcpy(buffer, self.message_.content.data() + self.position_, bytes);
    self.position_ += bytes;
    return bytes;
  }
  static std::size_t ignore(char*, std::size_t size, std::size_t count, void*) { return size * count; }

  MailResult result_of(CURLcode code) const {
    if (code == CURLE_OK) return {.sent = true, .is_final = true, .reason = "sent"};
    if (easy_.refused_address()) return {.sent = false, .is_final = false, .reason = "refused_address"};
    long reply = 0;
    curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &reply);
    MailResult result{.sent = false, .is_final = reply >= 500 && reply < 600, .reason = std::string(word_of(code))};
    if (reply >= 400) result.reason += "_" + std::to_string(reply);
    return result;
  }

  void end(MailResult result) {
    (result.sent ? owner_.sent_ : owner_.failed_).add();
    done_(std::move(result));
  }

  CurlMailSender& owner_;
  SmtpMessage message_;
  Done done_;
  EasyHandle easy_;
  curl_slist* recipients_ = nullptr;
  std::size_t position_ = 0;
};

CurlMailSender::CurlMailSender(CurlLoop& loop, const OutboundRules& rules, const TrustStore& trust, Metrics& metrics)
    : loop_(loop),
      rules_(rules),
      trust_(trust),
      sent_(metrics.counter("cardea_mail_total", "Mails handed to a mail server, by how it ended.",
                            {{"result", "sent"}})),
      failed_(metrics.counter("cardea_mail_total", "Mails handed to a mail server, by how it ended.",
                              {{"result", "failed"}})) {}

void CurlMailSender::send(SmtpMessage message, Done done) {
  const bool is_safe = is_mail_host(message.host) && message.port != 0 && is_envelope_address(message.envelope_from) &&
                       is_envelope_address(message.to);
  if (!is_safe) return done({.sent = false, .is_final = true, .reason = "bad_address"});
  auto shared = std::make_shared<Done>(std::move(done));
  auto delivery = std::make_unique<Delivery>(*this, std::move(message),
                                             [shared](MailResult result) { (*shared)(std::move(result)); });
  if (!loop_.start(std::move(delivery))) (*shared)({.sent = false, .is_final = false, .reason = "busy"});
}

}  // namespace cardea::http
