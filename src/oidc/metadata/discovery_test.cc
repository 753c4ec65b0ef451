// Discovery (OpenID Connect Discovery 1.0 section 3, RFC 8414; keycloak.md section 1.2), keys and realm information.
#include "oidc/metadata/discovery.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "jose/key_management.h"
#include "oidc/ciba/ciba.h"
#include "oidc/token/grants/all_grants.h"
#include "tests/support/oidc_world.h"

namespace cardea::oidc {
namespace {

constexpr std::string_view kPath = "/realms/demo/.well-known/openid-configuration";

std::vector<std::string> list_of(const json::object& object, std::string_view name) {
  std::vector<std::string> values;
  for (const auto& value : object.at(name).as_array()) values.emplace_back(value.as_string());
  return values;
}

// DS-9: what the document says must work; what does not work is not in it.
TEST(Discovery, refuses_to_promise_what_this_release_cannot_do) {
  OidcWorld world;
  const auto document = object_of(world.get(kPath));
  for (const auto* name :
       {"backchannel_authentication_endpoint", "mtls_endpoint_aliases",
        "request_object_encryption_alg_values_supported", "request_object_encryption_enc_values_supported"}) {
    EXPECT_FALSE(document.contains(name)) << name;
  }
  for (const auto* what : {"id_token", "userinfo", "authorization"}) {
    const auto prefix = std::string(what) + "_encryption_";
    for (const auto& algorithm : list_of(document, prefix + "alg_values_supported"))
      EXPECT_TRUE(jose::parse_key_management(algorithm)) << algorithm;
    for (const auto& algorithm : list_of(document, prefix + "enc_values_supported"))
      EXPECT_TRUE(jose::parse_content_encryption(algorithm)) << algorithm;
  }
  EXPECT_FALSE(document.at("request_uri_parameter_supported").as_bool());
  for (const auto* name : {"request_object_signing_alg_values_supported", "dpop_signing_alg_values_supported"}) {
    for (const auto& algorithm : list_of(document, name)) EXPECT_TRUE(jose::parse_algorithm(algorithm)) << algorithm;
  }
}

TEST(Discovery, lists_every_grant_of_the_token_endpoint) {
  OidcWorld world;
  const auto listed = list_of(object_of(world.get(kPath)), "grant_types_supported");
  std::vector<std::string> runs;
  for (const auto& grant : all_grants()) {
    if (grant.grant_type != kCibaGrant) runs.emplace_back(grant.grant_type);  // not without a channel to ask people on
  }
  EXPECT_EQ(runs.size(), all_grants().size() - 1);
  runs.emplace_back("implicit");  // of the authorization endpoint, for the response types with tokens
  EXPECT_THAT(listed, testing::UnorderedElementsAreArray(runs));
}

TEST(Discovery, lists_every_way_of_clients_to_prove_themselves) {
  OidcWorld world;
  const auto document = object_of(world.get(kPath));
  for (const auto* endpoint : {"token", "introspection", "revocation"}) {
    const auto name = std::string(endpoint) + "_endpoint_auth_";
    EXPECT_EQ(list_of(document, name + "methods_supported"),
              (std::vector<std::string>{"client_secret_basic", "client_secret_post", "private_key_jwt",
                                        "tls_client_auth", "client_secret_jwt"}));
    for (const auto& algorithm : list_of(document, name + "signing_alg_values_supported")) {
      EXPECT_TRUE(jose::parse_algorithm(algorithm)) << algorithm;  // and so never "none" (RFC 8414 section 2)
    }
  }
}

TEST(Discovery, refuses_to_name_certificates_that_never_reach_the_server) {
  OidcWorld world;
  const auto realm = *world.settings().load_realm("demo");
  const auto document =
      json::parse(discovery_json(*realm, "https://id.example", {.see_client_certificates = false})).as_object();
  for (const auto* endpoint : {"token", "introspection", "revocation"}) {
    EXPECT_THAT(list_of(document, std::string(endpoint) + "_endpoint_auth_methods_supported"),
                testing::Not(testing::Contains("tls_client_auth")));
  }
  EXPECT_FALSE(bool_or(document, "tls_client_certificate_bound_access_tokens", true));
}

TEST(Discovery, keeps_keycloaks_order) {
  OidcWorld world;
  EXPECT_EQ(
      member_names(object_of(world.get(kPath))),
      "issuer authorization_endpoint token_endpoint introspection_endpoint userinfo_endpoint end_session_endpoint "
      "frontchannel_logout_session_supported frontchannel_logout_supported "
      "jwks_uri check_session_iframe grant_types_supported acr_values_supported response_types_supported "
      "subject_types_supported prompt_values_supported id_token_signing_alg_values_supported "
      "id_token_encryption_alg_values_supported id_token_encryption_enc_values_supported "
      "userinfo_signing_alg_values_supported userinfo_encryption_alg_values_supported "
      "userinfo_encryption_enc_values_supported request_object_signing_alg_values_supported response_modes_supported "
      "registration_endpoint token_endpoint_auth_methods_supported "
      "token_endpoint_auth_signing_alg_values_supported introspection_endpoint_auth_methods_supported "
      "introspection_endpoint_auth_signing_alg_values_supported authorization_signing_alg_values_supported "
      "authorization_encryption_alg_values_supported authorization_encryption_enc_values_supported "
      "claims_supported claim_types_supported "
      "claims_parameter_supported scopes_supported request_parameter_supported request_uri_parameter_supported "
      "code_challenge_methods_supported tls_client_certificate_bound_access_tokens dpop_signing_alg_values_supported "
      "revocation_endpoint "
      "revocation_endpoint_auth_methods_supported "
      "revocation_endpoint_auth_signing_alg_values_supported backchannel_logout_supported "
      "backchannel_logout_session_supported "
      "device_authorization_endpoint require_pushed_authorization_requests pushed_authorization_request_endpoint "
      "authorization_response_iss_parameter_supported");
}

/// A client that does not find them takes defaults, and those are not true of this server.
TEST(Discovery, leaves_nothing_to_defaults) {  // DS-6
  OidcWorld world;
  const auto document = object_of(world.get(kPath));
  for (const auto* name :
       {"grant_types_supported", "token_endpoint_auth_methods_supported", "response_modes_supported",
        "request_uri_parameter_supported", "request_parameter_supported", "claims_parameter_supported"}) {
    EXPECT_TRUE(document.contains(name)) << name;
  }
  EXPECT_EQ(document.at("request_uri_parameter_supported"), false) << "true is the default";
  EXPECT_FALSE(document.contains("require_request_uri_registration")) << "false by default, and true of this server";
}

TEST(Discovery, names_endpoints_that_exist) {
  OidcWorld world;
  const auto document = object_of(world.get(kPath));
  EXPECT_EQ(document.at("issuer").as_string(), kWorldIssuer);
  for (const auto* name : {"authorization_endpoint", "token_endpoint", "introspection_endpoint", "userinfo_endpoint",
                           "end_session_endpoint", "jwks_uri", "check_session_iframe", "revocation_endpoint",
                           "device_authorization_endpoint"}) {
    const std::string url(document.at(name).as_string());
    ASSERT_TRUE(url.starts_with(kWorldBase)) << url;
    const auto path = url.substr(kWorldBase.size());
    const bool is_there = world.get(path).status != 404 || world.post(path, {}).status != 404;
    EXPECT_TRUE(is_there) << url;
  }
}

TEST(Discovery, an_alias_is_a_provider_of_its_own) {  // guides 0.3: each base has its issuer
  OidcWorld world;
  world.add_client("app");
  auto request = OidcWorld::request(web::Method::kGet, kPath, {});
  request.alias = "/auth";
  const auto document = object_of(world.send(request));
  EXPECT_EQ(document.at("issuer").as_string(), "https://id.example/auth/realms/demo");
  EXPECT_EQ(document.at("token_endpoint").as_string(),
            "https://id.example/auth/realms/demo/protocol/openid-connect/token");
  EXPECT_EQ(object_of(world.get(kPath)).at("issuer").as_string(), kWorldIssuer) << "and the other keeps its own";
  auto userinfo = OidcWorld::request(web::Method::kGet, OidcWorld::at("/userinfo"),
                                     {bearer(world.sign_in("app").tokens.access_token)});
  EXPECT_EQ(world.send(userinfo).status, 200);
  userinfo.alias = "/auth";
  EXPECT_EQ(world.send(userinfo).status, 401) << "a token of one base is refused at the other";
}

TEST(Discovery, lists_algorithms_and_scopes_of_the_realm) {
  OidcWorld world;
  const auto document = object_of(world.get(kPath));
  EXPECT_EQ(list_of(document, "id_token_signing_alg_values_supported"), (std::vector<std::string>{"ES256", "RS256"}));
  auto scopes = list_of(document, "scopes_supported");
  ASSERT_EQ(scopes.front(), "openid");
  std::ranges::sort(scopes);
  EXPECT_EQ(scopes, (std::vector<std::string>{"acr", "basic", "openid", "profile"}));
}

TEST(Discovery, serves_the_same_bytes_until_the_realm_changes) {
  OidcWorld world;
  DocumentCache cache([](const auto& realm, auto base_url) { return discovery_json(realm, base_url); });
  const auto realm = *world.settings().load_realm("demo");
  const auto first = cache.get(realm, "https://a");
  EXPECT_EQ(first.get(), cache.get(realm, "https://a").get());
  EXPECT_NE(first->find("https://a/realms/demo"), std::string::npos);
  EXPECT_NE(cache.get(realm, "https://b")->find("https://b/realms/demo"), std::string::npos);
  auto changed = std::make_shared<RealmEntry>();
  changed->realm.name = "demo";
  EXPECT_NE(cache.get(changed, "https://a").get(), first.get());
  constexpr std::string_view kOfItsKeys = "id_token_signing_alg_values_supported";  // and this one has none
  EXPECT_NE(first->find(kOfItsKeys), std::string::npos);
  EXPECT_EQ(cache.get(changed, "https://a")->find(kOfItsKeys), std::string::npos);
}

// Without a configured hostname the base URL follows the request: strangers choose how many there are.
TEST(Discovery, refuses_to_keep_documents_without_bound) {
  OidcWorld world;
  DocumentCache cache([](const RealmEntry&, std::string_view base) { return std::string(base); });
  const auto realm = *world.settings().load_realm("demo");
  for (std::size_t i = 0; i < DocumentCache::kDocumentsMax + 50; ++i) {
    ASSERT_EQ(*cache.get(realm, std::to_string(i)), std::to_string(i));
  }
  EXPECT_LE(cache.size(), DocumentCache::kDocumentsMax);
}

TEST(Discovery, is_readable_by_every_origin_and_never_kept) {
  OidcWorld world;
  const auto response = world.get(kPath, {{"Origin", "https://any.example"}});
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(header_of(response, "Access-Control-Allow-Origin"), "https://any.example");
  EXPECT_EQ(header_of(response, "Content-Type"), "application/json");
  EXPECT_EQ(header_of(response, "Cache-Control"), "no-cache, must-revalidate, no-transform, no-store");
  EXPECT_EQ(world.send(OidcWorld::request(web::Method::kOptions, kPath, {{"Origin", "https://x"}})).status, 200);
}

// RFC 8414 section 3.1: the well-known part stands before the path of the issuer.
TEST(Discovery, answers_where_rfc8414_looks_for_it) {
  OidcWorld world;
  const std::string document(world.get(kPath).body_text());
  for (const auto* path :
       {"/realms/demo/.well-known/oauth-authorization-server", "/.well-known/oauth-authorization-server/realms/demo",
        "/.well-known/openid-configuration/realms/demo"}) {
    EXPECT_EQ(world.get(path).body_text(), document) << path;
  }
  EXPECT_EQ(world.get("/.well-known/openid-configuration/realms/nope").status, 404);
  EXPECT_EQ(world.get("/.well-known/other/realms/demo").status, 404);
}

TEST(Certs, refuses_to_show_secrets) {
  OidcWorld world;
  const auto response = world.get(OidcWorld::at("/certs"));
  for (const auto* member : {"\"d\"", "\"p\"", "\"q\"", "\"dp\"", "\"dq\"", "\"qi\"", "\"k\"", "oct", "HS512"})
    EXPECT_EQ(response.body_text().find(member), std::string_view::npos) << member;
  EXPECT_EQ(object_of(response).at("keys").as_array().size(), 2U);
}

TEST(Certs, may_be_kept_in_production_only) {
  OidcWorld world;
  EXPECT_EQ(header_of(world.get(OidcWorld::at("/certs")), "Cache-Control"), "max-age=2592000");
  world.dependencies().production = false;
  EXPECT_EQ(header_of(world.get(OidcWorld::at("/certs")), "Cache-Control"), "no-cache");
}

TEST(Certs, speaks_jwk_set_when_asked) {
  OidcWorld world;
  EXPECT_EQ(header_of(world.get(OidcWorld::at("/certs")), "Content-Type"), "application/json");
  EXPECT_EQ(header_of(world.get(OidcWorld::at("/certs"), {{"Accept", "application/jwk-set+json"}}), "Content-Type"),
            "application/jwk-set+json");
  EXPECT_EQ(header_of(world.get(OidcWorld::at("/certs"), {{"Origin", "https://o"}}), "Access-Control-Allow-Origin"),
            "https://o");
}

TEST(RealmInfo, tells_name_key_and_addresses) {
  OidcWorld world;
  const auto response = world.get("/realms/demo", {{"Origin", "https://o"}});
  const auto info = object_of(response);
  EXPECT_EQ(member_names(info), "realm public_key token-service account-service tokens-not-before");
  EXPECT_EQ(info.at("token-service").as_string(), "https://id.example/realms/demo/protocol/openid-connect");
  EXPECT_EQ(info.at("account-service").as_string(), "https://id.example/realms/demo/account");
  EXPECT_EQ(header_of(response, "Content-Type"), "application/json;charset=UTF-8");
  EXPECT_EQ(header_of(response, "Access-Control-Allow-Origin"), "https://o");
}

}  // namespace
}  // namespace cardea::oidc
