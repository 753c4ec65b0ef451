#include "core/otp_credential.h"

#include <gtest/gtest.h>

namespace cardea {
namespace {

constexpr std::string_view kSecret = "12345678901234567890";

Credential make(const OtpPolicy& policy) {
  auto documents = make_otp_documents(policy, kSecret);
  Credential out;
  out.type = "otp";
  out.credential_data = std::move(documents.credential_data);
  out.secret_data = std::move(documents.secret_data);
  return out;
}
TimePoint at(std::int64_t epoch) { return from_epoch_milliseconds(epoch * 1000); }
std::string code(std::uint64_t counter) { return crypto::otp_code(crypto::HashAlgorithm::kSha1, kSecret, counter, 6); }

TEST(OtpCredentialTest, refuses_a_code_that_was_used_and_older_ones) {
  const OtpPolicy policy;
  auto credential = make(policy);
  const auto first = check_otp(credential, policy, code(100), at(3000));
  ASSERT_TRUE(first && first->data);
  credential.credential_data = *first->data;
  EXPECT_FALSE(check_otp(credential, policy, code(100), at(3000)));
  EXPECT_FALSE(check_otp(credential, policy, code(99), at(3000)));
  EXPECT_TRUE(check_otp(credential, policy, code(101), at(3000)));
}

TEST(OtpCredentialTest, refuses_outside_the_window) {
  const OtpPolicy policy;
  const auto credential = make(policy);
  for (const std::uint64_t step : {98, 102}) EXPECT_FALSE(check_otp(credential, policy, code(step), at(3000))) << step;
  for (const std::uint64_t step : {99, 100, 101}) EXPECT_TRUE(check_otp(credential, policy, code(step), at(3029)));
  EXPECT_FALSE(check_otp(credential, policy, "", at(3000)));
  EXPECT_FALSE(check_otp(credential, policy, code(100) + "0", at(3000)));
}

TEST(OtpCredentialTest, refuses_credentials_that_say_too_little) {
  const OtpPolicy policy;
  for (const auto* data :
       {"", "[]", "{}", R"({"subType":"totp"})", R"({"subType":"totp","digits":5})",
        R"({"subType":"totp","digits":6,"period":0})", R"({"subType":"sms","digits":6})",
        R"({"subType":"totp","digits":6,"algorithm":"MD5"})", R"({"subType":"hotp","digits":6,"counter":-1})"}) {
    auto credential = make(policy);
    credential.credential_data = data;
    EXPECT_FALSE(check_otp(credential, policy, code(100), at(3000))) << data;
  }
  auto credential = make(policy);
  credential.secret_data = SecretBytes(std::string(R"({"value":""})"));
  EXPECT_FALSE(check_otp(credential, policy, code(100), at(3000)));
}

TEST(OtpCredentialTest, hotp_moves_the_counter_on) {
  OtpPolicy policy;
  policy.is_totp = false;
  policy.initial_counter = 5;
  policy.look_ahead = 2;
  auto credential = make(policy);
  EXPECT_FALSE(check_otp(credential, policy, code(4), at(0)));
  EXPECT_FALSE(check_otp(credential, policy, code(8), at(0)));
  const auto accepted = check_otp(credential, policy, code(7), at(0));
  ASSERT_TRUE(accepted && accepted->data);
  EXPECT_EQ(*accepted->data, R"({"subType":"hotp","digits":6,"counter":8,"period":30,"algorithm":"HmacSHA1"})");
  credential.credential_data = *accepted->data;
  EXPECT_FALSE(check_otp(credential, policy, code(7), at(0)));
}

TEST(OtpCredentialTest, a_realm_may_let_codes_be_used_again) {
  OtpPolicy policy;
  policy.is_code_reusable = true;
  const auto accepted = check_otp(make(policy), policy, code(100), at(3000));
  ASSERT_TRUE(accepted);
  EXPECT_FALSE(accepted->data);
}

TEST(OtpCredentialTest, keys_in_base32) {
  auto credential = make({});
  credential.credential_data = R"({"subType":"totp","digits":6,"period":30,"secretEncoding":"BASE32"})";
  credential.secret_data = SecretBytes(R"({"value":")" + crypto::base32_encode(kSecret) + "\"}");
  EXPECT_TRUE(check_otp(credential, {}, code(100), at(3000)));
}

TEST(OtpCredentialTest, policies_out_of_bounds_fall_back) {
  Realm realm;
  realm.extra =
      json::object{{"otpPolicyType", "hotp"}, {"otpPolicyAlgorithm", "HmacSHA512"}, {"otpPolicyDigits", 40},
                   {"otpPolicyPeriod", 0},    {"otpPolicyLookAheadWindow", -1},     {"otpPolicyInitialCounter", 7}};
  const auto policy = otp_policy(realm);
  EXPECT_FALSE(policy.is_totp);
  EXPECT_EQ(policy.algorithm, crypto::HashAlgorithm::kSha512);
  EXPECT_EQ(policy.digits, 6);
  EXPECT_EQ(policy.period_seconds, 30);
  EXPECT_EQ(policy.look_ahead, 1);
  EXPECT_EQ(policy.initial_counter, 7);
}

}  // namespace
}  // namespace cardea
