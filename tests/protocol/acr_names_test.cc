// Names of levels (`acr.loa.map`) where the flow has no levels at all (keycloak.md section 2.2, `acr`): a sign-in
// counts as 1 and single sign-on as 0, and each is told by its name, as a relying party that asks by name compares it.
#include <gtest/gtest.h>

#include "tests/protocol/harness.h"

namespace cardea::protocol {
namespace {

class AcrNames : public testing::TestWithParam<Engine> {
 protected:
  AcrNames() {
    server_.add_client("named", [](Client& client) {
      client.attributes["acr.loa.map"] = R"({"gold":"2","silver":"1","bronze":"0"})";
      client.direct_access_grants_enabled = true;
      ProtocolMapper mapper;
      mapper.id = mapper.name = mapper.provider = "oidc-acr-mapper";
      mapper.config = {{"id.token.claim", "true"}, {"access.token.claim", "true"}};
      client.mappers = {mapper};
    });
  }
  Pairs at(const Pairs& more = {}) {
    Pairs out = {{"client_id", "named"}, {"redirect_uri", "https://named.example/cb"}};
    out.insert(out.end(), more.begin(), more.end());
    return out;
  }
  std::string acr_of(const json::object& tokens) {
    const auto id = payload_of(string_or(tokens, "id_token", ""));
    EXPECT_EQ(string_or(payload_of(string_or(tokens, "access_token", "")), "acr", ""), string_or(id, "acr", ""));
    return string_or(id, "acr", "");
  }
  std::string sign_in_for(const Pairs& more) {
    Browser fresh(server_);
    return acr_of(redeem(server_, sign_in(fresh, "ada", at(more)), at()));
  }

  Server server_{GetParam()};
};
INSTANTIATE_ON_EVERY_ENGINE(AcrNames);

TEST_P(AcrNames, refuses_to_say_a_name_that_was_not_reached) {
  EXPECT_EQ(sign_in_for({{"acr_values", "gold"}}), "silver");
  EXPECT_EQ(sign_in_for({{"acr_values", "platinum"}}), "silver");
}

TEST_P(AcrNames, a_sign_in_is_told_by_the_name_of_its_level) {
  EXPECT_EQ(sign_in_for({{"acr_values", "silver"}}), "silver");
  EXPECT_EQ(sign_in_for({}), "silver");
  EXPECT_EQ(sign_in_for({{"acr_values", "1"}}), "1") << "the number, where it was asked for by number";
}

TEST_P(AcrNames, single_sign_on_is_told_by_its_own) {
  Browser browser(server_);
  ASSERT_FALSE(sign_in(browser, "ada", at()).empty());
  const auto again = browser.get(authorize_url(at()));
  ASSERT_EQ(again.status, 302) << again.body_text();
  EXPECT_EQ(acr_of(redeem(server_, location_parameter(again, "code"), at())), "bronze");
}

TEST_P(AcrNames, the_password_grant_and_its_refresh_say_it_too) {
  const auto tokens = body_of(server_.post("/token", {{"grant_type", "password"},
                                                      {"client_id", "named"},
                                                      {"username", "ada"},
                                                      {"password", "correct-horse"},
                                                      {"scope", "openid"}}));
  EXPECT_EQ(acr_of(tokens), "silver");
  const auto refreshed = body_of(server_.post("/token", {{"grant_type", "refresh_token"},
                                                         {"client_id", "named"},
                                                         {"refresh_token", string_or(tokens, "refresh_token", "")}}));
  EXPECT_EQ(acr_of(refreshed), "silver");
}

}  // namespace
}  // namespace cardea::protocol
