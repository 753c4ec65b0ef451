#include "core/recovery_codes.h"

#include <gmock/gmock.h>

#include <cctype>
#include <set>

#include "tests/support/seeded_random.h"

namespace cardea {
namespace {

Credential stored(RecoveryDocuments documents) {
  Credential out;
  out.type = kRecoveryCredential;
  out.credential_data = std::move(documents.credential_data);
  out.secret_data = std::move(documents.secret_data);
  return out;
}

class RecoveryCodesTest : public testing::Test {
 protected:
  SeededRandom random_{7};
  std::vector<std::string> codes_ = make_recovery_codes(random_);
  Credential credential_ = stored(make_recovery_documents(codes_));
};

TEST_F(RecoveryCodesTest, refuses_wrong_later_empty_and_endless_codes) {
  for (const auto& typed : {std::string(), std::string("-"), codes_[1], codes_[0].substr(1), codes_[0] + "2",
                            std::string(kRecoveryInputBytesMax + 1, 'A')}) {
    EXPECT_FALSE(check_recovery_code(credential_, typed)) << typed;
  }
}

TEST_F(RecoveryCodesTest, refuses_a_code_that_was_used) {
  auto accepted = check_recovery_code(credential_, codes_[0]);
  ASSERT_TRUE(accepted && accepted->after);
  const auto after = stored(std::move(*accepted->after));
  EXPECT_FALSE(check_recovery_code(after, codes_[0]));
  EXPECT_EQ(recovery_state(after)->next_number, 2);
  EXPECT_EQ(recovery_state(after)->remaining, kRecoveryCodes - 1);
  EXPECT_EQ(after.credential_data, R"({"algorithm":"SHA-512","totalCodes":12,"remainingCodes":11})");
  EXPECT_TRUE(check_recovery_code(after, codes_[1]));
}

TEST_F(RecoveryCodesTest, refuses_documents_it_cannot_read) {
  for (const auto* secret :
       {"", "{}", "[]", R"({"codes":[]})", R"({"codes":["x"]})", R"({"codes":{}})", R"({"codes":[{"number":1}]})"}) {
    credential_.secret_data = SecretBytes(std::string(secret));
    EXPECT_FALSE(check_recovery_code(credential_, codes_[0])) << secret;
    EXPECT_FALSE(check_recovery_code(credential_, "")) << secret;
  }
  auto other = stored(make_recovery_documents(codes_));
  other.credential_data = R"({"algorithm":"MD5","totalCodes":12,"remainingCodes":12})";
  EXPECT_FALSE(check_recovery_code(other, codes_[0]));
}

TEST_F(RecoveryCodesTest, the_last_code_leaves_nothing) {
  const std::vector<std::string> one = {codes_[0]};
  const auto accepted = check_recovery_code(stored(make_recovery_documents(one)), codes_[0]);
  ASSERT_TRUE(accepted);
  EXPECT_FALSE(accepted->after);
}

TEST_F(RecoveryCodesTest, codes_are_read_as_people_write_them) {
  EXPECT_TRUE(check_recovery_code(credential_, grouped_code(codes_[0])));
  std::string lower = " " + grouped_code(codes_[0]) + " ";
  for (auto& c : lower) c = static_cast<char>(std::tolower(c));
  EXPECT_TRUE(check_recovery_code(credential_, lower));
}

TEST_F(RecoveryCodesTest, codes_differ_and_are_long_enough) {
  EXPECT_EQ(std::set<std::string>(codes_.begin(), codes_.end()).size(), static_cast<std::size_t>(kRecoveryCodes));
  for (const auto& code : codes_) EXPECT_EQ(code.size(), kRecoveryCodeChars);
  EXPECT_THAT(grouped_code("ABCDEFGHJKLMNPQR"), testing::Eq("ABCD-EFGH-JKLM-NPQR"));
}

TEST_F(RecoveryCodesTest, reads_a_credential_made_by_keycloak) {
  // {"number":2,...} of a list whose first code was used; the code was QQQQEFGH2345ABCD.
  Credential imported;
  imported.credential_data = R"({"algorithm":"SHA-512","totalCodes":2,"remainingCodes":1})";
  imported.secret_data = SecretBytes(std::string(
      R"({"codes":[{"number":2,"encodedHashedValue":"rx5lXbBfu9pfDGg02puPaXouUxpcTToMswIsrsSR45mZTFHJlc6QxSP7ja5LsaCoruHqZKNhsT0OlMFpsHkhXw=="}]})"));
  EXPECT_EQ(recovery_state(imported)->next_number, 2);
  EXPECT_TRUE(check_recovery_code(imported, "QQQQEFGH2345ABCD"));
}

}  // namespace
}  // namespace cardea
