#include "core/password_policy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/limits.h"

namespace cardea {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr PasswordOwner kAda{"ada", "ada@example.com"};

std::vector<std::string> broken_by(std::string_view policy, std::string_view password) {
  std::vector<std::string> keys;
  for (const auto& violation : PasswordPolicy::parse(policy).check(password, kAda, {}))
    keys.emplace_back(violation.key);
  return keys;
}

TEST(PasswordPolicy, refuses_what_each_rule_forbids) {
  struct Case {
    std::string_view policy, refused, accepted, key;
  };
  const Case cases[] = {
      {"length(8)", "1234567", "12345678", "invalidPasswordMinLengthMessage"},
      {"length", "1234567", "12345678", "invalidPasswordMinLengthMessage"},
      {"maxLength(4)", "12345", "1234", "invalidPasswordMaxLengthMessage"},
      {"digits(2)", "abc1", "a1b2", "invalidPasswordMinDigitsMessage"},
      {"lowerCase(2)", "ABc", "ABcd", "invalidPasswordMinLowerCaseCharsMessage"},
      {"upperCase(1)", "abc", "abC", "invalidPasswordMinUpperCaseCharsMessage"},
      {"specialChars(1)", "abc1", "abc!", "invalidPasswordMinSpecialCharsMessage"},
      {"notUsername(undefined)", "Ada", "adaa", "invalidPasswordNotUsernameMessage"},
      {"notUsername", "ada", "adaa", "invalidPasswordNotUsernameMessage"},
      {"notContainsUsername", "xxADAxx", "xxAxDAxx", "invalidPasswordNotContainsUsernameMessage"},
      {"notEmail(undefined)", "Ada@example.com", "ada@example.org", "invalidPasswordNotEmailMessage"},
      {"regexPattern(^(a|b)+$)", "abc", "abab", "invalidPasswordRegexPatternMessage"},
      {"regexPattern(^(?=.*[a-z])(?=.*[0-9]).+$)", "abc", "abc1", "invalidPasswordRegexPatternMessage"},
  };
  for (const auto& c : cases) {
    EXPECT_THAT(broken_by(c.policy, c.refused), ElementsAre(std::string(c.key))) << c.policy;
    EXPECT_THAT(broken_by(c.policy, c.accepted), IsEmpty()) << c.policy;
  }
}

TEST(PasswordPolicy, refuses_a_pattern_that_matches_only_a_part) {
  EXPECT_THAT(broken_by("regexPattern([a-z]+)", "abc1"), ElementsAre("invalidPasswordRegexPatternMessage"));
}

TEST(PasswordPolicy, refuses_every_password_while_a_rule_cannot_be_read) {
  for (const auto* policy : {"length(x)", "length(-1)", "digits(99999999999)", "regexPattern(.*(?=[A-Z]).*)",
                             "regexPattern([a-)", "forceExpiredPasswordChange(soon)"}) {
    EXPECT_THAT(broken_by(policy, "Correct-Horse-1"), ElementsAre("invalidPasswordGenericMessage")) << policy;
    EXPECT_THAT(PasswordPolicy::parse(policy).broken_rules(), ElementsAre(policy));
  }
}

TEST(PasswordPolicy, refuses_overlong_passwords_and_bad_utf8_without_any_rule) {
  EXPECT_THAT(broken_by("", std::string(kPasswordBytesMax + 1, 'a')), ElementsAre("invalidPasswordMaxLengthMessage"));
  EXPECT_THAT(broken_by("", "abc\xff"), ElementsAre("invalidPasswordGenericMessage"));
  EXPECT_THAT(broken_by("", std::string(kPasswordBytesMax, 'a')), IsEmpty());
}

TEST(PasswordPolicy, refuses_a_policy_text_without_end) {
  EXPECT_THAT(broken_by(std::string(10'000, 'x'), "abc"), ElementsAre("invalidPasswordGenericMessage"));
}

TEST(PasswordPolicy, reports_every_broken_rule_in_order) {
  EXPECT_THAT(broken_by("digits(1) and length(8) and upperCase(1)", "abc"),
              ElementsAre("invalidPasswordMinDigitsMessage", "invalidPasswordMinLengthMessage",
                          "invalidPasswordMinUpperCaseCharsMessage"));
}

TEST(PasswordPolicy, says_it_in_keycloaks_words) {
  EXPECT_EQ(PasswordPolicy::parse("length(8)").check("x", kAda, {}).front().text,
            "Invalid password: minimum length 8.");
}

TEST(PasswordPolicy, counts_code_points_and_unicode_letters) {
  EXPECT_THAT(broken_by("length(4)", "\xc3\xa4\xc3\xb6\xc3\xbc"),
              ElementsAre("invalidPasswordMinLengthMessage"));                                             // äöü
  EXPECT_THAT(broken_by("lowerCase(3) and upperCase(1)", "\xc3\xa4\xc3\xb6\xc3\xbc\xc3\x84"), IsEmpty());  // äöüÄ
  EXPECT_THAT(broken_by("specialChars(1)", "\xc3\xa4"), ElementsAre("invalidPasswordMinSpecialCharsMessage"));
  EXPECT_THAT(broken_by("specialChars(1)", "\xe2\x82\xac"), IsEmpty());  // €
}

TEST(PasswordPolicy, names_the_rules_it_does_not_enforce) {
  const auto policy = PasswordPolicy::parse(
      "passwordHistory(3) and hashIterations(210000) and hashAlgorithm(argon2) and hashAlgorithm(pbkdf2-sha512) and "
      "maxAuthAge(300) and hashIterations(5)");
  EXPECT_THAT(policy.rules_not_enforced(), ElementsAre("hashIterations(210000)", "hashAlgorithm(pbkdf2-sha512)"));
  EXPECT_EQ(policy.history_count(), 3);
  EXPECT_EQ(policy.max_auth_age(), seconds(300));
  EXPECT_THAT(policy.check("x", kAda, {}), IsEmpty());
}

TEST(PasswordPolicy, knows_every_rule_it_has_a_name_for) {
  for (const auto name : PasswordPolicy::rule_names()) {
    const auto argument = name == "hashAlgorithm" ? "(argon2)" : name == "passwordBlacklist" ? "(words.txt)" : "";
    const auto policy = PasswordPolicy::parse(std::string(name) + argument);
    EXPECT_THAT(policy.rules_not_enforced(), IsEmpty()) << name;
    EXPECT_THAT(policy.broken_rules(), IsEmpty()) << name;
  }
}

TEST(PasswordPolicy, refuses_what_is_on_a_list_and_everything_while_the_list_is_missing) {
  const auto policy = PasswordPolicy::parse("passwordBlacklist(words.txt)");
  const auto keys = [&](std::string_view password, const PasswordLists& lists) {
    const auto violations = policy.check(password, kAda, lists);
    return violations.empty() ? std::string_view() : violations.front().key;
  };
  const PasswordLists lists = {{"words.txt", PasswordList::parse("letmein\n")}};
  EXPECT_EQ(keys("LetMeIn", lists), "invalidPasswordBlacklistedMessage");
  EXPECT_EQ(keys("let me in", lists), "");
  EXPECT_EQ(keys("let me in", {}), "invalidPasswordGenericMessage");
  EXPECT_EQ(policy.summary(), "Rules: none of those that many people use.");
  EXPECT_THAT(PasswordPolicy::parse("passwordBlacklist").broken_rules(), ElementsAre("passwordBlacklist()"));
}

TEST(PasswordPolicy, reads_when_passwords_expire) {
  EXPECT_EQ(PasswordPolicy::parse("forceExpiredPasswordChange(30)").expires_after_days(), 30);
  EXPECT_EQ(PasswordPolicy::parse("forceExpiredPasswordChange").expires_after_days(), 365);
  EXPECT_EQ(PasswordPolicy::parse("length(8)").expires_after_days(), std::nullopt);
}

TEST(PasswordPolicy, sums_up_its_rules) {
  EXPECT_EQ(PasswordPolicy::parse("length(8) and digits(1) and notUsername").summary(),
            "Rules: at least 8 characters, 1 digit, not your username.");
  EXPECT_EQ(PasswordPolicy::parse("").summary(), "");
}

}  // namespace
}  // namespace cardea
