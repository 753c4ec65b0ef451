#include "core/mail/mail_delivery.h"

#include <gmock/gmock.h>

#include "tests/support/fake_clock.h"
#include "tests/support/memory_log.h"
#include "tests/support/memory_store.h"
#include "tests/support/realm_fixture.h"

namespace cardea {
namespace {

using testing::HasSubstr;

struct FakeTransport final : MailTransport {
  struct Sent {
    MailServer server;
    std::string to, content;
  };
  void send(MailServer server, std::string to, std::string content, std::function<void(MailSent)> done) override {
    sent.push_back({std::move(server), std::move(to), std::move(content)});
    done(result);
  }
  std::vector<Sent> sent;
  MailSent result{.sent = true, .is_final = true, .reason = "sent"};
};

class MailDeliveryTest : public testing::Test {
 protected:
  MailDeliveryTest() {
    auto records = make_test_records();
    realm_ = records.realm.id;
    records.realm.extra["smtpServer"] = {{"host", "mail.example"}, {"from", "no-reply@id.example"}};
    EXPECT_TRUE(store_.write([&](Tx& tx) -> Stored<void> {
      if (auto done = repositories_.realms.insert(tx, records.realm); !done) return done;
      for (const auto& key : records.keys) {
        if (auto done = repositories_.keys.insert(tx, realm_, key); !done) return done;
      }
      return {};
    }));
  }
  void post(const std::string& to = "ada@example.com") {
    Mail mail;
    mail.id = "mail-" + std::to_string(++count_);
    mail.realm = realm_;
    mail.realm_name = "demo";
    mail.to = to;
    mail.subject = "Hello";
    mail.text = "https://id.example/?key=secret-link\n";
    mail.created_at = clock_.now();
    mail.expires_at = clock_.now() + std::chrono::hours{1};
    EXPECT_TRUE(store_.write([&](Tx& tx) { return repositories_.mails.insert(tx, mail); }));
  }
  void change_realm(const std::function<void(Realm&)>& change) {
    EXPECT_TRUE(store_.write([&](Tx& tx) -> Stored<void> {
      auto found = repositories_.realms.find_by_name(tx, "demo");
      change(**found);
      return repositories_.realms.update(tx, **found);
    }));
    EXPECT_TRUE(settings_.check_versions());
  }
  /// Whether anything is left, ever.
  bool is_empty() {
    clock_.advance(std::chrono::minutes{30});
    const auto before = transport_.sent.size();
    (void)delivery_.deliver_due();
    return transport_.sent.size() == before;
  }

  FakeClock clock_;
  MemoryLog log_;
  MemoryStore store_;
  Repositories repositories_ = store_.repositories();
  Settings settings_{repositories_, log_};
  FakeTransport transport_;
  MailDelivery delivery_{repositories_, settings_, clock_, log_, transport_};
  RealmId realm_;
  int count_ = 0;
};

TEST_F(MailDeliveryTest, refuses_recipients_that_are_no_addresses) {
  post("ada@example.com\r\nBcc: eve@example.com");
  EXPECT_EQ(delivery_.deliver_due(), 1);
  EXPECT_TRUE(transport_.sent.empty());
  EXPECT_TRUE(is_empty());
  EXPECT_TRUE(log_.contains("bad_recipient"));
}

TEST_F(MailDeliveryTest, refuses_to_send_what_has_expired) {
  post();
  clock_.advance(std::chrono::hours{1});
  (void)delivery_.deliver_due();
  EXPECT_TRUE(transport_.sent.empty());
  EXPECT_TRUE(log_.contains("expired"));
}

TEST_F(MailDeliveryTest, refuses_without_a_mail_server) {
  change_realm([](Realm& realm) { realm.extra.erase("smtpServer"); });
  post();
  (void)delivery_.deliver_due();
  EXPECT_TRUE(transport_.sent.empty());
  EXPECT_TRUE(log_.contains("no_host"));
}

TEST_F(MailDeliveryTest, mail_to_nobody_goes_without_a_word) {
  post("");
  EXPECT_EQ(delivery_.deliver_due(), 1);
  EXPECT_TRUE(transport_.sent.empty());
  EXPECT_TRUE(log_.lines().empty());
  EXPECT_TRUE(is_empty());
}

TEST_F(MailDeliveryTest, gives_up_when_the_server_says_never) {
  transport_.result = {.sent = false, .is_final = true, .reason = "refused_550"};
  post();
  (void)delivery_.deliver_due();
  EXPECT_EQ(transport_.sent.size(), 1U);
  EXPECT_TRUE(is_empty());
}

TEST_F(MailDeliveryTest, tries_again_some_times_and_then_gives_up) {
  transport_.result = {.sent = false, .is_final = false, .reason = "unreachable"};
  post();
  for (int i = 0; i < 50; ++i) {
    (void)delivery_.deliver_due();
    clock_.advance(seconds{60});
  }
  EXPECT_EQ(transport_.sent.size(), static_cast<std::size_t>(kMailAttemptsMax));
  EXPECT_EQ(log_.count("given_up=true"), 1U);
}

TEST_F(MailDeliveryTest, sends_by_the_realms_server_and_logs_no_word_of_it) {
  post();
  EXPECT_EQ(delivery_.deliver_due(), 1);
  ASSERT_EQ(transport_.sent.size(), 1U);
  EXPECT_EQ(transport_.sent[0].server.host, "mail.example");
  EXPECT_EQ(transport_.sent[0].to, "ada@example.com");
  EXPECT_THAT(transport_.sent[0].content, HasSubstr("To: ada@example.com\r\n"));
  EXPECT_THAT(transport_.sent[0].content, HasSubstr("secret-link"));
  EXPECT_TRUE(is_empty());
  EXPECT_TRUE(log_.contains("mail_sent"));
  EXPECT_FALSE(log_.contains("secret-link"));
  EXPECT_FALSE(log_.contains("ada@example.com"));
}

}  // namespace
}  // namespace cardea
