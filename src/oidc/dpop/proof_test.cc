// DPoP proofs (RFC 9449 section 4.3; standards.md section 15; attack classes 12 and 30).
#include "oidc/dpop/proof.h"

#include <gtest/gtest.h>

#include "base/encoding.h"
#include "base/json.h"
#include "crypto/hash.h"
#include "jose/jwk.h"
#include "jose/test_keys.h"

namespace cardea::oidc {
namespace {

constexpr std::int64_t kNow = 1'800'000'000;
constexpr std::string_view kUrl = "https://id.example/realms/demo/protocol/openid-connect/token";

std::string public_jwk(crypto::KeyType type) {
  std::string out;
  jose::append_jwk(out, {jose::test_private_key(type).public_key(), "", "", "", ""});
  return out;
}

class DpopProof : public testing::Test {
 protected:
  DpopProof() {
    header_ = {{"typ", "dpop+jwt"}, {"alg", "ES256"}};
    header_["jwk"] = *parse_json(public_jwk(crypto::KeyType::kEcP256));
    claims_ = {{"jti", "1"}, {"htm", "POST"}, {"htu", kUrl}, {"iat", kNow}};
  }
  Result<Proof, ProofError> check(std::optional<std::string_view> token = std::nullopt,
                                  ClientPolicy policy = ClientPolicy::kClassic) {
    static const auto key = jose::test_signing_key(jose::Algorithm::kES256);
    return check_proof(
        jose::sign_by_hand(key, json::serialize(header_), json::serialize(claims_)),
        {.method = "POST", .url = kUrl, .now = from_epoch_seconds(kNow), .access_token = token, .policy = policy});
  }
  void expect_refused(ProofError error, std::optional<std::string_view> token = std::nullopt) {
    const auto result = check(token);
    ASSERT_FALSE(result);
    EXPECT_EQ(describe(result.error()), describe(error));
  }

