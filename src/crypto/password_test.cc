#include "crypto/password.h"

#include <argon2.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "base/limits.h"
#include "tests/support/seeded_random.h"

namespace cardea::crypto {
namespace {

json::value read_vectors(const std::string& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  auto value = parse_json(text.str());
  EXPECT_TRUE(value.has_value()) << path;
  return value.value_or(json::value());
}

// A cheap hash whose cost the test then changes.
PasswordHash cheap_argon2() {
  return {
      .algorithm = "argon2",
      .iterations = 1,
      .parameters = {{"hashLength", "32"}, {"memory", "64"}, {"type", "id"}, {"version", "1.3"}, {"parallelism", "1"}},
      .salt = "0123456789abcdef",
      .hash = std::string(32, 'h')};
}

PasswordError error_of(const PasswordHash& hash, std::string_view password = "secret") {
  const auto verified = verify_password(hash, password);
  EXPECT_FALSE(verified.has_value());
  return verified.has_value() ? PasswordError{} : verified.error();
}

PasswordError error_with(const char* name, const char* value) {
  auto hash = cheap_argon2();
  hash.parameters[name] = value;
  return error_of(hash);
}

TEST(Password, RefusesMoreBytesThanTheLimitBeforeHashing) {
  SeededRandom random;
  auto expensive = cheap_argon2();
  expensive.parameters["memory"] = "99999999";
  EXPECT_EQ(error_of(expensive, std::string(kPasswordBytesMax + 1, 'p')), PasswordError::kTooLong);
  EXPECT_EQ(hash_password(std::string(kPasswordBytesMax + 1, 'p'), random).error(), PasswordError::kTooLong);
  EXPECT_TRUE(hash_password(std::string(kPasswordBytesMax, 'p'), random).has_value());
}

TEST(Password, RefusesCostsBeyondTheBounds) {
  EXPECT_TRUE(verify_password(cheap_argon2(), "secret").has_value());
  EXPECT_EQ(error_with("memory", "262145"), PasswordError::kCost);
  EXPECT_EQ(error_with("memory", "4294967295"), PasswordError::kCost);
  EXPECT_EQ(error_with("memory", "7"), PasswordError::kCost);
  EXPECT_EQ(error_with("parallelism", "0"), PasswordError::kCost);
  EXPECT_EQ(error_with("parallelism", "17"), PasswordError::kCost);
  EXPECT_EQ(error_with("parallelism", "9"), PasswordError::kCost);  // 64 KiB are too few for nine lanes
  auto hash = cheap_argon2();
  hash.parameters["memory"] = "262144";
  hash.iterations = 9;
  EXPECT_EQ(error_of(hash), PasswordError::kCost);
  for (const int iterations : {0, -1, 2'000'000'000}) {
    hash = cheap_argon2();
    hash.iterations = iterations;
    EXPECT_EQ(error_of(hash), PasswordError::kCost) << iterations;
  }
  hash = {.algorithm = "pbkdf2-sha256",
          .iterations = 6'000'001,
          .parameters = {},
          .salt = "0123456789abcdef",
          .hash = std::string(32, 'h')};
  EXPECT_EQ(error_of(hash), PasswordError::kCost);
  hash.iterations = 3'000'001;
  hash.hash = std::string(64, 'h');  // two blocks
  EXPECT_EQ(error_of(hash), PasswordError::kCost);
}

TEST(Password, RefusesOddSizes) {
  for (const std::size_t size : {0u, 15u, 129u}) {
    auto hash = cheap_argon2();
    hash.hash = std::string(size, 'h');
    hash.parameters["hashLength"] = std::to_string(size);
    EXPECT_EQ(error_of(hash), PasswordError::kCost) << size;
  }
  for (const std::size_t size : {0u, 7u, 129u}) {
    auto hash = cheap_argon2();
    hash.salt = std::string(size, 's');
    EXPECT_EQ(error_of(hash), PasswordError::kCost) << size;
  }
}

TEST(Password, RefusesUnknownAlgorithmsAndParameters) {
  for (const auto* algorithm : {"", "md5", "ARGON2", "pbkdf2-sha1", "bcrypt"}) {
    auto hash = cheap_argon2();
    hash.algorithm = algorithm;
    EXPECT_EQ(error_of(hash), PasswordError::kUnsupported) << algorithm;
  }
  EXPECT_EQ(error_with("type", "x"), PasswordError::kUnsupported);
  EXPECT_EQ(error_with("version", "2.0"), PasswordError::kUnsupported);
  EXPECT_EQ(error_with("memory", "-1"), PasswordError::kMalformed);
  EXPECT_EQ(error_with("memory", "64k"), PasswordError::kMalformed);
  EXPECT_EQ(error_with("hashLength", "31"), PasswordError::kMalformed);
  for (const auto* name : {"memory", "parallelism", "type", "version", "hashLength"}) {
    auto hash = cheap_argon2();
    hash.parameters.erase(name);
    EXPECT_EQ(error_of(hash), PasswordError::kMalformed) << name;
  }
}

TEST(Password, RefusesEveryPasswordForTheDummy) {
  for (const auto* password : {"", "password", "c"}) EXPECT_EQ(verify_password(dummy_hash(), password), false);
  EXPECT_TRUE(has_default_cost(dummy_hash()));
}

TEST(Password, RefusesAllButTheRightOne) {
  SeededRandom random;
  const auto hash = hash_password("correct horse", random);
  ASSERT_TRUE(hash.has_value());
  EXPECT_EQ(verify_password(*hash, "correct hors"), false);
  EXPECT_EQ(verify_password(*hash, ""), false);
  EXPECT_EQ(verify_password(*hash, std::string_view("correct horse\0", 14)), false);
  EXPECT_EQ(verify_password(*hash, "correct horse"), true);
}

TEST(Password, HashesAsKeycloakDoes) {
  SeededRandom random;
  const auto hash = hash_password("secret", random);
  ASSERT_TRUE(hash.has_value());
  EXPECT_EQ(hash->salt.size(), 16u);
  EXPECT_EQ(hash->hash.size(), 32u);
  EXPECT_TRUE(has_default_cost(*hash));
  EXPECT_EQ(to_keycloak_credential(*hash).credential_data,
            R"({"hashIterations":5,"algorithm":"argon2","additionalParameters":{"hashLength":["32"],"memory":["7168"],)"
            R"("type":["id"],"version":["1.3"],"parallelism":["1"]}})");
  EXPECT_NE(hash->salt, hash_password("secret", random)->salt);
}

// hash_password goes through libsodium; the reference library must come to the same bytes.
TEST(Password, BothArgon2LibrariesAgree) {
  SeededRandom random;
  const auto hash = hash_password("secret", random);
  ASSERT_TRUE(hash.has_value());
  std::string reference(32, '\0');
  ASSERT_EQ(::argon2id_hash_raw(5, 7168, 1, "secret", 6, hash->salt.data(), hash->salt.size(), reference.data(),
                                reference.size()),
            ARGON2_OK);
  EXPECT_EQ(hash->hash, reference);
}

TEST(Password, KnowsTheVectorsOfOthers) {
  const auto vectors = read_vectors("tests/vectors/crypto/password.json");
  for (const auto& entry : vectors.as_array()) {
    const auto& vector = entry.as_object();
    const auto secret = string_or(vector, "secretData", ""), data = string_or(vector, "credentialData", "");
    const auto password = string_or(vector, "password", "");
    const auto hash = parse_keycloak_credential(secret, data);
    ASSERT_TRUE(hash.has_value()) << data;
    EXPECT_EQ(verify_password(*hash, password), true) << data;
    EXPECT_EQ(verify_password(*hash, password + "x"), false) << data;
    EXPECT_FALSE(has_default_cost(*hash));
    EXPECT_EQ(to_keycloak_credential(*hash).secret_data, secret);
    EXPECT_EQ(to_keycloak_credential(*hash).credential_data, data);
  }
}

TEST(KeycloakCredential, RefusesWhatCannotBeRead) {
  const std::string secret =
      R"({"value":"aGFzaGhhc2hoYXNoaGFzaA==","salt":"c2FsdHNhbHRzYWx0c2FsdA==","additionalParameters":{}})";
  const std::string data = R"({"hashIterations":1000,"algorithm":"pbkdf2-sha256","additionalParameters":{}})";
  ASSERT_TRUE(parse_keycloak_credential(secret, data).has_value());
  for (const auto* bad : {"", "[]", "{", R"({"value":"aGFzaA==","value":"aGFzaA==","salt":""})",
                          R"({"salt":"c2FsdA=="})", R"({"value":"","salt":"c2FsdHNhbHRzYWx0c2FsdA=="})",
                          R"({"value":"a b","salt":"c2FsdA=="})", R"({"value":7,"salt":7})"}) {
    EXPECT_EQ(parse_keycloak_credential(bad, data).error(), PasswordError::kMalformed) << bad;
  }
  const auto error_for = [&](const char* bad) { return parse_keycloak_credential(secret, bad).error(); };
  EXPECT_EQ(error_for(R"({"algorithm":"pbkdf2-sha256"})"), PasswordError::kCost);
  EXPECT_EQ(error_for(R"({"hashIterations":99999999999,"algorithm":"pbkdf2-sha256"})"), PasswordError::kCost);
  EXPECT_EQ(error_for(R"({"hashIterations":-1,"algorithm":"pbkdf2-sha256"})"), PasswordError::kCost);
  EXPECT_EQ(error_for(R"({"hashIterations":1,"algorithm":"md5"})"), PasswordError::kUnsupported);
  EXPECT_EQ(error_for(R"({"hashIterations":1,"algorithm":"argon2","additionalParameters":{"memory":"7168"}})"),
            PasswordError::kMalformed);
  EXPECT_EQ(error_for(R"({"hashIterations":1,"algorithm":"argon2","additionalParameters":{"memory":["1","2"]}})"),
            PasswordError::kMalformed);
  EXPECT_EQ(error_for(R"({"hashIterations":1,"algorithm":"argon2","additionalParameters":[]})"),
            PasswordError::kMalformed);
}

TEST(KeycloakCredential, RefusesHalfARepresentationAndOtherTypes) {
  const auto parse = [](std::string_view text) { return parse_keycloak_credential(parse_json(text)->as_object()); };
  EXPECT_EQ(parse(R"({"type":"otp","secretData":"{}","credentialData":"{}"})").error(), PasswordError::kUnsupported);
  EXPECT_EQ(parse(R"({"type":"password","secretData":"{}"})").error(), PasswordError::kMalformed);
  EXPECT_EQ(parse(R"({"type":"password","value":"plain"})").error(), PasswordError::kMalformed);
}

TEST(KeycloakCredential, ReadsOldExports) {
  const auto old_export = parse_json(
      R"({"type":"password","hashedSaltedValue":"aGFzaGhhc2hoYXNoaGFzaA==","salt":"c2FsdHNhbHRzYWx0c2FsdA==",)"
      R"("hashIterations":20000,"counter":0,)"
      R"("algorithm":"pbkdf2-sha256","digits":0})");
  const auto hash = parse_keycloak_credential(old_export->as_object());
  ASSERT_TRUE(hash.has_value());
  EXPECT_EQ(hash->algorithm, "pbkdf2-sha256");
  EXPECT_EQ(hash->iterations, 20000);
  EXPECT_EQ(hash->hash, "hashhashhashhash");
  EXPECT_EQ(hash->salt, "saltsaltsaltsalt");
}

}  // namespace
}  // namespace cardea::crypto
