#include "core/attribute_match.h"

#include <re2/re2.h>

#include <algorithm>
#include <memory>
#include <vector>

namespace cardea {
namespace {

std::vector<std::string> values_of(const User& user, std::string_view name) {
  if (name == "username") return {user.username};
  if (name == "email") return {user.email};
  if (name == "firstName") return {user.first_name};
  if (name == "lastName") return {user.last_name};
  const auto found = user.attributes.find(std::string(name));
  return found == user.attributes.end() ? std::vector<std::string>() : found->second;
}

}  // namespace

std::optional<bool> has_attribute(const User& user, const AttributeCondition& condition) {
  if (condition.includes_groups) return std::nullopt;
  const auto values = values_of(user, condition.name);
  if (!condition.is_pattern) return std::ranges::find(values, condition.value) != values.end();
  if (condition.value.size() > kAttributePatternBytesMax) return std::nullopt;
  RE2::Options options;
  options.set_log_errors(false);
  const RE2 pattern(re2::StringPiece(condition.value.data(), condition.value.size()), options);
  if (!pattern.ok()) return std::nullopt;
  return std::ranges::any_of(values, [&](const std::string& value) { return RE2::FullMatch(value, pattern); });
}

}  // namespace cardea
