#include "oidc/token/grants/redeem_code.h"

#include <gtest/gtest.h>

#include "crypto/hash.h"

namespace cardea::oidc {
namespace {

const std::string kVerifier(43, 'v');

TakenCode taken(TakeCode result = TakeCode::kTaken) {
  TakenCode code;
  code.result = result;
  code.code.client = ClientId("client-1");
  code.code.redirect_uri = "https://app.example/cb";
  code.code.code_challenge = crypto::sha256_base64url(kVerifier);
  return code;
}

CodeRedemption good() { return {"client-1", "https://app.example/cb", kVerifier}; }

std::string description(const Result<void, CodeRefusal>& decision) {
  return decision ? "none" : decision.error().error.description;
}

TEST(RedeemCode, refuses_unknown_and_expired_codes_in_the_same_words) {
  for (const auto result : {TakeCode::kUnknown, TakeCode::kExpired, TakeCode::kUsedBefore}) {
    const auto decision = redeem_code(taken(result), good());
    EXPECT_FALSE(decision);
    EXPECT_EQ(description(decision), "Code not valid");
    EXPECT_EQ(decision.error().error.code, OAuthCode::kInvalidGrant);
  }
}

TEST(RedeemCode, refuses_code_of_other_client) {  // attack class 14
  auto request = good();
  request.client_id = "client-2";
  EXPECT_EQ(description(redeem_code(taken(), request)), "Auth error: Found different client_id in clientSession");
}

TEST(RedeemCode, refuses_other_redirect_uri_and_a_missing_one) {
  auto request = good();
  request.redirect_uri = "https://app.example/cb/";
  EXPECT_EQ(description(redeem_code(taken(), request)), "Incorrect redirect_uri");
  request.redirect_uri.reset();
  EXPECT_EQ(description(redeem_code(taken(), request)), "Incorrect redirect_uri");
}

TEST(RedeemCode, refuses_missing_wrong_and_malformed_verifiers) {  // RFC 7636 section 4.6, attack class 16
  auto request = good();
  request.code_verifier.reset();
  EXPECT_EQ(description(redeem_code(taken(), request)), "PKCE code verifier not specified");
  const std::string other(43, 'w');
  request.code_verifier = other;
  EXPECT_EQ(description(redeem_code(taken(), request)), "PKCE verification failed: Code mismatch");
  request.code_verifier = "short";
  EXPECT_EQ(description(redeem_code(taken(), request)), "PKCE verification failed: Invalid code verifier");
  const auto challenge = crypto::sha256_base64url(kVerifier);  // the challenge itself is no verifier
  request.code_verifier = challenge;
  EXPECT_EQ(description(redeem_code(taken(), request)), "PKCE verification failed: Code mismatch");
}

TEST(RedeemCode, refuses_verifier_where_no_challenge_was_stored) {
  auto code = taken();
  code.code.code_challenge.clear();
  EXPECT_EQ(description(redeem_code(code, good())),
            "PKCE code verifier specified but challenge not present in authorization");
}

TEST(RedeemCode, revokes_on_a_replay_that_was_otherwise_valid_and_only_then) {  // RFC 6749 section 4.1.2; AC-5
  EXPECT_TRUE(redeem_code(taken(TakeCode::kUsedBefore), good()).error().revokes_first_use);
  auto thief = good();
  thief.client_id = "client-2";
  EXPECT_FALSE(redeem_code(taken(TakeCode::kUsedBefore), thief).error().revokes_first_use);
  thief = good();
  thief.code_verifier.reset();
  EXPECT_FALSE(redeem_code(taken(TakeCode::kUsedBefore), thief).error().revokes_first_use);
}

TEST(RedeemCode, accepts_the_right_request) {
  EXPECT_TRUE(redeem_code(taken(), good()));
  auto plain = taken();
  plain.code.challenge_method = ChallengeMethod::kPlain;
  plain.code.code_challenge = kVerifier;
  EXPECT_TRUE(redeem_code(plain, good()));
  auto unsent = taken();
  unsent.code.redirect_uri_sent = false;  // RFC 6749 section 4.1.3: then it need not be repeated
  auto request = good();
  request.redirect_uri.reset();
  EXPECT_TRUE(redeem_code(unsent, request));
}

}  // namespace
}  // namespace cardea::oidc
