// RFC 7515 appendix A, RFC 7519 section 3.1, RFC 7520 sections 4 and 5, RFC 7517 appendices A and B, RFC 7638, RFC 7797
// section 4.2, RFC 8037 appendix A, and the algorithms those leave out as Node.js signs them. What is no compact
// signature is refused (docs/adr/0017). The data is in tests/vectors/jose.
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

Vector vector_of(std::string_view source) {
  static const auto all = vectors();
  for (const auto& entry : all.as_array()) {
    if (string_or(entry.as_object(), "source", "") == source) return Vector(entry.as_object());
  }
  ADD_FAILURE() << "no vector " << source;
  return Vector(all.as_array().front().as_object());
}

// RFC 7515 A.5 to A.7, RFC 7520 4.5 to 4.8 in JSON, and everything that RFC 7520 section 5 encrypts.
TEST(JwsVectors, RefusesEveryFormButTheCompactSignature) {
  const auto all = parse_json(read_file("refused.json")).value();
  ASSERT_EQ(all.as_array().size(), 26u);
  for (const auto& entry : all.as_array()) {
    const auto source = string_or(entry.as_object(), "source", "");
    const auto jws = UnverifiedJws::parse(string_or(entry.as_object(), "text", ""));
    ASSERT_FALSE(jws.has_value()) << source;
    const bool unsigned_one = source == "RFC 7515 A.5, unsecured";
    EXPECT_EQ(jws.error(), unsigned_one ? JoseError::kUnknownAlgorithm : JoseError::kMalformed) << source;
  }
}

// RFC 7520 4.5: the signature is right for the payload of 4.4, which was left out of the text; and RFC 7797 4.2.
TEST(JwsVectors, RefusesDetachedPayloads) {
  const auto whole = vector_of("RFC 7520 4.4");
  const auto detached =
      whole.compact.substr(0, whole.compact.find('.')) + "." + whole.compact.substr(whole.compact.rfind('.'));
  ASSERT_EQ(detached,
            "eyJhbGciOiJIUzI1NiIsImtpZCI6IjAxOGMwYWU1LTRkOWItNDcxYi1iZmQ2LWVlZjMxNGJjNzAzNyJ9.."
            "s0h6KThzkfBBBkLspW1h84VsJZFTsPPqMDA7g1Md7p0");
  EXPECT_EQ(verify_payload(UnverifiedJws::parse(detached).value(), whole.keys()).error(), JoseError::kBadSignature);
  EXPECT_EQ(UnverifiedJws::parse("eyJhbGciOiJIUzI1NiIsImI2NCI6ZmFsc2UsImNyaXQiOlsiYjY0Il19.."
                                 "A5dxf2s96_n5FLueVuW1Z_vh161FwXZC4YLPff6dmDY")
                .error(),
            JoseError::kUnsupportedHeader);
}

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

// RFC 7519 section 3.1, which is signed with the key of RFC 7515 A.1.
TEST(JwtVectors, HasItsClaims) {
  const auto vector = vector_of("RFC 7515 A.1");
  const auto jwt = verify(vector.compact, vector.keys());
  ASSERT_TRUE(jwt.has_value()) << describe(jwt.error());
  EXPECT_EQ(jwt->header_typ(), "JWT");
  EXPECT_EQ(jwt->iss(), "joe");
  EXPECT_EQ(jwt->exp(), TimePoint(seconds{1300819380}));
  EXPECT_TRUE(jwt->claims().at("http://example.com/is_root").as_bool());
  EXPECT_EQ(jwt->claims().size(), 3u);
}

// RFC 7517 A.2 and A.3: private and symmetric keys, alone and in their sets.
TEST(JwkVectors, RefusesPrivateAndSymmetricKeys) {
  const auto all = parse_json(read_file("jwk_rfc7517.json")).value();
  for (const auto* name : {"rfc7517_a2", "rfc7517_a3"}) {
    const auto& set = all.as_object().at(name);
    const auto text = json::serialize(set);
    EXPECT_EQ(parse_jwks(text).error(), JoseError::kPrivateMember) << name;
    EXPECT_EQ(KeySet::from_jwks(text).error(), JoseError::kPrivateMember) << name;
    const auto& keys = set.as_object().at("keys").as_array();
    EXPECT_EQ(keys.size(), 2u);
    for (const auto& key : keys) EXPECT_EQ(parse_jwk(key.as_object()).error(), JoseError::kPrivateMember) << name;
  }
}

// RFC 7517 appendix B: the key is read, its certificate chain says nothing to us.
TEST(JwkVectors, LeavesOutTheCertificateOfAKey) {
  const auto all = parse_json(read_file("jwk_rfc7517.json")).value();
  const auto& vector = all.as_object().at("rfc7517_b").as_object();
  ASSERT_TRUE(vector.contains("x5c"));
  const auto jwk = parse_jwk(vector);
  ASSERT_TRUE(jwk.has_value());
  EXPECT_EQ(jwk->kid, "1b94c");
  EXPECT_EQ(jwk->use, "sig");
  EXPECT_EQ(base64url_encode(jwk->key.rsa_n()), string_or(vector, "n", ""));
  EXPECT_TRUE(jwk->certificate_der.empty());
  auto other = vector;  // whatever it says
  other["x5c"] = json::array{"bm8gY2VydGlmaWNhdGU="};
  EXPECT_TRUE(parse_jwk(other).has_value());
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
