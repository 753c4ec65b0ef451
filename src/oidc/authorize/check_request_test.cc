#include "oidc/authorize/check_request.h"

#include <gtest/gtest.h>

#include "tests/support/realm_fixture.h"

namespace cardea::oidc {
namespace {

constexpr std::string_view kBase = "https://id.example";
const std::string kChallenge(43, 'c');

class CheckRequest : public testing::Test {
 protected:
  using Changes = std::vector<std::pair<std::string, std::optional<std::string>>>;

  /// A good request with some parameters replaced, or removed where the value is absent.
  Result<AuthorizationRequest, AuthorizeRefusal> check(const Changes& changes = {}) {
    web::Form form;
    for (const auto& [name, value] :
         std::vector<std::pair<std::string, std::string>>{{"client_id", "app"},
                                                          {"redirect_uri", "https://app.example/cb"},
                                                          {"response_type", "code"},
                                                          {"scope", "openid"},
                                                          {"state", "s"},
                                                          {"code_challenge", kChallenge},
                                                          {"code_challenge_method", "S256"}}) {
      bool replaced = false;
      for (const auto& change : changes) replaced = replaced || change.first == name;
      if (!replaced) form.add(name, value);
    }
    for (const auto& [name, value] : changes) {
      if (value) form.add(name, *value);
    }
    entry_ = make_test_entry(realm_, std::move(client_));
    return check_authorization_request(form, entry_.get(), kBase);
  }
  static std::string message(const Result<AuthorizationRequest, AuthorizeRefusal>& result) {
    if (result) return "accepted";
    if (const auto* page = std::get_if<PageRefusal>(&result.error())) return "page: " + page->message;
    const auto& redirect = std::get<RedirectRefusal>(result.error());
    return std::string(wire_name(redirect.error.code)) + ": " + redirect.error.description;
  }

