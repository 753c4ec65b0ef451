#include "core/level_of_assurance.h"

#include <algorithm>

#include "base/json.h"
#include "base/text.h"

namespace cardea {
namespace {

constexpr std::string_view kAttribute = "acr.loa.map";
constexpr JsonLimits kLimits{.bytes_max = 16 * 1024, .depth_max = 2};

using Levels = std::map<std::string, int, std::less<>>;

/// What cannot be read names nothing.
Levels read_map(std::string_view text) {
  Levels levels;
  const auto document = parse_json(text, kLimits);
  if (!document || !document->is_object()) return levels;
  for (const auto& member : document->get_object()) {
    const auto& value = member.value();
    std::optional<int> level;
    if (value.is_int64() && value.get_int64() >= 0 && value.get_int64() <= 1000) {
      level = static_cast<int>(value.get_int64());
    }
    if (value.is_string()) level = parse_integer<int>(value.get_string());
    if (level && *level >= 0) levels.emplace(member.key(), *level);
  }
  return levels;
}

Levels of_realm_attribute(const Realm& realm) {
  const auto found = realm.attributes.find(std::string(kAttribute));
  return found == realm.attributes.end() ? Levels{} : read_map(found->second);
}

}  // namespace

LevelNames::LevelNames(const Realm& realm, const Client& client) : levels_(read_map(client.attribute(kAttribute))) {
  if (levels_.empty()) levels_ = of_realm_attribute(realm);
}

std::optional<int> LevelNames::level_of(std::string_view name) const {
  if (const auto found = levels_.find(name); found != levels_.end()) return found->second;
  const auto number = parse_integer<int>(name);
  return number && *number >= 0 ? number : std::nullopt;
}

std::string LevelNames::name_of(int level, std::string_view wanted) const {
  std::string_view asked;
  int highest = kNoLevel;
  for (const auto name : split_words(wanted)) {
    const auto known = level_of(name);
    if (!known || *known > level || *known <= highest) continue;
    asked = name;
    highest = *known;
  }
  if (!asked.empty()) return std::string(asked);
  const std::pair<const std::string, int>* best = nullptr;
  for (const auto& entry : levels_) {
    if (entry.second <= level && (best == nullptr || entry.second > best->second)) best = &entry;
  }
  return best == nullptr ? std::to_string(level) : best->first;
}

std::vector<std::string> LevelNames::of_realm(const Realm& realm) {
  std::vector<std::pair<int, std::string>> sorted;
  for (const auto& [name, level] : of_realm_attribute(realm)) sorted.emplace_back(level, name);
  std::ranges::sort(sorted);
  std::vector<std::string> names;
  for (auto& [level, name] : sorted) names.push_back(std::move(name));
  return names;
}

int requested_level(const LevelNames& names, std::string_view acr_values) {
  int lowest = kNoLevel;
  for (const auto name : split_words(acr_values)) {
    const auto level = names.level_of(name);
    if (level && (lowest == kNoLevel || *level < lowest)) lowest = *level;
  }
  return lowest;
}

std::map<int, std::int64_t> levels_of(const UserSession& session) {
  std::map<int, std::int64_t> out;
  const auto note = session.notes.find(std::string(kLevelNote));
  if (note == session.notes.end()) return out;
  const auto document = parse_json(note->second, kLimits);
  if (!document || !document->is_object()) return out;
  for (const auto& member : document->get_object()) {
    const auto level = parse_integer<int>(member.key());
    if (level && *level >= 0 && member.value().is_int64()) out.emplace(*level, member.value().get_int64());
  }
  return out;
}

void note_levels(UserSession& session, const Authentication& proven) {
  if (proven.levels.empty()) return;
  auto reached = levels_of(session);
  for (const auto level : proven.levels) reached.insert_or_assign(level, proven.auth_time);
  std::string text;
  JsonWriter writer(text);
  writer.begin_object();
  for (const auto& [level, at] : reached) writer.member(std::to_string(level), at);
  writer.end_object();
  session.notes.insert_or_assign(std::string(kLevelNote), std::move(text));
}

}  // namespace cardea
