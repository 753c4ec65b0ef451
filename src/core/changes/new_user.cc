#include "core/changes/new_user.h"

#include <algorithm>
#include <map>

namespace cardea {
namespace {

Stored<void> join_default_groups(Tx& tx, const Repositories& repositories, const Realm& realm, const UserId& user) {
  const auto* listed = realm.extra.if_contains("defaultGroups");
  if (listed == nullptr || !listed->is_array() || listed->get_array().empty()) return {};
  const auto groups = repositories.groups.list(tx, realm.id);
  if (!groups) return refuse(groups.error());
  for (const auto& item : listed->get_array()) {
    if (!item.is_string()) continue;
    const auto found = std::ranges::find(*groups, std::string_view(item.get_string()), &Group::path);
    if (found == groups->end()) continue;
    if (auto added = repositories.users.add_group(tx, user, found->id); !added) return added;
  }
  return {};
}

}  // namespace

std::vector<std::string> default_required_actions(const Realm& realm) {
  std::multimap<std::int64_t, std::string> found;  // by priority
  const auto* listed = realm.extra.if_contains("requiredActions");
  if (listed == nullptr || !listed->is_array()) return {};
  for (const auto& item : listed->get_array()) {
    if (!item.is_object()) continue;
    const auto& action = item.get_object();
    if (!bool_or(action, "enabled", false) || !bool_or(action, "defaultAction", false)) continue;
    found.emplace(int_or(action, "priority", 0), string_or(action, "alias", ""));
  }
  std::vector<std::string> out;
  for (auto& [priority, alias] : found) {
    if (!alias.empty()) out.push_back(std::move(alias));
  }
  return out;
}

Stored<void> insert_new_user(Tx& tx, const Repositories& repositories, const Realm& realm, const User& user) {
  if (auto inserted = repositories.users.insert(tx, user, realm.duplicate_emails_allowed); !inserted) return inserted;
  if (!realm.default_role.str().empty()) {
    if (auto added = repositories.users.add_role(tx, user.id, realm.default_role); !added) return added;
  }
  return join_default_groups(tx, repositories, realm, user.id);
}

}  // namespace cardea
