#include "gate/settings/changes.h"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "base/text.h"
#include "crypto/hash.h"

namespace cardea::gate {
namespace {

constexpr std::string_view kDigestMark = "secret of digest ";

using IsSecret = bool (*)(std::string_view name);

bool is_secret(std::string_view name) { return name == "client-secret" || name == "sha256"; }

json::value masked(IsSecret is_hidden, std::string_view name, const json::value& value) {
  if (is_hidden(name)) return hidden(json::serialize(value));
  if (const auto* object = value.if_object()) {
    json::object out;
    for (const auto& [inner, each] : *object) out.emplace(inner, masked(is_hidden, inner, each));
    return out;
  }
  const auto* list = value.if_array();
  if (list == nullptr) return value;
  json::array out;
  for (const auto& each : *list) out.push_back(masked(is_hidden, {}, each));
  return out;
}

std::string shown(std::string_view name, const json::value& value) {
  if (is_secret(name)) return "***";
  if (const auto* own = value.if_string(); own != nullptr && std::string_view(*own).starts_with(kDigestMark))
    return "***";
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

bool sounds_secret(std::string_view name) {
  const auto lower = ascii_lower(name);
  return std::ranges::any_of(std::array{"secret", "passw", "passphrase", "token", "credential", "private"},
                             [&](const char* word) { return lower.find(word) != std::string::npos; }) ||
         lower == "key";
}

json::object without_secrets(const json::object& file) { return masked(is_secret, {}, file).get_object(); }

json::value without_likely_secrets(const json::value& file) { return masked(sounds_secret, {}, file); }

json::value hidden(std::string_view text) {
  return json::value(std::string(kDigestMark) + crypto::sha256_base64url(text));
}

std::vector<SettingChange> find_changes(const json::object& before, const json::object& after) {
  Comparison comparison;
  comparison.compare({}, members_of(before), members_of(after));
  return std::move(comparison.changes);
}

}  // namespace cardea::gate
