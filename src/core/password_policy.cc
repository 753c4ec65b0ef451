#include "core/password_policy.h"

#include <fmt/format.h>
#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <array>

#include "base/limits.h"
#include "base/text.h"

namespace cardea {
namespace {

constexpr std::size_t kPolicyBytesMax = 8 * 1024;
constexpr std::size_t kRulesMax = 64;
constexpr int kNumberMax = 100'000;

constexpr std::string_view kRuleNames[] = {
    "length",          "maxLength",           "digits",
    "lowerCase",       "upperCase",           "specialChars",
    "notUsername",     "notContainsUsername", "notEmail",
    "regexPattern",    "passwordBlacklist",   "forceExpiredPasswordChange",
    "passwordHistory", "passwordAge",         "maxAuthAge",
    "hashAlgorithm",   "hashIterations",      "recoveryCodesWarningThreshold",
};

// "length(8)" to name and argument, as Keycloak reads it: what follows the first '(' without the last character.
std::pair<std::string_view, std::string_view> split_rule(std::string_view rule) {
  rule = trim(rule);
  const auto open = rule.find('(');
  if (open == std::string_view::npos) return {rule, {}};
  auto argument = rule.substr(open + 1);
  if (argument.ends_with(')')) argument.remove_suffix(1);
  return {trim(rule.substr(0, open)), argument};
}

bool contains_ignoring_ascii_case(std::string_view text, std::string_view part) {
  return ascii_lower(text).find(ascii_lower(part)) != std::string::npos;
}

}  // namespace

struct PasswordPolicy::Counts {
  int length = 0, digits = 0, lower = 0, upper = 0, special = 0;

