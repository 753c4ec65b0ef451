// Executors of client policies that look at single requests (core/policy_requests.h): what each refuses, and the same
// request as it is taken. Clients were there before the policy.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/uri.h"
#include "jose/jwk.h"
#include "jose/test_keys.h"
#include "tests/protocol/harness.h"
#include "web/form.h"

namespace cardea::protocol {
namespace {

using testing::HasSubstr;

constexpr std::string_view kAssertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const std::string kSecret(64, 'z');

std::string encoded(const Pairs& parameters) {
  std::string text;
  for (const auto& [name, value] : parameters) web::append_form(text, name, value);
  return text;
}

class PolicyRequests : public testing::Test {
 protected:
  PolicyRequests() {
    const auto public_key = jose::test_private_key(crypto::KeyType::kEcP256).public_key();
    const std::vector<jose::PublicJwk> keys = {{public_key, "k1", "ES256", "sig", ""}};
    const auto key_set = jose::jwks_json(keys);
    const auto add = [&](const std::string& id, std::string authenticator) {
      server_.add_client(id, [&](Client& client) {
        client.public_client = false;
        client.implicit_flow_enabled = true;
        client.authenticator_type = std::move(authenticator);
        client.secret = SecretBytes::copy_of(kSecret);
        client.redirect_uris = {"https://app.example/cb"};
        client.attributes = {{"use.jwks.string", "true"}, {"jwks.string", key_set}};
      });
    };
    add("signer", "client-jwt");
    add("secret", "client-secret");
    add("sharer", "client-secret-jwt");
  }
  void hold_all_to(std::string_view executor, std::string_view settings = "{}") {
    use("p", R"({"profiles":[{"name":"p","executors":[{"executor":")" + std::string(executor) +
                 R"(","configuration":)" + std::string(settings) + "}]}]}");
  }
  void use(std::string_view profile, std::string_view profiles = R"({"profiles":[]})") {
    server_.change_realm([&](Realm& realm) {
      realm.extra["clientProfiles"] = parse_json(profiles).value();
      realm.extra["clientPolicies"] =
          parse_json(R"({"policies":[{"name":"all","enabled":true,"conditions":[{"condition":"any-client"}],)"
                     R"("profiles":[")" +
                     std::string(profile) + R"("]}]})")
              .value();
    });
  }
  static Pairs asking(const Pairs& more = {}) {
    Pairs all = {{"client_id", "secret"},   {"redirect_uri", "https://app.example/cb"},
                 {"response_type", "code"}, {"scope", "openid profile"},
                 {"state", "st"},           {"nonce", "n-1"}};
    for (const auto& [name, value] : more) {
      std::erase_if(all, [&wanted = name](const auto& pair) { return pair.first == wanted; });
      if (!value.empty()) all.emplace_back(name, value);
    }
    return all;
  }
  web::Response authorize(const Pairs& more = {}) { return authorize_with(asking(more)); }
  web::Response authorize_with(const Pairs& parameters) {
    return Browser(server_).get(std::string(kP) + "/auth?" + encoded(parameters));
  }
  static void expect_sent_back(const web::Response& response, std::string_view description) {
    EXPECT_EQ(response.status, 302);
    const auto where = location(response);
    EXPECT_THAT(where, HasSubstr("error=invalid_request"));
    EXPECT_THAT(where, HasSubstr("error_description=" + percent_encode(description)));
  }
  static void expect_form(const web::Response& response) { EXPECT_EQ(response.status, 200) << location(response); }

  /// Pushes a request of client `secret`.
  web::Response push(Pairs parameters) {
    parameters.emplace_back("client_secret", kSecret);
    return server_.post("/ext/par/request", parameters);
  }
  json::object object_claims() {
    const auto now = epoch_seconds(server_.clock.now());
    json::object claims;
    for (const auto& [name, value] : asking()) claims[name] = value;
    claims["iss"] = "secret";
    claims["aud"] = kIssuer;
    claims["nbf"] = now;
    claims["exp"] = now + 300;
    return claims;
  }
  static std::string sign(const json::object& claims, jose::Algorithm algorithm = jose::Algorithm::kES256) {
    return jose::sign_jwt(jose::test_signing_key(algorithm), "JWT", json::serialize(claims));
  }
  web::Response push_object(const json::object& claims, const Pairs& beside = {}) {
    Pairs parameters = {{"client_id", "secret"}, {"request", sign(claims)}};
    parameters.insert(parameters.end(), beside.begin(), beside.end());
    return push(parameters);
  }
  static void expect_told(const web::Response& response, std::string_view description) {
    EXPECT_EQ(response.status, 400);
    EXPECT_EQ(string_or(body_of(response), "error_description", ""), description);
  }

  /// Revoking an unknown token answers 200 to every client that is proven.
  web::Response prove(std::string_view assertion) {
    return server_.post("/revoke", {{"client_assertion_type", std::string(kAssertionType)},
                                    {"client_assertion", std::string(assertion)},
                                    {"token", "x"}});
  }
  json::object proof_claims(const std::string& client, json::value audience) {
    json::object claims{{"iss", client}, {"sub", client}, {"jti", "j" + std::to_string(++count_)}};
    claims["aud"] = std::move(audience);
    claims["exp"] = epoch_seconds(server_.clock.now()) + 60;
    return claims;
  }

  Server server_;
  int count_ = 0;
};

