// Step-up (acr_values, essential acr; OpenID Connect Core sections 3.1.2.1 and 5.5.1.1; RFC 9470; keycloak.md section
// 2.2): a session that reached a level is asked only for what the next one needs.
#include <gmock/gmock.h>

#include "tests/protocol/harness.h"
#include "tests/support/stepped_flow.h"

namespace cardea::protocol {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr std::string_view kSecret = "12345678901234567890";

class StepUp : public testing::TestWithParam<Engine> {
 protected:
  StepUp() {
    server_.change_realm([](Realm& realm) {
      use_stepped_flow(realm, {{"authenticator", "auth-username-password-form"}, {"authenticatorConfig", "pwd"}},
                       {{"authenticator", "auth-otp-form"}, {"authenticatorConfig", "otp"}});
      auto& configs = realm.extra["authenticatorConfig"].as_array();
      configs.push_back(json::parse(R"({"alias": "pwd", "config": {"default.reference.value": "pwd"}})"));
      configs.push_back(json::parse(
          R"({"alias": "otp", "config": {"default.reference.value": "otp", "default.reference.maxAge": "60"}})"));
    });
    EXPECT_TRUE(server_.repositories.store.write([&](Tx& tx) {
      return server_.repositories.credentials.insert(tx, otp_credential(UserId("user-ada"), kSecret));
    }));
    server_.add_client("levels", [](Client& client) {
      for (const auto* provider : {"oidc-acr-mapper", "oidc-amr-mapper"}) {
        ProtocolMapper mapper;
        mapper.id = mapper.name = mapper.provider = provider;
        mapper.config = {{"id.token.claim", "true"}, {"access.token.claim", "true"}};
        client.mappers.push_back(std::move(mapper));
      }
    });
  }
  static Pairs at(const Pairs& more = {}) {
    Pairs out = {{"client_id", "levels"}, {"redirect_uri", "https://levels.example/cb"}};
    out.insert(out.end(), more.begin(), more.end());
    return out;
  }
  [[nodiscard]] std::string otp() const {
    return crypto::otp_code(crypto::HashAlgorithm::kSha1, kSecret,
                            static_cast<std::uint64_t>(epoch_seconds(server_.clock.now()) / 30), 6);
  }
  json::object id_token(const web::Response& answer) {
    EXPECT_EQ(answer.status, 302) << answer.body_text();
    const auto tokens = redeem(server_, location_parameter(answer, "code"), at());
    sid_ = string_or(tokens, "session_state", "");
    return payload_of(string_or(tokens, "id_token", ""));
  }
  /// The silver session.
  json::object sign_in_silver() {
    return id_token(
        browser_.submit(browser_.get(authorize_url(at())), {{"username", "ada"}, {"password", "correct-horse"}}));
  }
  static std::string html(const web::Response& page) { return std::string(page.body_text()); }

