#include "app/wire/outbound.h"

#include <future>
#include <memory>
#include <utility>

namespace cardea::app {
namespace {

constexpr milliseconds kFetchSlack{5'000};

http::OutboundRules rules_of(const ServerSettings& settings) {
  http::OutboundRules rules;
  rules.loopback_allowed = settings.development;
  for (const auto& text : settings.outbound_addresses) {
    if (const auto range = http::parse_address_range(text)) rules.listed.push_back(*range);  // check_settings did
  }
  return rules;
}

std::optional<web::OutboundUrl> url_of(std::string_view text, bool is_self_registered) {
  if (is_self_registered) {
    const auto url = web::ClientUrl::parse(text);
    return url ? std::optional<web::OutboundUrl>(*url) : std::nullopt;
  }
  const auto url = web::ConfiguredUrl::parse(text);
  return url ? std::optional<web::OutboundUrl>(*url) : std::nullopt;
}

http::SmtpTls tls_of(MailTls tls) {
  switch (tls) {
    case MailTls::kNone:
      return http::SmtpTls::kNone;
    case MailTls::kStartTls:
      return http::SmtpTls::kStartTls;
    case MailTls::kImplicit:
      break;
  }
  return http::SmtpTls::kImplicit;
}

}  // namespace

Result<std::unique_ptr<Outbound>, std::string> Outbound::make(const ServerSettings& settings, const Clock& clock,
                                                              Metrics& metrics) {
  auto trust = http::TrustStore::load(settings.truststore_paths);
  if (!trust) return refuse(std::move(trust.error()));
  return std::unique_ptr<Outbound>(new Outbound(rules_of(settings), std::move(*trust), clock, metrics));
}

Outbound::Outbound(http::OutboundRules rules, http::TrustStore trust, const Clock& clock, Metrics& metrics)
    : rules_(std::move(rules)),
      trust_(std::move(trust)),
      loop_(web::kFetchesMax),
      fetcher_(loop_, rules_, trust_, clock, metrics),
      mail_sender_(loop_, rules_, trust_, metrics) {}

std::string send_and_wait(MailTransport& transport, MailServer server, std::string to, std::string content) {
  auto answer = std::make_shared<std::promise<MailSent>>();
  auto sent = answer->get_future();
  transport.send(std::move(server), std::move(to), std::move(content),
                 [answer](const MailSent& result) { answer->set_value(result); });
  if (sent.wait_for(kMailTrialMax) != std::future_status::ready) return "no answer in time";
  const auto result = sent.get();
  if (result.sent) return {};
  return result.reason.empty() ? "not sent" : result.reason;
}

web::Fetched fetch_and_wait(web::Fetcher& fetcher, web::FetchRequest request) {
  const auto answer = std::make_shared<std::promise<web::Fetched>>();
  auto fetched = answer->get_future();
  const auto wait = request.timeout + kFetchSlack;
  fetcher.fetch(std::move(request), [answer](web::Fetched done) { answer->set_value(std::move(done)); });
  if (fetched.wait_for(wait) != std::future_status::ready) return refuse(web::FetchError::kTimeout);
  return fetched.get();
}

void run_and_wait(web::Fetcher& fetcher, web::Outcome outcome) {
  while (!outcome.is_response()) {
    if (outcome.is_fetch()) {
      auto next = std::move(outcome.fetch().next);
      outcome = next(fetch_and_wait(fetcher, std::move(outcome.fetch().request)));
    } else {
      auto step = std::move(outcome.then().step);
      outcome = step();
    }
  }
}

std::vector<bool> tell_and_wait(web::Fetcher& fetcher, std::vector<admin::ClientMessage> messages) {
  std::vector<std::future<bool>> answers;
  for (auto& message : messages) {
    auto answer = std::make_shared<std::promise<bool>>();
    answers.push_back(answer->get_future());
    auto url = url_of(message.url, message.is_self_registered);
    if (!url) {
      answer->set_value(false);
      continue;
    }
    web::FetchRequest request{.url = std::move(*url), .method = web::Method::kPost};
    request.headers.push_back({"Content-Type", "text/plain"});
    request.body = std::move(message.body);
    request.timeout = kClientTellMax;
    fetcher.fetch(std::move(request), [answer](const web::Fetched& fetched) {
      answer->set_value(fetched && (fetched->status == 200 || fetched->status == 204));
    });
  }
  std::vector<bool> taken;
  auto left = kClientTellMax;  // for all of them: they wait beside each other
  for (auto& answer : answers) {
    const bool is_there = answer.wait_for(left) == std::future_status::ready;
    if (!is_there) left = seconds{0};
    taken.push_back(is_there && answer.get());
  }
  return taken;
}

void SmtpTransport::send(MailServer server, std::string to, std::string content, std::function<void(MailSent)> done) {
  http::SmtpMessage message;
  message.host = std::move(server.host);
  message.port = server.port;
  message.tls = tls_of(server.tls);
  message.user = std::move(server.user);
  message.password = std::move(server.password);
  message.helo = server.from.substr(server.from.rfind('@') + 1);
  message.envelope_from = std::move(server.envelope_from);
  message.to = std::move(to);
  message.content = std::move(content);
  sender_.send(std::move(message), [this, done = std::move(done)](http::MailResult result) {
    MailSent sent{.sent = result.sent, .is_final = result.is_final, .reason = std::move(result.reason)};
    LaneJob job;
    job.work = [done, sent = std::move(sent)] { done(sent); };
    job.complete = [](bool) {};
    (void)jobs_.submit(std::move(job));
  });
}

void FetchLogoutSender::post_form(std::string url, bool is_self_registered, std::string body,
                                  std::function<void(int status)> done) {
  post(std::move(url), is_self_registered, "application/x-www-form-urlencoded", std::move(body), std::move(done));
}

void FetchLogoutSender::post_text(std::string url, bool is_self_registered, std::string body,
                                  std::function<void(int status)> done) {
  post(std::move(url), is_self_registered, "text/plain", std::move(body), std::move(done));
}

void FetchLogoutSender::post(std::string url, bool is_self_registered, std::string_view content_type, std::string body,
                             std::function<void(int status)> done) {
  auto tell = [this, done = std::move(done)](int status) {
    LaneJob job;
    job.work = [done, status] { done(status); };
    job.complete = [](bool) {};
    // Refused: nobody takes note, the lease runs out, and the notice is sent again.
    (void)jobs_.submit(std::move(job));
  };
  const auto parsed = url_of(url, is_self_registered);
  if (!parsed) return tell(0);
  web::FetchRequest request{.url = *parsed, .method = web::Method::kPost};
  request.headers.push_back({"Content-Type", std::string(content_type)});
  request.body = std::move(body);
  request.timeout = kLogoutSendTimeout;
  fetcher_.fetch(std::move(request),
                 [tell = std::move(tell)](web::Fetched fetched) { tell(fetched ? fetched->status : 0); });
}

}  // namespace cardea::app
