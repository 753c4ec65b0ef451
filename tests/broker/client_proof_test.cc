// How we prove to a provider who we are where it is no secret (entra.md section 8; RFC 7523 section 2.2): with the
// certificate of a key of the realm, and as an issuer that the provider trusts.
#include "tests/broker/broker_world.h"

namespace cardea::protocol {
namespace {

class ClientProof : public Broker {
 protected:
  ClientProof() {
    RealmKey key;
    key.id = KeyId("key-rs256");
    key.name = "rsa";
    key.provider = "rsa";
    key.kid = "rsa-1";
    key.algorithm = "RS256";
    key.use = "sig";
    key.secret = jose::test_private_key(crypto::KeyType::kRsa).to_pem();
    key.certificate_der = "bytes of a certificate";
    EXPECT_TRUE(server_.repositories.store.write(
        [&](Tx& tx) { return server_.repositories.keys.insert(tx, RealmId("realm-demo"), key); }));
    server_.change_realm([](Realm&) {});
  }
  /// The assertion that the provider's token endpoint got; header and payload.
  std::pair<json::object, json::object> sent(const json::object& config) {
    use({provider("up", config)});
    Browser browser(server_);
    EXPECT_EQ(sign_in_upstream(browser).status, 302);
    EXPECT_FALSE(token_form_.value("client_secret"));
    EXPECT_EQ(token_form_.value_or("client_assertion_type", ""),
              "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
    const auto text = std::string(token_form_.value_or("client_assertion", ""));
    const auto header = parse_json(base64url_decode(text.substr(0, text.find('.'))).value());
    return {header->as_object(), payload_of(text)};
  }
  void expect_no(const json::object& config, std::string_view reason) {
    use({provider("up", config)});
    Browser browser(server_);
    EXPECT_NE(sign_in_upstream(browser).status, 302);
    EXPECT_TRUE(server_.log.contains(reason)) << reason;
  }
};

// With the realm as its issuer such a token must say nothing that anybody else would believe (attack class 21).
TEST_F(ClientProof, refuses_federated_credentials_for_others_and_methods_that_nobody_knows) {
  expect_no({{"clientAuthMethod", "federated_credential"}, {"clientAssertionAudience", "https://cluster.example"}},
            "audience_not_for_federated_credential");
  expect_no({{"clientAuthMethod", "private_key_jwt"}, {"clientAssertionSigningAlg", "HS512"}},
            "no_key_for_client_assertion");
  expect_no({{"clientAuthMethod", "tls_client_auth"}}, "client_auth_method_not_supported");
  expect_no({{"clientAuthMethod", "private_key_jwt"}, {"clientAssertionSigningAlg", "XS1"}},
            "no_key_for_client_assertion");
}

// The secret signs what only the provider can check; it is not sent, and one that is guessed is none (RFC 7518 section
// 3.2).
TEST_F(ClientProof, refuses_to_sign_with_a_secret_that_is_too_short_or_as_with_a_key) {
  expect_no({{"clientAuthMethod", "client_secret_jwt"}, {"clientSecret", std::string(31, 's')}},
            "client_secret_too_short_for_its_algorithm");
  expect_no({{"clientAuthMethod", "client_secret_jwt"}, {"clientSecret", ""}},
            "client_secret_too_short_for_its_algorithm");
  expect_no({{"clientAuthMethod", "client_secret_jwt"},
             {"clientSecret", std::string(64, 's')},
             {"clientAssertionSigningAlg", "RS256"}},
            "no_key_for_client_assertion");
}

TEST_F(ClientProof, signs_with_the_secret) {
  const std::string secret(64, 's');
  for (const std::string algorithm : {"", "HS512"}) {
    const auto [header, payload] = sent({{"clientAuthMethod", "client_secret_jwt"},
                                         {"clientSecret", secret},
                                         {"clientAssertionSigningAlg", algorithm},
                                         {"clientAssertionAudience", algorithm.empty() ? "" : kUpstream}});
    const auto named = algorithm.empty() ? jose::Algorithm::kHS256 : jose::Algorithm::kHS512;
    EXPECT_EQ(string_or(header, "alg", ""), jose::name(named));
    EXPECT_FALSE(header.contains("kid"));
    EXPECT_EQ(string_or(payload, "iss", ""), "cardea");
    EXPECT_EQ(string_or(payload, "sub", ""), "cardea");
    EXPECT_EQ(string_or(payload, "aud", ""), algorithm.empty() ? "https://up.example/token" : kUpstream);
    const auto key = jose::VerificationKey::make_hmac(SecretBytes(std::string(secret)), "", named).value();
    const auto jws = jose::UnverifiedJws::parse(token_form_.value_or("client_assertion", ""));
    EXPECT_TRUE(jws && jose::verify(*jws, key));
  }
}

// A key without a certificate is no proof where the certificate is what the provider has on record.
TEST_F(ClientProof, refuses_keys_without_a_certificate_where_it_must_be_named) {
  expect_no({{"clientAuthMethod", "private_key_jwt"},
             {"jwtX509HeadersEnabled", "true"},
             {"clientAssertionSigningAlg", "ES256"}},
            "no_certificate_of_key");
}

TEST_F(ClientProof, names_the_certificate_of_the_realms_key) {
  const auto certs = body_of(server_.get("/certs"));
  json::object published;
  for (const auto& key : certs.at("keys").as_array()) {
    if (string_or(key.as_object(), "alg", "") == "RS256") published = key.as_object();
  }
  ASSERT_FALSE(string_or(published, "x5t#S256", "").empty());
  const auto [header, payload] = sent({{"clientAuthMethod", "private_key_jwt"}, {"jwtX509HeadersEnabled", "true"}});
  EXPECT_EQ(string_or(header, "kid", ""), string_or(published, "kid", "?"));
  EXPECT_EQ(string_or(header, "x5t#S256", ""), string_or(published, "x5t#S256", "?"));
  EXPECT_EQ(string_or(payload, "iss", ""), "cardea");
  EXPECT_EQ(string_or(payload, "sub", ""), "cardea");
  EXPECT_EQ(string_or(payload, "aud", ""), "https://up.example/token");
  const auto plain = sent({{"clientAuthMethod", "private_key_jwt"}}).first;
  EXPECT_FALSE(plain.contains("x5t#S256"));
}

TEST_F(ClientProof, speaks_for_an_application_as_the_realms_issuer) {
  const auto [header, payload] = sent({{"clientAuthMethod", "federated_credential"},
                                       {"federatedCredentialSubject", "user-ada"},
                                       {"clientAssertionAudience", "api://AzureADTokenExchange"}});
  EXPECT_EQ(string_or(payload, "iss", ""), kIssuer);
  EXPECT_EQ(string_or(payload, "sub", ""), "identity-provider:up") << "nothing else, whatever the record says";
  EXPECT_EQ(string_or(payload, "aud", ""), "api://AzureADTokenExchange");
  EXPECT_FALSE(header.contains("x5t#S256"));
}

}  // namespace
}  // namespace cardea::protocol
