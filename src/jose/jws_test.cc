#include "jose/jws.h"

#include <gtest/gtest.h>
#include <openssl/err.h>

#include "base/limits.h"
#include "jose/jwk.h"
#include "jose/test_keys.h"

namespace cardea::jose {
namespace {

constexpr std::string_view kPayload = R"({"iss":"https://op.example","sub":"ada"})";

JoseError parse_error(std::string_view token) {
  const auto jws = UnverifiedJws::parse(token);
  EXPECT_FALSE(jws.has_value()) << token;
  return jws.has_value() ? JoseError{} : jws.error();
}

JoseError error_of(std::string_view token, const KeySet& keys) {
  const auto jwt = verify(token, keys);
  EXPECT_FALSE(jwt.has_value()) << token;
  return jwt.has_value() ? JoseError{} : jwt.error();
}

std::string header_of(std::string_view json_text) { return base64url_encode(json_text) + ".e30.c2ln"; }

TEST(ParseJws, RefusesOtherShapes) {
  const auto head = base64url_encode(R"({"alg":"RS256"})");
  for (const auto& token :
       {std::string(), std::string("."), std::string(".."), head, head + ".e30", head + ".e30.c2ln.",
        head + ".e30.c2ln.x", head + ".a.b.c.d", "." + head + ".e30", std::string("e30"), std::string("x..")}) {
    EXPECT_EQ(parse_error(token), JoseError::kMalformed) << token;
  }
}

TEST(ParseJws, RefusesLooseBase64url) {
  const auto key = test_signing_key(Algorithm::kHS256);
  const auto token = sign_jwt(key, "JWT", kPayload);
  ASSERT_TRUE(verify(token, key_set_of(key)).has_value());
  EXPECT_EQ(parse_error(token + "="), JoseError::kMalformed);
  EXPECT_EQ(parse_error(token + "\n"), JoseError::kMalformed);
  EXPECT_EQ(parse_error(" " + token), JoseError::kMalformed);
  auto padded = token;
  padded.insert(padded.find('.'), "=");
  EXPECT_EQ(parse_error(padded), JoseError::kMalformed);
  // 32 bytes leave two spare bits: the last letter has four spellings, and only one of them is accepted.
  int accepted = 0;
  for (const char c : std::string_view("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")) {
    auto other = token;
    other.back() = c;
    accepted += verify(other, key_set_of(key)).has_value() ? 1 : 0;
  }
  EXPECT_EQ(accepted, 1);
}

// A header that was read once is remembered.
TEST(ParseJws, RefusesAHeaderTheSecondTimeAsTheFirst) {
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(parse_error(".e30.c2ln"), JoseError::kMalformed);
    EXPECT_EQ(parse_error(header_of(R"({"alg":"none"})")), JoseError::kUnknownAlgorithm);
    EXPECT_EQ(parse_error(header_of(R"({"alg":"RS256","crit":["x"]})")), JoseError::kUnsupportedHeader);
    EXPECT_EQ(parse_error(header_of(R"({"alg":"RS256","kid":1})")), JoseError::kMalformed);
    const auto one = UnverifiedJws::parse(header_of(R"({"alg":"RS256","kid":"a","typ":"JWT"})"));
    const auto other = UnverifiedJws::parse(header_of(R"({"alg":"ES256","kid":"b"})"));
    ASSERT_TRUE(one && other);
    EXPECT_EQ(one->algorithm(), Algorithm::kRS256);
    EXPECT_EQ(one->kid(), "a");
    EXPECT_EQ(one->typ(), "JWT");
    EXPECT_EQ(other->algorithm(), Algorithm::kES256);
    EXPECT_EQ(other->kid(), "b");
    EXPECT_EQ(other->typ(), "");
    const auto with_key = UnverifiedJws::parse(header_of(
        R"({"alg":"EdDSA","jwk":{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}})"));
    ASSERT_TRUE(with_key);
    EXPECT_TRUE(with_key->carried_key().has_value());
  }
}

TEST(ParseJws, RefusesHeadersThatAreNotOneCleanObject) {
  EXPECT_EQ(parse_error(header_of("[]")), JoseError::kMalformed);
  EXPECT_EQ(parse_error(header_of("\"alg\"")), JoseError::kMalformed);
  EXPECT_EQ(parse_error(header_of(R"({"alg":"RS256"} x)")), JoseError::kMalformed);
  EXPECT_EQ(parse_error(header_of("{\"alg\":\"RS256\",\"x\":\"\xFF\"}")), JoseError::kMalformed);
  EXPECT_EQ(parse_error(header_of(R"({"alg":"RS256","kid":1})")), JoseError::kMalformed);
  EXPECT_EQ(parse_error(header_of(R"({"alg":"RS256","typ":["JWT"]})")), JoseError::kMalformed);
  EXPECT_EQ(parse_error(header_of(R"({"alg":"RS256","alg":"none"})")), JoseError::kDuplicateMember);
  EXPECT_EQ(parse_error(header_of(R"({"alg":"RS256","\u0061lg":"none"})")), JoseError::kDuplicateMember);
  EXPECT_EQ(parse_error(header_of(R"({"alg":"RS256","kid":"a","kid":"b"})")), JoseError::kDuplicateMember);
  EXPECT_EQ(parse_error(header_of(R"({"alg":"RS256","x":)" + std::string(20, '[') + std::string(20, ']') + "}")),
            JoseError::kMalformed);
}

TEST(ParseJws, RefusesExtensionsItDoesNotUnderstand) {
  EXPECT_EQ(parse_error(header_of(R"({"alg":"RS256","crit":["exp"],"exp":1})")), JoseError::kUnsupportedHeader);
  EXPECT_EQ(parse_error(header_of(R"({"alg":"RS256","crit":[]})")), JoseError::kUnsupportedHeader);
  EXPECT_EQ(parse_error(header_of(R"({"alg":"RS256","b64":false,"crit":["b64"]})")), JoseError::kUnsupportedHeader);
  EXPECT_EQ(parse_error(header_of(R"({"alg":"RS256","b64":true})")), JoseError::kUnsupportedHeader);
}

TEST(ParseJws, RefusesNoneAndUnknownAlgorithms) {
  for (const auto* alg :
       {"\"none\"", "\"None\"", "\"nOnE\"", "\"\"", "null", "1", "[\"RS256\"]", "\"rs256\"", "\"RSA-OAEP\""}) {
    EXPECT_EQ(parse_error(header_of(std::string(R"({"alg":)") + alg + "}")), JoseError::kUnknownAlgorithm) << alg;
  }
  EXPECT_EQ(parse_error(header_of("{}")), JoseError::kUnknownAlgorithm);
  // RFC 7515 appendix A.5.
  EXPECT_EQ(
      parse_error("eyJhbGciOiJub25lIn0."
                  "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ."),
      JoseError::kUnknownAlgorithm);
}

TEST(ParseJws, RefusesTokensBeyondTheLimit) {
  EXPECT_EQ(parse_error(header_of(R"({"alg":"RS256"})") + std::string(kJwtBytesMax, 'A')), JoseError::kTooLarge);
}

// Attack class 11: the public key is no secret, so nobody may use it as one.
TEST(VerifyJws, RefusesHmacMadeWithThePublicKey) {
  const auto rsa = test_signing_key(Algorithm::kRS256);
  const auto keys = key_set_of(rsa);
  const auto& key = test_private_key(crypto::KeyType::kRsa);
  for (const auto& secret : {key.spki_der(), std::string(key.to_pem().reveal()), key.public_key().rsa_n()}) {
    const auto forger = SigningKey::make_hmac(SecretBytes::copy_of(secret), "k1", Algorithm::kHS256);
    EXPECT_EQ(error_of(sign_jwt(*forger, "JWT", kPayload), keys), JoseError::kWrongAlgorithm);
    EXPECT_EQ(error_of(sign_by_hand(*forger, R"({"alg":"HS256"})", kPayload), keys), JoseError::kUnknownKey);
    EXPECT_EQ(error_of(sign_by_hand(*forger, R"({"alg":"RS256","kid":"k1"})", kPayload), keys),
              JoseError::kBadSignature);
  }
}

TEST(VerifyJws, RefusesEveryOtherAlgorithmOfTheSameKey) {
  const auto keys = key_set_of(test_signing_key(Algorithm::kRS256));
  for (const auto algorithm : kEveryAlgorithm) {
    if (algorithm == Algorithm::kRS256) continue;
    EXPECT_EQ(error_of(sign_jwt(test_signing_key(algorithm), "JWT", kPayload), keys), JoseError::kWrongAlgorithm)
        << name(algorithm);
    const auto header = R"({"alg":"RS256","kid":"k1"})";
    EXPECT_EQ(error_of(sign_by_hand(test_signing_key(algorithm), header, kPayload), keys), JoseError::kBadSignature)
        << name(algorithm);
  }
}

/// The one key that is tried, whatever the token names: what its header calls the algorithm is compared all the same.
TEST(VerifyJws, RefusesAnAlgorithmThatIsNotTheKeysOwn) {
  const auto key = test_signing_key(Algorithm::kRS256);
  for (const auto* alg : {"RS384", "PS256", "ES256", "HS256"}) {
    const auto token = sign_by_hand(key, R"({"alg":")" + std::string(alg) + R"("})", kPayload);
    const auto jws = UnverifiedJws::parse(token);
    ASSERT_TRUE(jws) << alg;
    const auto jwt = verify(*jws, key.verification_key());
    ASSERT_FALSE(jwt) << alg;
    EXPECT_EQ(jwt.error(), JoseError::kWrongAlgorithm) << alg;
  }
  const auto right = UnverifiedJws::parse(sign_by_hand(key, R"({"alg":"RS256"})", kPayload));
  EXPECT_TRUE(verify(*right, key.verification_key()).has_value());
}

// Attack class 12: keys come from configuration, never from the message.
TEST(VerifyJws, RefusesKeysThatTheTokenBrings) {
  const auto keys = key_set_of(test_signing_key(Algorithm::kRS256));
  const auto attacker =
      SigningKey::make(crypto::PrivateKey::generate(crypto::KeyType::kRsa).value(), "evil", Algorithm::kRS256);
  std::string jwk;
  append_jwk(jwk, {.key = crypto::PrivateKey::generate(crypto::KeyType::kRsa)->public_key(),
                   .kid = "evil",
                   .alg = "RS256",
                   .use = "sig",
                   .certificate_der = {}});
  for (const auto& member : {R"("jwk":)" + jwk, std::string(R"("jku":"https://evil.example/jwks")"),
                             std::string(R"("x5u":"https://evil.example/c")"), std::string(R"("x5c":["MIIB"])")}) {
    EXPECT_EQ(error_of(sign_by_hand(*attacker, R"({"alg":"RS256","kid":"evil",)" + member + "}", kPayload), keys),
              JoseError::kUnknownKey);
    EXPECT_EQ(error_of(sign_by_hand(*attacker, R"({"alg":"RS256","kid":"k1",)" + member + "}", kPayload), keys),
              JoseError::kBadSignature);
    EXPECT_EQ(error_of(sign_by_hand(*attacker, R"({"alg":"RS256",)" + member + "}", kPayload), keys),
              JoseError::kBadSignature);
  }
}

TEST(VerifyJws, RefusesUnknownKidsAndAmbiguity) {
  const auto first = test_signing_key(Algorithm::kES256, "a");
  const auto second =
      SigningKey::make(crypto::PrivateKey::generate(crypto::KeyType::kEcP256).value(), "b", Algorithm::kES256);
  KeySet keys;
  EXPECT_EQ(error_of(sign_jwt(first, "JWT", kPayload), keys), JoseError::kUnknownKey);
  keys.add(first.verification_key());
  const auto without_kid = sign_by_hand(first, R"({"alg":"ES256"})", kPayload);
  EXPECT_TRUE(verify(without_kid, keys).has_value());  // the only key there is
  keys.add(second->verification_key());
  EXPECT_EQ(error_of(without_kid, keys), JoseError::kUnknownKey);
  for (const auto* kid : {"c", "A", "a ", "", "../a", "a' OR '1'='1"}) {
    const auto header = std::string(R"({"alg":"ES256","kid":")") + kid + "\"}";
    EXPECT_EQ(error_of(sign_by_hand(first, header, kPayload), keys), JoseError::kUnknownKey) << kid;
  }
  EXPECT_EQ(error_of(sign_by_hand(first, R"({"alg":"ES256","kid":"b"})", kPayload), keys), JoseError::kBadSignature);
}

TEST(VerifyJws, RefusesTruncatedTokens) {
  const auto key = test_signing_key(Algorithm::kES256);
  const auto token = sign_jwt(key, "JWT", kPayload);
  const auto keys = key_set_of(key);
  for (std::size_t size = 0; size < token.size(); ++size) {
    EXPECT_FALSE(verify(std::string_view(token).substr(0, size), keys).has_value()) << size;
  }
}

TEST(VerifyJws, RefusesSignaturesOfTheWrongLength) {
  for (const auto algorithm : kEveryAlgorithm) {
    const auto key = test_signing_key(algorithm);
    const auto keys = key_set_of(key);
    const auto token = sign_jwt(key, "JWT", kPayload);
    ASSERT_TRUE(verify(token, keys).has_value()) << name(algorithm);
    const auto last = token.rfind('.');
    const auto head = token.substr(0, last + 1);
    const auto raw = base64url_decode(token.substr(last + 1)).value();
    for (const auto& other : {std::string(), raw.substr(1), raw.substr(0, raw.size() - 1), raw + '\0', '\0' + raw,
                              raw + raw, std::string(raw.size(), '\0'), std::string(raw.size(), '\xFF')}) {
      EXPECT_EQ(error_of(head + base64url_encode(other), keys), JoseError::kBadSignature) << name(algorithm);
    }
  }
  EXPECT_EQ(ERR_peek_error(), 0u);  // nothing is left for the next TLS call of this thread
}

TEST(VerifyJws, RefusesRsaSignaturesWithoutTheirLeadingZero) {
  for (const auto algorithm : {Algorithm::kPS256, Algorithm::kPS384, Algorithm::kPS512, Algorithm::kRS256}) {
    const auto key = test_signing_key(algorithm);
    const auto keys = key_set_of(key);
    std::string head, raw = "x";
    for (int i = 0; raw[0] != '\0'; ++i) {  // one signature in 256 begins with a zero
      ASSERT_LT(i, 8000);
      const auto token = sign_jwt(key, "JWT", R"({"n":)" + std::to_string(i) + "}");
      head = token.substr(0, token.rfind('.') + 1);
      raw = base64url_decode(token.substr(head.size())).value();
    }
    ASSERT_TRUE(verify(head + base64url_encode(raw), keys).has_value()) << name(algorithm);
    EXPECT_EQ(error_of(head + base64url_encode(raw.substr(1)), keys), JoseError::kBadSignature) << name(algorithm);
  }
}

TEST(VerifyJws, RefusesDerAndOutOfRangeNumbersInEcdsa) {
  const auto key = test_signing_key(Algorithm::kES256);
  const auto keys = key_set_of(key);
  const auto token = sign_jwt(key, "JWT", kPayload);
  const auto head = token.substr(0, token.rfind('.') + 1);
  const auto raw = base64url_decode(token.substr(head.size())).value();
  // The order of P-256 in place of R or S; and S + n wraps to the same number, but is out of range.
  const auto order = hex_decode("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551").value();
  EXPECT_EQ(error_of(head + base64url_encode(order + raw.substr(32)), keys), JoseError::kBadSignature);
  EXPECT_EQ(error_of(head + base64url_encode(raw.substr(0, 32) + order), keys), JoseError::kBadSignature);
  EXPECT_EQ(error_of(head + base64url_encode(std::string(32, '\0') + raw.substr(32)), keys), JoseError::kBadSignature);
  // The same signature in DER.
  const auto integer = [](const std::string& number) {
    const std::string content =
        (static_cast<unsigned char>(number[0]) >= 0x80 ? std::string(1, '\0') : std::string()) + number;
    return std::string("\x02") + static_cast<char>(content.size()) + content;
  };
  const auto inside = integer(raw.substr(0, 32)) + integer(raw.substr(32));
  const auto der = std::string("\x30") + static_cast<char>(inside.size()) + inside;
  EXPECT_EQ(error_of(head + base64url_encode(der), keys), JoseError::kBadSignature);
}

TEST(VerifyJws, RefusesPayloadsThatAreNotOneCleanObject) {
  const auto key = test_signing_key(Algorithm::kHS256);
  const auto keys = key_set_of(key);
  for (const auto* payload : {"", "[]", "\"x\"", "{", "{} {}", "{\"a\":\"\xFF\"}", "Payload"}) {
    EXPECT_EQ(error_of(sign_jwt(key, "JWT", payload), keys), JoseError::kMalformed) << payload;
  }
  EXPECT_EQ(error_of(sign_jwt(key, "JWT", R"({"sub":"ada","sub":"eve"})"), keys), JoseError::kDuplicateMember);
  EXPECT_EQ(error_of(sign_jwt(key, "JWT", R"({"a":{"roles":[],"roles":["admin"]}})"), keys),
            JoseError::kDuplicateMember);
}

TEST(VerifyJws, AcceptsEveryAlgorithm) {
  for (const auto algorithm : kEveryAlgorithm) {
    const auto key = test_signing_key(algorithm);
    const auto jwt = verify(sign_jwt(key, "at+jwt", kPayload), key_set_of(key));
    ASSERT_TRUE(jwt.has_value()) << name(algorithm);
    EXPECT_EQ(jwt->sub(), "ada");
    EXPECT_EQ(jwt->algorithm(), algorithm);
    EXPECT_EQ(jwt->kid(), "k1");
    EXPECT_EQ(jwt->header_typ(), "at+jwt");
  }
}

}  // namespace
}  // namespace cardea::jose