  Server server_{GetParam()};
  Browser browser_{server_};
  std::string sid_;
};
INSTANTIATE_ON_EVERY_ENGINE(StepUp);

TEST_P(StepUp, refuses_a_higher_level_for_the_session_alone) {
  EXPECT_EQ(string_or(sign_in_silver(), "acr", ""), "silver");
  const auto silent = browser_.get(authorize_url(at({{"acr_values", "gold"}, {"prompt", "none"}})));
  EXPECT_EQ(location_parameter(silent, "error"), "login_required");
  auto page = browser_.get(authorize_url(at({{"acr_values", "gold"}})));
  EXPECT_EQ(page.status, 200);
  page = browser_.submit(page, {{"otp", "000000"}});
  EXPECT_EQ(page.status, 200);
  EXPECT_THAT(html(page), HasSubstr("kc-otp-login-form"));
}

// Attack class 6: a session that passed the first level alone removes nothing that the second one asks for.
TEST_P(StepUp, refuses_to_remove_the_second_factor_before_it_was_passed) {
  sign_in_silver();
  const auto silent = browser_.get(authorize_url(at({{"kc_action", "delete_credential:otp-1"}, {"prompt", "none"}})));
  EXPECT_EQ(location_parameter(silent, "error"), "login_required");
  auto page = browser_.get(authorize_url(at({{"kc_action", "delete_credential:otp-1"}})));
  EXPECT_THAT(html(page), AllOf(HasSubstr("kc-otp-login-form"), Not(HasSubstr("kc-delete-text"))));
  page = browser_.get(location(browser_.submit(page, {{"otp", otp()}})));
  EXPECT_THAT(html(page), HasSubstr("kc-delete-text"));
  const auto answer = browser_.submit(page, {});
  EXPECT_EQ(location_parameter(answer, "kc_action_status"), "success");
}

TEST_P(StepUp, asks_only_for_the_missing_factor_and_keeps_the_session) {
  const auto silver = sign_in_silver();
  EXPECT_EQ(json::serialize(silver.at("amr")), R"(["pwd"])");
  const auto before = sid_;
  server_.clock.advance(seconds{100});
  const auto page = browser_.get(authorize_url(at({{"acr_values", "gold"}})));
  EXPECT_THAT(html(page), AllOf(HasSubstr("kc-otp-login-form"), Not(HasSubstr("type=\"password\""))));
  const auto gold = id_token(browser_.submit(page, {{"otp", otp()}}));
  EXPECT_EQ(string_or(gold, "acr", ""), "gold");
  EXPECT_EQ(json::serialize(gold.at("amr")), R"(["pwd","otp"])");
  EXPECT_EQ(sid_, before);
  EXPECT_EQ(gold.at("auth_time").as_int64(), epoch_seconds(server_.clock.now()));
  server_.clock.advance(seconds{61});
  const auto later = id_token(browser_.get(authorize_url(at())));
  EXPECT_EQ(string_or(later, "acr", ""), "silver") << "the second level lasts a minute";
  EXPECT_EQ(json::serialize(later.at("amr")), R"(["pwd"])");
}

TEST_P(StepUp, an_essential_acr_drives_it_too_and_acr_values_cannot_lower_it) {
  (void)sign_in_silver();
  const auto page = browser_.get(authorize_url(
      at({{"claims", R"({"id_token":{"acr":{"essential":true,"value":"gold"}}})"}, {"acr_values", "silver"}})));
  EXPECT_THAT(html(page), HasSubstr("kc-otp-login-form"));
  EXPECT_EQ(string_or(id_token(browser_.submit(page, {{"otp", otp()}})), "acr", ""), "gold");
}

TEST_P(StepUp, refuses_an_essential_acr_that_the_flow_cannot_reach) {
  server_.change_realm([](Realm& realm) { realm.attributes["acr.loa.map"] = R"({"silver":1,"gold":2,"platinum":3})"; });
  const auto page =
      browser_.get(authorize_url(at({{"claims", R"({"id_token":{"acr":{"essential":true,"values":["platinum"]}}})"}})));
  auto answer = browser_.submit(page, {{"username", "ada"}, {"password", "correct-horse"}});
  ASSERT_EQ(answer.status, 302);
  answer = browser_.submit(browser_.get(location(answer)), {{"otp", otp()}});
  EXPECT_EQ(location_parameter(answer, "error"), "unmet_authentication_requirements");
  EXPECT_EQ(location_parameter(answer, "code"), "");
}

TEST_P(StepUp, refuses_less_than_the_clients_minimum_whatever_is_asked_for) {
  server_.add_client("vault", [](Client& client) { client.attributes["minimum.acr.value"] = "gold"; });
  (void)sign_in_silver();
  for (const auto* asked : {"silver", "", "0"}) {
    const auto page = browser_.get(
        authorize_url({{"client_id", "vault"}, {"redirect_uri", "https://vault.example/cb"}, {"acr_values", asked}}));
    EXPECT_THAT(html(page), HasSubstr("kc-otp-login-form")) << asked;
  }
}

TEST_P(StepUp, refuses_the_minimum_where_more_is_asked_for) {
  server_.add_client("desk", [](Client& client) { client.attributes["minimum.acr.value"] = "silver"; });
  (void)sign_in_silver();
  const Pairs desk = {{"client_id", "desk"}, {"redirect_uri", "https://desk.example/cb"}};
  for (const auto& more : {std::pair<std::string, std::string>{"acr_values", "gold"},
                           {"claims", R"({"id_token":{"acr":{"essential":true,"value":"gold"}}})"}}) {
    auto request = desk;
    request.push_back(more);
    EXPECT_THAT(html(browser_.get(authorize_url(request))), HasSubstr("kc-otp-login-form")) << more.first;
  }
}

TEST_P(StepUp, a_request_that_names_no_level_asks_for_the_clients_default) {
  server_.add_client("careful", [](Client& client) { client.attributes["default.acr.values"] = "unheard-of##gold"; });
  (void)sign_in_silver();
  const Pairs request = {{"client_id", "careful"}, {"redirect_uri", "https://careful.example/cb"}};
  EXPECT_THAT(html(browser_.get(authorize_url(request))), HasSubstr("kc-otp-login-form"));
  auto less = request;
  less.emplace_back("acr_values", "silver");
  EXPECT_NE(location_parameter(browser_.get(authorize_url(less)), "code"), "") << "the client says otherwise";
}

TEST_P(StepUp, refuses_when_the_session_was_ended_meanwhile) {
  const auto silver = sign_in_silver();
  const auto page = browser_.get(authorize_url(at({{"acr_values", "gold"}})));
  ASSERT_TRUE(server_.repositories.store.write([&](Tx& tx) -> Stored<void> {
    const auto gone = server_.repositories.sessions.remove(tx, RealmId("realm-demo"), SessionId(sid_));
    return gone ? Stored<void>() : refuse(gone.error());
  }));
  const auto answer = browser_.submit(page, {{"otp", otp()}});
  EXPECT_EQ(location_parameter(answer, "code"), "");
  EXPECT_THAT(html(answer), HasSubstr("kc-form-login")) << "it is a login like any other";
}

TEST_P(StepUp, refuses_guesses_of_the_second_factor_as_the_realm_counts_them) {
  server_.change_realm([](Realm& realm) {
    realm.extra["bruteForceProtected"] = true;
    realm.extra["failureFactor"] = 2;
    realm.extra["quickLoginCheckMilliSeconds"] = 0;
  });
  (void)sign_in_silver();
  const auto page = browser_.get(authorize_url(at({{"acr_values", "gold"}})));
  for (int i = 0; i < 2; ++i) EXPECT_EQ(browser_.submit(page, {{"otp", "000000"}}).status, 200);
  EXPECT_EQ(location_parameter(browser_.submit(page, {{"otp", otp()}}), "code"), "");
}

}  // namespace
}  // namespace cardea::protocol
