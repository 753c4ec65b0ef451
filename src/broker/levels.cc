#include "broker/levels.h"

#include <algorithm>

#include "base/text.h"
#include "broker/identity.h"

namespace cardea::broker {
namespace {

constexpr int kLevelMax = 1000;  // as acr.loa.map
constexpr std::size_t kReferenceBytesMax = 64;
constexpr std::size_t kValuesMax = 32;  // of one claim
constexpr std::size_t kMethodsMax = 8;

json::object table(const IdentityProvider& provider, std::string_view setting) {
  const auto document = parse_json(provider.setting(setting), {.bytes_max = 16 * 1024, .depth_max = 2});
  return document && document->is_object() ? document->get_object() : json::object();
}

std::optional<int> level_in(const json::object& levels, std::string_view value) {
  const auto* found = levels.if_contains(value);
  if (found == nullptr || !found->is_int64()) return std::nullopt;
  const auto level = found->get_int64();
  return level >= 0 && level <= kLevelMax ? std::optional(static_cast<int>(level)) : std::nullopt;
}

std::vector<std::string> values_of(const json::object& claims, std::string_view name) {
  std::vector<std::string> out;
  const auto* claim = claims.if_contains(name);
  if (claim == nullptr) return out;
  if (claim->is_string()) out.emplace_back(claim->get_string());
  if (!claim->is_array()) return out;
  for (const auto& item : claim->get_array()) {
    if (item.is_string() && out.size() < kValuesMax) out.emplace_back(item.get_string());
  }
  return out;
}

}  // namespace

UpstreamLevel upstream_level(const IdentityProvider& provider, const json::object& claims) {
  UpstreamLevel out;
  const auto count = [&](const json::object& levels, std::string_view claim) {
    if (levels.empty()) return;
    for (const auto& value : values_of(claims, claim)) {
      if (const auto level = level_in(levels, value)) out.level = std::max(out.level.value_or(*level), *level);
    }
  };
  const auto of_acr = table(provider, "levelsOfAcr");
  count(of_acr, "acr");
  if (provider.kind == "entra") count(of_acr, "acrs");
  count(table(provider, "levelsOfAmr"), "amr");
  const auto methods = table(provider, "methodsOfAmr");
  if (methods.empty()) return out;
  for (const auto& value : values_of(claims, "amr")) {
    const auto reference = string_or(methods, value, "");
    if (reference.empty() || reference.size() > kReferenceBytesMax) continue;
    if (std::ranges::find(out.methods, reference) != out.methods.end()) continue;
    if (out.methods.size() < kMethodsMax) out.methods.push_back(reference);
  }
  return out;
}

std::string acr_values_for(const IdentityProvider& provider, std::string_view acr_values) {
  const auto listed = table(provider, "levelsOfAcr");
  std::string out;
  for (const auto name : split_words(acr_values)) {
    if (!listed.contains(name)) continue;
    if (!out.empty()) out += ' ';
    out += name;
  }
  return out;
}

}  // namespace cardea::broker
