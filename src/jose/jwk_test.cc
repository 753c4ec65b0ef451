#include "jose/jwk.h"

#include <gtest/gtest.h>

#include "base/encoding.h"
#include "base/limits.h"
#include "jose/test_keys.h"

namespace cardea::jose {
namespace {

std::string jwk_of(crypto::KeyType type, std::string_view more = "") {
  std::string text;
  append_jwk(text,
             {.key = test_private_key(type).public_key(), .kid = "k", .alg = {}, .use = {}, .certificate_der = {}});
  text.insert(text.size() - 1, more);
  return text;
}

JoseError error_of(std::string_view text) {
  const auto jwk = parse_jwk(text);
  EXPECT_FALSE(jwk.has_value()) << text;
  return jwk.has_value() ? JoseError{} : jwk.error();
}

TEST(ParseJwk, RefusesPrivateMembers) {
  for (const auto* member : {"d", "p", "q", "dp", "dq", "qi", "oth", "k"}) {
    const auto more = std::string(",\"") + member + "\":\"AQAB\"";
    EXPECT_EQ(error_of(jwk_of(crypto::KeyType::kRsa, more)), JoseError::kPrivateMember) << member;
    EXPECT_EQ(error_of(jwk_of(crypto::KeyType::kEcP256, more)), JoseError::kPrivateMember) << member;
  }
  EXPECT_EQ(error_of(R"({"kty":"oct","k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T"})"), JoseError::kPrivateMember);
}

TEST(ParseJwk, RefusesWeakAndSloppyRsa) {
  const auto rsa = [](const std::string& n, const std::string& e) {
    return R"({"kty":"RSA","n":")" + base64url_encode(n) + R"(","e":")" + base64url_encode(e) + "\"}";
  };
  const std::string e("\x01\x00\x01", 3);
  const std::string n(256, '\xC1');
  ASSERT_TRUE(parse_jwk(rsa(n, e)).has_value());
  EXPECT_EQ(error_of(rsa(n.substr(0, 128), e)), JoseError::kWeakKey);
  EXPECT_EQ(error_of(rsa(std::string(2000, '\xC1'), e)), JoseError::kWeakKey);
  EXPECT_EQ(error_of(rsa('\0' + n, e)), JoseError::kBadKey);  // a zero in front
  EXPECT_EQ(error_of(rsa(n, '\0' + e)), JoseError::kBadKey);
  EXPECT_EQ(error_of(rsa(n, "\x01")), JoseError::kBadKey);
  EXPECT_EQ(error_of(rsa(n, "")), JoseError::kBadKey);
  EXPECT_EQ(error_of(R"({"kty":"RSA","n":"AQAB="})"), JoseError::kBadKey);
  EXPECT_EQ(error_of(R"({"kty":"RSA"})"), JoseError::kBadKey);
}

TEST(ParseJwk, RefusesCoordinatesOfTheWrongLengthOrPlace) {
  const auto key = test_private_key(crypto::KeyType::kEcP256).public_key();
  const auto ec = [](std::string_view curve, const std::string& x, const std::string& y) {
    return R"({"kty":"EC","crv":")" + std::string(curve) + R"(","x":")" + base64url_encode(x) + R"(","y":")" +
           base64url_encode(y) + "\"}";
  };
  ASSERT_TRUE(parse_jwk(ec("P-256", key.x(), key.y())).has_value());
  EXPECT_EQ(error_of(ec("P-256", '\0' + key.x(), key.y())), JoseError::kBadKey);
  EXPECT_EQ(error_of(ec("P-256", key.x().substr(1), key.y())), JoseError::kBadKey);
  EXPECT_EQ(error_of(ec("P-256", key.y(), key.x())), JoseError::kBadKey);
  EXPECT_EQ(error_of(ec("P-384", key.x(), key.y())), JoseError::kBadKey);
  EXPECT_EQ(error_of(ec("secp256k1", key.x(), key.y())), JoseError::kBadKey);
  EXPECT_EQ(error_of(ec("p-256", key.x(), key.y())), JoseError::kBadKey);
  EXPECT_EQ(error_of(R"({"kty":"EC","crv":"P-256","x":"AQAB"})"), JoseError::kBadKey);
  EXPECT_EQ(error_of(R"({"kty":"OKP","crv":"Ed25519","x":"AQAB"})"), JoseError::kBadKey);
  EXPECT_EQ(error_of(R"({"kty":"OKP","crv":"X25519","x":")" + base64url_encode(std::string(32, 'x')) + "\"}"),
            JoseError::kBadKey);
}

