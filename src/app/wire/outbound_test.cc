#include "app/wire/outbound.h"

#include <gmock/gmock.h>

#include <future>

#include "http/lanes.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_fetcher.h"
#include "tests/support/smtp_sink.h"

namespace cardea::app {
namespace {

class OutboundTest : public testing::Test {
 protected:
  std::unique_ptr<Outbound> make(bool development, std::vector<std::string> listed = {}) {
    ServerSettings settings;
    settings.development = development;
    settings.outbound_addresses = std::move(listed);
    auto made = Outbound::make(settings, clock_, metrics_);
    EXPECT_TRUE(made);
    return std::move(*made);
  }
  MailSent send(Outbound& outbound) {
    SmtpTransport transport(outbound.mail_sender(), jobs_);
    MailServer server;
    server.host = "127.0.0.1";
    server.port = sink_.port();
    server.from = "no-reply@id.example";
    server.envelope_from = "bounces@id.example";
    std::promise<MailSent> promise;
    transport.send(std::move(server), "ada@example.com", "Subject: x\r\n\r\nHello\r\n",
                   [&promise](const MailSent& sent) { promise.set_value(sent); });
    return promise.get_future().get();
  }

  FakeClock clock_;
  Metrics metrics_;
  SmtpSink sink_;
  http::LanePool jobs_{{.threads = 1, .queue_max = 8}};
};

TEST_F(OutboundTest, refuses_a_trust_file_without_certificates) {
  ServerSettings settings;
  settings.truststore_paths = {"/dev/null"};
  EXPECT_FALSE(Outbound::make(settings, clock_, metrics_));
}

TEST_F(OutboundTest, refuses_this_machine_in_production_unless_it_is_listed) {
  auto production = make(false);
  EXPECT_EQ(send(*production).reason, "refused_address");
  auto listed = make(false, {"127.0.0.0/8"});
  EXPECT_TRUE(send(*listed).sent);
}

TEST_F(OutboundTest, hands_mail_to_the_server) {
  auto outbound = make(true);
  const auto sent = send(*outbound);
  EXPECT_TRUE(sent.sent) << sent.reason;
  ASSERT_EQ(sink_.messages().size(), 1U);
  EXPECT_EQ(sink_.messages()[0].helo, "id.example");
  EXPECT_THAT(sink_.messages()[0].from, testing::StartsWith("<bounces@id.example>"));
  EXPECT_EQ(sink_.messages()[0].content, "Subject: x\r\n\r\nHello\r\n");
}

TEST_F(OutboundTest, logout_tokens_are_posted_as_forms_and_what_came_back_is_told) {
  FakeFetcher fetcher;
  fetcher.serve("https://rp.example/bye",
                [](const web::FetchRequest&) -> web::Fetched { return web::FetchResponse{.status = 204}; });
  FetchLogoutSender sender(fetcher, jobs_);
  const auto post = [&](const std::string& url, bool is_self_registered = false) {
    std::promise<int> promise;
    sender.post_form(url, is_self_registered, "logout_token=x", [&promise](int status) { promise.set_value(status); });
    return promise.get_future().get();
  };
  EXPECT_EQ(post("file:///etc/passwd"), 0);
  EXPECT_EQ(post("https://gone.example/"), 0);
  EXPECT_EQ(post("https://rp.example/bye"), 204);
  EXPECT_EQ(post("http://rp.example/bye", true), 0) << "a client's own URL must be https";
  EXPECT_EQ(post("https://rp.example/bye", true), 204);
  EXPECT_TRUE(std::holds_alternative<web::ClientUrl>(fetcher.calls.back().url));
  EXPECT_EQ(post("https://rp.example/bye"), 204);
  const auto& call = fetcher.calls.back();
  EXPECT_EQ(call.method, web::Method::kPost);
  EXPECT_EQ(call.body, "logout_token=x");
  EXPECT_EQ(call.timeout, kLogoutSendTimeout);
  EXPECT_TRUE(std::holds_alternative<web::ConfiguredUrl>(call.url));
  EXPECT_EQ(call.headers.at(0).value, "application/x-www-form-urlencoded");
  std::promise<int> told;
  sender.post_text("https://rp.example/bye", true, "a.b.c", [&told](int status) { told.set_value(status); });
  EXPECT_EQ(told.get_future().get(), 204);
  EXPECT_EQ(fetcher.calls.back().body, "a.b.c");
  EXPECT_EQ(fetcher.calls.back().headers.at(0).value, "text/plain");
  EXPECT_TRUE(std::holds_alternative<web::ClientUrl>(fetcher.calls.back().url));
}

}  // namespace
}  // namespace cardea::app
