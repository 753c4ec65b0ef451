// RFC 7515 appendix A, RFC 7520 section 4, RFC 7517 appendix A.1, RFC 7638, RFC 8037 appendix A, and the algorithms
// those leave out as Node.js signs them. The data is in tests/vectors/jose.
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "base/encoding.h"
#include "base/json.h"
#include "jose/jwk.h"
#include "jose/jws.h"
#include "jose/signing_key.h"

namespace cardea::jose {
namespace {

std::string read_file(const std::string& name) {
  std::ifstream file("tests/vectors/jose/" + name);
  std::stringstream text;
  text << file.rdbuf();
  EXPECT_FALSE(text.str().empty()) << name;
  return text.str();
}

struct Vector {
  std::string source, payload, compact, private_pem;
  Algorithm algorithm;
  std::string secret;  // HMAC
  const json::object* jwk;
  bool repeats;  // the algorithm has no random part, so our signature must be the same

  explicit Vector(const json::object& object)
      : source(string_or(object, "source", "") + " " + string_or(object, "alg", "")),
        payload(string_or(object, "payload", "")),
        compact(string_or(object, "compact", "")),
        private_pem(string_or(object, "private_pem", "")),
        algorithm(parse_algorithm(string_or(object, "alg", "")).value()),
        secret(base64url_decode(string_or(object, "secret", "")).value()),
        jwk(object.contains("jwk") ? &object.at("jwk").as_object() : nullptr),
        repeats(bool_or(object, "repeats", false)) {}

  [[nodiscard]] std::string signing_input() const { return compact.substr(0, compact.rfind('.')); }
  [[nodiscard]] std::string kid() const {
    return std::string(UnverifiedJws::parse(compact).value().kid().value_or(""));
  }
  [[nodiscard]] KeySet keys() const {
    auto key = jwk == nullptr ? VerificationKey::make_hmac(SecretBytes::copy_of(secret), kid(), algorithm)
                              : VerificationKey::make(parse_jwk(*jwk).value().key, kid(), algorithm);
    return KeySet({key.value()});
  }
  [[nodiscard]] SigningKey signing_key() const {
    auto key = jwk == nullptr ? SigningKey::make_hmac(SecretBytes::copy_of(secret), kid(), algorithm)
                              : SigningKey::make(crypto::PrivateKey::from_pem(private_pem).value(), kid(), algorithm);
    return std::move(key.value());
  }
};

json::value vectors() { return parse_json(read_file("jws.json")).value(); }

TEST(JwsVectors, RefusesEachWithAnotherPayload) {
  const auto all = vectors();
  for (const auto& entry : all.as_array()) {
    const Vector vector(entry.as_object());
    const auto first = vector.compact.find('.'), last = vector.compact.rfind('.');
    const auto forged =
        vector.compact.substr(0, first + 1) + base64url_encode(vector.payload + " ") + vector.compact.substr(last);
    EXPECT_EQ(verify_payload(UnverifiedJws::parse(forged).value(), vector.keys()).error(), JoseError::kBadSignature)
        << vector.source;
  }
}

TEST(JwsVectors, RefusesEveryChangedByteOfASignature) {
  const auto all = vectors();
  for (const auto& entry : all.as_array()) {
    const Vector vector(entry.as_object());
    const auto last = vector.compact.rfind('.');
    auto signature = base64url_decode(vector.compact.substr(last + 1)).value();
    for (std::size_t i = 0; i < signature.size(); i += 13) {
      auto changed = signature;
      changed[i] = static_cast<char>(changed[i] ^ 0x10);
      const auto forged = vector.compact.substr(0, last + 1) + base64url_encode(changed);
      EXPECT_EQ(verify_payload(UnverifiedJws::parse(forged).value(), vector.keys()).error(), JoseError::kBadSignature)
          << vector.source << " byte " << i;
    }
  }
}

TEST(JwsVectors, Verify) {
  const auto all = vectors();
  ASSERT_EQ(all.as_array().size(), 18u);
  for (const auto& entry : all.as_array()) {
    const Vector vector(entry.as_object());
    const auto jws = UnverifiedJws::parse(vector.compact);
    ASSERT_TRUE(jws.has_value()) << vector.source;
    EXPECT_EQ(jws->algorithm(), vector.algorithm);
    const auto payload = verify_payload(*jws, vector.keys());
    ASSERT_TRUE(payload.has_value()) << vector.source << " " << describe(payload.error());
    EXPECT_EQ(*payload, vector.payload);
  }
}

TEST(JwsVectors, AreWhatWeSign) {
  const auto all = vectors();
  for (const auto& entry : all.as_array()) {
    const Vector vector(entry.as_object());
    const auto key = vector.signing_key();
    auto token = vector.signing_input();
    token += '.';
    key.sign_append(token, vector.signing_input());
    if (vector.repeats) {
      EXPECT_EQ(token, vector.compact) << vector.source;
    }
    EXPECT_EQ(verify_payload(UnverifiedJws::parse(token).value(), vector.keys()), vector.payload) << vector.source;
  }
}

TEST(JwkVectors, HaveTheirThumbprints) {
  const auto all = parse_json(read_file("jwk.json")).value();
  for (const auto& entry : all.as_array()) {
    const auto& vector = entry.as_object();
    const auto jwk = parse_jwk(vector.at("jwk").as_object());
    ASSERT_TRUE(jwk.has_value()) << string_or(vector, "source", "");
    EXPECT_EQ(thumbprint(jwk->key), string_or(vector, "thumbprint", "")) << string_or(vector, "source", "");
  }
}

TEST(JwkVectors, SurviveWritingAndReading) {
  const auto all = parse_json(read_file("jwk.json")).value();
  for (const auto& entry : all.as_array()) {
    const auto& wanted = entry.as_object().at("jwk").as_object();
    std::string written;
    append_jwk(written, parse_jwk(wanted).value());
    EXPECT_EQ(parse_json(written).value().as_object(), wanted);
  }
}

TEST(JwksVectors, KeepsTheKeyThatSigns) {
  const auto text = read_file("jwks_rfc7517_a1.json");
  EXPECT_EQ(parse_jwks(text)->size(), 2u);
  const auto keys = KeySet::from_jwks(text);
  ASSERT_TRUE(keys.has_value());
  EXPECT_EQ(keys->size(), 1u);  // the other one encrypts
  EXPECT_TRUE(keys->contains("2011-04-29"));
}

}  // namespace
}  // namespace cardea::jose
