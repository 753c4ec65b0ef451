// The authorization response alone: where its parameters stand in each response mode, and what never stands there.
#include "oidc/authorize/answer.h"

#include <gmock/gmock.h>

#include "jose/jws.h"
#include "tests/support/oidc_world.h"

namespace cardea::oidc {
namespace {

using testing::HasSubstr;
using testing::Not;

AnswerContent a_code() {
  AnswerContent content;
  content.code = "c-1";
  return content;
}

class Answer : public testing::Test {
 protected:
  Answer() { http_.headers.push_back({"Accept", "text/html"}); }
  Answerer answerer() {
    realm_ = *world_.settings().load_realm("demo");
    return {world_.dependencies(), http_, *realm_, client_, kWorldIssuer, world_.clock.now()};
  }
  web::Response granted(ResponseMode mode, AnswerContent content = a_code(), std::string uri = kCallback) {
    return send_granted(answerer(), {.redirect_uri = std::move(uri), .mode = mode, .state = state_}, std::move(content),
                        "s-1");
  }
  web::Response refused(ResponseMode mode, std::string_view description = "Not you", std::string uri = kCallback) {
    return send_error(answerer(), {.redirect_uri = std::move(uri), .mode = mode, .state = state_}, "access_denied",
                      description);
  }
  static std::string location(const web::Response& response) {
    const auto* found = response.find_header("Location");
    return found == nullptr ? std::string() : std::string(*found);
  }
  static constexpr const char* kCallback = "https://app.example/cb";
  static constexpr std::string_view kIss = "iss=https%3A%2F%2Fid.example%2Frealms%2Fdemo";

  OidcWorld world_;
  web::Request http_;
  std::shared_ptr<const RealmEntry> realm_;
  Client client_ = OidcWorld::make_client("app");
  std::optional<std::string> state_ = "s 1&x=\"y\"";
};

TEST_F(Answer, refuses_to_say_a_code_or_token_with_an_error) {
  for (const auto mode : {ResponseMode::kQuery, ResponseMode::kFragment}) {
    const auto text = location(refused(mode));
    EXPECT_THAT(text, HasSubstr("error=access_denied&error_description=Not%20you&state=s%201%26x%3D%22y%22&"));
    for (const auto* name : {"code=", "token", "session_state"}) EXPECT_THAT(text, Not(HasSubstr(name))) << text;
  }
}

TEST_F(Answer, refuses_words_that_may_not_stand_in_a_description_and_long_ones) {
  const auto text = location(refused(ResponseMode::kQuery, "a\"b\\c\r\nX: y" + std::string(2000, 'z')));
  for (const auto* odd : {"%22b", "%5C", "%0D", "%0A"}) EXPECT_THAT(text, Not(HasSubstr(odd)));
  EXPECT_LT(text.size(), 600U);
}

TEST_F(Answer, query_keeps_what_the_redirect_uri_has) {
  const auto response = granted(ResponseMode::kQuery, a_code(), "https://app.example/cb?tenant=1");
  EXPECT_EQ(response.status, 302);
  EXPECT_EQ(location(response), "https://app.example/cb?tenant=1&state=s%201%26x%3D%22y%22&session_state=s-1&" +
                                    std::string(kIss) + "&code=c-1");
}

TEST_F(Answer, fragment_stands_in_place_of_the_uris_own_and_never_in_the_query) {
  const auto text = location(granted(ResponseMode::kFragment,
                                     {.code = "c-1", .id_token = "i-1", .access_token = "a-1", .expires_in = 300},
                                     "https://app.example/cb#old"));
  EXPECT_TRUE(text.starts_with("https://app.example/cb#state=")) << text;
  EXPECT_THAT(text, HasSubstr("&code=c-1&id_token=i-1&access_token=a-1&token_type=Bearer&expires_in=300"));
  EXPECT_THAT(text, Not(HasSubstr("old")));
  EXPECT_EQ(text.find('?'), std::string::npos);
}

TEST_F(Answer, form_post_has_each_parameter_escaped_and_nothing_in_the_address) {
  const auto response = granted(ResponseMode::kFormPost);
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.find_header("Location"), nullptr);
  const std::string page(response.body_text());
  EXPECT_THAT(page, HasSubstr("action=\"https://app.example/cb\""));
  EXPECT_THAT(page, HasSubstr("value=\"s 1&amp;x=&quot;y&quot;\""));
  for (const auto* name : {"state", "session_state", "iss", "code"})
    EXPECT_THAT(page, HasSubstr("name=\"" + std::string(name) + "\""));
}

TEST_F(Answer, says_only_what_there_is) {
  state_.reset();
  client_.attributes = {{"exclude.session.state.from.auth.response", "true"},
                        {"exclude.issuer.from.auth.response", "true"}};
  EXPECT_EQ(location(granted(ResponseMode::kQuery)), "https://app.example/cb?code=c-1");
  state_ = "";
  EXPECT_EQ(location(granted(ResponseMode::kQuery)), "https://app.example/cb?state=&code=c-1") << "sent, though empty";
}

TEST_F(Answer, says_what_came_of_an_action_the_client_asked_for) {
  const auto text = location(send_granted(answerer(),
                                          {.redirect_uri = kCallback,
                                           .state = std::nullopt,
                                           .kc_action = "UPDATE_PASSWORD",
                                           .kc_action_status = "cancelled"},
                                          a_code(), "s-1"));
  EXPECT_THAT(text, HasSubstr("&kc_action=UPDATE_PASSWORD&kc_action_status=cancelled&code=c-1"));
}

TEST_F(Answer, a_signed_answer_says_everything_inside_and_its_issuer_once) {
  for (const auto mode : {ResponseMode::kQueryJwt, ResponseMode::kFragmentJwt}) {
    const auto text = location(granted(mode));
    const std::string start = std::string(kCallback) + (mode == ResponseMode::kQueryJwt ? "?" : "#") + "response=";
    ASSERT_TRUE(text.starts_with(start)) << text;
    EXPECT_EQ(text.find('&'), std::string::npos) << "nothing beside it";
    const auto verified = jose::verify(text.substr(start.size()), realm_->public_keys);
    ASSERT_TRUE(verified);
    EXPECT_EQ(verified->iss(), kWorldIssuer);
    EXPECT_EQ(verified->text("aud"), "app");
    EXPECT_EQ(verified->text("code"), "c-1");
    EXPECT_EQ(verified->text("state"), *state_);
  }
}

TEST_F(Answer, refuses_to_answer_unsigned_where_the_realm_has_no_key_for_it) {
  client_.attributes["authorization.signed.response.alg"] = "PS512";
  const auto response = granted(ResponseMode::kQueryJwt);
  EXPECT_EQ(response.status, 500);
  EXPECT_EQ(response.find_header("Location"), nullptr);
  EXPECT_THAT(std::string(response.body_text()), Not(HasSubstr("c-1")));
}

}  // namespace
}  // namespace cardea::oidc
