#include "jose/signing_key.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "jose/ecdsa_signature.h"
#include "jose/test_keys.h"

namespace cardea::jose {
namespace {

TEST(SigningKey, RefusesKeysThatDoNotFit) {
  const auto make = [](crypto::KeyType type, Algorithm algorithm) {
    return SigningKey::make(test_private_key(type).clone(), "k", algorithm);
  };
  EXPECT_EQ(make(crypto::KeyType::kRsa, Algorithm::kES256).error(), JoseError::kBadKey);
  EXPECT_EQ(make(crypto::KeyType::kRsa, Algorithm::kEdDSA).error(), JoseError::kBadKey);
  EXPECT_EQ(make(crypto::KeyType::kRsa, Algorithm::kHS256).error(), JoseError::kBadKey);
  EXPECT_EQ(make(crypto::KeyType::kEcP256, Algorithm::kES384).error(), JoseError::kBadKey);
  EXPECT_EQ(make(crypto::KeyType::kEd25519, Algorithm::kES256).error(), JoseError::kBadKey);
  EXPECT_EQ(SigningKey::make_hmac(SecretBytes(std::string(64, 's')), "k", Algorithm::kES256).error(),
            JoseError::kBadKey);
  EXPECT_EQ(SigningKey::make_hmac(SecretBytes(), "k", Algorithm::kHS256).error(), JoseError::kWeakKey);
}

// An imported key whose private half does not belong to its public half would make tokens that nobody can verify.
TEST(SigningKey, RefusesHalvesThatDoNotBelongTogether) {
  const auto der_of = [](const crypto::PrivateKey& key) {
    unsigned char* bytes = nullptr;
    const int size = i2d_PrivateKey(key.get(), &bytes);
    std::string der(reinterpret_cast<char*>(bytes), static_cast<std::size_t>(size));
    OPENSSL_free(bytes);
    return der;
  };
  const auto first = crypto::PrivateKey::generate(crypto::KeyType::kEcP256),
             second = crypto::PrivateKey::generate(crypto::KeyType::kEcP256);
  auto mixed = der_of(*first);
  const auto point = "\x04" + second->public_key().x() + second->public_key().y();
  const auto own_point = "\x04" + first->public_key().x() + first->public_key().y();
  const auto at = mixed.find(own_point);
  ASSERT_NE(at, std::string::npos);
  mixed.replace(at, point.size(), point);
  auto key = crypto::PrivateKey::from_der(mixed);
  ASSERT_TRUE(key.has_value());
  EXPECT_EQ(SigningKey::make(std::move(*key), "k", Algorithm::kES256).error(), JoseError::kBadKey);
}

TEST(SigningKey, WritesKeycloaksHeader) {
  const auto key = test_signing_key(Algorithm::kRS256, "a\"b");
  EXPECT_EQ(base64url_decode(key.encoded_header("JWT")), R"({"alg":"RS256","typ" : "JWT","kid" : "a\"b"})");
  EXPECT_EQ(base64url_decode(key.encoded_header("at+jwt")), R"({"alg":"RS256","typ" : "at+jwt","kid" : "a\"b"})");
  EXPECT_TRUE(key.encoded_header("other").empty());
  std::string header;
  key.append_header(header, "dpop+jwt");
  EXPECT_EQ(base64url_decode(header), R"({"alg":"RS256","typ" : "dpop+jwt","kid" : "a\"b"})");
}

TEST(SigningKey, SignsWhileOthersSign) {
  std::vector<SigningKey> keys;
  for (const auto algorithm : kEveryAlgorithm) keys.push_back(test_signing_key(algorithm));
  std::vector<std::thread> threads;
  std::atomic<int> bad{0};
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int round = 0; round < 10; ++round) {
        for (const auto& key : keys) {
          if (!verify(sign_jwt(key, "JWT", "{}"), key_set_of(key))) ++bad;
        }
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(bad, 0);
}

