#include "gate/settings/changes.h"

#include <algorithm>
#include <map>
#include <utility>

#include "crypto/hash.h"

namespace cardea::gate {
namespace {

constexpr std::string_view kDigestMark = "secret of digest ";

bool is_secret(std::string_view name) { return name == "client-secret" || name == "sha256"; }

json::value masked(std::string_view name, const json::value& value) {
  if (is_secret(name)) return json::value(std::string(kDigestMark) + crypto::sha256_base64url(json::serialize(value)));
  if (const auto* object = value.if_object()) return without_secrets(*object);
  const auto* list = value.if_array();
  if (list == nullptr) return value;
  json::array out;
  for (const auto& each : *list) out.push_back(masked({}, each));
  return out;
}

std::string shown(std::string_view name, const json::value& value) {
  if (is_secret(name)) return "***";
  auto text = json::serialize(value);
  // A part of an object may be a secret.
  if (text.find(kDigestMark) != std::string::npos) return value.is_object() ? "{...}" : "[...]";
  if (text.size() > kShownMax) text = text.substr(0, kShownMax) + "...";
  return text;
}

using Members = std::map<std::string, const json::value*>;

/// Absent: not every entry is an object with a name of its own.
std::optional<Members> by_name(const json::array& list) {
  Members members;
  for (const auto& each : list) {
    const auto* object = each.if_object();
    const auto name = object == nullptr ? std::string() : string_or(*object, "name", "");
    if (name.empty() || !members.emplace("[" + name + "]", &each).second) return std::nullopt;
  }
  return members;
}

Members members_of(const json::object& object) {
  Members members;
  for (const auto& [name, value] : object) members.emplace(name, &value);
  return members;
}

class Comparison {
 public:
  std::vector<SettingChange> changes;

  void compare(const std::string& path, const Members& before, const Members& after) {
    for (const auto& [name, value] : before) {
      const auto other = after.find(name);
      const auto where = join_path(path, name);
      if (other == after.end())
        add(where, shown(name, *value), {});
      else
        compare_values({where, name}, *value, *other->second);
    }
    for (const auto& [name, value] : after)
      if (!before.contains(name)) add(join_path(path, name), {}, shown(name, *value));
  }

 private:
  struct Place {
    std::string path, name;
  };
  static std::string join_path(const std::string& path, const std::string& name) {
    return path.empty() || name.starts_with('[') ? path + name : path + "." + name;
  }
  void add(const std::string& path, std::string before, std::string after) {
    if (changes.size() < kChangesMax) changes.push_back({path, std::move(before), std::move(after)});
  }
  void compare_values(const Place& place, const json::value& before, const json::value& after) {
    if (before == after) return;
    if (before.is_object() && after.is_object())
      return compare(place.path, members_of(before.get_object()), members_of(after.get_object()));
    if (before.is_array() && after.is_array()) {
      const auto old_ones = by_name(before.get_array()), new_ones = by_name(after.get_array());
      if (old_ones && new_ones) return compare(place.path, *old_ones, *new_ones);
    }
    add(place.path, shown(place.name, before), shown(place.name, after));
  }
};

}  // namespace

json::object without_secrets(const json::object& file) {
  json::object out;
  for (const auto& [name, value] : file) out.emplace(name, masked(name, value));
  return out;
}

std::vector<SettingChange> find_changes(const json::object& before, const json::object& after) {
  Comparison comparison;
  comparison.compare({}, members_of(before), members_of(after));
  return std::move(comparison.changes);
}

}  // namespace cardea::gate