TEST_F(PolicyRequests, secure_session_wants_a_nonce_or_a_state) {
  expect_form(authorize({{"nonce", ""}}));
  hold_all_to("secure-session");
  expect_sent_back(authorize({{"nonce", ""}}), "Missing parameter: nonce");
  expect_sent_back(authorize({{"scope", "profile"}, {"state", ""}}), "Missing parameter: state");
  expect_form(authorize());
  expect_form(authorize({{"scope", "profile"}, {"nonce", ""}}));
  expect_form(authorize({{"state", ""}}));
}

TEST_F(PolicyRequests, secure_response_type_wants_signed_answers) {
  hold_all_to("secure-response-type");
  const auto is_refused = [&](const Pairs& more) {
    return location(authorize(more)).contains("error_description=" + percent_encode("invalid response_type"));
  };
  EXPECT_TRUE(is_refused({}));
  EXPECT_TRUE(is_refused({{"response_mode", "fragment"}}));
  EXPECT_TRUE(is_refused({{"response_type", "code token"}}));
  EXPECT_TRUE(is_refused({{"response_type", "id_token"}}));
  EXPECT_TRUE(is_refused({{"response_type", "code id_token token"}}));
  expect_form(authorize({{"response_mode", "jwt"}}));
  expect_form(authorize({{"response_mode", "query.jwt"}}));
  expect_form(authorize({{"response_type", "code id_token"}}));
  hold_all_to("secure-response-type", R"({"allow-token-response-type":true})");
  expect_form(authorize({{"response_type", "code id_token token"}}));
  EXPECT_TRUE(is_refused({{"response_type", "code token"}}));
}

TEST_F(PolicyRequests, an_id_token_that_signs_the_answer_says_nothing_of_the_person) {
  const auto claims_for = [&](const std::string& client) {
    Browser browser(server_);
    const auto page = browser.get(std::string(kP) + "/auth?" +
                                  encoded(asking({{"client_id", client}, {"response_type", "code id_token"}})));
    const auto where = location(browser.submit(page, {{"username", "ada"}, {"password", "correct-horse"}}));
    const auto at = where.find("id_token=");
    EXPECT_NE(at, std::string::npos) << where;
    if (at == std::string::npos) return json::object();
    const auto token = where.substr(at + 9);
    return payload_of(token.substr(0, token.find('&')));
  };
  EXPECT_TRUE(claims_for("secret").contains("preferred_username"));
  server_.add_client("detached", [](Client& client) {
    client.implicit_flow_enabled = true;
    client.redirect_uris = {"https://app.example/cb"};
    client.attributes["id.token.as.detached.signature"] = "true";
  });
  const auto detached = claims_for("detached");
  EXPECT_FALSE(detached.contains("preferred_username"));
  for (const auto* claim : {"sub", "nonce", "c_hash", "s_hash", "exp", "auth_time"}) {
    EXPECT_TRUE(detached.contains(claim)) << claim;
  }
}

