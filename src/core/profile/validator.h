// The validators a user profile can name (keycloak.md section 3.9), each a rule for one value. Keys of refusals and
// their arguments are Keycloak's, so that its message bundles fit.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "core/whole_pattern.h"

namespace cardea {

enum class ValidatorKind {
  kLength,
  kEmail,
  kPattern,
  kOptions,
  kInteger,
  kDouble,
  kUri,
  kIsoDate,
  kMultivalued,  // how many values; judged by check_profile.h
};

struct ProfileValidator {
  ValidatorKind kind;
  std::optional<double> min = {}, max = {};  // characters, numbers, or how many values
  bool trims = true;                         // length: spaces at the ends do not count
  std::shared_ptr<const WholePattern> pattern = {};
  std::string error_key = {};  // of a pattern; empty: the usual
  std::vector<std::string> options = {};
};

/// One refused value.
struct ProfileViolation {
  std::string key;                // "error-invalid-length", or a text of the realm's own
  std::vector<std::string> args;  // {1} and so on; {0} is the attribute
};

/// Makes the validator `id` ("length", "email", "pattern", "options", "integer", "double", "uri", "local-date",
/// "iso-date", "person-name-prohibited-characters", "username-prohibited-characters", "up-username-not-idn-homograph",
/// "multivalued"), or says in words what is wrong with it.
[[nodiscard]] Result<ProfileValidator, std::string> make_validator(std::string_view id, const json::object& config);

/// Judges one value that is not empty: whether there must be one is another rule.
[[nodiscard]] std::optional<ProfileViolation> check_value(const ProfileValidator& validator, std::string_view value);

/// An address we can send to: one '@', a local part up to `local_max` characters, a host. No quoted local parts.
[[nodiscard]] bool is_email(std::string_view text, std::size_t local_max = 64);

inline constexpr std::size_t kProfilePatternBytesMax = 1024;

}  // namespace cardea
