#include "crypto/otp.h"

#include <gtest/gtest.h>

namespace cardea::crypto {
namespace {

const std::string kKey20 = "12345678901234567890";

TEST(OtpTest, refuses_other_codes_and_other_lengths) {
  const auto find = [](std::string_view code) { return find_otp_counter(HashAlgorithm::kSha1, kKey20, code, 6, 0, 2); };
  for (const auto* code : {"", "755225", "75522", "7552240", "969429", "755 224"}) EXPECT_FALSE(find(code)) << code;
  EXPECT_EQ(find("755224"), 0U);
  EXPECT_EQ(find("359152"), 2U);
}

TEST(OtpTest, rfc_4226_appendix_d) {
  const char* kCodes[] = {"755224", "287082", "359152", "969429", "338314",
                          "254676", "287922", "162583", "399871", "520489"};
  for (std::uint64_t i = 0; i < 10; ++i) EXPECT_EQ(otp_code(HashAlgorithm::kSha1, kKey20, i, 6), kCodes[i]);
}

TEST(OtpTest, rfc_6238_appendix_b) {
  const std::string key32 = "12345678901234567890123456789012";
  const std::string key64 = "1234567890123456789012345678901234567890123456789012345678901234";
  struct Row {
    std::uint64_t time;
    const char *sha1, *sha256, *sha512;
  };
  const Row kRows[] = {
      {59, "94287082", "46119246", "90693936"},         {1111111109, "07081804", "68084774", "25091201"},
      {1111111111, "14050471", "67062674", "99943326"}, {1234567890, "89005924", "91819424", "93441116"},
      {2000000000, "69279037", "90698825", "38618901"}, {20000000000, "65353130", "77737706", "47863826"}};
  for (const auto& row : kRows) {
    EXPECT_EQ(otp_code(HashAlgorithm::kSha1, kKey20, row.time / 30, 8), row.sha1) << row.time;
    EXPECT_EQ(otp_code(HashAlgorithm::kSha256, key32, row.time / 30, 8), row.sha256) << row.time;
    EXPECT_EQ(otp_code(HashAlgorithm::kSha512, key64, row.time / 30, 8), row.sha512) << row.time;
  }
}

TEST(OtpTest, base32_of_rfc_4648) {
  const std::pair<const char*, const char*> kRows[] = {{"", ""},
                                                       {"f", "MY"},
                                                       {"fo", "MZXQ"},
                                                       {"foo", "MZXW6"},
                                                       {"foob", "MZXW6YQ"},
                                                       {"fooba", "MZXW6YTB"},
                                                       {"foobar", "MZXW6YTBOI"}};
  for (const auto& [bytes, text] : kRows) {
    EXPECT_EQ(base32_encode(bytes), text);
    EXPECT_EQ(base32_decode(text), bytes);
  }
  EXPECT_EQ(base32_decode("mzxw6==="), "foo");
  for (const auto* bad : {"1", "M", "MZ", "MZXW6 YTB", "M=Y", "MZXW61"}) EXPECT_FALSE(base32_decode(bad)) << bad;
}

}  // namespace
}  // namespace cardea::crypto
