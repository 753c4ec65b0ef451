#include "core/profile/validator.h"

#include <re2/re2.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>

#include "base/text.h"
#include "base/uri.h"

namespace cardea {
namespace {

constexpr std::string_view kPersonName = R"re([^<>&"\v$%!#?§;*~/\\|^=\[\]{}()\p{Cc}]+)re";
constexpr std::string_view kUsername = R"re([^<>&"'\s\v$%!#?§,;:*~/\\|^=\[\]{}()`\p{Cc}\p{Zs}]+)re";
constexpr std::string_view kNoHomograph = R"re([\p{Latin}\p{Common}]+)re";
constexpr std::size_t kEmailBytesMax = 254;

std::shared_ptr<const WholePattern> compile(std::string_view pattern) {
  auto read = WholePattern::parse(pattern);
  return read ? std::make_shared<const WholePattern>(std::move(*read)) : nullptr;
}

// Numbers come as numbers or, from consoles, as text.
std::optional<double> number(const json::object& config, std::string_view name) {
  const auto* found = config.if_contains(name);
  if (found == nullptr) return std::nullopt;
  if (found->is_int64()) return static_cast<double>(found->get_int64());
  if (found->is_uint64()) return static_cast<double>(found->get_uint64());
  if (found->is_double()) return found->get_double();
  if (!found->is_string()) return std::nullopt;
  const std::string_view text = found->get_string();
  double out = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc() && end == text.data() + text.size() ? std::optional(out) : std::nullopt;
}

bool is_true(const json::object& config, std::string_view name) {
  const auto* found = config.if_contains(name);
  return found != nullptr &&
         ((found->is_bool() && found->get_bool()) || (found->is_string() && found->get_string() == "true"));
}

std::size_t code_points(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, [](char c) { return (c & 0xC0) != 0x80; }));
}

// "8" rather than "8.000000".
std::string shown(double value) {
  if (value == std::floor(value) && std::abs(value) < 1e15) return std::to_string(static_cast<std::int64_t>(value));
  return std::to_string(value);
}

std::vector<std::string> bounds(const ProfileValidator& validator) {
  return {validator.min ? shown(*validator.min) : "", validator.max ? shown(*validator.max) : ""};
}

std::optional<ProfileViolation> out_of_bounds(const ProfileValidator& validator, double value, const std::string& key,
                                              std::string_view low, std::string_view high) {
  const bool too_low = validator.min && value < *validator.min;
  const bool too_high = validator.max && value > *validator.max;
  if (!too_low && !too_high) return std::nullopt;
  if (validator.min && validator.max) return ProfileViolation{key, bounds(validator)};
  return ProfileViolation{key + std::string(too_low ? low : high), bounds(validator)};
}

std::optional<double> parse_number(std::string_view text, bool whole) {
  double out = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(out)) return std::nullopt;
  if (whole && !parse_integer<std::int64_t>(text)) return std::nullopt;
  return out;
}

bool is_iso_date(std::string_view text) {
  static const re2::RE2 kShape(R"((\d{4})-(\d{2})-(\d{2}))");
  int year = 0;
  int month = 0;
  int day = 0;
  if (!re2::RE2::FullMatch(re2::StringPiece(text.data(), text.size()), kShape, &year, &month, &day)) return false;
  return std::chrono::year_month_day(std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                                     std::chrono::day(static_cast<unsigned>(day)))
      .ok();
}

std::optional<ProfileViolation> check_uri(std::string_view text) {
  const auto uri = parse_uri(text);
  if (!uri) return ProfileViolation{"error-invalid-uri", {}};
  const auto scheme = ascii_lower(uri->scheme);
  if (scheme != "http" && scheme != "https") return ProfileViolation{"error-invalid-uri-scheme", {}};
  return std::nullopt;
}

using Made = Result<ProfileValidator, std::string>;

using Pattern = std::shared_ptr<const WholePattern>;

Made by_pattern(Pattern pattern, std::string key, const json::object& config) {
  ProfileValidator out{.kind = ValidatorKind::kPattern};
  out.pattern = std::move(pattern);
  const auto own = string_or(config, "error-message", "");
  out.error_key = own.empty() ? std::move(key) : std::string(own);
  return out;
}

Made make_pattern(const json::object& config) {
  const auto pattern = string_or(config, "pattern", "");
  if (pattern.empty() || pattern.size() > kProfilePatternBytesMax)
    return refuse(std::string("pattern: no pattern, or too long"));
  auto made = by_pattern(compile(pattern), "error-pattern-no-match", config);
  if (made->pattern == nullptr) return refuse(std::string("pattern: not a pattern this server can run"));
  return made;
}

/// What is there and no number would be no bound at all. An empty text is how consoles say nothing.
bool is_bound(const json::object& config, std::string_view name) {
  const auto* found = config.if_contains(name);
  return found == nullptr || found->is_null() || (found->is_string() && found->get_string().empty()) ||
         number(config, name).has_value();
}