TEST(ParseJwk, RefusesContradictions) {
  for (const auto* more : {R"(,"alg":"ES256")", R"(,"alg":"HS256")", R"(,"alg":"RS256","use":"enc")", R"(,"alg":7)",
                           R"(,"use":["sig"])", R"(,"key_ops":"verify")", R"(,"key_ops":[])", R"(,"key_ops":["sign"])",
                           R"(,"use":"sig","key_ops":["encrypt"])", R"(,"use":"enc","key_ops":["verify"])"}) {
    EXPECT_EQ(error_of(jwk_of(crypto::KeyType::kRsa, more)), JoseError::kBadKey) << more;
  }
  for (const auto* more : {R"(,"alg":"PS512","use":"sig","key_ops":["verify"])", R"(,"alg":"RSA-OAEP","use":"enc")",
                           R"(,"use":"enc","key_ops":["wrapKey"])", R"(,"x":{"y":1})"}) {
    EXPECT_TRUE(parse_jwk(jwk_of(crypto::KeyType::kRsa, more)).has_value()) << more;
  }
}

TEST(ParseJwk, RefusesWhatIsNoCleanObject) {
  EXPECT_EQ(error_of(""), JoseError::kMalformed);
  EXPECT_EQ(error_of("[]"), JoseError::kMalformed);
  EXPECT_EQ(error_of("{}"), JoseError::kBadKey);
  EXPECT_EQ(error_of(jwk_of(crypto::KeyType::kRsa, R"(,"kty":"EC")")), JoseError::kDuplicateMember);
}

TEST(ParseJwks, RefusesSetsWithSecrets) {
  const auto good = jwk_of(crypto::KeyType::kRsa);
  EXPECT_EQ(parse_jwks(R"({"keys":[)" + good + R"(,{"kty":"oct","k":"c2VjcmV0"}]})").error(),
            JoseError::kPrivateMember);
  EXPECT_EQ(parse_jwks(R"({"keys":[{"kty":"new","d":"x"},)" + good + "]}").error(), JoseError::kPrivateMember);
  EXPECT_EQ(KeySet::from_jwks(R"({"keys":[)" + jwk_of(crypto::KeyType::kEcP256, R"(,"d":"x")") + "]}").error(),
            JoseError::kPrivateMember);
}

