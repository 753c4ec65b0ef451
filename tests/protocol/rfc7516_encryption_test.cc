// What clients ask to be encrypted, and what they encrypt for us (RFC 7516; RFC 9101 section 6.1; OpenID Connect Core
// sections 5.3.2, 6.1 and 10.2; JARM section 4; keycloak.md section 5.2; attack class 11). The first audience of a
// refusal is the token that would have gone out in clear.
#include <gtest/gtest.h>

#include "base/encoding.h"
#include "jose/jwe.h"
#include "jose/jwk.h"
#include "jose/test_keys.h"
#include "tests/protocol/harness.h"
#include "web/form.h"

namespace cardea::protocol {
namespace {

using jose::KeyManagement;

constexpr const char* kKeysAt = "https://rp.example/keys";

jose::DecryptionKey key_of(crypto::KeyType type, KeyManagement management, std::string kid) {
  return {std::make_shared<const crypto::PrivateKey>(jose::test_private_key(type).clone()), std::move(kid), management};
}

/// The header of an encrypted token.
json::object header_of(std::string_view jwe) {
  return parse_json(base64url_decode(jwe.substr(0, jwe.find('.'))).value_or("null"))->as_object();
}

class Encryption : public testing::TestWithParam<Engine> {
 protected:
  Encryption() {
    const std::vector<jose::PublicJwk> keys = {
        {jose::test_private_key(crypto::KeyType::kEcP256).public_key(), "s1", "ES256", "sig", ""},
        {jose::test_private_key(crypto::KeyType::kRsa).public_key(), "e1", "", "enc", ""},
        {jose::test_private_key(crypto::KeyType::kEcP384).public_key(), "e2", "", "enc", ""}};
    key_set_ = jose::jwks_json(keys);
  }
  void add(const std::string& id, std::map<std::string, std::string> attributes) {
    server_.add_client(id, [&](Client& client) {
      client.public_client = false;
      client.secret = SecretBytes::copy_of("a-secret-of-the-client");
      client.redirect_uris = {"https://app.example/cb"};
      client.implicit_flow_enabled = true;
      client.attributes = std::move(attributes);
    });
  }
  void add_with_keys(const std::string& id, std::map<std::string, std::string> attributes) {
    attributes.insert({{"use.jwks.string", "true"}, {"jwks.string", key_set_}});
    add(id, std::move(attributes));
  }
  web::Response tokens(const std::string& id) {
    return server_.post("/token", {{"grant_type", "password"},
                                   {"client_id", id},
                                   {"client_secret", "a-secret-of-the-client"},
                                   {"username", "ada"},
                                   {"password", "correct-horse"},
                                   {"scope", "openid"}});
  }
  std::string id_token(const std::string& id) {
    const auto answer = tokens(id);
    EXPECT_EQ(answer.status, 200) << answer.body_text();
    return string_or(body_of(answer), "id_token", "");
  }
  web::Response authorize(const std::string& id, const Pairs& more) {
    Pairs all = {{"client_id", id},
                 {"redirect_uri", "https://app.example/cb"},
                 {"nonce", "n-1"},
                 {"code_challenge", ""},
                 {"code_challenge_method", ""}};
    all.insert(all.end(), more.begin(), more.end());
    Browser browser(server_);
    auto page = browser.get(authorize_url(all));
    if (page.status != 200) return page;
    return browser.submit(page, {{"username", "ada"}, {"password", "correct-horse"}});
  }
  /// What the client reads.
  std::string read(std::string_view jwe, KeyManagement management = KeyManagement::kRsaOaep) {
    const auto type = jose::is_agreement(management) ? crypto::KeyType::kEcP384 : crypto::KeyType::kRsa;
    const auto parsed = jose::UndecryptedJwe::parse(jwe);
    EXPECT_TRUE(parsed) << jwe;
    if (!parsed) return {};
    const auto key = key_of(type, management, jose::is_agreement(management) ? "e2" : "e1");
    const auto content = jose::decrypt(*parsed, {key}, server_.random);
    EXPECT_TRUE(content) << describe(content.error());
    return content.value_or("");
  }
  void give_realm_a_key(std::string algorithm = "RSA-OAEP") {
    RealmKey key;
    key.id = KeyId("enc-" + algorithm);
    key.kid = "realm-" + algorithm;
    key.algorithm = std::move(algorithm);
    key.use = "enc";
    key.secret = jose::test_private_key(crypto::KeyType::kRsa).to_pem();
    const auto realm = server_.realm()->realm.id;
    ASSERT_TRUE(
        write_to(server_.repositories.store, [&](Tx& tx) { return server_.repositories.keys.insert(tx, realm, key); }));
    server_.change_realm([](Realm&) {});
  }
  /// A request object of client `id`, encrypted to `key` of the realm.
  std::string object(const std::string& id, KeyManagement management, const std::string& kid, bool is_signed = true) {
    const auto claims = json::serialize(json::object{{"client_id", id},
                                                     {"iss", id},
                                                     {"aud", kIssuer},
                                                     {"response_type", "code"},
                                                     {"redirect_uri", "https://app.example/cb"},
                                                     {"scope", "openid"},
                                                     {"state", "inner"}});
    const auto signature =
        jose::sign_by_hand(jose::test_signing_key(jose::Algorithm::kES256), R"({"alg":"ES256","kid":"s1"})", claims);
    const jose::PublicJwk key{jose::test_private_key(crypto::KeyType::kRsa).public_key(), kid, "", "enc", ""};
    return jose::encrypt({key, management, jose::ContentEncryption::kA256Gcm}, is_signed ? signature : claims, "JWT",
                         server_.random)
        .value();
  }
  int ask(const std::string& id, const std::string& request) {
    std::string query;
    web::append_form(query, "client_id", id);
    web::append_form(query, "request", request);
    return Browser(server_).get(std::string(kP) + "/auth?" + query).status;
  }

