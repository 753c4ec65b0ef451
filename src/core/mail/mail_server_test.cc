#include "core/mail/mail_server.h"

#include <gtest/gtest.h>

namespace cardea {
namespace {

Result<MailServer, std::string> read(json::object settings) {
  Realm realm;
  realm.extra["smtpServer"] = std::move(settings);
  return mail_server_of(realm);
}

std::string error_of(json::object settings) {
  const auto server = read(std::move(settings));
  return server ? "none" : server.error();
}

TEST(MailServer, refuses_settings_that_cannot_work) {
  EXPECT_EQ(mail_server_of(Realm{}).error(), "no_host");
  EXPECT_EQ(error_of({}), "no_host");
  const json::object good = {{"host", "mail.example"}, {"from", "a@x.example"}};
  EXPECT_EQ(error_of(good), "none");
  for (const auto& [name, value, error] : std::initializer_list<std::tuple<const char*, const char*, const char*>>{
           {"host", "", "no_host"},
           {"from", "", "bad_from"},
           {"from", "Demo <a@x.example>", "bad_from"},
           {"port", "0", "bad_port"},
           {"port", "65536", "bad_port"},
           {"port", "x", "bad_port"},
           {"replyTo", "nobody", "bad_reply_to"},
           {"envelopeFrom", "a b@x.example", "bad_envelope_from"}}) {
    auto changed = good;
    changed[name] = value;
    EXPECT_EQ(error_of(changed), error) << name << value;
  }
  auto token = good;
  token["auth"] = "true";
  token["authType"] = "token";
  EXPECT_EQ(error_of(token), "unsupported_auth_type");
}

TEST(MailServer, reads_what_keycloak_keeps) {
  const auto server = read({{"host", "mail.example"},
                            {"port", "2525"},
                            {"from", "no-reply@x.example"},
                            {"fromDisplayName", "Demo"},
                            {"replyTo", "help@x.example"},
                            {"replyToDisplayName", "Help"},
                            {"envelopeFrom", "bounces@x.example"},
                            {"auth", "true"},
                            {"user", "mailer"},
                            {"password", "hunter2"},
                            {"starttls", "true"},
                            {"ssl", "false"}});
  ASSERT_TRUE(server) << server.error();
  EXPECT_EQ(server->port, 2525);
  EXPECT_EQ(server->tls, MailTls::kStartTls);
  EXPECT_EQ(server->user, "mailer");
  EXPECT_EQ(server->password.reveal(), "hunter2");
  EXPECT_EQ(server->envelope_from, "bounces@x.example");
  EXPECT_EQ(server->reply_to_name, "Help");
}

TEST(MailServer, takes_the_usual_ports_and_no_login_unless_asked) {
  json::object settings = {{"host", "h"}, {"from", "a@x.example"}, {"user", "u"}, {"password", "p"}};
  EXPECT_EQ(read(settings)->port, 25);
  EXPECT_TRUE(read(settings)->user.empty());
  EXPECT_EQ(read(settings)->envelope_from, "a@x.example");
  settings["starttls"] = true;
  EXPECT_EQ(read(settings)->port, 587);
  settings["ssl"] = true;
  EXPECT_EQ(read(settings)->port, 465);
  settings["port"] = 2465;
  EXPECT_EQ(read(settings)->port, 2465);
}

}  // namespace
}  // namespace cardea