TEST_F(PolicyRequests, secure_request_object_wants_a_signed_object_of_now) {
  hold_all_to("secure-request-object", R"({"available-period":"600"})");
  EXPECT_EQ(authorize().status, 400) << "no object";
  EXPECT_TRUE(server_.log.contains("policy_secure_request_object"));
  expect_told(push(asking()), "Missing parameter: 'request' or 'request_uri'");
  const auto without = [&](std::string_view claim) {
    auto claims = object_claims();
    claims.erase(claim);
    return push_object(claims);
  };
  expect_told(without("exp"), "Missing parameter in the 'request' object: exp");
  expect_told(without("nbf"), "Missing parameter in the 'request' object: nbf");
  expect_told(without("aud"), "Missing parameter in the 'request' object: aud");
  expect_told(without("scope"), "Parameter 'scope' missing in the request parameters or in 'request' object");
  expect_told(without("client_id"),
              "Invalid parameter. Parameters in 'request' object not matching with request parameters");
  auto claims = object_claims();
  claims["exp"] = epoch_seconds(server_.clock.now()) + 601;
  expect_told(push_object(claims), "Request's available period is long");
  expect_told(push_object(object_claims(), {{"state", "another"}}),
              "Invalid parameter. Parameters in 'request' object not matching with request parameters");
  expect_told(push_object(object_claims(), {{"login_hint", "ada"}}),
              "Invalid parameter. Parameters in 'request' object not matching with request parameters");
  EXPECT_EQ(push_object(object_claims(), {{"state", "st"}}).status, 201);
  expect_form(authorize_with({{"client_id", "secret"}, {"request", sign(object_claims())}}));
  hold_all_to("secure-request-object", R"({"verify-nbf":"false"})");
  EXPECT_EQ(without("nbf").status, 201);
  hold_all_to("secure-request-object", R"({"encryption-required":true})");
  EXPECT_EQ(push_object(object_claims()).status, 400) << "not encrypted";
}

TEST_F(PolicyRequests, secure_par_content_wants_all_of_a_request_pushed) {
  hold_all_to("secure-par-content");
  expect_sent_back(authorize(), "Pushed Authorization Request is only allowed.");
  const auto pushed = push(asking({{"nonce", ""}}));
  ASSERT_EQ(pushed.status, 201) << pushed.body_text();
  const auto handle = string_or(body_of(pushed), "request_uri", "");
  const auto beside = authorize_with({{"client_id", "secret"}, {"request_uri", handle}, {"nonce", "late"}});
  EXPECT_EQ(beside.status, 400);
  EXPECT_THAT(std::string(beside.body_text()), HasSubstr("PAR request did not include necessary parameters"));
  expect_form(authorize_with({{"client_id", "secret"}, {"request_uri", handle}, {"state", "st"}}));
  expect_form(authorize_with({{"client_id", "secret"}, {"request_uri", handle}}));
}

TEST_F(PolicyRequests, assertions_are_for_the_issuer_alone) {
  const auto endpoint = std::string(kIssuer) + "/protocol/openid-connect/token";
  EXPECT_EQ(prove(sign(proof_claims("signer", endpoint.c_str()))).status, 200);
  hold_all_to("secure-client-authentication-assertion");
  EXPECT_EQ(prove(sign(proof_claims("signer", endpoint.c_str()))).status, 401);
  EXPECT_EQ(prove(sign(proof_claims("signer", json::array{kIssuer, kIssuer}))).status, 401);
  EXPECT_EQ(prove(sign(proof_claims("signer", kIssuer))).status, 200);
  EXPECT_EQ(prove(sign(proof_claims("signer", json::array{kIssuer}))).status, 200);
}

