#include "core/policy_settings.h"

#include "base/text.h"

namespace cardea {
namespace {

constexpr std::int64_t kSecondsMax = 100LL * 365 * 24 * 3600;
constexpr std::size_t kTextsMax = 100;

}  // namespace

bool is_on(const json::object& settings, std::string_view name) {
  const auto* value = settings.if_contains(name);
  if (value == nullptr) return false;
  return value->is_bool() ? value->get_bool() : value->is_string() && value->get_string() == "true";
}

seconds seconds_or(const json::object& settings, std::string_view name, std::int64_t fallback) {
  const auto* value = settings.if_contains(name);
  std::int64_t found = fallback;
  if (value != nullptr && value->is_int64()) found = value->get_int64();
  if (value != nullptr && value->is_string()) {
    found = parse_integer<std::int64_t>(std::string_view(value->get_string())).value_or(fallback);
  }
  return seconds(found > 0 && found <= kSecondsMax ? found : fallback);
}

std::vector<std::string> texts(const json::object& settings, std::string_view name) {
  std::vector<std::string> out;
  const auto* list = settings.if_contains(name);
  if (list == nullptr || !list->is_array()) return out;
  for (const auto& item : list->get_array()) {
    if (item.is_string() && out.size() < kTextsMax) out.emplace_back(item.get_string());
  }
  return out;
}

}  // namespace cardea
