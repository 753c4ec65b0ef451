#include "http/mail_sender.h"

#include <gmock/gmock.h>

#include <future>

#include "tests/support/smtp_sink.h"

namespace cardea::http {
namespace {

class MailSender : public testing::Test {
 protected:
  MailSender() : trust_(std::move(*TrustStore::load({}))) { rules_.loopback_allowed = true; }
  ~MailSender() override { loop_.stop(); }

  SmtpMessage message() {
    SmtpMessage message;
    message.host = "127.0.0.1";
    message.port = sink_.port();
    message.helo = "id.example";
    message.envelope_from = "no-reply@id.example";
    message.to = "ada@example.com";
    message.content = "Subject: Hello\r\n\r\nOne line.\r\n.A line with a dot\r\n..\r\n";
    return message;
  }
  MailResult send(SmtpMessage message) {
    std::promise<MailResult> promise;
    sender_.send(std::move(message), [&](MailResult result) { promise.set_value(std::move(result)); });
    return promise.get_future().get();
  }

  SmtpSink sink_;
  OutboundRules rules_;
  TrustStore trust_;
  Metrics metrics_;
  CurlLoop loop_{4};
  CurlMailSender sender_{loop_, rules_, trust_, metrics_};
};

TEST_F(MailSender, refuses_addresses_that_change_the_command) {
  for (const auto* to : {"", "ada", "ada@x.example>\r\nDATA", "ada@x.example> SIZE=1", "a b@x.example",
                         "<ada@x.example>", "ad\xc3\xa4@x.example", "ada@x.example\n"}) {
    auto odd = message();
    odd.to = to;
    const auto result = send(std::move(odd));
    EXPECT_FALSE(result.sent);
    EXPECT_TRUE(result.is_final);
    EXPECT_EQ(result.reason, "bad_address") << to;
  }
  EXPECT_TRUE(sink_.messages().empty());
}

TEST_F(MailSender, refuses_hosts_that_are_none) {
  for (const auto* host : {"", "mail.example/evil", "mail.example:25", "a@b", "mail example", "[::1]", "http://x"}) {
    EXPECT_FALSE(is_mail_host(host)) << host;
    auto odd = message();
    odd.host = host;
    EXPECT_EQ(send(std::move(odd)).reason, "bad_address") << host;
  }
  for (const auto* host : {"mail.example", "localhost", "127.0.0.1", "::1"}) EXPECT_TRUE(is_mail_host(host)) << host;
}

TEST_F(MailSender, refuses_inner_servers_that_nobody_listed) {  // attack class 10
  rules_.loopback_allowed = false;
  EXPECT_EQ(send(message()).reason, "refused_address");
  rules_.listed = {*parse_address_range("127.0.0.1")};
  EXPECT_TRUE(send(message()).sent);
}

TEST_F(MailSender, refuses_a_server_without_the_tls_that_was_asked_for) {
  auto secure = message();
  secure.tls = SmtpTls::kStartTls;
  secure.user = "mailer";
  secure.password = SecretBytes(std::string("hunter2"));
  const auto result = send(std::move(secure));
  EXPECT_FALSE(result.sent);
  EXPECT_THAT(result.reason, testing::StartsWith("no_starttls"));
  EXPECT_TRUE(sink_.messages().empty());
}

TEST_F(MailSender, tells_final_refusals_from_passing_ones) {
  sink_.refuse_recipients("550 no such person");
  auto result = send(message());
  EXPECT_FALSE(result.sent);
  EXPECT_TRUE(result.is_final);
  EXPECT_THAT(result.reason, testing::EndsWith("_550"));
  sink_.refuse_recipients("451 come back later");
  result = send(message());
  EXPECT_FALSE(result.sent);
  EXPECT_FALSE(result.is_final);
}

TEST_F(MailSender, hands_over_what_it_is_given) {
  auto with_login = message();
  with_login.user = "mailer";
  with_login.password = SecretBytes(std::string("hunter2"));
  const auto content = with_login.content;
  const auto result = send(std::move(with_login));
  ASSERT_TRUE(result.sent) << result.reason;
  const auto messages = sink_.messages();
  ASSERT_EQ(messages.size(), 1U);
  EXPECT_EQ(messages[0].helo, "id.example");
  EXPECT_THAT(messages[0].from, testing::StartsWith("<no-reply@id.example>"));
  EXPECT_THAT(messages[0].to, testing::StartsWith("<ada@example.com>"));
  EXPECT_THAT(messages[0].login, testing::HasSubstr("PLAIN"));
  EXPECT_EQ(messages[0].content, content);
}

}  // namespace
}  // namespace cardea::http
