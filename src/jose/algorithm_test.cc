#include "jose/algorithm.h"

#include <gtest/gtest.h>

#include "jose/test_keys.h"

namespace cardea::jose {
namespace {

TEST(ParseAlgorithm, RefusesNoneAndOtherSpellings) {
  for (const auto* text : {"", "none", "None", "nOnE", "NONE", "rs256", "RS256 ", "RS1", "HS1", "ES256K", "ES521",
                           "RSA-OAEP", "dir", "Ed448", "eddsa"}) {
    EXPECT_FALSE(parse_algorithm(text)) << text;
  }
}

TEST(ParseAlgorithm, ReadsItsOwnNames) {
  for (const auto algorithm : kEveryAlgorithm) EXPECT_EQ(parse_algorithm(name(algorithm)), algorithm);
  EXPECT_EQ(parse_algorithm("Ed25519"), Algorithm::kEdDSA);
}

TEST(Algorithm, BelongsToOneKeyType) {
  EXPECT_EQ(key_type_of(Algorithm::kPS512), crypto::KeyType::kRsa);
  EXPECT_EQ(key_type_of(Algorithm::kES512), crypto::KeyType::kEcP521);
  EXPECT_FALSE(key_type_of(Algorithm::kHS256));
  EXPECT_TRUE(is_hmac(Algorithm::kHS512));
  EXPECT_EQ(default_algorithm(crypto::KeyType::kRsa), Algorithm::kRS256);
  EXPECT_EQ(default_algorithm(crypto::KeyType::kEcP384), Algorithm::kES384);
  EXPECT_EQ(default_algorithm(crypto::KeyType::kEd25519), Algorithm::kEdDSA);
  EXPECT_EQ(hmac_key_bytes_min(Algorithm::kHS256), 32u);
  EXPECT_EQ(hmac_key_bytes_min(Algorithm::kHS384), 48u);
  EXPECT_EQ(hmac_key_bytes_min(Algorithm::kHS512), 64u);
}

// The example of OpenID Connect Core appendix A.3: at_hash of its access token.
TEST(LeftHalfHash, KnowsTheExampleOfOpenIdConnect) {
  EXPECT_EQ(left_half_hash(Algorithm::kRS256, "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y"), "77QmUPtjPfzWtF2AnpK9RQ");
  EXPECT_EQ(left_half_hash(Algorithm::kES384, "x").size(), 32u);
  EXPECT_EQ(left_half_hash(Algorithm::kEdDSA, "x").size(), 43u);
}

}  // namespace
}  // namespace cardea::jose
