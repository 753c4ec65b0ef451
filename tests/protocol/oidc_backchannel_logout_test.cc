// OpenID Connect Back-Channel Logout 1.0 (keycloak.md section 1.14): who hears that a session ended, and what.
#include <gtest/gtest.h>

#include "base/encoding.h"
#include "core/logout/logout_delivery.h"
#include "tests/protocol/harness.h"
#include "web/form.h"

namespace cardea::protocol {
namespace {

/// Keeps what was sent and answers with what it is told.
class FakeSender final : public LogoutSender {
 public:
  struct Sent {
    std::string url;
    json::object token;
    std::string header;
  };
  void post_form(std::string url, bool, std::string body, std::function<void(int status)> done) override {
    const auto form = web::Form::parse(body);
    ASSERT_TRUE(form);
    const std::string token(form->value_or("logout_token", ""));
    sent.push_back({std::move(url), payload_of(token), token.substr(0, token.find('.'))});
    done(status);
  }
  void post_text(std::string, bool, std::string, std::function<void(int status)>) override {
    FAIL() << "no client here has an adapter";
  }
  std::vector<Sent> sent;
  int status = 200;
};

class BackchannelLogout : public testing::TestWithParam<Engine> {
 protected:
  BackchannelLogout() {
    add("rp", {{"backchannel.logout.url", "https://rp.example/logout?tenant=1"}});
    add("plain", {});
  }
  void add(const std::string& name, const std::map<std::string, std::string>& attributes) {
    server_.add_client(name, [&](Client& client) { client.attributes = attributes; });
  }
  json::object sign_in_at(const std::string& client) {
    const auto url = "https://" + client + ".example/cb";
    auto answer = browser_.get(authorize_url({{"client_id", client}, {"redirect_uri", url}}));
    if (answer.status == 200) {
      answer = browser_.submit(answer, {{"username", "ada"}, {"password", "correct-horse"}});
    }
    return redeem(server_, location_parameter(answer, "code"), {{"client_id", client}, {"redirect_uri", url}});
  }
  void log_out(const json::object& tokens) {
    EXPECT_EQ(browser_.get(std::string(kP) + "/logout?id_token_hint=" + text(tokens, "id_token")).status, 200);
  }
  static std::string text(const json::object& object, std::string_view name) { return string_or(object, name, ""); }

