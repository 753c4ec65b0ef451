// A token of an upstream provider as the proof of a client (RFC 7523 section 3; guides.md G2.6): refusals first. The
// provider is Entra ID's shape: two token formats, keys without `alg`.
#include <gtest/gtest.h>

#include "base/encoding.h"
#include "broker/foreign_jwt.h"
#include "jose/jwk.h"
#include "jose/key_set.h"
#include "jose/test_keys.h"
#include "tests/protocol/harness.h"

namespace cardea::protocol {
namespace {

constexpr std::string_view kTenant = "6f0d1d0e-1111-4222-8333-444455556666";
constexpr std::string_view kOther = "7a1e2e1f-1111-4222-8333-444455557777";
constexpr std::string_view kType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const std::string kBase = "https://login.microsoftonline.com/";

class ForeignJwtTest : public testing::Test {
 protected:
  ForeignJwtTest() {
    server_.change_realm([](Realm& realm) { realm.attributes["authentikPaths"] = "true"; });
    vouch({{"supportsClientAssertions", "true"}});
    server_.fetcher.serve_json(kBase + std::string(kTenant) + "/discovery/v2.0/keys", keys());
    use({});
  }
  static std::string keys() {
    const jose::PublicJwk key{jose::test_private_key(crypto::KeyType::kRsa).public_key(), "k1", "", "sig", ""};
    return jose::jwks_json({&key, 1});
  }
  /// The realm's providers: Entra ID with these settings, and one whose issuer and keys are all that is known of it.
  void vouch(const json::object& more, bool enabled = true) {
    json::object config{{"clientId", "hub"}, {"tenantId", kTenant}};
    for (const auto& [name, value] : more) config[name] = value;
    server_.change_realm([&](Realm& realm) {
      realm.extra["identityProviders"] = json::array{
          json::object{{"alias", "entra-id"}, {"providerId", "entra"}, {"enabled", enabled}, {"config", config}},
          json::object{{"alias", "cluster"},
                       {"providerId", "oidc"},
                       {"enabled", true},
                       {"config",
                        {{"clientId", "hub"},
                         {"issuer", "https://cluster.example"},
                         {"jwksUrl", "https://cluster.example/keys"},
                         {"supportsClientAssertions", "true"}}}}};
    });
  }
  void use(const std::map<std::string, std::string>& attributes) {
    const auto id = "service";
    const auto stored = server_.repositories.store.write([&](Tx& tx) -> Stored<void> {
      auto client = server_.repositories.clients.find_by_client_id(tx, RealmId("realm-demo"), id);
      if (!client) return refuse(client.error());
      auto& record = **client;
      record.authenticator_type = "federated-jwt";
      record.attributes["jwt.credential.issuer"] = "entra-id";
      record.attributes["jwt.credential.audience"] = "api://hub hub";
      record.attributes["jwt.credential.sub"] = "robot";
      for (const auto& [name, value] : attributes) record.attributes[name] = value;
      return server_.repositories.clients.update(tx, RealmId("realm-demo"), record);
    });
    ASSERT_TRUE(stored);
    ASSERT_TRUE(server_.settings().check_versions());
  }
  [[nodiscard]] std::int64_t now() const { return epoch_seconds(server_.clock.now()); }
  [[nodiscard]] json::object claims() const {
    return {{"iss", kBase + std::string(kTenant) + "/v2.0"},
            {"aud", "hub"},
            {"tid", kTenant},
            {"oid", "robot"},
            {"sub", "robot"},
            {"azp", "robot-app"},
            {"uti", "id-1"},
            {"roles", {"Job.Run", "Other"}},
            {"iat", now()},
            {"nbf", now()},
            {"exp", now() + 120}};
  }
  static std::string sign(const json::object& claims, std::string_view header = R"({"alg":"RS256","kid":"k1"})") {
    return jose::sign_by_hand(jose::test_signing_key(jose::Algorithm::kRS256), header, json::serialize(claims));
  }
  [[nodiscard]] std::string with(std::string_view name, const json::value& value) const {
    auto changed = claims();
    changed[name] = value;
    return sign(changed);
  }
  web::Response send(const std::string& token, const std::string& client = "service", bool as_secret = false) {
    Pairs form{{"grant_type", "client_credentials"}, {"client_id", client}, {"scope", "profile"}};
    if (as_secret) {
      form.emplace_back("client_secret", token);
    } else {
      form.emplace_back("client_assertion_type", std::string(kType));
      form.emplace_back("client_assertion", token);
    }
    return post("/application/o/token/", form);
  }
  web::Response post(const std::string& path, const Pairs& form, const std::string& authorization = "") {
    web::Request request;
    request.method = web::Method::kPost;
    request.scheme = "https";
    request.host = "id.example";
    request.path = path;
    request.headers.push_back({"Content-Type", "application/x-www-form-urlencoded"});
    if (!authorization.empty()) request.headers.push_back({"Authorization", authorization});
    for (const auto& [name, value] : form) web::append_form(request.body, name, value);
    return server_.handle(std::move(request));
  }
  void expect_refused(const std::string& token, std::string_view reason) {
    const auto before = server_.log.count(reason);
    const auto answer = send(token);
    EXPECT_EQ(answer.status, 400) << answer.body_text();
    EXPECT_EQ(string_or(body_of(answer), "error", ""), "invalid_grant");
    EXPECT_FALSE(body_of(answer).contains("access_token"));
    EXPECT_GT(server_.log.count(reason), before) << reason;
  }

