// Who is disabled at the provider does not go on here (guides.md G2-19): the check while a session is used.
#include "tests/broker/broker_world.h"

namespace cardea::protocol {
namespace {

class UpstreamCheck : public Broker {
 protected:
  UpstreamCheck() {
    use_interval("300");
    server_.fetcher.serve("https://up.example/token", [this](const web::FetchRequest& request) -> web::Fetched {
      const auto form = *web::Form::parse(request.body);
      json::object answer{{"access_token", "up-access"}, {"token_type", "Bearer"}, {"expires_in", 300}};
      if (form.value_or("grant_type", "") == "refresh_token") {
        ++asked_;
        if (meanwhile_) meanwhile_();
        sent_ = form.value_or("refresh_token", "");
        secret_ = form.value_or("client_secret", "");
        if (status_ != 200) return web::FetchResponse{.status = status_, .headers = {}, .body = refusal_};
        if (rotates_) answer["refresh_token"] = "r-" + std::to_string(asked_ + 1);
      } else {
        answer["id_token"] = id_token();
        if (gives_refresh_token_) answer["refresh_token"] = "r-1";
      }
      return web::FetchResponse{.status = 200, .headers = {}, .body = json::serialize(answer)};
    });
  }
  void use_interval(const std::string& interval) { use({provider("up", {{"sessionCheckSeconds", interval}})}); }
  std::string sign_in_there(Browser& browser) {
    return string_or(redeem(server_, location_parameter(sign_in_upstream(browser), "code")), "refresh_token", "");
  }
  /// The token of the answer, for the next time.
  std::string use_token(const std::string& token, int status = 200) {
    return string_or(refresh(server_, token, status), "refresh_token", "");
  }
  static bool is_signed_in(Browser& browser) { return browser.get(authorize_url()).status == 302; }

