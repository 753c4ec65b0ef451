#include <gtest/gtest.h>

#include "base/limits.h"
#include "core/changes/check_client.h"
#include "core/changes/check_values.h"
#include "core/changes/federated_links.h"
#include "core/changes/new_client.h"
#include "tests/support/fake_clock.h"
#include "tests/support/seeded_random.h"

namespace cardea {
namespace {

TEST(CheckValues, refuses_realm_names_that_are_no_path_segment) {
  for (const auto name : {"", ".", "..", "a/b", "a\\b", "a?b", "a#b", "a%2Fb", "a;b", "a\nb", "a\x7F"}) {
    EXPECT_TRUE(check_realm_name(name)) << name;
  }
  EXPECT_TRUE(check_realm_name(std::string(256, 'a')));
  EXPECT_FALSE(check_realm_name("My Realm é-1"));
}

TEST(CheckValues, refuses_ids_and_names_that_would_confuse) {
  EXPECT_TRUE(check_id("00000000-0000-0000-0000-000000000000")) << "stands for nobody in verify_credential";
  for (const auto id : {"", "a/b", "a\tb"}) EXPECT_TRUE(check_id(id)) << id;
  EXPECT_FALSE(check_id("80327c58-ab67-432e-b468-ea7aff98a0b7"));
  EXPECT_TRUE(check_name(""));
  EXPECT_TRUE(check_name(std::string(256, 'a')));
  EXPECT_FALSE(check_name("https://app.example.org/"));
  EXPECT_TRUE(check_username(""));
  EXPECT_TRUE(check_username("a\r\nb"));
  EXPECT_FALSE(check_username("ada"));
}

TEST(CheckValues, refuses_what_is_no_email) {
  for (const auto email : {"ada", "@x", "ada@", "a b@x", "a\n@x"}) EXPECT_TRUE(check_email(email)) << email;
  EXPECT_FALSE(check_email(""));
  EXPECT_FALSE(check_email("ada@example.org"));
}

TEST(CheckValues, refuses_redirect_uris_with_fragments_scripts_and_controls) {
  for (const auto uri : {"", "https://app/#x", "javascript:alert(1)", "JavaScript:x", "data:text/html,x",
                         "https://a b/", "https://app/\n"}) {
    EXPECT_TRUE(check_redirect_uri(uri)) << uri;
  }
  EXPECT_TRUE(check_redirect_uri("https://app/" + std::string(kUriBytesMax, 'a')));
  for (const auto uri :
       {"https://app/*", "*", "/realms/demo/account/*", "http://localhost:53000", "com.app:/cb", "/a:b"}) {
    EXPECT_FALSE(check_redirect_uri(uri)) << uri;
  }
  EXPECT_TRUE(is_redirect_wildcard("https://app/*"));
  EXPECT_FALSE(is_redirect_wildcard("https://app/cb"));
}

TEST(CheckValues, refuses_empty_and_huge_passwords) {
  EXPECT_TRUE(check_new_password(""));
  EXPECT_TRUE(check_new_password(std::string(kPasswordBytesMax + 1, 'a')));
  EXPECT_FALSE(check_new_password(std::string(kPasswordBytesMax, 'a')));
}

class NewClientTest : public testing::Test {
 protected:
  Client complete(json::object given) {
    RepresentationProblems problems;
    auto read = parse_client(given, {}, problems);
    EXPECT_TRUE(problems.empty()) << problems.describe();
    complete_new_client(read, given, clock_.now(), random_);
    return std::move(read.client);
  }
  FakeClock clock_;
  SeededRandom random_;
};

TEST_F(NewClientTest, public_clients_have_no_secret_and_bearer_only_ones_that_of_their_file) {
  EXPECT_TRUE(complete({{"clientId", "a"}, {"publicClient", true}, {"secret", "x"}}).secret.empty());
  EXPECT_TRUE(complete({{"clientId", "a"}, {"bearerOnly", true}}).secret.empty());
  EXPECT_EQ(complete({{"clientId", "a"}, {"bearerOnly", true}, {"secret", "x"}}).secret.reveal(), "x");
}

TEST_F(NewClientTest, confidential_clients_get_an_unguessable_secret_unless_they_have_one) {
  const auto made = complete({{"clientId", "a"}});
  EXPECT_EQ(made.secret.size(), 43U);
  EXPECT_EQ(made.attribute("client.secret.creation.time"), "1767225600");
  const auto given = complete({{"clientId", "a"}, {"secret", "hunter2"}});
  EXPECT_EQ(given.secret.reveal(), "hunter2");
  EXPECT_TRUE(given.attribute("client.secret.creation.time").empty());
}

TEST_F(NewClientTest, addresses_follow_from_the_root_url_only_when_asked_and_not_given) {
  const auto derive = [](json::object given) {
    RepresentationProblems problems;
    auto read = parse_client(given, {}, problems);
    derive_from_root_url(read.client, given);
    return std::move(read.client);
  };
  const auto derived = derive({{"clientId", "a"}, {"rootUrl", "https://app.example.org/x/"}});
  EXPECT_EQ(derived.redirect_uris, std::vector<std::string>{"https://app.example.org/x/*"});
  EXPECT_EQ(derived.admin_url, "https://app.example.org/x/");
  const auto given = derive({{"clientId", "a"}, {"rootUrl", "https://app"}, {"redirectUris", json::array()}});
  EXPECT_TRUE(given.redirect_uris.empty() && given.admin_url.empty());
  EXPECT_TRUE(derive({{"clientId", "a"}, {"rootUrl", "${authBaseUrl}"}}).redirect_uris.empty());
  EXPECT_TRUE(complete({{"clientId", "a"}, {"rootUrl", "https://app"}}).redirect_uris.empty());
}

TEST_F(NewClientTest, web_origins_follow_from_redirect_uris_only_when_not_given) {
  const json::array uris = {"https://b.example.org/*", "https://b.example.org/cb", "http://localhost:53000",
                            "com.app:/cb", "*"};
  const auto derived = complete({{"clientId", "a"}, {"redirectUris", uris}});
  EXPECT_EQ(derived.web_origins, (std::vector<std::string>{"https://b.example.org", "http://localhost:53000"}));
  EXPECT_TRUE(complete({{"clientId", "a"}, {"redirectUris", uris}, {"webOrigins", json::array()}}).web_origins.empty());
}

TEST_F(NewClientTest, full_scope_is_off_where_consent_is_required) {
  EXPECT_TRUE(complete({{"clientId", "a"}}).full_scope_allowed);
  EXPECT_FALSE(complete({{"clientId", "a"}, {"consentRequired", true}}).full_scope_allowed);
  EXPECT_TRUE(complete({{"clientId", "a"}, {"consentRequired", true}, {"fullScopeAllowed", true}}).full_scope_allowed);
}

TEST_F(NewClientTest, post_logout_redirects_are_the_redirect_uris_unless_said_otherwise) {
  EXPECT_EQ(complete({{"clientId", "a"}}).attribute("post.logout.redirect.uris"), "+");
  const auto said = complete({{"clientId", "a"}, {"attributes", {{"post.logout.redirect.uris", "-"}}}});
  EXPECT_EQ(said.attribute("post.logout.redirect.uris"), "-");
  EXPECT_EQ(service_account_username("Netbird-Backend"), "service-account-netbird-backend");
}

Realm with_providers() {
  Realm realm;
  realm.id = RealmId("r");
  realm.extra["identityProviders"] = parse_json(R"([
      {"alias":"ms","providerId":"microsoft","config":{"tenantId":"0FEDCBA9-1111-2222-3333-444455556666"}},
      {"alias":"entra","providerId":"entra","config":{"tenantId":"contoso.example"}},
      {"alias":"up","providerId":"oidc","config":{"tenantId":"0fedcba9-1111-2222-3333-444455556666"}}])")
                                         .value();
  return realm;
}

std::optional<std::string> id_of_link(std::string_view alias, const std::string& id) {
  const auto link = link_of({{"identityProvider", alias}, {"userId", id}}, User{}, with_providers(), {});
  return link ? std::optional(link->upstream_id) : std::nullopt;
}

// Keycloak keeps Graph's id of a person alone; a sign-in brings tenant and object. A row by the one would never be
// found, and stand in the way of the other.
TEST(CheckClient, refuses_protections_that_are_not_there) {
  Client client;
  client.client_id = "app";
  client.protocol = "openid-connect";
  for (const auto& [key, value] : std::vector<std::pair<std::string, std::string>>{
           {"id.token.encrypted.response.alg", "RSA1_5"},
           {"user.info.encrypted.response.alg", "dir"},
           {"user.info.encrypted.response.enc", "A256CBC"},
           {"authorization.encrypted.response.alg", "any"},
           {"request.object.encryption.alg", "RSA1_5"},
           {"request.object.encryption.alg", "ECDH-ES"},  // no realm has such a key
           {"request.object.encryption.enc", "none"},
           {"x509.casubjectdn", "CN=ca"}}) {
    client.attributes = {{key, value}};
    ASSERT_EQ(client_problems(client, false).size(), 1U) << key;
    EXPECT_EQ(client_problems(client, false).front(), std::string(key) + " is not supported by this server");
  }
  client.attributes = {{"request.object.encryption.alg", "RSA-OAEP-256"},
                       {"request.object.encryption.enc", "A256GCM"},
                       {"id.token.encrypted.response.alg", "ECDH-ES+A256KW"},
                       {"id.token.encrypted.response.enc", "A192CBC-HS384"}};
  EXPECT_TRUE(client_problems(client, false).empty());
  client.attributes = {{"request.object.encryption.alg", "any"}, {"id.token.encrypted.response.alg", ""}};
  EXPECT_TRUE(client_problems(client, false).empty()) << "as the console writes it";
}

TEST(FederatedLinks, refuses_objects_of_entra_whose_tenant_nobody_names) {
  EXPECT_EQ(id_of_link("entra", "AAAA-1"), std::nullopt);
  EXPECT_EQ(id_of_link("entra", "0FEDCBA9-1111-2222-3333-444455556666/AAAA-1"),
            "0fedcba9-1111-2222-3333-444455556666/aaaa-1");
  EXPECT_EQ(id_of_link("ms", "AAAA-1"), "0fedcba9-1111-2222-3333-444455556666/aaaa-1");
  EXPECT_EQ(id_of_link("up", "AAAA-1"), "AAAA-1") << "other providers say it as it is";
  // What is no link stays in the representation, and the import tells it.
  User user;
  user.extra = {{"federatedIdentities", json::array{json::object{{"identityProvider", "entra"}, {"userId", "a"}},
                                                    json::object{{"identityProvider", "ms"}, {"userId", "a"}}}}};
  EXPECT_EQ(take_federated_links(user, with_providers(), {}).size(), 1U);
  EXPECT_EQ(user.extra.at("federatedIdentities").as_array().size(), 1U);
}

TEST(FederatedLinks, refuses_ids_without_bound_and_cuts_names) {
  EXPECT_EQ(id_of_link("up", std::string(kUpstreamIdBytesMax + 1, 'a')), std::nullopt);
  EXPECT_EQ(id_of_link("up", std::string("a\0b", 3)), std::nullopt);
  EXPECT_EQ(id_of_link("up", ""), std::nullopt);
  EXPECT_EQ(id_of_link("gone", "a"), std::nullopt);
  EXPECT_EQ(id_of_link("up", std::string(kUpstreamIdBytesMax, 'a'))->size(), kUpstreamIdBytesMax);
  const json::object named{
      {"identityProvider", "up"}, {"userId", "a"}, {"userName", std::string(kUsernameBytesMax - 1, 'a') + "\u00e9"}};
  EXPECT_EQ(link_of(named, User{}, with_providers(), {})->upstream_name, std::string(kUsernameBytesMax - 1, 'a'));
}

}  // namespace
}  // namespace cardea
