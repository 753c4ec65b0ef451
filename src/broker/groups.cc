#include "broker/groups.h"

#include <algorithm>
#include <map>

#include "core/changes/source_groups.h"

namespace cardea::broker {
namespace {

constexpr std::string_view kGroupType = "#microsoft.graph.group";

std::optional<SourceGroups> ids_in(const json::value& value) {
  const auto* list = value.if_array();
  if (list == nullptr || list->size() > kSourceGroupsMax) return std::nullopt;
  SourceGroups out;
  for (const auto& item : *list) {
    const auto* id = item.if_string();
    if (id == nullptr || id->empty()) return std::nullopt;
    out.push_back({.id = std::string(*id), .name = {}});
  }
  return out;
}

}  // namespace

std::optional<GroupsMode> groups_mode_of(const IdentityProvider& provider) {
  const auto mode = provider.setting("groupsMode");
  if (mode.empty() || mode == "none") return GroupsMode::kNone;
  if (mode == "token") return GroupsMode::kToken;
  if (mode == "transitive") return GroupsMode::kTransitive;
  if (mode == "direct") return GroupsMode::kDirect;
  return std::nullopt;
}

std::optional<SourceGroups> groups_in_token(const json::object& claims) {
  // More than fit, or not all of them: what is there is not the whole.
  if (const auto* names = claims.if_contains("_claim_names")) {
    if (!names->is_object() || names->get_object().contains("groups")) return std::nullopt;
  }
  if (claims.contains("hasgroups")) return std::nullopt;
  const auto* groups = claims.if_contains("groups");
  return groups == nullptr ? std::nullopt : ids_in(*groups);
}

std::optional<GroupPage> read_group_page(const json::object& body) {
  const auto* list = body.if_contains("value");
  if (list == nullptr || !list->is_array()) return std::nullopt;
  GroupPage out;
  for (const auto& item : list->get_array()) {
    if (!item.is_object()) return std::nullopt;
    const auto& object = item.get_object();
    if (string_or(object, "@odata.type", kGroupType) != kGroupType) continue;  // directory roles and the like
    auto id = string_or(object, "id", "");
    if (id.empty()) return std::nullopt;
    out.groups.push_back({.id = std::move(id), .name = string_or(object, "displayName", "")});
  }
  out.next = string_or(body, "@odata.nextLink", "");
  return out;
}

void add_names(const json::object& body, SourceGroups& groups) {
  const auto page = read_group_page(body);
  if (!page) return;
  std::map<std::string_view, std::string_view> names;
  for (const auto& each : page->groups) names.emplace(each.id, each.name);
  for (auto& group : groups) {
    const auto found = names.find(group.id);
    if (found != names.end() && group.name.empty()) group.name = found->second;
  }
}

std::optional<SourceGroups> read_member_ids(const json::object& body) {
  const auto* list = body.if_contains("value");
  return list == nullptr ? std::nullopt : ids_in(*list);
}

SourceGroups filtered(const IdentityProvider& provider, const SourceGroups& groups) {
  const SourceGroupFilter filter(provider);
  SourceGroups out;
  std::ranges::copy_if(groups, std::back_inserter(out),
                       [&](const SourceGroup& group) { return filter.lets_in(group); });
  return out;
}

GroupsFailure on_groups_failure(const IdentityProvider& provider, std::string_view reason) {
  const auto chosen = provider.setting("groupsOnFailure");
  if (chosen.empty()) return reason == "status_401" ? GroupsFailure::kDrop : GroupsFailure::kKeep;
  if (chosen == "keep") return GroupsFailure::kKeep;
  return chosen == "drop" ? GroupsFailure::kDrop : GroupsFailure::kRefuse;
}

}  // namespace cardea::broker
