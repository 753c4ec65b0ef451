#include "admin/groups/group_handlers.h"

#include <algorithm>

#include "admin/groups/group_tree.h"
#include "admin/roles/role_rights.h"
#include "admin/users/user_view.h"
#include "core/changes/default_groups.h"
#include "domain/group_path.h"
#include "domain/group_source.h"

namespace cardea::admin {
namespace {

Or<GroupTree> load_tree(Call& call) {
  CARDEA_TRY(groups, call.repositories().groups.list(call.rows(), call.realm().id));
  return GroupTree(std::move(groups));
}

GroupRows rows_of(const Call& call, bool brief) {
  return {.view = call.flag("briefRepresentation", brief) ? GroupView::kBrief : GroupView::kFull,
          .with_count = call.flag("subGroupsCount", true)};
}

GroupRows single_of(const Call& call) {
  return {.view = GroupView::kFull, .with_count = call.flag("subGroupsCount", true)};
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

Or<Group> read_realm_group(const json::object& body, const Group& before) {
  CARDEA_TRY(group, read_group(body, before));
  CARDEA_DO(refuse_other_source(before, group));
  return std::move(group);
}

Or<void> refuse_sibling(const GroupTree& tree, const Group& group) {
  if (!has_sibling_of_its_name(tree, group)) return {};
  return refuse(error_message(
      409, (group.parent ? "Sibling group named '" : "Top level group named '") + group.name + "' already exists."));
}

/// Who else moves or makes groups of the realm waits, or has done so before the tree is read: two moves that are each
/// right by themselves may put two groups below each other.
Or<void> lock_tree(Call& call) {
  CARDEA_DO(call.repositories().groups.lock(call.tx(), call.realm().id));
  return {};
}

/// What is said of a group by its path goes with it. Empty: it is new, or gone.
Or<void> follow(Call& call, std::string_view before, std::string_view after) {
  CARDEA_DO(follow_default_groups(call.tx(), call.repositories(), call.realm(), before, after));
  return {};
}

/// Moves a group; one never comes below itself, and its members gain what the new parents have.
Answer move_group(Call& call, const GroupTree& tree, std::string_view id, const Group* parent) {
  const auto* known = tree.find(id);
  if (known == nullptr) return refuse(not_found("Could not find group by id"));
  Group group = *known;
  CARDEA_DO(require_roles_covered(call, group.roles));
  CARDEA_DO(refuse_too_deep(tree, parent, &group));
  if (stands_below(tree, parent, group.id)) {
    return refuse(error_message(400, "A group cannot be moved below itself"));
  }
  for (const auto* above = parent; above != nullptr; above = tree.parent_of(*above)) {
    CARDEA_DO(require_roles_covered(call, above->roles));
  }
  CARDEA_TRY(shown_before, group_json(call, group, GroupView::kSingle));
  call.note_before(std::move(shown_before));
  group.parent = parent == nullptr ? std::nullopt : std::optional(parent->id);
  CARDEA_DO(refuse_sibling(tree, group));
  CARDEA_DO(call.repositories().groups.update(call.tx(), group));
  CARDEA_DO(follow(call, group.path, group_path(parent == nullptr ? std::string_view() : parent->path, group.name)));
  CARDEA_TRY(shown_after, group_json(call, group, GroupView::kSingle));
  call.note_after(std::move(shown_after));
  return no_content();
}

Or<Group> insert_group(Call& call, const GroupTree& tree, const json::object& body, const Group* parent) {
  Group base;
  base.realm = call.realm().id;
  if (parent != nullptr) base.parent = parent->id;
  CARDEA_DO(refuse_too_deep(tree, parent, nullptr));
  CARDEA_TRY(group, read_realm_group(body, base));
  group.id = GroupId(call.new_id());
  CARDEA_DO(refuse_sibling(tree, group));
  CARDEA_DO(call.repositories().groups.insert(call.tx(), group));
  CARDEA_DO(follow(call, "", group_path(parent == nullptr ? std::string_view() : parent->path, group.name)));
  CARDEA_TRY(shown, group_json(call, group, GroupView::kSingle));
  call.note_after(std::move(shown));
  return std::move(group);
}

}  // namespace

Answer list_groups(Call& call) {
  CARDEA_TRY(tree, load_tree(call));
  const auto shown = rows_of(call, true);
  CARDEA_TRY(roles, load_group_roles(call, tree.groups, shown.view));
  tree.roles = std::move(roles);
  json::array list;
  // Flat: those that match, without the ones they stand below.
  const bool is_search = call.has_query("search") || !call.query("q").empty();
  const bool is_flat = is_search && !call.flag("populateHierarchy", true);
  for (const auto* group : tree.below("")) {
    if (is_flat) break;
    if (is_search) {
      if (auto found = found_group(call, tree, *group, shown)) list.push_back(std::move(*found));
    } else {
      list.push_back(group_row(call, tree, *group, shown));
    }
  }
  if (is_flat) {
    for (const auto& group : tree.groups) {
      if (!is_wanted_group(call, group)) continue;
      list.push_back(group_row(call, tree, group, shown));
    }
  }
  return answer_group_page(call, std::move(list));
}

Answer count_groups(Call& call) {
  CARDEA_TRY(tree, load_tree(call));
  const bool top = call.flag("top");
  const auto count = std::ranges::count_if(tree.groups, [&](const Group& group) {
    return top ? !group.parent && leads_to_wanted(call, tree, group) : is_wanted_group(call, group);
  });
  return ok(json::object{{"count", count}});
}

Answer create_group(Call& call) {
  CARDEA_DO(lock_tree(call));
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
  return ok(group_row(call, tree, group, single_of(call)));
}

Answer update_group(Call& call) {
  CARDEA_DO(lock_tree(call));
  CARDEA_TRY(before, load_group(call));
  CARDEA_TRY(tree, load_tree(call));
  CARDEA_TRY(body, call.body_object());
  if (string_or(*body, "name", "").empty()) return refuse(error_message(400, "Group name is missing"));
  CARDEA_TRY(group, read_realm_group(*body, before));
  CARDEA_DO(refuse_sibling(tree, group));
  // Other settings may know it by its path: under a new name it may be another one to them.
  if (group.name != before.name) CARDEA_DO(require_group_covered(call, before));
  CARDEA_TRY(shown_before, group_json(call, before, GroupView::kFull));
  CARDEA_TRY(shown_after, group_json(call, group, GroupView::kFull));
  call.note_before(std::move(shown_before));
  call.note_after(std::move(shown_after));
  CARDEA_DO(call.repositories().groups.update(call.tx(), group));
  const auto* above = before.parent ? tree.find(before.parent->str()) : nullptr;
  CARDEA_DO(follow(call, before.path, group_path(above == nullptr ? std::string_view() : above->path, group.name)));
  return no_content();
}

Answer delete_group(Call& call) {
  CARDEA_TRY(group, load_group(call));
  CARDEA_DO(require_roles_covered(call, group.roles));
  CARDEA_TRY(shown, group_json(call, group, GroupView::kFull));
  call.note_before(std::move(shown));
  CARDEA_DO(call.repositories().groups.remove(call.tx(), call.realm().id, group.id));
  CARDEA_DO(follow(call, group.path, ""));
  return no_content();
}

Answer list_children(Call& call) {
  CARDEA_TRY(group, load_group(call));
  CARDEA_TRY(tree, load_tree(call));
  const auto shown = rows_of(call, false);
  CARDEA_TRY(roles, load_group_roles(call, tree.groups, shown.view));
  tree.roles = std::move(roles);
  json::array list;
  for (const auto* child : tree.below(group.id.str())) {
    if (group_matches(call, *child)) list.push_back(group_row(call, tree, *child, shown));
  }
  return answer_group_page(call, std::move(list));
}

Answer create_child(Call& call) {
  CARDEA_DO(lock_tree(call));
  CARDEA_TRY(parent, load_group(call));
  CARDEA_TRY(tree, load_tree(call));
  CARDEA_TRY(body, call.body_object());
  if (const auto id = string_or(*body, "id", ""); !id.empty() && tree.find(id) != nullptr) {
    return move_group(call, tree, id, &parent);
  }
  CARDEA_TRY(group, insert_group(call, tree, *body, &parent));
  group.path = group_path(parent.path, group.name);
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
  for (auto& row : list) row.get_object().erase("access");
  return ok(list);
}

Answer get_group_by_path(Call& call) {
  CARDEA_TRY(tree, load_tree(call));
  const auto found = std::ranges::find(tree.groups, group_path_of(call), &Group::path);
  if (found == tree.groups.end()) return refuse(not_found("Group path does not exist"));
  CARDEA_TRY(roles, load_group_roles(call, std::span(&*found, 1), GroupView::kFull));
  tree.roles = std::move(roles);
  auto row = group_row(call, tree, *found, single_of(call));
  row.erase("access");
  return ok(row);
}

}  // namespace cardea::admin
