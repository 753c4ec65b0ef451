// A realm's rules for new passwords, from Keycloak's policy text (keycloak.md section 3.10): "length(8) and digits(1)".
// Texts and keys of refusals are Keycloak's, so that the admin API and the pages say the same.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "core/password_lists.h"
#include "core/whole_pattern.h"

namespace cardea {

struct PasswordViolation {
  std::string_view key;  // "invalidPasswordMinLengthMessage"
  std::string text;      // "Invalid password: minimum length 8."
};

/// Who the password is for.
struct PasswordOwner {
  std::string_view username;
  std::string_view email;
};

class PasswordPolicy {
 public:
  /// Reads a policy text. A rule with an argument that cannot be read (a number, a pattern that WholePattern does not
  /// know) makes every password be refused, until an administrator mends the policy: `broken_rules` names them.
  [[nodiscard]] static PasswordPolicy parse(std::string_view text);

  /// Names of the rules that may stand in a policy. Consoles drop what they are not told of, and save the rest.
  [[nodiscard]] static std::span<const std::string_view> rule_names();

  /// Every rule the password breaks, in the policy's order; empty when it may be used. Characters are Unicode code
  /// points, their kinds as Unicode has them. Passwords that are no UTF-8 or longer than kPasswordBytesMax are refused
  /// always, and any where the policy names a list that is not among `lists`.
  [[nodiscard]] std::vector<PasswordViolation> check(std::string_view password, const PasswordOwner& owner,
                                                     const PasswordLists& lists) const;

  /// The rules in words for the page, for example "At least 8 characters, 1 digit."; empty without rules.
  [[nodiscard]] std::string summary() const;

  /// forceExpiredPasswordChange.
  [[nodiscard]] std::optional<int> expires_after_days() const { return expires_after_days_; }
  /// passwordHistory: so many of the last passwords, the present one among them, may not come again; 0: any may.
  [[nodiscard]] int history_count() const { return history_count_; }
  /// passwordAge: nor those set within so many days.
  [[nodiscard]] std::optional<int> history_days() const { return history_days_; }
  /// maxAuthAge: how old the login may be when a client asks for a new password.
  [[nodiscard]] std::optional<seconds> max_auth_age() const { return max_auth_age_; }
  /// Rules this release knows of and does not enforce (other hash settings), to warn about.
  [[nodiscard]] const std::vector<std::string>& rules_not_enforced() const { return not_enforced_; }
  [[nodiscard]] const std::vector<std::string>& broken_rules() const { return broken_; }
  /// passwordBlacklist: names of the lists.
  [[nodiscard]] const std::vector<std::string>& lists() const { return lists_; }

 private:
  enum class Kind {
    kMinLength,
    kMaxLength,
    kDigits,
    kLowerCase,
    kUpperCase,
    kSpecialChars,
    kNotUsername,
    kNotContainsUsername,
    kNotEmail,
    kRegex,
  };
  struct Rule {
    Kind kind;
    int number = 0;
    std::optional<WholePattern> pattern = std::nullopt;
  };
  struct Counts;
  void add(std::string_view name, std::string_view argument);
  [[nodiscard]] static std::optional<PasswordViolation> check_rule(const Rule& rule, const Counts& counts,
                                                                   std::string_view password,
                                                                   const PasswordOwner& owner);

  std::vector<Rule> rules_;
  std::optional<int> expires_after_days_;
  int history_count_ = 0;
  std::optional<int> history_days_;
  std::optional<seconds> max_auth_age_;
  std::vector<std::string> not_enforced_;
  std::vector<std::string> broken_;
  std::vector<std::string> lists_;
};

}  // namespace cardea
