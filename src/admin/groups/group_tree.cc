#include "admin/groups/group_tree.h"

#include <algorithm>

#include "base/limits.h"
#include "base/text.h"
#include "core/changes/check_values.h"
#include "domain/representation/group_json.h"

namespace cardea::admin {
namespace {

/// How many groups stand on the way from the top to this one, itself among them; 0 for none.
int level_of(const GroupTree& tree, const Group* group) {
  int level = 0;
  for (; group != nullptr && level <= kGroupDepthMax; ++level) group = tree.parent_of(*group);
  return level;
}

/// Levels of groups from this one down.
int height_of(const GroupTree& tree, const GroupId& id, int level = 0) {
  if (level > kGroupDepthMax) return level;
  int below = 0;
  for (const auto* child : tree.below(id.str())) below = std::max(below, height_of(tree, child->id, level + 1));
  return below + 1;
}

std::string key_of_parent(const Group& group) { return group.parent ? group.parent->str() : std::string(); }

}  // namespace

GroupTree::GroupTree(std::vector<Group> all) : groups(std::move(all)) {
  for (const auto& group : groups) children[key_of_parent(group)].push_back(&group);
  for (auto& [parent, list] : children) std::ranges::sort(list, {}, &Group::name);
}

const std::vector<const Group*>& GroupTree::below(std::string_view id) const {
  static const std::vector<const Group*> kNone;
  const auto found = children.find(id);
  return found == children.end() ? kNone : found->second;
}

const Group* GroupTree::find(std::string_view id) const {
  const auto found = std::ranges::find_if(groups, [&](const Group& group) { return group.id.str() == id; });
  return found == groups.end() ? nullptr : &*found;
}

const Group* GroupTree::parent_of(const Group& group) const {
  return group.parent ? find(group.parent->str()) : nullptr;
}

json::object group_row(const Call& call, const GroupTree& tree, const Group& group, const GroupRows& rows) {
  auto view = rows.view;
  if (view == GroupView::kFull && rows.with_access) view = GroupView::kSingle;
  auto plain = group_json(call, group, view, tree.roles);
  json::object out;
  for (auto& [name, value] : plain) {
    if (name == "subGroups" && rows.with_count) out["subGroupCount"] = tree.below(group.id.str()).size();
    out.emplace(name, std::move(value));
  }
  if (view == GroupView::kBrief && rows.with_access) {
    const bool manage = call.may(AdminRole::kManageUsers);
    out["access"] = json::object{{"view", true},
                                 {"viewMembers", true},
                                 {"manageMembers", manage},
                                 {"manage", manage},
                                 {"manageMembership", manage}};
  }
  return out;
}

std::optional<json::object> found_group(const Call& call, const GroupTree& tree, const Group& group,
                                        const GroupRows& rows) {
  json::array below;
  for (const auto* child : tree.below(group.id.str())) {
    if (auto found = found_group(call, tree, *child, rows)) below.push_back(std::move(*found));
  }
  if (below.empty() && !is_wanted_group(call, group)) return std::nullopt;
  auto row = group_row(call, tree, group, rows);
  row["subGroups"] = std::move(below);
  return row;
}

bool group_matches(const Call& call, const Group& group) {
  const auto search = call.query("search");
  if (call.flag("exact")) return group.name == search;
  return ascii_lower(group.name).contains(ascii_lower(search));
}

bool is_wanted_group(const Call& call, const Group& group) {
  return call.query("q").empty() ? group_matches(call, group) : has_group_attributes(call, group);
}

bool leads_to_wanted(const Call& call, const GroupTree& tree, const Group& group) {
  return is_wanted_group(call, group) || std::ranges::any_of(tree.below(group.id.str()), [&](const Group* child) {
           return leads_to_wanted(call, tree, *child);
         });
}

bool has_group_attributes(const Call& call, const Group& group) {
  for (const auto pair : split_words(call.query("q"))) {
    const auto colon = pair.find(':');
    if (colon == std::string_view::npos) continue;
    const auto values = group.attributes.find(std::string(pair.substr(0, colon)));
    if (values == group.attributes.end()) return false;
    if (std::ranges::find(values->second, pair.substr(colon + 1)) == values->second.end()) return false;
  }
  return true;
}

Answer answer_group_page(const Call& call, json::array list, std::int64_t max_fallback) {
  CARDEA_TRY(page, call.page(call.has_query("max") ? -1 : max_fallback));
  json::array shown;
  for (std::size_t i = static_cast<std::size_t>(page.first); i < list.size(); ++i) {
    if (page.max >= 0 && std::ssize(shown) >= page.max) break;
    shown.push_back(std::move(list[i]));
  }
  return ok(shown);
}

std::string group_path_of(const Call& call) {
  std::string path;
  for (const std::string_view part : {"p1", "p2", "p3", "p4", "p5", "p6", "p7", "p8", "p9", "p10"}) {
    if (!call.operation_path_has("{" + std::string(part) + "}")) break;
    path.append("/").append(call.path(part));
  }
  return path;
}

Or<Group> read_group(const json::object& body, const Group& before) {
  RepresentationProblems problems;
  GroupRepresentation base;
  base.group = before;
  if (string_or(body, "name", before.name).empty()) return refuse(error_message(400, "Group name is missing"));
  auto read = parse_group(body, JsonPath(), problems, std::move(base));
  if (!problems.empty()) return refuse(error(400, "unknown_error", "Cannot parse the JSON"));
  auto& group = read.group;
  if (check_name(group.name)) return refuse(error_message(400, "Group name is missing"));
  group.id = before.id;
  group.realm = before.realm;
  group.parent = before.parent;
  group.roles = before.roles;
  group.extra = before.extra;
  return std::move(group);
}

bool has_sibling_of_its_name(const GroupTree& tree, const Group& group) {
  return std::ranges::any_of(tree.below(key_of_parent(group)), [&](const Group* sibling) {
    return sibling->id != group.id && sibling->name == group.name;
  });
}

bool stands_below(const GroupTree& tree, const Group* group, const GroupId& above) {
  for (int level = 0; group != nullptr && level <= kGroupDepthMax; ++level) {
    if (group->id == above) return true;
    group = tree.parent_of(*group);
  }
  return false;
}

Or<void> refuse_too_deep(const GroupTree& tree, const Group* parent, const Group* moved) {
  const int height = moved == nullptr ? 1 : height_of(tree, moved->id);
  if (level_of(tree, parent) + height <= kGroupDepthMax) return {};
  return refuse(error_message(400, "Groups are at most " + std::to_string(kGroupDepthMax) + " deep"));
}

}  // namespace cardea::admin
