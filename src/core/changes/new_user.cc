#include "core/changes/new_user.h"

#include <algorithm>
#include <map>

namespace cardea {
namespace {

// "/parent/child" for each group.
std::map<std::string, GroupId, std::less<>> paths_of(const std::vector<Group>& groups) {
  std::map<std::string, const Group*, std::less<>> by_id;
  for (const auto& group : groups) by_id.emplace(group.id.str(), &group);
  std::map<std::string, GroupId, std::less<>> out;
  for (const auto& group : groups) {
    std::string path;
    const Group* at = &group;
    for (std::size_t depth = 0; at != nullptr && depth <= groups.size(); ++depth) {
      path.insert(0, "/" + at->name);
      const auto parent = at->parent ? by_id.find(at->parent->str()) : by_id.end();
      at = parent == by_id.end() ? nullptr : parent->second;
    }
    out.emplace(std::move(path), group.id);
  }
  return out;
}

Stored<void> join_default_groups(Tx& tx, const Repositories& repositories, const Realm& realm, const UserId& user) {
  const auto* listed = realm.extra.if_contains("defaultGroups");
  if (listed == nullptr || !listed->is_array() || listed->get_array().empty()) return {};
  const auto groups = repositories.groups.list(tx, realm.id);
  if (!groups) return refuse(groups.error());
  const auto paths = paths_of(*groups);
  for (const auto& item : listed->get_array()) {
    const auto found = item.is_string() ? paths.find(std::string_view(item.get_string())) : paths.end();
    if (found == paths.end()) continue;
    if (auto added = repositories.users.add_group(tx, user, found->second); !added) return added;
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
