#include "core/otp_uri.h"

#include <gmock/gmock.h>

#include "tests/support/seeded_random.h"

namespace cardea {
namespace {

TEST(OtpUriTest, names_cannot_break_out_of_the_label) {
  const auto uri = otp_uri({}, "My Realm: & co?", "a/b@x.example?secret=AAAA", "12345678901234567890");
  EXPECT_EQ(uri,
            "otpauth://totp/My%20Realm%3A%20%26%20co%3F:a%2Fb%40x.example%3Fsecret%3DAAAA"
            "?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&digits=6&algorithm=SHA1&issuer=My%20Realm%3A%20%26%20co%3F"
            "&period=30");
}

TEST(OtpUriTest, says_what_the_policy_says) {
  const auto uri =
      otp_uri({.is_totp = false, .algorithm = crypto::HashAlgorithm::kSha512, .digits = 8, .initial_counter = 7},
              "realm", "ada", "key");
  EXPECT_EQ(uri, "otpauth://hotp/realm:ada?secret=NNSXS&digits=8&algorithm=SHA512&issuer=realm&counter=7");
}

TEST(OtpUriTest, keys_are_long_and_differ) {
  SeededRandom random(3);
  const auto one = make_otp_secret(random), other = make_otp_secret(random);
  EXPECT_EQ(one.size(), kOtpSecretChars);
  EXPECT_NE(one, other);
  EXPECT_EQ(grouped_otp_key("12345678901234567890"), "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ");
}

}  // namespace
}  // namespace cardea
