#include "domain/representation/client_json.h"

#include <gtest/gtest.h>

#include "domain/representation/scope_json.h"

namespace cardea {
namespace {

struct Read {
  ClientRepresentation client;
  RepresentationProblems problems;
};

Read read(std::string_view text, ClientRepresentation base = {}) {
  Read out;
  const auto value = parse_json(text).value();
  const JsonPath root;
  const JsonPath clients(root, "clients");
  const JsonPath third(clients, std::size_t{3});
  out.client = parse_client(value.as_object(), third, out.problems, std::move(base));
  return out;
}

TEST(ClientJson, refuses_wrong_types_all_at_once) {
  const auto r = read(R"({"clientId":"app","redirectUris":"https://app/*","enabled":"sure","attributes":{"a":[]},
                          "protocolMappers":[{"name":"x","config":5},7]})");
  EXPECT_EQ(r.problems.describe(),
            "clients[3].redirectUris: expected a list of strings\n"
            "clients[3].attributes.a: expected a string\n"
            "clients[3].enabled: expected true or false\n"
            "clients[3].protocolMappers[0].config: expected an object\n"
            "clients[3].protocolMappers[0].protocolMapper: expected the provider's id\n"
            "clients[3].protocolMappers[1]: expected an object");
}

TEST(ClientJson, refuses_a_client_without_client_id) {
  EXPECT_EQ(read(R"({"clientId":"","secret":"hunter2"})").problems.describe(),
            "clients[3].clientId: expected a client id");
}

TEST(ClientJson, shows_no_secret_where_it_must_not) {
  auto r = read(R"({"clientId":"app","secret":"hunter2"})");
  EXPECT_EQ(json::serialize(to_json(r.client, Secrets::kOmit)).find("secret\":"), std::string::npos);
  EXPECT_EQ(to_json(r.client, Secrets::kMask).at("secret"), "**********");
  EXPECT_EQ(to_json(r.client, Secrets::kReveal).at("secret"), "hunter2");
  r.client.client.public_client = true;
  EXPECT_FALSE(to_json(r.client, Secrets::kReveal).contains("secret"));
}

TEST(ClientJson, the_mask_keeps_the_stored_secret) {
  auto stored = read(R"({"clientId":"app","secret":"hunter2"})");
  const auto r = read(R"({"secret":"**********","name":"App"})", std::move(stored.client));
  EXPECT_EQ(r.client.client.secret.reveal(), "hunter2");
  EXPECT_EQ(r.client.client.name, "App");
  EXPECT_EQ(r.client.client.client_id, "app");
}

TEST(ClientJson, create_defaults_are_those_of_section_5_2) {
  const auto r = read(R"({"clientId":"app"})");
  const auto& client = r.client.client;
  EXPECT_TRUE(client.enabled && client.standard_flow_enabled && client.direct_access_grants_enabled);
  EXPECT_TRUE(client.full_scope_allowed);
  EXPECT_FALSE(client.implicit_flow_enabled || client.service_accounts_enabled || client.public_client);
  EXPECT_EQ(client.protocol, "openid-connect");
  EXPECT_FALSE(r.client.default_scopes);
}

TEST(ClientJson, comes_out_as_it_went_in_and_in_order) {
  const std::string_view text =
      R"({"id":"c-1","clientId":"app","name":"App","description":"d","rootUrl":"https://app","adminUrl":"https://app/k",)"
      R"("baseUrl":"/","surrogateAuthRequired":false,"enabled":false,"alwaysDisplayInConsole":true,)"
      R"("clientAuthenticatorType":"client-secret","secret":"s","redirectUris":["https://app/*"],"webOrigins":["+"],)"
      R"("notBefore":5,"bearerOnly":false,"consentRequired":true,"standardFlowEnabled":false,)"
      R"("implicitFlowEnabled":true,"directAccessGrantsEnabled":false,"serviceAccountsEnabled":true,)"
      R"("authorizationServicesEnabled":true,"publicClient":false,"frontchannelLogout":true,)"
      R"("protocol":"openid-connect","attributes":{"a":"1","b":""},"authenticationFlowBindingOverrides":{"browser":"f"},)"
      R"("fullScopeAllowed":false,"nodeReRegistrationTimeout":-1,"protocolMappers":[{"id":"m","name":"groups",)"
      R"("protocol":"openid-connect","protocolMapper":"oidc-group-membership-mapper","consentRequired":false,)"
      R"("config":{"claim.name":"groups","full.path":"false"}}],"defaultClientScopes":["basic"],)"
      R"("optionalClientScopes":[],"authorizationSettings":{"resources":[]},"somethingNew":{"x":[1,2]}})";
  const auto r = read(text);
  EXPECT_TRUE(r.problems.empty()) << r.problems.describe();
  EXPECT_EQ(json::serialize(to_json(r.client, Secrets::kReveal)), text);
}

TEST(ClientJson, reads_the_old_direct_grants_only) {
  const auto r = read(R"({"clientId":"app","directGrantsOnly":true})");
  EXPECT_FALSE(r.client.client.standard_flow_enabled);
  EXPECT_TRUE(r.client.client.direct_access_grants_enabled);
}

TEST(ClientJson, knows_its_members) {
  EXPECT_TRUE(is_client_member("redirectUris"));
  EXPECT_TRUE(is_client_member("clientTemplate"));
  EXPECT_FALSE(is_client_member("redirectUrls"));
}

TEST(ScopeJson, refuses_a_scope_without_name) {
  RepresentationProblems problems;
  (void)parse_scope({{"protocol", "openid-connect"}}, {}, problems);
  EXPECT_EQ(problems.describe(), "name: expected a name");
}

TEST(ScopeJson, comes_out_as_it_went_in_without_the_console_s_type) {
  RepresentationProblems problems;
  const auto value =
      parse_json(R"({"id":"s","name":"api","type":"default","attributes":{"include.in.token.scope":"false"},)"
                 R"("protocol":"openid-connect","later":1})")
          .value();
  const auto scope = parse_scope(value.as_object(), {}, problems);
  EXPECT_TRUE(problems.empty());
  EXPECT_FALSE(scope.in_token_scope());
  EXPECT_EQ(json::serialize(to_json(scope)), R"({"id":"s","name":"api","protocol":"openid-connect",)"
                                             R"("attributes":{"include.in.token.scope":"false"},"later":1})");
}

}  // namespace
}  // namespace cardea