  Server server_;
};

TEST_F(ForeignJwtTest, G2_22_refuses_in_authentiks_words) {  // guides.md G2.6: who is unknown, and everything else
  const auto error_for = [&](const Pairs& form, const std::string& basic = "") {
    const auto answer = post("/application/o/token/", form, basic);
    EXPECT_EQ(answer.status, 400) << answer.body_text();
    return string_or(body_of(answer), "error", "");
  };
  const std::pair<std::string, std::string> grant{"grant_type", "client_credentials"};
  EXPECT_EQ(error_for({grant, {"client_id", "nobody"}, {"client_secret", "x"}}), "invalid_client");
  EXPECT_EQ(error_for({grant}), "invalid_client");
  EXPECT_EQ(error_for({grant, {"client_id", "service"}, {"client_secret", "wrong"}}), "invalid_grant");
  EXPECT_EQ(error_for({grant}, "Basic !"), "invalid_grant");
  EXPECT_EQ(error_for({grant, {"client_id", "other"}}, "Basic c2VydmljZTp4"), "invalid_grant");
}

TEST_F(ForeignJwtTest, G2_22_refuses_another_audience) {
  expect_refused(with("aud", "00000003-0000-0000-c000-000000000000"), "foreign_jwt_wrong_audience");
  expect_refused(with("aud", "api://other"), "foreign_jwt_wrong_audience");
}

TEST_F(ForeignJwtTest, G2_23_refuses_another_tenant_with_the_same_keys) {
  auto foreign = claims();
  foreign["iss"] = kBase + std::string(kOther) + "/v2.0";
  foreign["tid"] = kOther;
  expect_refused(sign(foreign), "foreign_jwt_wrong_issuer");
  foreign["iss"] = "https://sts.windows.net/" + std::string(kOther) + "/";
  expect_refused(sign(foreign), "foreign_jwt_wrong_issuer");
  foreign["tid"] = kTenant;
  expect_refused(sign(foreign), "foreign_jwt_wrong_issuer");
}

TEST_F(ForeignJwtTest, G2_24_refuses_expired_early_unsigned_and_hmac_tokens) {
  expect_refused(with("exp", now()), "foreign_jwt_expired");
  expect_refused(with("nbf", now() + 61), "foreign_jwt_not_yet_valid");
  auto without = claims();
  without.erase("exp");
  expect_refused(sign(without), "foreign_jwt_without_expiry");
  const auto payload = base64url_encode(json::serialize(claims()));
  expect_refused(base64url_encode(R"({"alg":"none","kid":"k1"})") + "." + payload + ".",
                 "foreign_jwt_unknown_algorithm");
  const auto mac = jose::test_signing_key(jose::Algorithm::kHS256);
  expect_refused(jose::sign_by_hand(mac, R"({"alg":"HS256","kid":"k1"})", json::serialize(claims())),
                 "foreign_jwt_algorithm_not_allowed");
  auto forged = sign(claims());
  forged[forged.size() - 20] = forged[forged.size() - 20] == 'A' ? 'B' : 'A';
  expect_refused(forged, "foreign_jwt_bad_signature");
}

TEST_F(ForeignJwtTest, G2_25_refuses_a_second_use_where_tokens_are_good_for_one) {
  EXPECT_EQ(send(sign(claims())).status, 200);
  EXPECT_EQ(send(sign(claims())).status, 200);  // Entra ID's clients keep their tokens
  use({{"jwt.credential.once", "true"}});
  EXPECT_EQ(send(sign(claims())).status, 200);
  expect_refused(sign(claims()), "foreign_jwt_used_before");
  EXPECT_EQ(send(with("uti", "id-2")).status, 200);
  auto without = claims();
  without.erase("uti");
  expect_refused(sign(without), "foreign_jwt_without_id");
}

TEST_F(ForeignJwtTest, G2_27_refuses_tokens_without_the_roles_of_the_policy) {
  use({{"jwt.credential.sub", ""}, {"jwt.credential.roles", "Job.Run"}});
  EXPECT_EQ(send(sign(claims())).status, 200);
  expect_refused(with("roles", json::array{"Other"}), "foreign_jwt_policy");
  expect_refused(with("roles", json::array{}), "foreign_jwt_policy");
}

TEST_F(ForeignJwtTest, G2_28_refuses_unknown_clients) {
  const auto answer = send(sign(claims()), "nobody");
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(string_or(body_of(answer), "error", ""), "invalid_client");
}

TEST_F(ForeignJwtTest, refuses_subjects_that_are_not_the_clients) {
  use({{"jwt.credential.sub", "robot"}});
  EXPECT_EQ(send(sign(claims())).status, 200);
  use({{"jwt.credential.sub", "robot-app"}});  // the application's id does as well
  EXPECT_EQ(send(sign(claims())).status, 200);
  use({{"jwt.credential.sub", "another"}});
  expect_refused(sign(claims()), "foreign_jwt_wrong_subject");
}

// Any employee gets a delegated token for the application's own scope, and an ID token where it signs people in.
TEST_F(ForeignJwtTest, refuses_tokens_of_people) {
  use({{"jwt.credential.sub", "robot-app"}});
  EXPECT_EQ(send(sign(claims())).status, 200);
  expect_refused(with("scp", "Jobs.Read"), "foreign_jwt_of_a_person_scp");
  expect_refused(with("nonce", "n"), "foreign_jwt_of_a_person_nonce");
  expect_refused(with("at_hash", "h"), "foreign_jwt_of_a_person_at_hash");
  expect_refused(with("idtyp", "user"), "foreign_jwt_of_a_person_idtyp");
  expect_refused(with("oid", "somebody"), "foreign_jwt_of_a_person_sub");
  auto said = claims();
  said["oid"] = "somebody";
  said["idtyp"] = "app";
  EXPECT_EQ(send(sign(said)).status, 200);
}

TEST_F(ForeignJwtTest, N2_07_refuses_to_take_any_application_at_all) {
  use({{"jwt.credential.sub", ""}});
  expect_refused(sign(claims()), "foreign_jwt_of_anybody");
  use({{"jwt.credential.roles", "Job.Run"}});
  EXPECT_EQ(send(sign(claims())).status, 200);
}

// The administrators of the caller's tenant give its roles: where each tenant may come, anybody has them.
TEST_F(ForeignJwtTest, refuses_to_know_an_application_by_roles_where_every_tenant_may_come) {
  vouch({{"supportsClientAssertions", "true"}, {"tenantId", "common"}, {"allowedTenants", "*"}});
  server_.fetcher.serve_json(kBase + "common/discovery/v2.0/keys", keys());
  use({{"jwt.credential.sub", "robot"}});
  EXPECT_EQ(send(sign(claims())).status, 200);
  use({{"jwt.credential.sub", ""}, {"jwt.credential.roles", "Job.Run"}});
  expect_refused(sign(claims()), "foreign_jwt_of_any_tenant");
}

// As where the address of this server follows the request, and the client's record names no audience.
TEST_F(ForeignJwtTest, refuses_every_token_where_no_audience_is_known) {
  jose::KeySet keys;
  keys.add(jose::test_signing_key(jose::Algorithm::kRS256).verification_key());
  const auto token = jose::verify(sign(claims()), keys);
  ASSERT_TRUE(token);
  broker::ForeignJwtRules rules{.issuers = {{kBase + std::string(kTenant) + "/v2.0", {}}},
                                .audiences = {"hub"},
                                .subject = "robot",
                                .roles = {},
                                .is_entra = false,
                                .now = server_.clock.now()};
  EXPECT_TRUE(broker::judge_foreign_jwt(*token, "", rules));
  rules.audiences.clear();
  EXPECT_EQ(broker::judge_foreign_jwt(*token, "", rules).error(), "foreign_jwt_no_audience_configured");
}

TEST_F(ForeignJwtTest, refuses_clients_that_only_receive_tokens) {
  const auto stored = server_.repositories.store.write([&](Tx& tx) -> Stored<void> {
    auto client = server_.repositories.clients.find_by_client_id(tx, RealmId("realm-demo"), "service");
    if (!client) return refuse(client.error());
    (*client)->bearer_only = true;
    return server_.repositories.clients.update(tx, RealmId("realm-demo"), **client);
  });
  ASSERT_TRUE(stored);
  ASSERT_TRUE(server_.settings().check_versions());
  EXPECT_NE(send(sign(claims())).body_text().find("Bearer-only not allowed"), std::string_view::npos);
}

// A key that Entra ID publishes for one tenant signs the older format for no other (Storm-0558's shape).
TEST_F(ForeignJwtTest, refuses_a_key_of_another_tenant_in_either_format) {
  const jose::PublicJwk key{jose::test_private_key(crypto::KeyType::kRsa).public_key(), "k1", "", "sig", ""};
  auto keys = parse_json(jose::jwks_json({&key, 1}))->as_object();
  keys["keys"].as_array()[0].as_object()["issuer"] = kBase + "9188040d-6c67-4c5b-b112-36a304b66dad/v2.0";
  server_.fetcher.serve_json(kBase + std::string(kTenant) + "/discovery/v2.0/keys", json::serialize(keys));
  expect_refused(sign(claims()), "foreign_jwt_wrong_issuer");
  auto older = claims();
  older["iss"] = "https://sts.windows.net/" + std::string(kTenant) + "/";
  expect_refused(sign(older), "foreign_jwt_wrong_issuer");
}

// An administrator of clients makes no provider vouch for them: the provider's record says it.
TEST_F(ForeignJwtTest, refuses_providers_that_do_not_vouch_for_clients) {
  vouch({});
  expect_refused(sign(claims()), "provider_vouches_for_no_clients");
  vouch({{"supportsClientAssertions", "true"}}, false);
  expect_refused(sign(claims()), "no_such_provider");
  vouch({{"supportsClientAssertions", "true"}});
  use({{"jwt.credential.issuer", "another"}});
  expect_refused(sign(claims()), "no_such_provider");
}

TEST_F(ForeignJwtTest, refuses_keys_and_algorithms_that_the_token_names_itself) {
  const auto other = jose::test_signing_key(jose::Algorithm::kES256);
  const auto text = json::serialize(claims());
  expect_refused(jose::sign_by_hand(other, R"({"alg":"ES256","kid":"k1"})", text), "foreign_jwt_algorithm_not_allowed");
  expect_refused(jose::sign_by_hand(other, R"({"alg":"RS256","kid":"k1"})", text), "foreign_jwt_bad_signature");
  expect_refused(sign(claims(), R"({"alg":"RS256","kid":"k2"})"), "foreign_jwt_unknown_key");
  expect_refused(sign(claims(), R"({"alg":"RS256","kid":"../k1","jku":"https://evil.example/keys"})"),
                 "foreign_jwt_unknown_key");
  for (const auto& call : server_.fetcher.calls) EXPECT_EQ(web::text_of(call.url).find("evil"), std::string::npos);
}

TEST_F(ForeignJwtTest, refuses_tokens_made_for_something_else) {
  for (const auto* type : {"logout+jwt", "dpop+jwt", "oauth-authz-req+jwt", "secevent+jwt"}) {
    const json::object header{{"alg", "RS256"}, {"kid", "k1"}, {"typ", type}};
    expect_refused(sign(claims(), json::serialize(header)), "foreign_jwt_of_another_type");
  }
  expect_refused(with("events", json::object{}), "foreign_jwt_of_another_type");
  EXPECT_EQ(send(sign(claims(), R"({"alg":"RS256","kid":"k1","typ":"application/at+jwt"})")).status, 200);
}

TEST_F(ForeignJwtTest, refuses_tokens_that_are_good_for_too_long) {
  expect_refused(with("exp", now() + 86'400 + 301), "foreign_jwt_valid_for_too_long");
  expect_refused(with("iat", now() - 86'400 - 301), "foreign_jwt_valid_for_too_long");
}

// What is no provider to sign in by needs an issuer and keys, and no more: Kubernetes, a pipeline.
class ClusterJwtTest : public ForeignJwtTest {
 protected:
  ClusterJwtTest() {
    server_.fetcher.serve_json("https://cluster.example/keys", keys());
    use({{"jwt.credential.issuer", "cluster"},
         {"jwt.credential.audience", ""},
         {"jwt.credential.sub", "system:serviceaccount:prod:robot"}});
  }
  [[nodiscard]] json::object pod() const {
    return {{"iss", "https://cluster.example"},
            {"aud", json::array{kIssuer}},
            {"sub", "system:serviceaccount:prod:robot"},
            {"jti", "id-" + std::to_string(++count_)},
            {"iat", now()},
            {"exp", now() + 600}};
  }
  mutable int count_ = 0;
};

TEST_F(ClusterJwtTest, refuses_a_second_use_unless_the_record_says_that_it_may_be) {
  const auto token = sign(pod());
  EXPECT_EQ(send(token).status, 200);
  expect_refused(token, "foreign_jwt_used_before");
}

// At others than Entra ID, `azp` is the application that a person used, and roles are people's as well.
TEST_F(ClusterJwtTest, refuses_tokens_of_people_by_their_application_or_roles) {
  auto person = pod();
  person["sub"] = "somebody";
  person["azp"] = "system:serviceaccount:prod:robot";
  person["roles"] = json::array{"Job.Run"};
  expect_refused(sign(person), "foreign_jwt_wrong_subject");
  use({{"jwt.credential.issuer", "cluster"},
       {"jwt.credential.audience", ""},
       {"jwt.credential.sub", ""},
       {"jwt.credential.roles", "Job.Run"}});
  expect_refused(sign(person), "foreign_jwt_of_anybody");
}

TEST_F(ClusterJwtTest, refuses_issuers_and_audiences_of_others) {
  auto other = pod();
  other["iss"] = "https://other.example";
  expect_refused(sign(other), "foreign_jwt_wrong_issuer");
  other = pod();
  other["aud"] = "https://kubernetes.default.svc";
  expect_refused(sign(other), "foreign_jwt_wrong_audience");
  other = pod();
  other["typ"] = "ID";
  expect_refused(sign(other), "foreign_jwt_of_a_person_typ");
  EXPECT_EQ(send(sign(pod())).status, 200);
}

TEST_F(ClusterJwtTest, says_that_it_may_pass_later_when_the_provider_is_down) {
  server_.fetcher.serve("https://cluster.example/keys", [](const web::FetchRequest&) -> web::Fetched {
    return web::FetchResponse{.status = 502, .headers = {}, .body = ""};
  });
  const auto answer = send(sign(pod()));
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(string_or(body_of(answer), "error", ""), "temporarily_unavailable");
}

TEST_F(ForeignJwtTest, refuses_where_no_realm_has_chosen_the_path) {
  server_.change_realm([](Realm& realm) { realm.attributes.erase("authentikPaths"); });
  EXPECT_EQ(send(sign(claims())).status, 404);
}

TEST_F(ForeignJwtTest, G2_21_gives_a_token_that_lives_no_longer_than_the_foreign_one) {
  const auto answer = send(sign(claims()));
  ASSERT_EQ(answer.status, 200) << answer.body_text();
  const auto body = body_of(answer);
  EXPECT_FALSE(body.contains("refresh_token"));
  EXPECT_LE(int_or(body, "expires_in", 999), 120);
  const auto token = payload_of(string_or(body, "access_token", ""));
  EXPECT_EQ(string_or(token, "iss", ""), kIssuer);
  EXPECT_EQ(string_or(token, "sub", ""), "user-service-account-service");
  EXPECT_EQ(string_or(token, "azp", ""), "service");
  EXPECT_LE(int_or(token, "exp", 0), now() + 120);
  EXPECT_NE(string_or(body, "scope", "").find("profile"), std::string::npos);
}

TEST_F(ForeignJwtTest, G2_26_takes_the_token_in_place_of_a_secret) {
  EXPECT_EQ(send(sign(claims()), "service", true).status, 200);
  const auto as_assertion = payload_of(string_or(body_of(send(sign(claims()))), "access_token", ""));
  const auto as_secret = payload_of(string_or(body_of(send(sign(claims()), "service", true)), "access_token", ""));
  for (const auto* claim : {"iss", "sub", "azp", "scope", "exp"})
    EXPECT_EQ(as_assertion.at(claim), as_secret.at(claim));
  for (const auto* other : {"plain-secret", "service-secret", ""}) {  // nor is the record's own secret a proof any more
    const auto refused = send(other, "service", true);
    EXPECT_EQ(refused.status, 400) << other;
    EXPECT_EQ(string_or(body_of(refused), "error", ""), "invalid_grant");
  }
}

TEST_F(ForeignJwtTest, takes_the_older_token_format_of_the_same_tenant) {
  auto older = claims();
  older["iss"] = "https://sts.windows.net/" + std::string(kTenant) + "/";
  older["aud"] = "api://hub";
  older["appid"] = "robot-app";
  older.erase("azp");
  EXPECT_EQ(send(sign(older)).status, 200);
}

// The realm's own token endpoint takes it too, in its own words.
TEST_F(ForeignJwtTest, is_a_client_authentication_at_the_realms_endpoint) {
  const Pairs form{
      {"grant_type", "client_credentials"}, {"client_id", "service"}, {"client_assertion_type", std::string(kType)}};
  auto good = form;
  good.emplace_back("client_assertion", sign(claims()));
  EXPECT_EQ(server_.post("/token", good).status, 200);
  auto bad = form;
  bad.emplace_back("client_assertion", with("aud", "other"));
  const auto refused = server_.post("/token", bad);
  EXPECT_EQ(refused.status, 401);
  EXPECT_EQ(string_or(body_of(refused), "error", ""), "invalid_client");
}

}  // namespace
}  // namespace cardea::protocol