  json::object header_, claims_;
};

TEST_F(DpopProof, refuses_what_is_no_proof) {
  for (const auto* text : {"", "x", "a.b.c", "eyJ9.eyJ9."}) {
    EXPECT_FALSE(check_proof(text, {.method = "POST", .url = kUrl, .now = from_epoch_seconds(kNow)})) << text;
  }
  EXPECT_FALSE(check_proof(std::string(9000, 'a'), {.method = "POST", .url = kUrl, .now = from_epoch_seconds(kNow)}));
  const auto two = check_proof("a.b.c, a.b.c", {.method = "POST", .url = kUrl, .now = from_epoch_seconds(kNow)});
  EXPECT_EQ(two.error(), ProofError::kSeveral);
}

TEST_F(DpopProof, refuses_tokens_of_other_types) {  // DP-3
  for (const auto* typ : {"JWT", "at+jwt", "DPOP+JWT", ""}) {
    header_["typ"] = typ;
    expect_refused(ProofError::kWrongType);
  }
  header_.erase("typ");
  expect_refused(ProofError::kWrongType);
}

TEST_F(DpopProof, refuses_macs_and_unsigned_proofs) {  // DP-4, attack class 11
  for (const auto* algorithm : {"none", "HS256", "es256"}) {
    header_["alg"] = algorithm;
    expect_refused(ProofError::kWrongAlgorithm);
  }
}

TEST_F(DpopProof, refuses_keys_that_do_not_fit_or_are_private) {  // DP-5
  header_["jwk"] = *parse_json(public_jwk(crypto::KeyType::kRsa));
  expect_refused(ProofError::kNoKey);
  header_.erase("jwk");
  expect_refused(ProofError::kNoKey);
  header_["jwk"] = "text";
  expect_refused(ProofError::kNoKey);
  auto with_private = parse_json(public_jwk(crypto::KeyType::kEcP256))->as_object();
  with_private["d"] = "AAAA";
  header_["jwk"] = with_private;
  expect_refused(ProofError::kNoKey);
  header_["jwk"] = *parse_json(R"({"kty":"oct","k":"AAAA"})");
  expect_refused(ProofError::kNoKey);
}

TEST_F(DpopProof, refuses_a_signature_by_another_key) {  // DP-5
  const auto other = crypto::PrivateKey::generate(crypto::KeyType::kEcP256).value();
  std::string jwk;
  jose::append_jwk(jwk, {other.public_key(), "", "", "", ""});
  header_["jwk"] = *parse_json(jwk);
  expect_refused(ProofError::kBadSignature);
}

TEST_F(DpopProof, refuses_missing_claims) {  // DP-2
  for (const auto* name : {"jti", "htm", "htu", "iat"}) {
    const auto kept = claims_.at(name);
    claims_.erase(name);
    expect_refused(ProofError::kMissingClaims);
    claims_[name] = kept;
  }
  claims_["jti"] = std::string(257, 'x');  // DP-19
  expect_refused(ProofError::kMissingClaims);
}

TEST_F(DpopProof, refuses_other_methods_and_places) {  // DP-6, DP-7
  for (const auto* method : {"GET", "post"}) {
    claims_["htm"] = method;
    expect_refused(ProofError::kWrongMethod);
  }
  claims_["htm"] = "POST";
  for (const auto* url : {"https://id.example/realms/demo/protocol/openid-connect/token/",
                          "https://id.example/realms/other/protocol/openid-connect/token",
                          "http://id.example/realms/demo/protocol/openid-connect/token",
                          "https://evil.example/realms/demo/protocol/openid-connect/token",
                          "https://id.example:8443/realms/demo/protocol/openid-connect/token",
                          "https://id.example@evil.example/realms/demo/protocol/openid-connect/token",
                          "/realms/demo/protocol/openid-connect/token"}) {
    claims_["htu"] = url;
    expect_refused(ProofError::kWrongUrl);
  }
}

TEST_F(DpopProof, takes_other_spellings_of_the_same_place) {  // DP-7
  for (const auto* url : {"HTTPS://ID.example:443/realms/demo/protocol/openid-connect/token",
                          "https://id.example/realms/demo/protocol/openid-connect/token?a=b#c",
                          "https://id.example/realms/d%65mo/protocol/openid%2Dconnect/token"}) {
    claims_["htu"] = url;
    EXPECT_TRUE(check()) << url;
  }
}

TEST_F(DpopProof, refuses_proofs_of_another_time) {  // DP-8, FA-7
  for (const auto iat : {kNow - 61, kNow + 16}) {
    claims_["iat"] = iat;
    expect_refused(ProofError::kNotActive);
  }
  for (const auto iat : {kNow - 60, kNow + 15}) {
    claims_["iat"] = iat;
    EXPECT_TRUE(check());
  }
}

TEST_F(DpopProof, refuses_the_proof_of_another_token) {  // DP-10
  expect_refused(ProofError::kWrongToken, "token");
  claims_["ath"] = crypto::sha256_base64url("other");
  expect_refused(ProofError::kWrongToken, "token");
  claims_["ath"] = crypto::sha256_base64url("token");
  EXPECT_TRUE(check("token"));
}

TEST_F(DpopProof, holds_fapi2_to_its_algorithms) {  // FA-14
  EXPECT_TRUE(check(std::nullopt, ClientPolicy::kFapi2));
  EXPECT_FALSE(is_proof_algorithm("RS256", ClientPolicy::kFapi2));
  for (const auto& name : proof_algorithms()) EXPECT_TRUE(is_proof_algorithm(name, ClientPolicy::kClassic));
}

TEST_F(DpopProof, names_the_key_and_an_id_of_its_own) {
  const auto first = check();
  ASSERT_TRUE(first);
  EXPECT_EQ(first->key_thumbprint, jose::thumbprint(jose::test_private_key(crypto::KeyType::kEcP256).public_key()));
  EXPECT_EQ(check()->used_id, first->used_id) << "the same jti is the same proof";
  claims_["jti"] = "2";
  EXPECT_NE(check()->used_id, first->used_id);
  EXPECT_EQ(first->expires_at, from_epoch_seconds(kNow + 75)) << "kept as long as it could be good";
}

}  // namespace
}  // namespace cardea::oidc
