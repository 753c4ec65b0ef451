// The order in which Keep's backend looks at a token, and its words (guides.md G0.3): each token is wrong in two
// places, and the answer names the one that comes first.
#include <gmock/gmock.h>

#include "base/encoding.h"
#include "gate/front/keep_fixture.h"

namespace cardea::gate {
namespace {

class GateKeepOrder : public GateKeep {
 protected:
  const json::object strange_issuer{{"iss", "https://login.example/another/v2.0"}, {"tid", "another"}};

  void SetUp() override { ASSERT_EQ(call(token_of(key, claims())).status, 200); }  // and the keys are known

  std::string said(const std::string& token, int status = 401) {
    const auto answer = call(token);
    EXPECT_EQ(answer.status, status);
    return string_or(parse_json(answer.body_text())->get_object(), "detail", "");
  }
  /// Claims that are changed; null takes one away.
  json::object with(const std::vector<json::object>& changes) {
    auto made = claims();
    for (const auto& change : changes) {
      for (const auto& [name, value] : change) {
        if (value.is_null())
          made.erase(name);
        else
          made.insert_or_assign(name, value);
      }
    }
    return made;
  }
  std::string said_of(const std::vector<json::object>& changes) { return said(token_of(key, with(changes))); }
  std::string raw(std::string_view header, const json::object& claims) const {
    return base64url_encode(header) + "." + base64url_encode(json::serialize(claims)) + ".";
  }
  json::object late() { return {{"exp", epoch_seconds(world.clock.now()) - 60}}; }
};

TEST_F(GateKeepOrder, refuses_a_token_that_names_no_key_before_all_else) {
  EXPECT_EQ(said(token_of(key, with({strange_issuer}), false)), "No key ID in token header");
  EXPECT_EQ(said(token_of(key, with({late()}), false)), "No key ID in token header");
  EXPECT_EQ(said(raw(R"({"alg":"none"})", claims())), "No key ID in token header");
}

TEST_F(GateKeepOrder, refuses_unknown_keys_before_algorithm_and_claims) {
  const auto& stranger = named_key("stranger", jose::Algorithm::kRS256);
  EXPECT_EQ(said(token_of(stranger, with({strange_issuer}))), "Invalid token signing key");
  EXPECT_EQ(said(token_of(stranger, with({late()}))), "Invalid token signing key");
  EXPECT_EQ(said(raw(R"({"alg":"none","kid":"stranger"})", claims())), "Invalid token signing key");
  auto hmac = jose::SigningKey::make_hmac(SecretBytes(std::string(64, 'k')), "stranger", jose::Algorithm::kHS256);
  EXPECT_EQ(said(token_of(*hmac, claims())), "Invalid token signing key");
}

TEST_F(GateKeepOrder, refuses_algorithm_and_signature_before_claims) {
  EXPECT_EQ(said(raw(R"({"alg":"none","kid":"entra"})", with({late()}))), "Invalid token");
  auto hmac = jose::SigningKey::make_hmac(SecretBytes(named_private_key("entra", crypto::KeyType::kRsa).spki_der()),
                                          "entra", jose::Algorithm::kHS256);
  EXPECT_EQ(said(token_of(*hmac, with({strange_issuer, late()}))), "Invalid token");
  const auto forged = [&](const json::object& made) {
    return jose::sign_by_hand(named_key("stranger", jose::Algorithm::kRS256), R"({"alg":"RS256","kid":"entra"})",
                              json::serialize(made));
  };
  EXPECT_EQ(said(forged(with({late()}))), "Invalid token");
  EXPECT_EQ(said(forged(with({strange_issuer}))), "Invalid token");
}

TEST_F(GateKeepOrder, refuses_missing_claims_before_times_and_both_before_the_issuer) {
  for (const auto* claim : {"iat", "nbf", "sub"}) {
    EXPECT_EQ(said_of({late(), {{claim, nullptr}}}), "Token is missing required claims") << claim;
    EXPECT_EQ(said_of({strange_issuer, {{claim, nullptr}}}), "Token is missing required claims") << claim;
  }
  EXPECT_EQ(said_of({{{"exp", nullptr}, {"azp", nullptr}}}), "Token is missing required claims");
  EXPECT_EQ(said_of({late(), {{"iss", nullptr}}}), "Token is missing required claims");
  EXPECT_EQ(said_of({late(), strange_issuer}), "Token has expired");
  EXPECT_EQ(said_of({strange_issuer, {{"nbf", epoch_seconds(world.clock.now()) + 600}}}), "Invalid token");
}

TEST_F(GateKeepOrder, refuses_the_issuer_before_client_and_audience) {
  EXPECT_EQ(said_of({strange_issuer}), "Invalid token issuer");
  EXPECT_EQ(said_of({strange_issuer, {{"azp", nullptr}, {"aud", "other"}}}), "Invalid token issuer");
  EXPECT_TRUE(world.log.contains("https://login.example/another/v2.0"));
}

TEST_F(GateKeepOrder, refuses_the_client_before_the_audience_and_that_before_the_person) {
  EXPECT_EQ(said_of({{{"azp", nullptr}, {"aud", "other"}}}), "No client ID (appid/azp) in token");
  EXPECT_EQ(said_of({{{"azp", "other"}, {"aud", "other"}}}), "Invalid token application ID (appid/azp)");
  EXPECT_EQ(said_of({{{"aud", "other"}, {"tid", nullptr}}}), "Invalid token audience");
  EXPECT_EQ(said_of({{{"aud", json::array{kClient}}}}), "Invalid token audience") << "a list, whatever stands in it";
  EXPECT_EQ(said_of({{{"tid", nullptr}, {"groups", nullptr}}}), "Missing required claims");
  EXPECT_EQ(said_of({{{"preferred_username", nullptr}, {"groups", nullptr}}}), "Missing required claims");
  EXPECT_EQ(said_of({{{"tid", "another"}}}), "Invalid token issuer") << "a tenant that is not the issuer's";
}

TEST_F(GateKeepOrder, refuses_the_role_last) {
  EXPECT_EQ(said(token_of(key, with({{{"groups", nullptr}}})), 403),
            "User not a member of any authorized groups for Keep");
}

/// What another application remembers of a token changes no answer here.
TEST(GateKeepBesideOthers, refuses_a_token_of_another_applications_provider_by_its_key) {
  constexpr std::string_view kTwo = R"({
    "providers": {"other": {"issuer": "https://other.example", "jwks-url": "https://other.example/keys", "audiences": ["o"]}},
    "applications": [{"name": "Other", "hosts": ["other.example"], "providers": ["other"]},
      {"name": "Keep", "hosts": ["app.example"], "keep": "environment", "keep-authority": "https://login.example",
       "keep-version-1-issuer": "https://sts.example", "keep-graph": "https://graph.example"}]})";
  GateWorld world{kTwo, keep_files()};
  serve_keys(world.fetcher, "https://other.example/keys", named_private_key("other", crypto::KeyType::kRsa), "other");
  serve_keys(world.fetcher, kAuthority + "/discovery/v2.0/keys", named_private_key("entra", crypto::KeyType::kRsa),
             "entra");
  world.gate.refresh_keys(world.fetcher);
  auto claims = good_claims("https://other.example");
  claims["aud"] = "o";
  const auto token = token_of(named_key("other", jose::Algorithm::kRS256), claims);
  const auto at = [&](std::string_view host) {
    auto request = GateWorld::question("GET", "/alerts", "/gate/forward");
    request.host = host;
    request.headers.push_back({"Authorization", "Bearer " + token});
    return world.run(request);
  };
  const std::string words = R"({"detail":"Invalid token signing key"})";
  EXPECT_EQ(at("app.example").body_text(), words);
  EXPECT_EQ(at("other.example").status, 200);
  EXPECT_EQ(at("app.example").body_text(), words) << "after the other application has remembered it";
}

}  // namespace
}  // namespace cardea::gate
