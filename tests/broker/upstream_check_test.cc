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
