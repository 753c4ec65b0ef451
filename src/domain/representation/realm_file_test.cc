#include "domain/representation/realm_file.h"

#include <gtest/gtest.h>

#include "base/encoding.h"
#include "crypto/key.h"

namespace cardea {
namespace {

json::object parse(std::string_view text) { return parse_json(text).value().as_object(); }

std::string body(std::string_view pem) {
  std::string out;
  for (std::size_t at = 0; at < pem.size();) {
    const auto end = std::min(pem.find('\n', at), pem.size());
    if (pem[at] != '-') out += pem.substr(at, end - at);
    at = end + 1;
  }
  return out;
}

json::object key_component(std::string_view provider, json::object config) {
  for (auto& [name, value] : config) value = json::array{json::value(value)};
  return {{"id", "k-1"}, {"name", "mine"}, {"providerId", provider}, {"config", std::move(config)}};
}

TEST(RealmJson, refuses_wrong_types_all_at_once) {
  RepresentationProblems problems;
  (void)parse_realm(parse(R"({"accessTokenLifespan":"long","sslRequired":"sometimes","enabled":[],"attributes":[]})"),
                    {}, problems);
  EXPECT_EQ(problems.describe(),
            "attributes: expected an object\n"
            "sslRequired: expected all, external or none\n"
            "enabled: expected true or false\n"
            "accessTokenLifespan: expected a whole number\n"
            "realm: expected the realm's name");
}

TEST(RealmFile, refuses_collections_of_wrong_type_with_their_paths) {
  RepresentationProblems problems;
  (void)parse_realm_file(parse(R"({"realm":"demo","roles":{"realm":[{"name":5}],"client":{"app":{}}},"groups":{},
                                   "clients":[{"clientId":"a"},5],"clientScopes":[{}],"defaultRole":{},
                                   "scopeMappings":[{"roles":["x"]}],"components":[],
                                   "clientScopeMappings":{"app":[{"client":"a","clientScope":"b"}]}})"),
                         {}, problems);
  EXPECT_EQ(problems.describe(),
            "roles.realm[0].name: expected a string\n"
            "roles.realm[0].name: expected a name\n"
            "roles.client.app: expected a list\n"
            "groups: expected a list\n"
            "defaultRole.name: expected the role's name\n"
            "scopeMappings[0]: expected client or clientScope\n"
            "clientScopeMappings.app[0]: expected client or clientScope\n"
            "clients[1]: expected an object\n"
            "clientScopes[0].name: expected a name\n"
            "components: expected an object");
}

TEST(RealmJson, masks_secrets_in_what_is_kept) {
  RepresentationProblems problems;
  const auto realm = parse_realm(parse(R"({"realm":"demo","smtpServer":{"host":"mail","password":"hunter2"},
                "identityProviders":[{"alias":"g","providerId":"google","config":{"clientId":"id","clientSecret":"hunter2"}},
                                     {"alias":"h","providerId":"home-made","config":{"token":"hunter2"}}],
                "components":{"org.keycloak.storage.UserStorageProvider":[{"name":"ldap","config":{"bindCredential":["hunter2"]},
                    "subComponents":{"x":[{"config":{"y":["hunter2"]}}]}}],
                  "org.keycloak.userprofile.UserProfileProvider":[{"config":{"kc.user.profile.config":["{}"]}}]}})"),
                                 {}, problems);
  const auto masked = json::serialize(to_json(realm, Secrets::kMask));
  EXPECT_EQ(masked.find("hunter2"), std::string::npos) << masked;
  EXPECT_NE(masked.find(R"("kc.user.profile.config":["{}"])"), std::string::npos);
  EXPECT_NE(masked.find(R"("clientId":"id")"), std::string::npos);
  EXPECT_NE(json::serialize(to_json(realm, Secrets::kReveal)).find("hunter2"), std::string::npos);
}

TEST(RealmJson, absent_settings_keep_those_of_the_base) {
  RepresentationProblems problems;
  Realm base;
  base.name = "demo";
  base.lifespans.access_token = seconds{60};
  base.extra = {{"loginTheme", "own"}, {"failureFactor", 30}};
  const auto realm = parse_realm(parse(R"({"rememberMe":true,"failureFactor":5})"), {}, problems, base);
  EXPECT_TRUE(problems.empty());
  EXPECT_EQ(realm.lifespans.access_token, seconds{60});
  EXPECT_TRUE(realm.remember_me);
  EXPECT_EQ(json::serialize(realm.extra), R"({"loginTheme":"own","failureFactor":5})");
}

