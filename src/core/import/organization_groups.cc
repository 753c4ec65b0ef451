#include "core/import/organization_groups.h"

#include <algorithm>

#include "base/limits.h"
#include "core/changes/check_organization.h"
#include "core/changes/check_values.h"
#include "domain/group_path.h"
#include "domain/representation/group_json.h"
#include "domain/representation/members.h"

namespace cardea {
namespace {

struct Reading : OrganizationReading {
  std::vector<Group> groups{};
};

void add_tree(Reading& reading, GroupRepresentation& read, const Group* parent, const JsonPath& at, int level) {
  auto& group = read.group;
  if (group.id.empty()) group.id = GroupId(random_uuid(reading.random));
  if (parent != nullptr) group.parent = parent->id;
  group.path = group_path(parent == nullptr ? std::string_view() : parent->path, group.name);
  group.extra.clear();
  const bool is_taken =
      std::ranges::any_of(reading.groups, [&](const Group& other) { return other.path == group.path; });
  if (const auto complaint = check_id(group.id.str())) reading.problems.add(JsonPath(at, "id"), *complaint);
  if (check_name(group.name)) reading.problems.add(JsonPath(at, "name"), "The name cannot be used");
  if (is_taken) reading.problems.add(JsonPath(at, "name"), "another group beside it has it");
  if (has_too_much(group)) reading.problems.add(JsonPath(at, "attributes"), "Bad attributes");
  group.roles = role_ids(reading.plan, read.roles, at, reading.random, reading.problems, reading.review);
  if (level > kGroupDepthMax || reading.groups.size() >= kOrganizationGroupsMax) {
    reading.problems.add(at, "too many groups");
    return;
  }
  const auto kept = group;
  reading.groups.push_back(kept);
  const JsonPath below(at, "subGroups");
  for (std::size_t i = 0; i < read.subgroups.size(); ++i) {
    add_tree(reading, read.subgroups[i], &kept, JsonPath(below, i), level + 1);
  }
}

json::array trees_below(const std::vector<Group>& groups, const std::optional<GroupId>& parent,
                        const NameRoles& name_roles) {
  json::array list;
  for (const auto& group : groups) {
    if (group.parent != parent) continue;
    auto shown = to_json(GroupRepresentation{.group = group, .roles = name_roles(group.roles), .subgroups = {}});
    shown["subGroups"] = trees_below(groups, group.id, name_roles);
    list.push_back(std::move(shown));
  }
  return list;
}

}  // namespace

std::vector<Group> read_organization_groups(const json::object& organization, const JsonPath& at,
                                            const OrganizationReading& how) {
  Reading reading{how};
  const auto* list = organization.if_contains("groups");
  if (list == nullptr || !list->is_array()) return {};
  const JsonPath here(at, "groups");
  for (std::size_t i = 0; i < list->get_array().size(); ++i) {
    const JsonPath item(here, i);
    const auto* object = list->get_array()[i].if_object();
    if (object == nullptr) {
      how.problems.add(item, "is no object");
      continue;
    }
    auto read = parse_group(*object, item, how.problems);
    add_tree(reading, read, nullptr, item, 1);
  }
  return std::move(reading.groups);
}

std::vector<GroupId> groups_of_member(const json::object& member, std::span<const Group> groups, const JsonPath& at,
                                      RepresentationProblems& problems) {
  std::vector<GroupId> found;
  const auto* list = member.if_contains("groups");
  if (list == nullptr || !list->is_array()) return found;
  for (const auto& item : list->get_array()) {
    const auto* path = item.if_string();
    const auto group = std::ranges::find_if(
        groups, [&](const Group& each) { return path != nullptr && each.path == std::string_view(*path); });
    if (group == groups.end()) {
      problems.add(JsonPath(at, "members"), "a member is in a group that is not there");
    } else if (std::ranges::find(found, group->id) == found.end()) {
      found.push_back(group->id);
    }
  }
  return found;
}

json::array organization_groups_json(const std::vector<Group>& groups, const NameRoles& name_roles) {
  return trees_below(groups, std::nullopt, name_roles);
}

}  // namespace cardea