  int asked_ = 0;
  int status_ = 200;
  bool rotates_ = true;
  bool gives_refresh_token_ = true;
  std::string refusal_ =
      R"({"error":"invalid_grant","error_description":"AADSTS50057: The user account is disabled."})";
  std::string sent_, secret_;
  std::function<void()> meanwhile_;  // while the provider is asked
};

TEST_F(UpstreamCheck, G2_19_ends_the_sessions_of_somebody_who_was_disabled_there) {
  Browser dan(server_), phone(server_), local(server_);
  auto token = sign_in_there(dan);
  const auto on_phone = sign_in_there(phone);
  ASSERT_FALSE(sign_in(local).empty());
  status_ = 400;
  token = use_token(token);  // the interval has not passed: nobody is asked
  EXPECT_EQ(asked_, 0);
  server_.clock.advance(seconds{300});
  (void)use_token(token, 400);
  EXPECT_EQ(sent_, "r-1");
  EXPECT_EQ(secret_, "up-secret");
  EXPECT_TRUE(server_.log.contains("upstream_session_refused"));
  EXPECT_TRUE(server_.log.contains("AADSTS50057"));
  EXPECT_FALSE(is_signed_in(dan));
  EXPECT_FALSE(is_signed_in(phone));
  (void)use_token(on_phone, 400);
  EXPECT_TRUE(is_signed_in(local));
  EXPECT_EQ(asked_, 1);
}

TEST_F(UpstreamCheck, refuses_every_refresh_where_nobody_could_be_asked) {
  Browser browser(server_);
  const auto token = sign_in_there(browser);
  server_.unwire_upstream_check();
  (void)use_token(token, 400);
  EXPECT_TRUE(server_.log.contains("upstream_check_missing"));
}

// What was read before the provider was asked is looked at again after it.
TEST_F(UpstreamCheck, refuses_somebody_who_was_disabled_here_while_the_provider_was_asked) {
  Browser browser(server_);
  const auto token = sign_in_there(browser);
  server_.clock.advance(seconds{300});
  meanwhile_ = [this] {
    const auto zoe = user_named("zoe")->id;
    EXPECT_TRUE(server_.repositories.store.write(
        [&](Tx& tx) { return server_.repositories.users.set_enabled(tx, zoe, false); }));
  };
  (void)use_token(token, 400);
  EXPECT_EQ(asked_, 1);
}

TEST_F(UpstreamCheck, asks_once_in_an_interval_and_keeps_what_the_provider_gives) {
  Browser browser(server_);
  auto token = sign_in_there(browser);
  server_.clock.advance(seconds{300});
  token = use_token(token);
  token = use_token(token);
  EXPECT_EQ(asked_, 1);
  server_.clock.advance(seconds{300});
  rotates_ = false;
  token = use_token(token);
  EXPECT_EQ(sent_, "r-2");
  server_.clock.advance(seconds{300});
  token = use_token(token);
  EXPECT_EQ(sent_, "r-2");
  EXPECT_EQ(asked_, 3);
  EXPECT_TRUE(is_signed_in(browser));
}

TEST_F(UpstreamCheck, refuses_to_go_on_for_ever_without_the_providers_word) {
  Browser browser(server_);
  auto token = sign_in_there(browser);
  status_ = 503;
  refusal_ = "{}";
  server_.clock.advance(seconds{300});
  token = use_token(token);
  EXPECT_TRUE(server_.log.contains("upstream_check_failed"));
  server_.clock.advance(seconds{599});
  token = use_token(token);
  server_.clock.advance(seconds{1});
  (void)use_token(token, 503);
  EXPECT_TRUE(is_signed_in(browser));  // nobody said a word against them
  status_ = 200;
  server_.clock.advance(seconds{120});
  (void)use_token(token);
}

// The answer that replaced the token was lost: that is no word about the person, so the others stay.
TEST_F(UpstreamCheck, refuses_to_end_all_sessions_for_a_token_that_may_have_been_replaced) {
  Browser browser(server_), phone(server_);
  (void)sign_in_there(browser);
  auto token = sign_in_there(phone);
  status_ = 503;
  server_.clock.advance(seconds{300});
  token = use_token(token);
  status_ = 400;
  server_.clock.advance(seconds{120});
  (void)use_token(token, 400);
  EXPECT_EQ(asked_, 2);
  EXPECT_FALSE(is_signed_in(phone));
  EXPECT_TRUE(is_signed_in(browser));
}

TEST_F(UpstreamCheck, refuses_to_ask_twice_within_two_minutes_for_one_person) {
  Browser browser(server_), phone(server_);
  const auto first = sign_in_there(browser);
  const auto second = sign_in_there(phone);
  server_.clock.advance(seconds{300});
  (void)use_token(first);
  server_.clock.advance(seconds{60});
  (void)use_token(second);  // goes on without having been asked after
  EXPECT_EQ(asked_, 1);
}

// The provider's yes counts for the sessions that its no would end, offline ones as well.
TEST_F(UpstreamCheck, asks_once_for_all_sessions_of_a_person) {
  link("ada", "u-1");
  server_.allow_offline("ada");
  Browser browser(server_), phone(server_);
  const auto first = sign_in_there(browser);
  const auto second = sign_in_there(phone);
  const auto away = phone.get(authorize_url({{"scope", "openid offline_access"}}));
  const auto offline = string_or(redeem(server_, location_parameter(away, "code")), "refresh_token", "");
  EXPECT_EQ(string_or(payload_of(offline), "typ", ""), "Offline");
  server_.clock.advance(seconds{900});
  (void)use_token(first);
  (void)use_token(second);
  (void)use_token(offline);
  EXPECT_EQ(asked_, 1);
  server_.clock.advance(seconds{300});
  (void)use_token(offline);
  (void)use_token(first);
  EXPECT_EQ(asked_, 2);
}

// Being asked after is no use: only the session that was used goes on living by it.
TEST_F(UpstreamCheck, refuses_to_prolong_the_sessions_that_nobody_used) {
  link("ada", "u-1");
  Browser browser(server_), phone(server_);
  const auto start = server_.clock.now();
  const auto token = sign_in_there(browser);
  (void)sign_in_there(phone);
  server_.clock.advance(seconds{300});
  (void)use_token(token);
  const auto sessions = read_from(server_.repositories.store, [&](Rows& rows) {
    return server_.repositories.sessions.list_of_user(rows, RealmId("realm-demo"), UserId("user-ada"));
  });
  ASSERT_EQ(sessions.value().size(), 2U);
  for (const auto& session : *sessions) {
    const bool is_used = session.id.str() == string_or(payload_of(token), "sid", "");
    EXPECT_EQ(session.last_seen, is_used ? server_.clock.now() : start);
    EXPECT_EQ(session.note("upstream_checked"), std::to_string(epoch_seconds(server_.clock.now())));
  }
}

// Some providers give a refresh token at the first consent alone.
TEST_F(UpstreamCheck, refuses_to_forget_the_refresh_token_for_a_sign_in_without_one) {
  Browser browser(server_), again(server_);
  const auto token = sign_in_there(browser);
  gives_refresh_token_ = false;
  claims_["sid"] = "second";
  (void)sign_in_there(again);
  const auto kept = parse_json(link_of("u-1")->token.reveal())->as_object();
  EXPECT_EQ(string_or(kept, "refresh_token", ""), "r-1");
  EXPECT_EQ(string_or(payload_of(string_or(kept, "id_token", "")), "sid", ""), "second");
  server_.clock.advance(seconds{300});
  (void)use_token(token);
  EXPECT_EQ(sent_, "r-1");
}

TEST_F(UpstreamCheck, refuses_to_go_on_when_the_link_is_taken_away_while_it_asks) {
  Browser browser(server_);
  const auto token = sign_in_there(browser);
  meanwhile_ = [this] {
    ASSERT_TRUE(server_.repositories.store.write([&](Tx& tx) -> Stored<void> {
      const auto gone = server_.repositories.federated_identities.remove(tx, user_named("zoe")->id, "up");
      return gone ? Stored<void>() : refuse(gone.error());
    }));
  };
  server_.clock.advance(seconds{300});
  (void)use_token(token, 400);
  EXPECT_TRUE(server_.log.contains("link_gone"));
}

// Who refreshes reads JSON (RFC 6749 section 5.2), and the operator which request it was.
class UpstreamCheckStore : public UpstreamCheck, public testing::WithParamInterface<int> {};
INSTANTIATE_TEST_SUITE_P(Answers, UpstreamCheckStore, testing::Values(0, 200, 400));

TEST_P(UpstreamCheckStore, refuses_in_json_when_the_store_fails) {
  Browser browser(server_);
  const auto token = sign_in_there(browser);
  server_.clock.advance(seconds{300});
  const auto break_store = [this] { server_.fail_writes(StoreError::kUnavailable); };
  if (GetParam() == 0) break_store();  // before the provider is asked
  meanwhile_ = break_store;
  status_ = GetParam();
  const auto answer =
      server_.post("/token", {{"grant_type", "refresh_token"}, {"client_id", "app"}, {"refresh_token", token}});
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(string_or(body_of(answer), "error", ""), "temporarily_unavailable");
  ASSERT_NE(answer.find_header("Retry-After"), nullptr);
  EXPECT_EQ(*answer.find_header("Retry-After"), "10");
  EXPECT_EQ(asked_, GetParam() == 0 ? 0 : 1);
  expect_logged_with_request("store_failed");
}

TEST_F(UpstreamCheck, refuses_when_there_is_nothing_to_ask_with) {
  gives_refresh_token_ = false;
  Browser browser(server_);
  const auto token = sign_in_there(browser);
  server_.clock.advance(seconds{300});
  (void)use_token(token, 400);
  EXPECT_TRUE(server_.log.contains("no_refresh_token"));
  EXPECT_FALSE(is_signed_in(browser));
}

// Our secret has ended: that is no word about the person.
TEST_F(UpstreamCheck, refuses_to_take_our_own_failure_for_theirs) {
  Browser browser(server_);
  const auto token = sign_in_there(browser);
  status_ = 401;
  refusal_ = R"({"error":"invalid_client"})";
  server_.clock.advance(seconds{300});
  (void)use_token(token);
  EXPECT_TRUE(is_signed_in(browser));
}

// A token that is kept for the check is for nobody else.
TEST_F(UpstreamCheck, refuses_the_kept_token_to_applications) {
  Browser browser(server_);
  const auto tokens = redeem(server_, location_parameter(sign_in_upstream(browser), "code"));
  const auto link = link_of("u-1");
  EXPECT_NE(link->token.reveal().find("r-1"), std::string_view::npos);
  web::Request request;
  request.method = web::Method::kGet;
  request.scheme = "https";
  request.host = "id.example";
  request.path = "/realms/demo/broker/up/token";
  request.headers.push_back({"Authorization", "Bearer " + string_or(tokens, "access_token", "")});
  EXPECT_GE(server_.handle(std::move(request)).status, 400);
}

TEST_F(UpstreamCheck, asks_nobody_where_the_record_does_not_say_so) {
  use({provider("up")});
  Browser browser(server_);
  const auto token = sign_in_there(browser);
  EXPECT_TRUE(link_of("u-1")->token.empty());
  server_.clock.advance(seconds{900});
  (void)use_token(token);
  EXPECT_EQ(asked_, 0);
}

}  // namespace
}  // namespace cardea::protocol