TEST(RealmFile, comes_out_as_it_went_in_and_in_order) {
  RepresentationProblems problems;
  const std::string_view text =
      R"({"id":"r-1","realm":"demo","notBefore":0,"defaultSignatureAlgorithm":"ES256","revokeRefreshToken":true,)"
      R"("refreshTokenMaxReuse":1,"accessTokenLifespan":60,"accessTokenLifespanForImplicitFlow":901,)"
      R"("ssoSessionIdleTimeout":1801,"ssoSessionMaxLifespan":36001,"ssoSessionIdleTimeoutRememberMe":1,)"
      R"("ssoSessionMaxLifespanRememberMe":2,"offlineSessionIdleTimeout":3,"offlineSessionMaxLifespanEnabled":true,)"
      R"("offlineSessionMaxLifespan":6,"clientSessionIdleTimeout":4,)"
      R"("clientSessionMaxLifespan":5,"clientOfflineSessionIdleTimeout":7,"clientOfflineSessionMaxLifespan":8,)"
      R"("accessCodeLifespan":61,"accessCodeLifespanUserAction":301,)"
      R"("accessCodeLifespanLogin":1802,"oauth2DeviceCodeLifespan":601,"oauth2DevicePollingInterval":6,)"
      R"("enabled":true,"sslRequired":"none","registrationAllowed":true,)"
      R"("registrationEmailAsUsername":true,"rememberMe":true,"verifyEmail":true,"loginWithEmailAllowed":false,)"
      R"("duplicateEmailsAllowed":true,"resetPasswordAllowed":true,"editUsernameAllowed":true,"failureFactor":30,)"
      R"("roles":{"realm":[{"id":"x","name":"user","composite":false,"clientRole":false,"attributes":{}}],)"
      R"("client":{"app":[]}},"groups":[],"defaultRole":{"name":"default-roles-demo"},"passwordPolicy":"digits",)"
      R"("scopeMappings":[{"clientScope":"offline_access","roles":["offline_access"]}],)"
      R"("clientScopeMappings":{"account":[{"client":"console","roles":["view"]}]},"clients":[],"clientScopes":[],)"
      R"("defaultDefaultClientScopes":["basic"],"defaultOptionalClientScopes":[],)"
      R"("browserSecurityHeaders":{"xFrameOptions":"DENY"},"smtpServer":{"password":"p"},)"
      R"("components":{"org.keycloak.keys.KeyProvider":[{"providerId":"java-keystore","config":{"a":["b"]}}]},)"
      R"("internationalizationEnabled":true,"authenticationFlows":[{"alias":"browser"}],"attributes":{"a":"b"},)"
      R"("keycloakVersion":"26.5.5","brandNew":[{}]})";
  const auto file = parse_realm_file(parse(text), {}, problems);
  EXPECT_TRUE(problems.empty()) << problems.describe();
  EXPECT_EQ(json::serialize(to_json(file, Secrets::kReveal)), text);
}

TEST(RealmFile, tells_absent_sections_from_empty_ones) {
  RepresentationProblems problems;
  const auto absent = parse_realm_file(parse(R"({"realm":"demo"})"), {}, problems);
  EXPECT_FALSE(absent.scopes || absent.default_scopes || absent.optional_scopes);
  const auto empty =
      parse_realm_file(parse(R"({"realm":"demo","clientScopes":[],"defaultDefaultClientScopes":[]})"), {}, problems);
  EXPECT_TRUE(empty.scopes && empty.default_scopes);
}

TEST(RealmFile, reads_what_older_keycloaks_wrote) {
  RepresentationProblems problems;
  const auto file = parse_realm_file(
      parse(R"({"realm":"demo","defaultRoles":["user"],"clients":[{"clientId":"app","defaultRoles":["reader"]}],
                "roles":{"application":{"app":[{"name":"reader"}]}},
                "applicationScopeMappings":{"app":[{"client":"other","roles":["reader"]}]}})"),
      {}, problems);
  EXPECT_TRUE(problems.empty()) << problems.describe();
  EXPECT_EQ(file.default_roles, std::vector<std::string>{"user"});
  EXPECT_EQ(file.client_default_roles.at("app"), std::vector<std::string>{"reader"});
  EXPECT_EQ(file.client_roles.front().second.front().role.name, "reader");
  EXPECT_EQ(file.client_scope_mappings.at("app").front().client, "other");
}

TEST(KeyJson, refuses_unusable_keys) {
  const auto problem = [](json::object component) {
    RepresentationProblems problems;
    (void)parse_key_component(component, {}, problems);
    return problems.describe();
  };
  const auto ec = crypto::PrivateKey::generate(crypto::KeyType::kEcP256).value();
  const std::string bad_rsa = "config: expected a private key of this kind, not encrypted, RSA from 2048 bits";
  EXPECT_EQ(problem({{"providerId", "java-keystore"}}), "providerId: expected a provider of keys");
  EXPECT_EQ(problem(key_component("rsa-generated", {{"algorithm", "ES256"}})),
            "config: expected an algorithm that this provider has");
  EXPECT_EQ(problem(key_component("rsa-generated", {{"privateKey", "AAAA"}})), bad_rsa);
  EXPECT_EQ(problem(key_component("rsa-generated", {{"privateKey", body(ec.to_pem().reveal())}})), bad_rsa);
  EXPECT_EQ(problem(key_component("hmac-generated", {{"secret", "c2hvcnQ"}, {"kid", "k"}})),
            "config: expected a secret of at least 16 bytes, base64url");
  EXPECT_EQ(problem(key_component("aes-generated", {{"secret", "AAAAAAAAAAAAAAAAAAAAAA"}})),
            "config: expected the kid of this secret");
}

