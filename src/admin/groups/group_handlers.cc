#include "admin/groups/group_handlers.h"

#include <algorithm>
#include <map>

#include "admin/groups/group_view.h"
#include "admin/roles/role_rights.h"
#include "admin/users/user_view.h"
#include "base/limits.h"
#include "base/text.h"
#include "core/changes/check_values.h"
#include "domain/group_source.h"
#include "domain/representation/group_json.h"

namespace cardea::admin {
namespace {

/// All groups of the realm with who is below whom.
struct Tree {
  std::vector<Group> groups;
  std::map<std::string, std::vector<const Group*>, std::less<>> children;  // by the parent's id; "" for the top
  GroupRoles roles;                                                        // of those that are shown in full

  [[nodiscard]] const std::vector<const Group*>& below(std::string_view id) const {
    static const std::vector<const Group*> kNone;
    const auto found = children.find(id);
    return found == children.end() ? kNone : found->second;
  }
  [[nodiscard]] const Group* find(std::string_view id) const {
    const auto found = std::ranges::find_if(groups, [&](const Group& group) { return group.id.str() == id; });
    return found == groups.end() ? nullptr : &*found;
  }
};

Or<Tree> load_tree(Call& call) {
  Tree tree;
  CARDEA_TRY(groups, call.repositories().groups.list(call.rows(), call.realm().id));
  tree.groups = std::move(groups);
  for (const auto& group : tree.groups) {
    tree.children[group.parent ? group.parent->str() : std::string()].push_back(&group);
  }
  for (auto& [parent, list] : tree.children) std::ranges::sort(list, {}, &Group::name);
  return tree;
}

/// The order of Keycloak: subGroupCount stands before subGroups, access last.
json::object row_json(const Call& call, const Tree& tree, const Group& group, GroupView view) {
  auto plain = group_json(call, group, view == GroupView::kBrief ? GroupView::kBrief : GroupView::kSingle, tree.roles);
  json::object out;
  for (auto& [name, value] : plain) {
    if (name == "subGroups" && call.flag("subGroupsCount", true))
      out["subGroupCount"] = tree.below(group.id.str()).size();
    out.emplace(name, std::move(value));
  }
  if (view == GroupView::kBrief) {
    const bool manage = call.may(AdminRole::kManageUsers);
    out["access"] = json::object{{"view", true},
                                 {"viewMembers", true},
                                 {"manageMembers", manage},
                                 {"manage", manage},
                                 {"manageMembership", manage}};
  }
  return out;
}

bool matches(const Call& call, const Group& group) {
  const auto search = call.query("search");
  if (call.flag("exact")) return group.name == search;
  return ascii_lower(group.name).contains(ascii_lower(search));
}

/// A group with those below it that match, or lead to one that does. Absent: nothing matches.
std::optional<json::object> found_json(const Call& call, const Tree& tree, const Group& group, GroupView view) {
  json::array below;
  for (const auto* child : tree.below(group.id.str())) {
    if (auto found = found_json(call, tree, *child, view)) below.push_back(std::move(*found));
  }
  if (below.empty() && !matches(call, group)) return std::nullopt;
  auto row = row_json(call, tree, group, view);
  row["subGroups"] = std::move(below);
  return row;
}

GroupView view_of(const Call& call, bool brief) {
  return call.flag("briefRepresentation", brief) ? GroupView::kBrief : GroupView::kFull;
}

Answer answer_page(const Call& call, json::array list) {
  CARDEA_TRY(page, call.page());
  json::array shown;
  for (std::size_t i = static_cast<std::size_t>(page.first); i < list.size(); ++i) {
    if (page.max >= 0 && std::ssize(shown) >= page.max) break;
    shown.push_back(std::move(list[i]));
  }
  return ok(shown);
}

/// q=key:value, every pair.
bool has_attributes(const Call& call, const Group& group) {
  for (const auto pair : split_words(call.query("q"))) {
    const auto colon = pair.find(':');
    if (colon == std::string_view::npos) continue;
    const auto values = group.attributes.find(std::string(pair.substr(0, colon)));
    if (values == group.attributes.end()) return false;
    if (std::ranges::find(values->second, pair.substr(colon + 1)) == values->second.end()) return false;
  }
  return true;
}

/// Whose a group is at a provider nobody says but a sign-in: neither set, nor changed, nor taken away here.
Or<void> refuse_other_source(const Group& before, const Group& after) {
  const auto values = [](const Group& group, std::string_view name) {
    const auto found = group.attributes.find(std::string(name));
    return found == group.attributes.end() ? std::vector<std::string>() : found->second;
  };
  for (const auto name : {kSourceAttribute, kSourceIdAttribute}) {
    if (values(before, name) == values(after, name)) continue;
    return refuse(
        error_message(400, std::string("The attribute ").append(name).append(" is written by sign-ins alone")));
  }
  return {};
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
  CARDEA_DO(refuse_other_source(before, group));
  group.id = before.id;
  group.realm = before.realm;
  group.parent = before.parent;
  group.roles = before.roles;
  group.extra = before.extra;
  return std::move(group);
}

Or<void> refuse_sibling(const Tree& tree, const Group& group) {
  for (const auto* sibling : tree.below(group.parent ? group.parent->str() : std::string())) {
    if (sibling->id == group.id || sibling->name != group.name) continue;
    return refuse(error_message(
        409, (group.parent ? "Sibling group named '" : "Top level group named '") + group.name + "' already exists."));
  }
  return {};
}

/// How many groups stand on the way from the top to this one, itself among them; 0 for none.
int level_of(const Tree& tree, const Group* group) {
  int level = 0;
  for (; group != nullptr && level <= kGroupDepthMax; ++level) {
    group = group->parent ? tree.find(group->parent->str()) : nullptr;
  }
  return level;
}

/// Levels of groups from this one down.
int height_of(const Tree& tree, const GroupId& id, int level = 0) {
  if (level > kGroupDepthMax) return level;
  int below = 0;
  for (const auto* child : tree.below(id.str())) below = std::max(below, height_of(tree, child->id, level + 1));
  return below + 1;
}

/// Roles reach members through so many groups and no more: what is deeper would have rights that nobody sees.
Or<void> refuse_too_deep(int levels) {
  if (levels <= kGroupDepthMax) return {};
  return refuse(error_message(400, "Groups are at most " + std::to_string(kGroupDepthMax) + " deep"));
}

/// Moves a group; one never comes below itself, and its members gain what the new parents have.
Answer move_group(Call& call, const Tree& tree, std::string_view id, const Group* parent) {
  const auto* known = tree.find(id);
  if (known == nullptr) return refuse(not_found("Could not find group by id"));
  Group group = *known;
  CARDEA_DO(require_roles_covered(call, group.roles));
  CARDEA_DO(refuse_too_deep(level_of(tree, parent) + height_of(tree, group.id)));
  for (const auto* above = parent; above != nullptr;) {
    if (above->id == group.id) return refuse(error_message(400, "A group cannot be moved below itself"));
    CARDEA_DO(require_roles_covered(call, above->roles));
    above = above->parent ? tree.find(above->parent->str()) : nullptr;
  }
  CARDEA_TRY(shown_before, group_json(call, group, GroupView::kSingle));
  call.note_before(std::move(shown_before));
  group.parent = parent == nullptr ? std::nullopt : std::optional(parent->id);
  CARDEA_DO(refuse_sibling(tree, group));
  CARDEA_DO(call.repositories().groups.update(call.tx(), group));
  CARDEA_TRY(shown_after, group_json(call, group, GroupView::kSingle));
  call.note_after(std::move(shown_after));
  return no_content();
}

Or<Group> insert_group(Call& call, const Tree& tree, const json::object& body, const Group* parent) {
  Group base;
  base.realm = call.realm().id;
  if (parent != nullptr) base.parent = parent->id;
  CARDEA_DO(refuse_too_deep(level_of(tree, parent) + 1));
  CARDEA_TRY(group, read_group(body, base));
  group.id = GroupId(call.new_id());
  CARDEA_DO(refuse_sibling(tree, group));
  CARDEA_DO(call.repositories().groups.insert(call.tx(), group));
  CARDEA_TRY(shown, group_json(call, group, GroupView::kSingle));
  call.note_after(std::move(shown));
  return std::move(group);
}

}  // namespace

Answer list_groups(Call& call) {
  CARDEA_TRY(tree, load_tree(call));
  const auto view = view_of(call, true);
  CARDEA_TRY(roles, load_group_roles(call, tree.groups, view));
  tree.roles = std::move(roles);
  json::array list;
  // Those that match, without the ones they stand below.
  const bool is_search = call.has_query("search");
  const bool is_flat = is_search ? !call.flag("populateHierarchy", true) : call.has_query("q");
  for (const auto* group : tree.below("")) {
    if (is_flat) break;
    if (is_search) {
      if (auto found = found_json(call, tree, *group, view)) list.push_back(std::move(*found));
    } else {
      list.push_back(row_json(call, tree, *group, view));
    }
  }
  if (is_flat) {
    for (const auto& group : tree.groups) {
      if ((is_search && !matches(call, group)) || !has_attributes(call, group)) continue;
      list.push_back(row_json(call, tree, group, view));
    }
  }
  return answer_page(call, std::move(list));
}

Answer count_groups(Call& call) {
  CARDEA_TRY(tree, load_tree(call));
  const bool top = call.flag("top");
  const auto count = std::ranges::count_if(
      tree.groups, [&](const Group& group) { return (!top || !group.parent) && matches(call, group); });
  return ok(json::object{{"count", count}});
}

Answer create_group(Call& call) {
  CARDEA_TRY(tree, load_tree(call));
  CARDEA_TRY(body, call.body_object());
  if (const auto id = string_or(*body, "id", ""); !id.empty() && tree.find(id) != nullptr) {
    return move_group(call, tree, id, nullptr);
  }
  CARDEA_TRY(group, insert_group(call, tree, *body, nullptr));
  return call.created(group.id.str());
}

Answer get_group(Call& call) {
  CARDEA_TRY(group, load_group(call));
  CARDEA_TRY(tree, load_tree(call));
  CARDEA_TRY(roles, load_group_roles(call, std::span(&group, 1), GroupView::kFull));
  tree.roles = std::move(roles);
  return ok(row_json(call, tree, group, GroupView::kFull));
}

Answer update_group(Call& call) {
  CARDEA_TRY(before, load_group(call));
  CARDEA_TRY(tree, load_tree(call));
  CARDEA_TRY(body, call.body_object());
  CARDEA_TRY(group, read_group(*body, before));
  CARDEA_DO(refuse_sibling(tree, group));
  // Default groups are known by their path: a new name may make everybody a member.
  if (group.name != before.name) CARDEA_DO(require_group_covered(call, before));
  CARDEA_TRY(shown_before, group_json(call, before, GroupView::kFull));
  CARDEA_TRY(shown_after, group_json(call, group, GroupView::kFull));
  call.note_before(std::move(shown_before));
  call.note_after(std::move(shown_after));
  CARDEA_DO(call.repositories().groups.update(call.tx(), group));
  return no_content();
}

Answer delete_group(Call& call) {
  CARDEA_TRY(group, load_group(call));
  CARDEA_DO(require_roles_covered(call, group.roles));
  CARDEA_TRY(shown, group_json(call, group, GroupView::kFull));
  call.note_before(std::move(shown));
  CARDEA_DO(call.repositories().groups.remove(call.tx(), call.realm().id, group.id));
  return no_content();
}

Answer list_children(Call& call) {
  CARDEA_TRY(group, load_group(call));
  CARDEA_TRY(tree, load_tree(call));
  const auto view = view_of(call, false);
  CARDEA_TRY(roles, load_group_roles(call, tree.groups, view));
  tree.roles = std::move(roles);
  json::array list;
  for (const auto* child : tree.below(group.id.str())) {
    if (matches(call, *child)) list.push_back(row_json(call, tree, *child, view));
  }
  return answer_page(call, std::move(list));
}

Answer create_child(Call& call) {
  CARDEA_TRY(parent, load_group(call));
  CARDEA_TRY(tree, load_tree(call));
  CARDEA_TRY(body, call.body_object());
  if (const auto id = string_or(*body, "id", ""); !id.empty() && tree.find(id) != nullptr) {
    return move_group(call, tree, id, &parent);
  }
  CARDEA_TRY(group, insert_group(call, tree, *body, &parent));
  group.path = parent.path + "/" + group.name;
  CARDEA_TRY(shown, group_json(call, group, GroupView::kSingle));
  auto response = call.created_at("/groups", group.id.str());
  response.add("Content-Type", "application/json").add("Cache-Control", "no-cache");
  response.body = json::serialize(shown);
  return response;
}

Answer list_members(Call& call) {
  CARDEA_TRY(group, load_group(call));
  CARDEA_TRY(page, call.page(100));
  UserQuery query;
  query.group = group.id;
  query.first = page.first;
  query.max = page.max;
  CARDEA_TRY(users, call.repositories().users.search(call.rows(), call.realm().id, query));
  CARDEA_TRY(list, user_rows(call, users, call.flag("briefRepresentation") ? UserView::kBrief : UserView::kRow));
  return ok(list);
}

Answer get_group_by_path(Call& call) {
  std::string path;
  for (const std::string_view part : {"p1", "p2", "p3", "p4", "p5", "p6", "p7", "p8", "p9", "p10"}) {
    if (!call.operation_path_has("{" + std::string(part) + "}")) break;
    path.append("/").append(call.path(part));
  }
  CARDEA_TRY(tree, load_tree(call));
  const auto found = std::ranges::find(tree.groups, path, &Group::path);
  if (found == tree.groups.end()) return refuse(not_found("Group path does not exist"));
  CARDEA_TRY(roles, load_group_roles(call, std::span(&*found, 1), GroupView::kFull));
  tree.roles = std::move(roles);
  auto row = row_json(call, tree, *found, GroupView::kFull);
  row.erase("access");
  return ok(row);
}

}  // namespace cardea::admin