Made make_bounded(ValidatorKind kind, const json::object& config, std::string_view id) {
  for (const std::string_view name : {"min", "max"}) {
    if (!is_bound(config, name)) return refuse(std::string(id).append(": ").append(name).append(" is no number"));
  }
  ProfileValidator out{.kind = kind};
  out.min = number(config, "min");
  out.max = number(config, "max");
  out.trims = !is_true(config, "trim-disabled");
  if (out.min && out.max && *out.min > *out.max) return refuse(std::string(id) + ": min is greater than max");
  if (kind == ValidatorKind::kLength && !out.min && !out.max) return refuse(std::string("length: neither min nor max"));
  return out;
}

Made make_options(const json::object& config) {
  ProfileValidator out{.kind = ValidatorKind::kOptions};
  const auto* options = config.if_contains("options");
  if (options == nullptr || !options->is_array()) return refuse(std::string("options: no list of options"));
  for (const auto& option : options->get_array()) {
    if (option.is_string()) out.options.emplace_back(option.get_string());
  }
  return out;
}

}  // namespace

Made make_validator(std::string_view id, const json::object& config) {
  if (id == "length") return make_bounded(ValidatorKind::kLength, config, id);
  if (id == "integer") return make_bounded(ValidatorKind::kInteger, config, id);
  if (id == "double") return make_bounded(ValidatorKind::kDouble, config, id);
  if (id == "multivalued") return make_bounded(ValidatorKind::kMultivalued, config, id);
  if (id == "pattern") return make_pattern(config);
  if (id == "options") return make_options(config);
  if (id == "uri") return ProfileValidator{.kind = ValidatorKind::kUri};
  if (id == "iso-date" || id == "local-date") return ProfileValidator{.kind = ValidatorKind::kIsoDate};
  if (id == "email") {
    ProfileValidator out{.kind = ValidatorKind::kEmail};
    out.max = number(config, "max-local-length");
    return out;
  }
  // The same for every realm, and compiled they take tens of kilobytes: one of each.
  static const Pattern kOnePersonName = compile(kPersonName);
  static const Pattern kOneUsername = compile(kUsername);
  static const Pattern kOneNoHomograph = compile(kNoHomograph);
  if (id == "person-name-prohibited-characters") {
    return by_pattern(kOnePersonName, "error-person-name-invalid-character", config);
  }
  if (id == "username-prohibited-characters") {
    return by_pattern(kOneUsername, "error-username-invalid-character", config);
  }
  if (id == "up-username-not-idn-homograph") {
    return by_pattern(kOneNoHomograph, "error-username-invalid-character", config);
  }
  return refuse("unknown validator " + std::string(id));
}

std::optional<ProfileViolation> check_value(const ProfileValidator& validator, std::string_view value) {
  switch (validator.kind) {
    case ValidatorKind::kLength:
      return out_of_bounds(validator, static_cast<double>(code_points(validator.trims ? trim(value) : value)),
                           "error-invalid-length", "-too-short", "-too-long");
    case ValidatorKind::kEmail:
      if (is_email(value, validator.max ? static_cast<std::size_t>(*validator.max) : 64)) return std::nullopt;
      return ProfileViolation{"error-invalid-email", {}};
    case ValidatorKind::kPattern:
      if (validator.pattern->matches(value)) return std::nullopt;
      return ProfileViolation{validator.error_key, {}};
    case ValidatorKind::kOptions:
      if (std::ranges::find(validator.options, value) != validator.options.end()) return std::nullopt;
      return ProfileViolation{"error-invalid-value", {}};
    case ValidatorKind::kInteger:
    case ValidatorKind::kDouble: {
      const auto read = parse_number(value, validator.kind == ValidatorKind::kInteger);
      if (!read) return ProfileViolation{"error-invalid-number", {}};
      return out_of_bounds(validator, *read, "error-number-out-of-range", "-too-small", "-too-big");
    }
    case ValidatorKind::kUri:
      return check_uri(value);
    case ValidatorKind::kIsoDate:
      return is_iso_date(value) ? std::nullopt : std::optional(ProfileViolation{"error-invalid-date", {}});
    case ValidatorKind::kMultivalued:
      return std::nullopt;
  }
  return std::nullopt;
}

bool is_email(std::string_view text, std::size_t local_max) {
  static const re2::RE2 kShape(R"re(([^\s@<>()\[\],;:\\"\p{Cc}]+)@)re"
                               R"re([\p{L}\p{N}](?:[\p{L}\p{N}-]*[\p{L}\p{N}])?)re"
                               R"re((?:\.[\p{L}\p{N}](?:[\p{L}\p{N}-]*[\p{L}\p{N}])?)*)re");
  if (text.size() > kEmailBytesMax) return false;
  re2::StringPiece local;
  if (!re2::RE2::FullMatch(re2::StringPiece(text.data(), text.size()), kShape, &local)) return false;
  const std::string_view part(local.data(), local.size());
  return code_points(part) <= local_max && part.front() != '.' && part.back() != '.' &&
         part.find("..") == std::string_view::npos;
}

}  // namespace cardea
