#include "core/changes/default_groups.h"

#include <string>

namespace cardea {
namespace {

/// The group of this path, or one below it.
bool is_within(std::string_view path, std::string_view top) {
  return !top.empty() && path.starts_with(top) && (path.size() == top.size() || path[top.size()] == '/');
}

}  // namespace

bool move_default_groups(Realm& realm, std::string_view before, std::string_view after) {
  auto* listed = realm.extra.if_contains("defaultGroups");
  if (before == after || listed == nullptr || !listed->is_array()) return false;
  json::array kept;
  bool has_changed = false;
  for (auto& item : listed->get_array()) {
    const auto path = item.is_string() ? std::string(item.get_string()) : std::string();
    if (is_within(path, before)) {
      has_changed = true;
      if (!after.empty()) kept.push_back(json::value(std::string(after) + path.substr(before.size())));
    } else if (is_within(path, after)) {
      has_changed = true;
    } else {
      kept.push_back(std::move(item));
    }
  }
  *listed = std::move(kept);
  return has_changed;
}

Stored<void> follow_default_groups(Tx& tx, const Repositories& repositories, Realm& realm, std::string_view before,
                                   std::string_view after) {
  if (!move_default_groups(realm, before, after)) return {};
  return repositories.realms.update(tx, realm);
}

}  // namespace cardea