  Server server_{GetParam()};
  Browser browser_{server_};
  FakeSender sender_;
  LogoutDelivery delivery_{server_.repositories, server_.settings(), server_.clock, server_.log, sender_};
};

TEST_P(BackchannelLogout, signing_out_other_devices_tells_the_clients_there) {
  (void)sign_in_at("rp");
  Browser other(server_);
  auto page = other.get(authorize_url());
  (void)other.submit(page, {{"username", "ada"}, {"password", "correct-horse"}});
  ASSERT_TRUE(server_.repositories.store.write([&](Tx& tx) {
    return server_.repositories.users.set_required_actions(tx, UserId("user-ada"), {"UPDATE_PASSWORD"});
  }));
  page = other.get(location(other.get(authorize_url())));
  const auto done = other.submit(
      page, {{"password-new", "new-horse-1"}, {"password-confirm", "new-horse-1"}, {"logout-sessions", "on"}});
  EXPECT_NE(location_parameter(done, "code"), "");
  EXPECT_EQ(delivery_.deliver_due(), 1);
  ASSERT_EQ(sender_.sent.size(), 1U);
  EXPECT_EQ(sender_.sent.front().url, "https://rp.example/logout?tenant=1");
}

TEST_P(BackchannelLogout, removing_an_account_tells_the_clients_of_its_sessions) {
  (void)sign_in_at("rp");
  server_.change_realm([](Realm& realm) {
    realm.extra["requiredActions"] = json::array{json::object{{"alias", "delete_account"}, {"enabled", true}}};
  });
  ASSERT_TRUE(server_.repositories.store.write([&](Tx& tx) -> Stored<void> {
    auto account = make_test_client(server_.realm()->scopes);
    account.id = ClientId("client-account");
    account.client_id = "account";
    if (auto done = server_.repositories.clients.insert(tx, RealmId("realm-demo"), account); !done) return done;
    Role role;
    role.id = RoleId("role-delete");
    role.realm = RealmId("realm-demo");
    role.client = account.id;
    role.name = "delete-account";
    if (auto done = server_.repositories.roles.insert(tx, role); !done) return done;
    return server_.repositories.users.add_role(tx, UserId("user-ada"), role.id);
  }));
  ASSERT_TRUE(server_.settings().check_versions());
  const auto page = browser_.get(location(browser_.get(authorize_url({{"kc_action", "delete_account"}}))));
  const auto gone = browser_.submit(page, {});
  EXPECT_NE(gone.body_text().find("Your account was deleted."), std::string_view::npos) << gone.body_text();
  EXPECT_EQ(delivery_.deliver_due(), 1);
  ASSERT_EQ(sender_.sent.size(), 1U);
  EXPECT_EQ(sender_.sent.front().token.at("sub"), "user-ada");
}

TEST_P(BackchannelLogout, refuses_to_tell_clients_that_were_not_in_the_session) {
  log_out(sign_in_at("plain"));
  EXPECT_EQ(delivery_.deliver_due(), 0);
}

TEST_P(BackchannelLogout, refuses_to_tell_anybody_while_the_session_lives) {
  const auto tokens = sign_in_at("rp");
  EXPECT_EQ(browser_.get(std::string(kP) + "/logout").status, 200) << "the question";
  EXPECT_EQ(delivery_.deliver_due(), 0);
}

TEST_P(BackchannelLogout, refuses_addresses_that_are_no_web_addresses) {
  add("odd", {{"backchannel.logout.url", "file:///etc/passwd"}});
  log_out(sign_in_at("odd"));
  EXPECT_EQ(delivery_.deliver_due(), 1);
  EXPECT_TRUE(sender_.sent.empty());
  server_.clock.advance(std::chrono::minutes{10});
  EXPECT_EQ(delivery_.deliver_due(), 0) << "and does not come back to it";
}

TEST_P(BackchannelLogout, gives_up_after_some_attempts) {
  sender_.status = 500;
  log_out(sign_in_at("rp"));
  EXPECT_EQ(delivery_.deliver_due(), 1);
  EXPECT_EQ(delivery_.deliver_due(), 0) << "not again at once";
  for (int minute = 0; minute < 30; ++minute) {
    server_.clock.advance(seconds{60});
    (void)delivery_.deliver_due();
  }
  EXPECT_EQ(sender_.sent.size(), static_cast<std::size_t>(kLogoutAttemptsMax));
  EXPECT_NE(sender_.sent[0].token.at("jti"), sender_.sent[1].token.at("jti"));
}

TEST_P(BackchannelLogout, one_client_that_fails_does_not_stop_the_others) {
  add("other", {{"backchannel.logout.url", "https://other.example/bye"}});
  (void)sign_in_at("other");
  sender_.status = 0;
  log_out(sign_in_at("rp"));
  EXPECT_EQ(delivery_.deliver_due(), 2);
  EXPECT_EQ(sender_.sent.size(), 2U);
}

TEST_P(BackchannelLogout, the_token_is_what_the_specification_says) {  // section 2.4
  const auto tokens = sign_in_at("rp");
  (void)sign_in_at("plain");
  log_out(tokens);
  ASSERT_EQ(delivery_.deliver_due(), 1);
  const auto& sent = sender_.sent.at(0);
  EXPECT_EQ(sent.url, "https://rp.example/logout?tenant=1");
  EXPECT_EQ(text(sent.token, "iss"), kIssuer);
  EXPECT_EQ(text(sent.token, "aud"), "rp");
  EXPECT_EQ(text(sent.token, "sub"), "user-ada");
  EXPECT_EQ(text(sent.token, "sid"), text(tokens, "session_state"));
  EXPECT_EQ(text(sent.token, "typ"), "Logout");
  EXPECT_EQ(sent.token.at("exp").as_int64(), sent.token.at("iat").as_int64() + 120);
  EXPECT_FALSE(sent.token.contains("nonce"));
  EXPECT_EQ(json::serialize(sent.token.at("events")), R"({"http://schemas.openid.net/event/backchannel-logout":{}})");
  server_.clock.advance(std::chrono::minutes{10});
  EXPECT_EQ(delivery_.deliver_due(), 0) << "delivered once";
}

TEST_P(BackchannelLogout, the_token_is_signed_as_the_clients_id_tokens_are) {  // BL-4
  const auto algorithm_of = [&](const std::map<std::string, std::string>& more) {
    auto attributes = more;
    const auto name = "signed-" + std::to_string(more.size());
    attributes["backchannel.logout.url"] = "https://signed.example/bye";
    add(name, attributes);
    sender_.sent.clear();
    const auto tokens = sign_in_at(name);
    EXPECT_EQ(server_.post("/logout", {{"client_id", name}, {"refresh_token", text(tokens, "refresh_token")}}).status,
              204);
    EXPECT_EQ(delivery_.deliver_due(), 1);
    if (sender_.sent.empty()) return std::string();
    return text(parse_json(base64url_decode(sender_.sent.front().header).value_or(""))->as_object(), "alg");
  };
  EXPECT_EQ(algorithm_of({}), "ES256") << "the realm's";
  EXPECT_EQ(algorithm_of({{"id.token.signed.response.alg", "HS512"}}), "HS512");
}

TEST_P(BackchannelLogout, attributes_leave_out_the_session_and_add_the_offline_event) {
  add("bare", {{"backchannel.logout.url", "https://bare.example/bye"},
               {"backchannel.logout.session.required", "false"},
               {"backchannel.logout.revoke.offline.tokens", "true"}});
  log_out(sign_in_at("bare"));
  ASSERT_EQ(delivery_.deliver_due(), 1);
  EXPECT_FALSE(sender_.sent.at(0).token.contains("sid"));
  EXPECT_EQ(sender_.sent.at(0).token.at("events").as_object().at("revoke_offline_access"), true);
}

// By a `sub` that stands in no ID token of theirs they would find nobody.
TEST_P(BackchannelLogout, refuses_to_leave_out_the_session_where_a_mapper_says_another_subject) {
  server_.add_client("renaming", [](Client& client) {
    client.attributes = {{"backchannel.logout.url", "https://renaming.example/bye"},
                         {"backchannel.logout.session.required", "false"}};
    ProtocolMapper mapper;
    mapper.id = mapper.name = "sub";
    mapper.provider = "oidc-hardcoded-claim-mapper";
    mapper.config = {{"claim.name", "sub"}, {"claim.value", "ada-there"}, {"id.token.claim", "true"}};
    client.mappers.push_back(std::move(mapper));
  });
  const auto tokens = sign_in_at("renaming");
  log_out(tokens);
  ASSERT_EQ(delivery_.deliver_due(), 1);
  EXPECT_EQ(text(sender_.sent.at(0).token, "sid"), text(tokens, "session_state"));
}

TEST_P(BackchannelLogout, the_old_logout_by_refresh_token_tells_everybody_too) {
  const auto tokens = sign_in_at("rp");
  const auto other = sign_in_at("plain");
  EXPECT_EQ(server_.post("/logout", {{"client_id", "plain"}, {"refresh_token", text(other, "refresh_token")}}).status,
            204);
  EXPECT_EQ(delivery_.deliver_due(), 1);
  EXPECT_EQ(text(sender_.sent.at(0).token, "sid"), text(tokens, "session_state"));
}

TEST_P(BackchannelLogout, a_token_revoked_tells_nobody) {  // keycloak.md section 1.14
  const auto tokens = sign_in_at("rp");
  EXPECT_EQ(server_.post("/revoke", {{"client_id", "rp"}, {"token", text(tokens, "refresh_token")}}).status, 200);
  EXPECT_EQ(delivery_.deliver_due(), 0);
}

INSTANTIATE_ON_EVERY_ENGINE(BackchannelLogout);

}  // namespace
}  // namespace cardea::protocol