TEST(ParseJwks, RefusesOtherShapesAndTooMany) {
  for (const auto* text : {"", "[]", "{}", R"({"keys":{}})", R"({"keys":["x"]})", R"({"keys":[null]})"}) {
    EXPECT_EQ(parse_jwks(text).error(), JoseError::kMalformed) << text;
  }
  EXPECT_EQ(parse_jwks(R"({"keys":[],"keys":[]})").error(), JoseError::kDuplicateMember);
  std::string many = R"({"keys":[{})";
  for (std::size_t i = 0; i < kJwksKeysMax; ++i) many += ",{}";
  EXPECT_EQ(parse_jwks(many + "]}").error(), JoseError::kTooLarge);
  EXPECT_EQ(parse_jwks(std::string(300'000, ' ')).error(), JoseError::kTooLarge);
}

TEST(ParseJwks, LeavesOutWhatItCannotUse) {
  const auto set =
      parse_jwks(R"({"keys":[{"kty":"new"},{"kty":"EC","crv":"P-256"},{"kty":"RSA","n":"AQAB","e":"AQAB"},)" +
                 jwk_of(crypto::KeyType::kEd25519) + R"(],"more":1})");
  ASSERT_TRUE(set.has_value());
  ASSERT_EQ(set->size(), 1u);
  EXPECT_EQ(set->front().key.type(), crypto::KeyType::kEd25519);
}

TEST(KeySet, RefusesKeysForEncryptionAndUnknownAlgorithms) {
  const auto keys = KeySet::from_jwks(R"({"keys":[)" + jwk_of(crypto::KeyType::kRsa, R"(,"use":"enc")") + "," +
                                      jwk_of(crypto::KeyType::kRsa, R"(,"alg":"RSA-OAEP")") + "]}");
  ASSERT_TRUE(keys.has_value());
  EXPECT_TRUE(keys->empty());
}

TEST(KeySet, BindsEachKeyToOneAlgorithm) {
  const auto keys = KeySet::from_jwks(R"({"keys":[)" + jwk_of(crypto::KeyType::kRsa) + "]}", Algorithm::kPS256);
  EXPECT_TRUE(keys->find("k", Algorithm::kPS256).has_value());
  EXPECT_EQ(keys->find("k", Algorithm::kRS256).error(), JoseError::kWrongAlgorithm);
  const auto named = KeySet::from_jwks(R"({"keys":[)" + jwk_of(crypto::KeyType::kRsa, R"(,"alg":"RS512")") + "]}");
  EXPECT_TRUE(named->find("k", Algorithm::kRS512).has_value());
  EXPECT_EQ(named->find("k", Algorithm::kRS256).error(), JoseError::kWrongAlgorithm);
  const auto curve = KeySet::from_jwks(R"({"keys":[)" + jwk_of(crypto::KeyType::kEcP384) + "]}");
  EXPECT_TRUE(curve->find(std::nullopt, Algorithm::kES384).has_value());
  EXPECT_EQ(curve->find(std::nullopt, Algorithm::kES256).error(), JoseError::kUnknownKey);
}

TEST(VerificationKey, RefusesKeysThatDoNotFit) {
  const auto rsa = test_private_key(crypto::KeyType::kRsa).public_key();
  EXPECT_EQ(VerificationKey::make(rsa, "k", Algorithm::kES256).error(), JoseError::kBadKey);
  EXPECT_EQ(VerificationKey::make(rsa, "k", Algorithm::kHS256).error(), JoseError::kBadKey);
  EXPECT_EQ(
      VerificationKey::make(test_private_key(crypto::KeyType::kEcP256).public_key(), "k", Algorithm::kES384).error(),
      JoseError::kBadKey);
  EXPECT_EQ(VerificationKey::make_hmac(SecretBytes(std::string(64, 's')), "k", Algorithm::kRS256).error(),
            JoseError::kBadKey);
}

TEST(VerificationKey, RefusesEmptyAndShortSecrets) {
  for (const auto algorithm : {Algorithm::kHS256, Algorithm::kHS384, Algorithm::kHS512}) {
    const auto least = hmac_key_bytes_min(algorithm);
    EXPECT_EQ(VerificationKey::make_hmac(SecretBytes(), "k", algorithm).error(), JoseError::kWeakKey);
    EXPECT_EQ(VerificationKey::make_hmac(SecretBytes(std::string(least - 1, 's')), "k", algorithm).error(),
              JoseError::kWeakKey);
    EXPECT_TRUE(VerificationKey::make_hmac(SecretBytes(std::string(least, 's')), "k", algorithm).has_value());
    EXPECT_EQ(SigningKey::make_hmac(SecretBytes(std::string(least - 1, 's')), "k", algorithm).error(),
              JoseError::kWeakKey);
  }
}

TEST(AppendJwk, WritesKeycloaksOrder) {
  const auto& key = test_private_key(crypto::KeyType::kRsa);
  const auto der = crypto::make_self_signed_certificate(key, "demo", from_epoch_seconds(1'767'225'600), 10).value();
  std::string text;
  append_jwk(
      text,
      {.key = key.public_key(), .kid = crypto::key_id(key), .alg = "RS256", .use = "sig", .certificate_der = der});
  std::string order;
  for (const auto& member : parse_json(text)->as_object()) order.append(member.key()).append(" ");
  EXPECT_EQ(order, "kid kty alg use x5c x5t x5t#S256 n e ");
  const auto object = parse_json(text)->as_object();
  EXPECT_EQ(base64_decode(std::string(object.at("x5c").at(0).as_string())), der);
  EXPECT_EQ(string_or(object, "x5t", "").size(), 27u);
  EXPECT_EQ(string_or(object, "x5t#S256", "").size(), 43u);
  EXPECT_EQ(string_or(object, "e", ""), "AQAB");
}

TEST(JwksJson, WritesASetThatCanBeRead) {
  std::vector<PublicJwk> keys;
  EXPECT_EQ(jwks_json(keys), R"({"keys":[]})");
  for (const auto type : {crypto::KeyType::kRsa, crypto::KeyType::kEcP521, crypto::KeyType::kEd25519}) {
    keys.push_back({.key = test_private_key(type).public_key(),
                    .kid = "k" + std::to_string(keys.size()),
                    .alg = {},
                    .use = "sig",
                    .certificate_der = {}});
  }
  const auto read = parse_jwks(jwks_json(keys));
  ASSERT_TRUE(read.has_value());
  ASSERT_EQ(read->size(), 3u);
  for (std::size_t i = 0; i < keys.size(); ++i) {
    EXPECT_EQ((*read)[i].kid, keys[i].kid);
    EXPECT_EQ((*read)[i].key.spki_der(), keys[i].key.spki_der());
  }
}

}  // namespace
}  // namespace cardea::jose