  Server server_{GetParam()};
  std::string key_set_;
};

TEST_P(Encryption, refuses_to_send_in_clear_what_it_has_no_key_for) {
  const std::map<std::string, std::string> wanted = {{"id.token.encrypted.response.alg", "RSA-OAEP"},
                                                     {"user.info.encrypted.response.alg", "RSA-OAEP"},
                                                     {"authorization.encrypted.response.alg", "RSA-OAEP"}};
  add("keyless", wanted);
  auto at_address = wanted;
  at_address.insert({{"use.jwks.url", "true"}, {"jwks.url", kKeysAt}, {"jwks.string", key_set_}});
  add("unreachable", at_address);  // keys left in the record were withdrawn
  auto unknown = wanted;
  unknown["id.token.encrypted.response.alg"] = "RSA1_5";  // from an import
  add_with_keys("weak", unknown);
  for (const auto* id : {"keyless", "unreachable", "weak"}) {
    const auto answer = tokens(id);
    EXPECT_EQ(answer.status, 500) << id;
    EXPECT_EQ(answer.body_text().find("eyJ"), std::string_view::npos) << id;
  }
  const auto signed_answer = authorize("keyless", {{"response_mode", "query.jwt"}});
  EXPECT_EQ(signed_answer.status, 500);
  EXPECT_EQ(location(signed_answer), "");
  const auto hybrid = authorize("keyless", {{"response_type", "code id_token"}});
  EXPECT_NE(location(hybrid).find("error=server_error"), std::string::npos) << location(hybrid);
  EXPECT_EQ(location(hybrid).find("id_token"), std::string::npos);
}

TEST_P(Encryption, refuses_keys_for_signatures) {
  const std::vector<jose::PublicJwk> keys = {
      {jose::test_private_key(crypto::KeyType::kRsa).public_key(), "s1", "RS256", "sig", ""}};
  add("signs", {{"use.jwks.string", "true"},
                {"jwks.string", jose::jwks_json(keys)},
                {"id.token.encrypted.response.alg", "RSA-OAEP"}});
  EXPECT_EQ(tokens("signs").status, 500);
}

TEST_P(Encryption, id_tokens_are_signed_then_encrypted) {
  for (const auto management : jose::kKeyManagements) {
    const auto id = "id-" + std::to_string(static_cast<int>(management));
    add_with_keys(id, {{"id.token.encrypted.response.alg", std::string(name(management))},
                       {"id.token.encrypted.response.enc", "A256GCM"}});
    const auto jwe = id_token(id);
    const auto header = header_of(jwe);
    EXPECT_EQ(string_or(header, "alg", ""), name(management));
    EXPECT_EQ(string_or(header, "enc", ""), "A256GCM");
    EXPECT_EQ(string_or(header, "cty", ""), "JWT");
    EXPECT_EQ(string_or(header, "kid", ""), jose::is_agreement(management) ? "e2" : "e1");
    const auto claims = jose::verify(read(jwe, management), server_.realm()->public_keys);
    ASSERT_TRUE(claims) << "signed inside: " << name(management);
    EXPECT_TRUE(claims->has_audience(id));
  }
  add_with_keys("usual", {{"id.token.encrypted.response.alg", "RSA-OAEP"}});
  EXPECT_EQ(string_or(header_of(id_token("usual")), "enc", ""), "A128CBC-HS256");
}

TEST_P(Encryption, keys_at_an_address_are_fetched_once_before_anything_is_answered) {
  add("moved", {{"use.jwks.url", "true"}, {"jwks.url", kKeysAt}, {"id.token.encrypted.response.alg", "RSA-OAEP"}});
  server_.fetcher.serve_json(kKeysAt, key_set_);
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(read(id_token("moved")).empty());
  EXPECT_EQ(server_.fetcher.calls.size(), 1U);
}

TEST_P(Encryption, refuses_before_a_code_is_used_up_for_an_answer_that_cannot_be_made) {
  add("flaky", {{"use.jwks.url", "true"}, {"jwks.url", kKeysAt}, {"id.token.encrypted.response.alg", "RSA-OAEP"}});
  const auto code = location_parameter(authorize("flaky", {}), "code");
  ASSERT_NE(code, "");
  const auto redeemed = [&] {
    return server_.post("/token", {{"grant_type", "authorization_code"},
                                   {"code", code},
                                   {"redirect_uri", "https://app.example/cb"},
                                   {"client_id", "flaky"},
                                   {"client_secret", "a-secret-of-the-client"}});
  };
  EXPECT_EQ(redeemed().status, 500);
  server_.clock.advance(seconds(11));
  server_.fetcher.serve_json(kKeysAt, key_set_);
  const auto answer = redeemed();
  ASSERT_EQ(answer.status, 200) << answer.body_text();
  EXPECT_FALSE(read(string_or(body_of(answer), "id_token", "")).empty());
}

TEST_P(Encryption, userinfo_is_encrypted_with_or_without_a_signature) {
  for (const auto* algorithm : {"", "ES256"}) {
    const auto id = std::string("info") + algorithm;
    add_with_keys(id, {{"user.info.encrypted.response.alg", "RSA-OAEP"},
                       {"user.info.encrypted.response.enc", "A128GCM"},
                       {"user.info.response.signature.alg", algorithm}});
    const auto access = string_or(body_of(tokens(id)), "access_token", "");
    const auto answer = server_.get("/userinfo", {{"Authorization", "Bearer " + access}});
    ASSERT_EQ(answer.status, 200) << answer.body_text();
    EXPECT_EQ(*answer.find_header("Content-Type"), "application/jwt");
    const auto inner = read(answer.body_text());
    if (std::string_view(algorithm).empty()) {
      EXPECT_FALSE(header_of(answer.body_text()).contains("cty"));
      EXPECT_EQ(string_or(parse_json(inner)->as_object(), "preferred_username", ""), "ada");
    } else {
      EXPECT_EQ(string_or(header_of(answer.body_text()), "cty", ""), "JWT");
      EXPECT_EQ(string_or(payload_of(inner), "aud", ""), id);
    }
  }
}

TEST_P(Encryption, answers_are_signed_then_encrypted_errors_as_well) {  // JARM sections 2.1 and 4
  add_with_keys("jarm", {{"authorization.encrypted.response.alg", "ECDH-ES"}});
  const auto answer = authorize("jarm", {{"response_mode", "query.jwt"}, {"state", "s-1"}});
  const auto inner = payload_of(read(location_parameter(answer, "response"), KeyManagement::kEcdhEs));
  EXPECT_EQ(string_or(inner, "state", ""), "s-1");
  EXPECT_FALSE(string_or(inner, "code", "").empty());
  EXPECT_EQ(location_parameter(answer, "code"), "");
  const auto error = authorize("jarm", {{"response_mode", "query.jwt"}, {"prompt", "none"}});
  const auto refused = payload_of(read(location_parameter(error, "response"), KeyManagement::kEcdhEs));
  EXPECT_EQ(string_or(refused, "error", ""), "login_required");
}

TEST_P(Encryption, id_tokens_of_the_authorization_endpoint_are_encrypted) {
  add_with_keys("hybrid", {{"id.token.encrypted.response.alg", "RSA-OAEP-256"}});
  auto answer = authorize("hybrid", {{"response_type", "code id_token"}});
  auto url = location(answer);
  url[url.find('#')] = '?';
  web::Response as_query;
  as_query.add("Location", url);
  const auto inner = payload_of(read(location_parameter(as_query, "id_token"), KeyManagement::kRsaOaep256));
  EXPECT_EQ(string_or(inner, "nonce", ""), "n-1");
}

TEST_P(Encryption, refuses_request_objects_it_cannot_read_or_that_nobody_signed) {
  add_with_keys("app2", {});
  EXPECT_EQ(ask("app2", object("app2", KeyManagement::kRsaOaep, "realm-RSA-OAEP")), 400) << "the realm has no key";
  give_realm_a_key();
  EXPECT_EQ(ask("app2", object("app2", KeyManagement::kRsaOaep, "realm-RSA-OAEP")), 200);
  EXPECT_EQ(ask("app2", object("app2", KeyManagement::kRsaOaep, "another")), 400);
  EXPECT_EQ(ask("app2", object("app2", KeyManagement::kRsaOaep256, "realm-RSA-OAEP")), 400)
      << "the key's algorithm counts, not the header's";
  EXPECT_EQ(ask("app2", object("app2", KeyManagement::kRsaOaep, "realm-RSA-OAEP", false)), 400)
      << "anybody can encrypt to us";
  const jose::PublicJwk key{jose::test_private_key(crypto::KeyType::kRsa).public_key(), "realm-RSA-OAEP", "", "", ""};
  const auto twice = jose::encrypt({key, KeyManagement::kRsaOaep, jose::ContentEncryption::kA256Gcm},
                                   object("app2", KeyManagement::kRsaOaep, "realm-RSA-OAEP"), "JWT", server_.random);
  EXPECT_EQ(ask("app2", *twice), 400);
}

TEST_P(Encryption, refuses_request_objects_that_are_not_encrypted_as_registered) {
  give_realm_a_key();
  add_with_keys("strict",
                {{"request.object.encryption.alg", "RSA-OAEP"}, {"request.object.encryption.enc", "A128GCM"}});
  add_with_keys("open", {{"request.object.encryption.alg", "any"}, {"request.object.encryption.enc", "any"}});
  EXPECT_EQ(ask("strict", object("strict", KeyManagement::kRsaOaep, "realm-RSA-OAEP")), 400) << "A256GCM";
  EXPECT_EQ(ask("open", object("open", KeyManagement::kRsaOaep, "realm-RSA-OAEP")), 200);
  const auto plain =
      jose::sign_by_hand(jose::test_signing_key(jose::Algorithm::kES256), R"({"alg":"ES256","kid":"s1"})",
                         R"({"client_id":"strict","response_type":"code","scope":"openid",)"
                         R"("redirect_uri":"https://app.example/cb"})");
  EXPECT_EQ(ask("strict", plain), 400);
  const auto pushed = server_.post(
      "/ext/par/request", {{"client_id", "strict"}, {"client_secret", "a-secret-of-the-client"}, {"request", plain}});
  EXPECT_EQ(pushed.status, 400);
  EXPECT_EQ(string_or(body_of(pushed), "error", ""), "invalid_request_object");
}

TEST_P(Encryption, pushed_objects_are_decrypted) {
  give_realm_a_key();
  add_with_keys("pushes", {});
  const auto pushed =
      server_.post("/ext/par/request", {{"client_id", "pushes"},
                                        {"client_secret", "a-secret-of-the-client"},
                                        {"request", object("pushes", KeyManagement::kRsaOaep, "realm-RSA-OAEP")}});
  EXPECT_EQ(pushed.status, 201) << pushed.body_text();
}

TEST_P(Encryption, discovery_says_what_the_realm_can_decrypt) {
  const auto document = [&] { return body_of(Browser(server_).get("/realms/demo/.well-known/openid-configuration")); };
  EXPECT_FALSE(document().contains("request_object_encryption_alg_values_supported"));
  give_realm_a_key("RSA1_5");  // as Keycloak can make them
  EXPECT_FALSE(document().contains("request_object_encryption_alg_values_supported"));
  give_realm_a_key("RSA-OAEP-256");
  EXPECT_EQ(json::serialize(document().at("request_object_encryption_alg_values_supported")), R"(["RSA-OAEP-256"])");
}

INSTANTIATE_ON_EVERY_ENGINE(Encryption);

}  // namespace
}  // namespace cardea::protocol