  std::shared_ptr<const RealmEntry> realm_ = make_test_realm();
  Client client_ = make_test_client(*realm_);
  std::shared_ptr<const ClientEntry> entry_;
};

TEST_F(CheckRequest, refuses_on_our_page_before_the_redirect_uri_is_proven) {  // AZ-4
  EXPECT_EQ(message(check_authorization_request(web::Form{}, nullptr, kBase)), "page: Client not found.");
  client_.enabled = false;
  EXPECT_EQ(message(check()), "page: Client disabled.");
  client_ = make_test_client(*realm_);
  client_.bearer_only = true;
  EXPECT_EQ(message(check()), "page: Bearer-only applications are not allowed to initiate browser login");
}

TEST_F(CheckRequest, refuses_fapi2_requests_that_do_not_say_where_they_are_answered) {  // FA-11
  client_.attributes["cardea.policy"] = "fapi2";
  EXPECT_EQ(message(check({{"redirect_uri", std::nullopt}, {"scope", std::nullopt}})),
            "page: Invalid parameter: redirect_uri");
}

TEST_F(CheckRequest, refuses_redirect_uris_that_are_not_registered) {  // attack class 1
  for (const auto* uri : {"https://evil.example/cb", "https://app.example/cb/", "https://app.example/cb?x=1",
                          "https://app.example@evil.example/cb", "https://app.example/cb/../x", "javascript:alert(1)",
                          "//app.example/cb", "https://app.example\\cb"}) {
    client_ = make_test_client(*realm_);
    EXPECT_EQ(message(check({{"redirect_uri", uri}})), "page: Invalid parameter: redirect_uri") << uri;
  }
  client_ = make_test_client(*realm_);
  EXPECT_EQ(message(check({{"redirect_uri", std::nullopt}})), "page: Invalid parameter: redirect_uri")
      << "openid requests must send it";
  client_ = make_test_client(*realm_);
  EXPECT_EQ(message(check({{"redirect_uri", "https://app.example/cb"}, {"redirect_uri", "https://evil.example/"}})),
            "page: Invalid parameter: redirect_uri");
}

TEST_F(CheckRequest, refuses_bad_requests_to_the_client_in_keycloaks_words) {
  const std::vector<std::pair<Changes, std::string>> cases = {
      {{{"response_type", std::nullopt}}, "invalid_request: Missing parameter: response_type"},
      {{{"response_type", "magic"}}, "unsupported_response_type: "},
      {{{"response_type", "token"}},
       "unauthorized_client: Client is not allowed to initiate browser login with given response_type. Implicit flow "
       "is "
       "disabled for the client."},
      {{{"response_mode", "smoke"}}, "invalid_request: Invalid parameter: response_mode"},
      {{{"scope", "openid nothing"}}, "invalid_scope: Invalid scopes: openid nothing"},
      {{{"scope", "openid"}, {"scope", "profile"}}, "invalid_request: duplicated parameter"},
      {{{"prompt", "none login"}}, "invalid_request: Invalid parameter: prompt"},
      {{{"prompt", "consent none"}}, "invalid_request: Invalid parameter: prompt"},
      {{{"prompt", "none create"}}, "invalid_request: Invalid parameter: prompt"},
      {{{"code_challenge", std::nullopt}}, "invalid_request: Missing parameter: code_challenge"},
      {{{"code_challenge", "short"}}, "invalid_request: Invalid parameter: code_challenge"},
      {{{"code_challenge_method", "S512"}}, "invalid_request: Invalid parameter: invalid code_challenge_method"},
  };
  for (const auto& [changes, expected] : cases) {
    client_ = make_test_client(*realm_);
    EXPECT_EQ(message(check(changes)), expected);
  }
}

TEST_F(CheckRequest, refuses_an_unreadable_max_age_on_our_page) {
  for (const auto* age : {"", "x", "-1", "1.5", "99999999999999999999"}) {
    client_ = make_test_client(*realm_);
    EXPECT_EQ(message(check({{"max_age", age}})), "page: Invalid Request") << age;
  }
}

TEST_F(CheckRequest, refuses_pkce_downgrades) {  // attack class 16
  client_.attributes["pkce.code.challenge.method"] = "S256";
  EXPECT_EQ(message(check({{"code_challenge", std::nullopt}, {"code_challenge_method", std::nullopt}})),
            "invalid_request: Missing parameter: code_challenge_method");
  client_ = make_test_client(*realm_);
  client_.attributes["pkce.code.challenge.method"] = "S256";
  EXPECT_EQ(message(check({{"code_challenge_method", "plain"}})),
            "invalid_request: Invalid parameter: code challenge method is not configured one");
  for (const auto* policy : {"oauth21", "fapi2"}) {
    client_ = make_test_client(*realm_);
    client_.attributes["cardea.policy"] = policy;
    EXPECT_EQ(message(check({{"code_challenge", std::nullopt}, {"code_challenge_method", std::nullopt}})),
              "invalid_request: Missing parameter: code_challenge");
    client_ = make_test_client(*realm_);
    client_.attributes["cardea.policy"] = policy;
    EXPECT_EQ(message(check({{"code_challenge_method", "plain"}})),
              "invalid_request: Invalid parameter: code_challenge_method");
    client_ = make_test_client(*realm_);
    client_.attributes["cardea.policy"] = policy;
    EXPECT_EQ(message(check({{"code_challenge_method", std::nullopt}})),
              "invalid_request: Invalid parameter: code_challenge_method")
        << "missing means plain";
  }
}

TEST_F(CheckRequest, reads_what_the_prompt_asks_for) {
  const auto plain = check();
  ASSERT_TRUE(plain);
  EXPECT_FALSE(plain->prompt_consent || plain->prompt_create || plain->prompt_login || plain->prompt_none);
  client_ = make_test_client(*realm_);
  const auto asked = check({{"prompt", "consent create"}});
  ASSERT_TRUE(asked);
  EXPECT_TRUE(asked->prompt_consent && asked->prompt_create);
  EXPECT_FALSE(asked->prompt_login || asked->prompt_none);
}

TEST_F(CheckRequest, an_error_goes_where_a_success_would) {
  const auto refused = check({{"response_type", "token"}, {"response_mode", "form_post"}, {"state", ""}});
  ASSERT_FALSE(refused);
  const auto& redirect = std::get<RedirectRefusal>(refused.error());
  EXPECT_EQ(redirect.target.redirect_uri, "https://app.example/cb");
  EXPECT_EQ(redirect.target.mode, ResponseMode::kFormPost);
  EXPECT_EQ(redirect.target.state, "") << "an empty state is echoed, an absent one is not";
}

TEST_F(CheckRequest, tells_errors_in_the_fragment_to_whoever_asked_for_tokens) {  // AZ-20
  for (const auto& [type, mode] :
       std::vector<std::pair<std::string, ResponseMode>>{{"token", ResponseMode::kFragment},
                                                         {"code id_token", ResponseMode::kFragment},
                                                         {"magic", ResponseMode::kQuery}}) {
    client_ = make_test_client(*realm_);
    const auto refused = check({{"response_type", type}});
    ASSERT_FALSE(refused);
    EXPECT_EQ(std::get<RedirectRefusal>(refused.error()).target.mode, mode) << type;
  }
}

TEST_F(CheckRequest, accepts_a_good_request) {
  const auto request =
      check({{"nonce", "n"}, {"prompt", "login unknown"}, {"max_age", "10"}, {"login_hint", "ada"}, {"unknown", "x"}});
  ASSERT_TRUE(request) << message(request);
  EXPECT_EQ(request->scope, "openid basic profile roles");
  EXPECT_EQ(request->nonce, "n");
  EXPECT_TRUE(request->prompt_login);
  EXPECT_EQ(request->max_age, 10);
  EXPECT_EQ(request->code_challenge, kChallenge);
  EXPECT_EQ(request->state, "s");
}

TEST_F(CheckRequest, takes_the_only_registered_uri_where_a_plain_oauth_request_sends_none) {
  const auto request = check({{"redirect_uri", std::nullopt}, {"scope", std::nullopt}});
  ASSERT_TRUE(request) << message(request);
  EXPECT_FALSE(request->redirect_uri_sent);
}

}  // namespace
}  // namespace cardea::oidc