TEST_F(PolicyRequests, assertions_are_signed_by_a_strong_algorithm) {
  const auto key = jose::SigningKey::make_hmac(SecretBytes::copy_of(kSecret), "", jose::Algorithm::kHS256).value();
  const auto shared = [&] {
    return jose::sign_by_hand(key, R"({"alg":"HS256"})", json::serialize(proof_claims("sharer", kIssuer)));
  };
  const auto by_secret = [&] {
    return server_.post("/revoke", {{"client_id", "secret"}, {"client_secret", kSecret}, {"token", "x"}});
  };
  EXPECT_EQ(prove(shared()).status, 200);
  hold_all_to("secure-signature-algorithm-signed-jwt");
  EXPECT_EQ(prove(shared()).status, 401);
  EXPECT_EQ(prove(sign(proof_claims("signer", kIssuer))).status, 200);
  EXPECT_EQ(by_secret().status, 200);
  hold_all_to("secure-signature-algorithm-signed-jwt", R"({"require-client-assertion":true})");
  const auto refused = by_secret();
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(string_or(body_of(refused), "error_description", ""), "not allowed input format.");
  EXPECT_EQ(prove(sign(proof_claims("signer", kIssuer))).status, 200);
}

TEST_F(PolicyRequests, codes_are_bound_to_a_key_where_a_policy_wants_it) {
  expect_form(authorize());
  hold_all_to("dpop-bind-enforcer", R"({"enforce-authorization-code-binding-to-dpop":"true"})");
  expect_sent_back(authorize(), "Missing parameter: dpop_jkt");
  expect_form(authorize({{"dpop_jkt", "fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo"}}));
}

/// Profiles that every realm has, as a whole.
TEST_F(PolicyRequests, fapi_1_baseline_takes_a_request_that_has_all_of_it) {
  use("fapi-1-baseline");
  constexpr auto kChallenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
  const Pairs pkce = {{"client_id", "signer"}, {"code_challenge", kChallenge}, {"code_challenge_method", "S256"}};
  auto no_nonce = pkce;
  no_nonce.emplace_back("nonce", "");
  expect_sent_back(authorize(no_nonce), "Missing parameter: nonce");
  expect_sent_back(authorize({{"client_id", "signer"}}), "Missing parameter: code_challenge_method");
  expect_form(authorize(pkce));
  EXPECT_EQ(server_.post("/revoke", {{"client_id", "secret"}, {"client_secret", kSecret}, {"token", "x"}}).status, 400);
  EXPECT_EQ(prove(sign(proof_claims("signer", kIssuer))).status, 200);
}

TEST_F(PolicyRequests, fapi_2_message_signing_takes_pushed_objects_alone) {
  use("fapi-2-dpop-message-signing");
  constexpr auto kChallenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
  auto claims = object_claims();
  claims["client_id"] = claims["iss"] = "signer";
  claims["code_challenge"] = kChallenge;
  claims["code_challenge_method"] = "S256";
  const auto send = [&](Pairs parameters) {
    parameters.emplace_back("client_id", "signer");
    parameters.emplace_back("client_assertion_type", kAssertionType);
    parameters.emplace_back("client_assertion", sign(proof_claims("signer", kIssuer)));
    return server_.post("/ext/par/request", parameters);
  };
  expect_told(send(asking({{"client_id", ""}, {"code_challenge", kChallenge}, {"code_challenge_method", "S256"}})),
              "Missing parameter: 'request' or 'request_uri'");
  auto by_value = authorize_with({{"client_id", "signer"}, {"request", sign(claims)}});
  expect_sent_back(by_value, "Pushed Authorization Request is only allowed.");
  const auto pushed = send({{"request", sign(claims)}});
  ASSERT_EQ(pushed.status, 201) << pushed.body_text();
  expect_form(
      authorize_with({{"client_id", "signer"}, {"request_uri", string_or(body_of(pushed), "request_uri", "")}}));
}

}  // namespace
}  // namespace cardea::protocol