// A thread's context of a key is used again after it has refused: the next good signature must pass, and a bad one not.
TEST(VerificationKey, JudgesEachSignatureForItself) {
  for (const auto algorithm : kEveryAlgorithm) {
    const auto key = test_signing_key(algorithm);
    const auto verification = key.verification_key();
    std::string encoded;
    key.sign_append(encoded, "input");
    const auto good = base64url_decode(encoded).value();
    auto bad = good;
    bad.back() = static_cast<char>(bad.back() ^ 1);
    for (int i = 0; i < 3; ++i) {
      EXPECT_FALSE(verification.is_signature_valid("input", bad)) << name(algorithm);
      EXPECT_FALSE(verification.is_signature_valid("other", good)) << name(algorithm);
      EXPECT_FALSE(verification.is_signature_valid("input", "")) << name(algorithm);
      EXPECT_TRUE(verification.is_signature_valid("input", good)) << name(algorithm);
    }
  }
}

// More keys than places for prepared contexts: each must still sign with its own.
TEST(SigningKey, KeepsManyKeysApart) {
  std::vector<SigningKey> keys;
  for (int i = 0; i < 200; ++i) {
    keys.push_back(
        std::move(*SigningKey::make_hmac(SecretBytes(std::string(64, static_cast<char>(i))), "k", Algorithm::kHS256)));
    keys.push_back(std::move(
        *SigningKey::make(crypto::PrivateKey::generate(crypto::KeyType::kEcP256).value(), "k", Algorithm::kES256)));
  }
  for (int round = 0; round < 2; ++round) {
    for (const auto& key : keys) EXPECT_TRUE(verify(sign_jwt(key, "JWT", "{}"), key_set_of(key)).has_value());
  }
  EXPECT_FALSE(verify(sign_jwt(keys[0], "JWT", "{}"), key_set_of(keys[2])).has_value());
  EXPECT_FALSE(verify(sign_jwt(keys[1], "JWT", "{}"), key_set_of(keys[3])).has_value());
}

TEST(SigningKey, OutlivesItsVerificationKeyAndTheOtherWayRound) {
  KeySet keys;
  std::string token;
  {
    const auto key = test_signing_key(Algorithm::kHS512);
    keys = key_set_of(key);
    token = sign_jwt(key, "JWT", "{}");
  }
  EXPECT_TRUE(verify(token, keys).has_value());
}

TEST(EcdsaSignature, RefusesMalformedDer) {
  using namespace std::string_literals;
  for (const auto& der :
       {""s, "\x30"s, "\x30\x00"s, "\x30\x06\x02\x01\x01\x02\x01"s, "\x30\x06\x02\x01\x01\x02\x01\x01x"s,
        "\x31\x06\x02\x01\x01\x02\x01\x01"s, "\x30\x06\x03\x01\x01\x02\x01\x01"s, "\x30\x80\x02\x01\x01\x02\x01\x01"s,
        "\x30\x81\x06\x02\x01\x01\x02\x01\x01"s, "\x30\x82\x00\x06\x02\x01\x01\x02\x01\x01"s, "\x30\x03\x02\x01\x01"s,
        "\x30\x0A\x02\x05\x01\x01\x01\x01\x01\x02\x01\x01"s}) {
    EXPECT_FALSE(ecdsa_raw_from_der(der, 4)) << hex_encode(der);
  }
  EXPECT_EQ(ecdsa_raw_from_der("\x30\x07\x02\x02\x00\x80\x02\x01\x01"s, 2), "\x00\x80\x00\x01"s);
}

TEST(EcdsaSignature, RefusesRawOfTheWrongWidth) {
  EXPECT_FALSE(ecdsa_der_from_raw("", 0));
  EXPECT_FALSE(ecdsa_der_from_raw("abc", 2));
  for (const std::size_t width : {32u, 48u, 66u}) {
    for (const char fill : {'\0', '\x01', '\x7F', '\x80', '\xFF'}) {
      const std::string raw = std::string(width, fill) + std::string(width - 1, '\0') + '\x01';
      const auto der = ecdsa_der_from_raw(raw, width);
      ASSERT_TRUE(der.has_value());
      EXPECT_EQ(ecdsa_raw_from_der(*der, width), raw);
    }
  }
}

}  // namespace
}  // namespace cardea::jose