TEST(KeyJson, refuses_a_certificate_of_another_key) {
  const auto key = crypto::PrivateKey::generate(crypto::KeyType::kRsa).value();
  const auto other = crypto::PrivateKey::generate(crypto::KeyType::kRsa).value();
  const auto certificate =
      crypto::make_self_signed_certificate(other, "demo", from_epoch_seconds(1'700'000'000), 10).value();
  RepresentationProblems problems;
  (void)parse_key_component(key_component("rsa-generated", {{"privateKey", body(key.to_pem().reveal())},
                                                            {"certificate", base64_encode(certificate)}}),
                            {}, problems);
  EXPECT_EQ(problems.describe(), "config: expected a certificate of this private key");
}

TEST(KeyJson, rsa_key_with_certificate_comes_out_as_it_went_in) {
  const auto key = crypto::PrivateKey::generate(crypto::KeyType::kRsa).value();
  const auto certificate =
      crypto::make_self_signed_certificate(key, "demo", from_epoch_seconds(1'700'000'000), 10).value();
  RepresentationProblems problems;
  const auto in = key_component("rsa-generated", {{"privateKey", body(key.to_pem().reveal())},
                                                  {"certificate", base64_encode(certificate)},
                                                  {"priority", "7"},
                                                  {"active", "false"}});
  const auto read = parse_key_component(in, {}, problems);
  EXPECT_TRUE(problems.empty()) << problems.describe();
  EXPECT_EQ(read.key.algorithm, "RS256");
  EXPECT_EQ(read.key.use, "sig");
  EXPECT_EQ(read.key.kid, crypto::key_id(key));
  EXPECT_EQ(read.key.priority, 7);
  EXPECT_EQ(read.key.status, KeyStatus::kPassive);
  EXPECT_EQ(read.key.certificate_der, certificate);
  const auto again = parse_key_component(to_json(read.key, Secrets::kReveal), {}, problems);
  EXPECT_TRUE(problems.empty()) << problems.describe();
  EXPECT_EQ(again.key.secret.reveal(), read.key.secret.reveal());
  EXPECT_EQ(again.key.certificate_der, certificate);
  EXPECT_EQ(again.key.status, KeyStatus::kPassive);
  EXPECT_EQ(json::serialize(to_json(read.key, Secrets::kMask)).find(body(key.to_pem().reveal()).substr(40, 40)),
            std::string::npos);
}

TEST(KeyJson, elliptic_and_symmetric_keys_come_out_as_they_went_in) {
  RepresentationProblems problems;
  for (const auto& [type, provider, member] :
       {std::tuple{crypto::KeyType::kEcP384, "ecdsa-generated", "ecdsaPrivateKey"},
        std::tuple{crypto::KeyType::kEd25519, "eddsa-generated", "eddsaPrivateKey"}}) {
    const auto key = crypto::PrivateKey::generate(type).value();
    const auto read =
        parse_key_component(key_component(provider, {{member, body(key.to_pem().reveal())}}), {}, problems);
    EXPECT_TRUE(problems.empty()) << problems.describe();
    EXPECT_EQ(read.key.algorithm, type == crypto::KeyType::kEcP384 ? "ES384" : "EdDSA");
    const auto again = parse_key_component(to_json(read.key, Secrets::kReveal), {}, problems);
    EXPECT_EQ(again.key.secret.reveal(), read.key.secret.reveal());
    EXPECT_EQ(again.key.kid, read.key.kid);
  }
  const auto hmac = parse_key_component(
      key_component("hmac-generated",
                    {{"secret", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}, {"kid", "k-9"}, {"algorithm", "HS512"}}),
      {}, problems);
  EXPECT_TRUE(problems.empty()) << problems.describe();
  EXPECT_EQ(hmac.key.secret.size(), 24U);
  const auto again = parse_key_component(to_json(hmac.key, Secrets::kReveal), {}, problems);
  EXPECT_EQ(again.key.secret.reveal(), hmac.key.secret.reveal());
  EXPECT_EQ(again.key.kid, "k-9");
}

TEST(KeyJson, the_mask_asks_for_a_fresh_key) {
  RepresentationProblems problems;
  const auto read = parse_key_component(
      key_component("rsa-generated",
                    {{"privateKey", "**********"}, {"certificate", "**********"}, {"keySize", "4096"}}),
      {}, problems);
  EXPECT_TRUE(problems.empty()) << problems.describe();
  EXPECT_TRUE(read.key.secret.empty());
  EXPECT_EQ(read.size, 4096);
}

}  // namespace
}  // namespace cardea