  explicit Counts(std::string_view password) {
    const auto size = static_cast<int32_t>(password.size());
    for (int32_t at = 0; at < size;) {
      UChar32 c = 0;
      U8_NEXT(password.data(), at, size, c);
      ++length;
      digits += u_isdigit(c) != 0 ? 1 : 0;
      lower += u_islower(c) != 0 ? 1 : 0;
      upper += u_isupper(c) != 0 ? 1 : 0;
      special += u_isalnum(c) == 0 ? 1 : 0;
    }
  }
};

PasswordPolicy PasswordPolicy::parse(std::string_view text) {
  PasswordPolicy policy;
  const auto rules = split(text, " and ");
  if (text.size() > kPolicyBytesMax || rules.size() > kRulesMax) {
    policy.broken_.emplace_back("(too long)");
    return policy;
  }
  for (const auto rule : rules) {
    const auto [name, argument] = split_rule(rule);
    if (!name.empty()) policy.add(name, argument);
  }
  return policy;
}

std::span<const std::string_view> PasswordPolicy::rule_names() { return kRuleNames; }

void PasswordPolicy::add(std::string_view name, std::string_view argument) {
  struct Numbered {
    std::string_view name;
    Kind kind;
    int fallback;
  };
  static constexpr std::array kNumbered = {
      Numbered{"length", Kind::kMinLength, 8},    Numbered{"maxLength", Kind::kMaxLength, 64},
      Numbered{"digits", Kind::kDigits, 1},       Numbered{"lowerCase", Kind::kLowerCase, 1},
      Numbered{"upperCase", Kind::kUpperCase, 1}, Numbered{"specialChars", Kind::kSpecialChars, 1},
  };
  const auto number = [&](int fallback) -> std::optional<int> {
    if (argument.empty() || argument == "undefined") return fallback;
    const auto parsed = parse_integer<int>(trim(argument));
    return parsed && *parsed >= 0 && *parsed <= kNumberMax ? parsed : std::nullopt;
  };
  const auto other = [&] {
    not_enforced_.emplace_back(argument.empty() ? std::string(name) : fmt::format("{}({})", name, argument));
  };
  if (std::ranges::find(kRuleNames, name) == std::end(kRuleNames)) return other();
  const auto broken = [&] { broken_.emplace_back(fmt::format("{}({})", name, argument)); };

  if (const auto* rule = std::ranges::find(kNumbered, name, &Numbered::name); rule != kNumbered.end()) {
    if (const auto value = number(rule->fallback)) {
      rules_.push_back({.kind = rule->kind, .number = *value});
    } else {
      broken();
    }
  } else if (name == "notUsername") {
    rules_.push_back({.kind = Kind::kNotUsername});
  } else if (name == "notContainsUsername") {
    rules_.push_back({.kind = Kind::kNotContainsUsername});
  } else if (name == "notEmail") {
    rules_.push_back({.kind = Kind::kNotEmail});
  } else if (name == "regexPattern") {
    auto pattern = WholePattern::parse(argument);
    if (!pattern) return broken();
    rules_.push_back({.kind = Kind::kRegex, .number = 0, .pattern = std::move(pattern)});
  } else if (name == "passwordBlacklist") {
    if (trim(argument).empty()) return broken();
    lists_.emplace_back(trim(argument));
  } else if (name == "forceExpiredPasswordChange") {
    expires_after_days_ = number(365);
    if (!expires_after_days_) broken();
  } else if (name == "passwordHistory") {
    const auto count = number(3);
    if (!count) return broken();
    history_count_ = *count;
  } else if (name == "passwordAge") {
    history_days_ = number(30);
    if (!history_days_) broken();
  } else if (name == "maxAuthAge") {
    const auto age = number(300);
    if (!age) return broken();
    max_auth_age_ = seconds(*age);
  } else if ((name == "hashAlgorithm" && argument == "argon2") ||
             (name == "hashIterations" && (argument == "-1" || number(5) == 5)) ||
             name == "recoveryCodesWarningThreshold") {
    // What we do anyway, and rules that say nothing about a password.
  } else {
    other();
  }
}

std::vector<PasswordViolation> PasswordPolicy::check(std::string_view password, const PasswordOwner& owner,
                                                     const PasswordLists& lists) const {
  if (!broken_.empty()) {
    return {{"invalidPasswordGenericMessage",
             "Passwords cannot be changed now: the password policy of this realm cannot be read. Ask your "
             "administrator to mend it."}};
  }
  for (const auto& name : lists_) {
    if (lists.contains(name)) continue;
    return {
        {"invalidPasswordGenericMessage",
         "Passwords cannot be changed now: a list that the password policy of this realm names is missing. Ask your "
         "administrator to mend it."}};
  }
  if (password.size() > kPasswordBytesMax) {
    return {
        {"invalidPasswordMaxLengthMessage", fmt::format("Invalid password: maximum length {}.", kPasswordBytesMax)}};
  }
  if (!is_utf8(password))
    return {{"invalidPasswordGenericMessage", "Invalid password: new password does not match password policies."}};
  const Counts counts(password);
  std::vector<PasswordViolation> violations;
  for (const auto& rule : rules_) {
    if (auto violation = check_rule(rule, counts, password, owner)) violations.push_back(std::move(*violation));
  }
  if (std::ranges::any_of(lists_, [&](const auto& name) { return lists.find(name)->second.contains(password); })) {
    violations.push_back({"invalidPasswordBlacklistedMessage", "Invalid password: password is blacklisted."});
  }
  return violations;
}

std::optional<PasswordViolation> PasswordPolicy::check_rule(const Rule& rule, const Counts& counts,
                                                            std::string_view password, const PasswordOwner& owner) {
  const auto violated = [&rule](std::string_view key, std::string_view text) {
    return PasswordViolation{key, fmt::format(fmt::runtime(text), rule.number)};
  };
  switch (rule.kind) {
    case Kind::kMinLength:
      if (counts.length >= rule.number) return std::nullopt;
      return violated("invalidPasswordMinLengthMessage", "Invalid password: minimum length {}.");
    case Kind::kMaxLength:
      if (counts.length <= rule.number) return std::nullopt;
      return violated("invalidPasswordMaxLengthMessage", "Invalid password: maximum length {}.");
    case Kind::kDigits:
      if (counts.digits >= rule.number) return std::nullopt;
      return violated("invalidPasswordMinDigitsMessage",
                      "Invalid password: must contain at least {} numerical digits.");
    case Kind::kLowerCase:
      if (counts.lower >= rule.number) return std::nullopt;
      return violated("invalidPasswordMinLowerCaseCharsMessage",
                      "Invalid password: must contain at least {} lower case characters.");
    case Kind::kUpperCase:
      if (counts.upper >= rule.number) return std::nullopt;
      return violated("invalidPasswordMinUpperCaseCharsMessage",
                      "Invalid password: must contain at least {} upper case characters.");
    case Kind::kSpecialChars:
      if (counts.special >= rule.number) return std::nullopt;
      return violated("invalidPasswordMinSpecialCharsMessage",
                      "Invalid password: must contain at least {} special characters.");
    case Kind::kNotUsername:
      if (!equal_ignoring_ascii_case(password, owner.username)) return std::nullopt;
      return violated("invalidPasswordNotUsernameMessage", "Invalid password: must not be equal to the username.");
    case Kind::kNotContainsUsername:
      if (owner.username.empty() || !contains_ignoring_ascii_case(password, owner.username)) return std::nullopt;
      return violated("invalidPasswordNotContainsUsernameMessage", "Invalid password: Can not contain the username.");
    case Kind::kNotEmail:
      if (owner.email.empty() || !equal_ignoring_ascii_case(password, owner.email)) return std::nullopt;
      return violated("invalidPasswordNotEmailMessage", "Invalid password: must not be equal to the email.");
    case Kind::kRegex:
      if (rule.pattern->matches(password)) return std::nullopt;
      return violated("invalidPasswordRegexPatternMessage", "Invalid password: fails to match regex pattern(s).");
  }
  return PasswordViolation{"invalidPasswordGenericMessage",
                           "Invalid password: new password does not match password policies."};
}

std::string PasswordPolicy::summary() const {
  std::string out;
  const auto part = [&out](std::string text) {
    if (text.empty()) return;
    out += out.empty() ? "" : ", ";
    out += text;
  };
  const auto counted = [](int number, std::string_view one, std::string_view many) {
    return number == 0 ? std::string() : fmt::format("{} {}", number, number == 1 ? one : many);
  };
  for (const auto& rule : rules_) {
    switch (rule.kind) {
      case Kind::kMinLength:
        part(fmt::format("at least {}", counted(rule.number, "character", "characters")));
        break;
      case Kind::kMaxLength:
        part(fmt::format("at most {}", counted(rule.number, "character", "characters")));
        break;
      case Kind::kDigits:
        part(counted(rule.number, "digit", "digits"));
        break;
      case Kind::kLowerCase:
        part(counted(rule.number, "lower case letter", "lower case letters"));
        break;
      case Kind::kUpperCase:
        part(counted(rule.number, "upper case letter", "upper case letters"));
        break;
      case Kind::kSpecialChars:
        part(counted(rule.number, "special character", "special characters"));
        break;
      case Kind::kNotUsername:
        part("not your username");
        break;
      case Kind::kNotContainsUsername:
        part("your username not in it");
        break;
      case Kind::kNotEmail:
        part("not your e-mail address");
        break;
      case Kind::kRegex:
        part("your administrator's own pattern");
        break;
    }
  }
  if (!lists_.empty()) part("none of those that many people use");
  return out.empty() ? out : "Rules: " + out + ".";
}

}  // namespace cardea
