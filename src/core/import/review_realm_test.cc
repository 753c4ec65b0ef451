#include "core/import/review_realm.h"

#include <gmock/gmock.h>

namespace cardea {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string review_of(std::string_view client) {
  ImportReview review;
  const auto realm = parse_json(std::string(R"({"realm":"r","clients":[)").append(client).append("]}"));
  review_realm(realm->as_object(), {}, review);
  return review.text();
}

TEST(ReviewRealm, names_attributes_of_clients_that_change_nothing_here) {
  const auto text = review_of(R"({"clientId":"a","attributes":{"id.token.encrypted.response.alg":"RSA1_5",
                                  "x509.casubjectdn":"CN=ca"}})");
  EXPECT_THAT(text, HasSubstr("id.token.encrypted.response.alg"));
  EXPECT_THAT(text, HasSubstr("x509.casubjectdn"));
}

TEST(ReviewRealm, names_attributes_of_the_realm_that_change_nothing_here) {
  ImportReview review;
  const auto realm = parse_json(R"({"realm":"r","attributes":{"frontendUrl":"id.example.com","other":"x"}})");
  review_realm(realm->as_object(), {}, review);
  EXPECT_THAT(review.text(), HasSubstr("attributes.frontendUrl"));
  EXPECT_THAT(review.text(), Not(HasSubstr("other")));
  ImportReview good;
  const auto own = parse_json(R"({"realm":"r","attributes":{"frontendUrl":"https://id.example.com"}})");
  review_realm(own->as_object(), {}, good);
  EXPECT_EQ(good.text(), "");
}

TEST(ReviewRealm, names_a_logo_and_colours_that_cannot_be_used) {
  ImportReview review;
  const auto realm = parse_json(R"({"realm":"r","attributes":{"theme.color.accent":"teal"}})");
  review_realm(realm->as_object(), {}, review);
  EXPECT_THAT(review.text(), HasSubstr("theme.color.accent"));
}

TEST(ReviewRealm, says_nothing_of_attributes_that_ask_for_nothing_or_are_acted_on) {
  const auto text = review_of(R"({"clientId":"a","implicitFlowEnabled":true,
      "authenticationFlowBindingOverrides":{"browser":"x"},
      "attributes":{"client.secret.expiration.time":"0","request.object.encryption.alg":"any","login_theme":"",
                    "user.info.encrypted.response.alg":"RSA-OAEP",
                    "default.acr.values":"2","oidc.ciba.grant.enabled":"true","external.token.enabled":"false"}})");
  EXPECT_THAT(text, Not(HasSubstr("attributes")));
  EXPECT_THAT(text, Not(HasSubstr("implicitFlowEnabled")));
  EXPECT_THAT(text, Not(HasSubstr("authenticationFlowBindingOverrides")));
}

// Providers, flows, one-time codes, offline sessions and events are acted on: a warning that says otherwise sends
// people looking for what is not wrong.
TEST(ReviewRealm, names_members_that_change_nothing_here_and_no_others) {
  const auto realm = parse_json(R"({"realm":"r","identityProviders":[{"alias":"up","providerId":"oidc"}],
      "browserFlow":"mine","otpPolicyDigits":8,"offlineSessionIdleTimeout":60,"webAuthnPolicyRpId":"id.example.com",
      "eventsEnabled":true,"resetCredentialsFlow":"mine","loginTheme":"ours","dockerAuthenticationFlow":"mine"})");
  ImportReview review;
  review_realm(realm->as_object(), {}, review);
  std::vector<std::string> paths;
  for (const auto& note : review.notes()) paths.push_back(note.path);
  EXPECT_THAT(paths, testing::UnorderedElementsAre("loginTheme", "dockerAuthenticationFlow"));
}

TEST(ReviewRealm, names_expressions_of_property_mappings_that_cannot_be_read) {
  const auto realm = parse_json(R"({"realm":"r","identityProviderMappers":[
      {"name":"good","identityProviderMapper":"cardea-property-mapping-idp-mapper","config":{"expression":"claims.name"}},
      {"name":"bad","identityProviderMapper":"cardea-property-mapping-idp-mapper","config":{"expression":"return ("}}]})");
  ImportReview review;
  review_realm(realm->as_object(), {}, review);
  ASSERT_EQ(review.notes().size(), 1U) << review.text();
  EXPECT_EQ(review.notes().front().path, "identityProviderMappers[1].config");
}

TEST(ReviewRealm, names_providers_and_mappers_that_nobody_runs) {
  const auto realm = parse_json(R"({"realm":"r","identityProviders":[
      {"alias":"a","providerId":"saml","config":{"doNotStoreUsers":"false"}},
      {"alias":"b","providerId":"oidc","config":{"clientAuthMethod":"client_secret_jwt","doNotStoreUsers":"true"}},
      {"alias":"c","providerId":"oidc","config":{"clientAuthMethod":"tls_client_auth"}}],"identityProviderMappers":[
      {"name":"x","identityProviderAlias":"a","identityProviderMapper":"saml-role-idp-mapper","config":{}},
      {"name":"y","identityProviderAlias":"b","identityProviderMapper":"oidc-role-idp-mapper","config":{}}]})");
  ImportReview review;
  review_realm(realm->as_object(), {}, review);
  std::vector<std::string> paths;
  for (const auto& note : review.notes()) paths.push_back(note.path + ":" + note.detail);
  EXPECT_THAT(paths, testing::UnorderedElementsAre("identityProviders[0]:saml", "identityProviders[1]:doNotStoreUsers",
                                                   "identityProviders[2]:tls_client_auth",
                                                   "identityProviderMappers[0]:saml-role-idp-mapper"));
}

TEST(ReviewRealm, names_redirect_uris_that_the_policy_of_the_client_refuses) {
  const auto text = review_of(R"({"clientId":"a","rootUrl":"http://root","attributes":{"cardea.policy":"oauth21"},
      "redirectUris":["http://h/cb","myapp://cb","/cb","https://h/cb","http://127.0.0.1/cb"]})");
  EXPECT_THAT(text, HasSubstr("redirect URIs refused outside start-dev"));
  for (const auto* uri : {"a: http://h/cb", "a: myapp://cb", "a: /cb"}) EXPECT_THAT(text, HasSubstr(uri));
  EXPECT_THAT(text, Not(HasSubstr("https://h/cb")));
  EXPECT_THAT(text, Not(HasSubstr("127.0.0.1")));
  EXPECT_EQ(review_of(R"({"clientId":"a","redirectUris":["http://h/cb","myapp://cb"]})"), "");
}

TEST(ReviewRealm, names_client_policies_that_nobody_enforces) {
  const auto review_all = [](std::string_view executor) {
    ImportReview review;
    const auto realm = parse_json(std::string(R"({"realm":"r","clientProfiles":{"profiles":[{"name":"p","executors":)")
                                      .append(R"([{"executor":")")
                                      .append(executor)
                                      .append(R"("}]}]}})"));
    review_realm(realm->as_object(), {}, review);
    return review.text();
  };
  EXPECT_THAT(review_all("reject-request"), HasSubstr("executor reject-request is not enforced"));
  EXPECT_EQ(review_all("pkce-enforcer"), "");
}

}  // namespace
}  // namespace cardea
