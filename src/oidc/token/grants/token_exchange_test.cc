#include "oidc/token/grants/token_exchange.h"

#include <gtest/gtest.h>

namespace cardea::oidc {
namespace {

Client exchanger() {
  Client client;
  client.client_id = "middle";
  client.attributes["standard.token.exchange.enabled"] = "true";
  return client;
}

web::Form form(const std::vector<std::pair<std::string, std::string>>& changes = {}) {
  std::vector<std::pair<std::string, std::string>> parameters = {{"subject_token", "t"},
                                                                 {"subject_token_type", std::string(kAccessTokenType)}};
  web::Form made;
  for (const auto& [name, value] : changes) {
    std::erase_if(parameters, [&](const auto& pair) { return pair.first == name; });
  }
  for (const auto& [name, value] : parameters) made.add(name, value);
  for (const auto& [name, value] : changes) made.add(name, value);
  return made;
}

std::string refusal(const web::Form& parameters, const Client& client = exchanger()) {
  const auto read = read_exchange(parameters, client);
  return read ? "none" : read.error().description;
}

TEST(TokenExchange, refuses_in_keycloaks_words) {
  EXPECT_EQ(refusal(form({{"subject_token", ""}})), "Parameter 'subject_token' required for standard token exchange");
  EXPECT_EQ(refusal(form({{"subject_token_type", ""}})),
            "Parameter 'subject_token_type' required for standard token exchange");
  EXPECT_EQ(refusal(form({{"subject_token_type", std::string(kIdTokenType)}})),
            "Parameter 'subject_token' supports access tokens only");
  EXPECT_EQ(refusal(form({{"requested_token_type", "urn:ietf:params:oauth:token-type:saml2"}})),
            "requested_token_type unsupported");
  EXPECT_EQ(refusal(form({{"requested_token_type", std::string(kRefreshTokenType)}})),
            "requested_token_type unsupported");
  EXPECT_EQ(refusal(form({{"requested_subject", "root"}})),
            "Parameter 'requested_subject' is not supported for standard token exchange");
  EXPECT_EQ(refusal(form({{"actor_token", "t"}})),
            "Parameter 'actor_token' is not supported for standard token exchange");
  EXPECT_EQ(refusal(form({{"scope", "openid offline_access"}})), "Scope offline_access not allowed for token exchange");
}

TEST(TokenExchange, refuses_clients_that_may_not) {
  Client client = exchanger();
  client.attributes.clear();
  EXPECT_EQ(refusal(form(), client), "Standard token exchange is not enabled for the requested client");
  client = exchanger();
  client.public_client = true;
  EXPECT_EQ(refusal(form(), client), "Public client is not allowed to exchange token");
  client = exchanger();
  client.consent_required = true;
  EXPECT_EQ(read_exchange_from_outside(form(), client).error().description, "Client requires user consent");
  client = exchanger();
  client.attributes["standard.token.exchange.enableRefreshRequestedTokenType"] = "SAME_SESSION";
  client.attributes["use.refresh.tokens"] = "false";
  EXPECT_EQ(refusal(form({{"requested_token_type", std::string(kRefreshTokenType)}}), client),
            "requested_token_type unsupported");
}

TEST(TokenExchange, refuses_more_audiences_than_anybody_needs) {
  auto parameters = form();
  for (std::size_t i = 0; i <= kAudiencesMax; ++i) parameters.add("audience", "a" + std::to_string(i));
  EXPECT_EQ(refusal(parameters), "Too many audiences");
}

TEST(TokenExchange, reads_what_is_asked_for) {
  Client client = exchanger();
  client.attributes["standard.token.exchange.enableRefreshRequestedTokenType"] = "SAME_SESSION";
  auto parameters = form({{"requested_token_type", std::string(kRefreshTokenType)}, {"scope", "openid"}});
  parameters.add("audience", "a");
  parameters.add("audience", "b");
  const auto read = read_exchange(parameters, client);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->requested, ExchangeFor::kRefreshToken);
  EXPECT_EQ(read->audiences, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(read->scope, "openid");
}

}  // namespace
}  // namespace cardea::oidc
