#include "admin/organizations/organization_groups.h"

#include <algorithm>
#include <span>

#include "admin/groups/group_tree.h"
#include "admin/organizations/organization_handlers.h"
#include "admin/users/user_view.h"
#include "base/text.h"
#include "core/changes/check_organization.h"
#include "domain/group_path.h"
#include "domain/representation/members.h"

namespace cardea::admin {
namespace {

constexpr std::int64_t kChildrenUnlessAsked = 10;
constexpr std::int64_t kMembersUnlessAsked = 100;

struct Loaded {
  Organization organization;
  GroupTree tree;
};

Or<Loaded> load_groups(Call& call) {
  CARDEA_TRY(organization, load_organization(call));
  CARDEA_TRY(groups, call.repositories().organization_groups.list(call.rows(), organization.id));
  return Loaded{std::move(organization), GroupTree(std::move(groups))};
}

/// Who else changes the tree waits, or has done so before it is read: two moves that are each right by themselves may
/// put two groups below each other.
Or<Loaded> load_groups_to_change(Call& call) {
  CARDEA_TRY(organization, load_organization(call));
  CARDEA_DO(call.repositories().organization_groups.lock(call.tx(), organization.id));
  return load_groups(call);
}

/// A group that the realm has elsewhere: among its own, or inside of another organization.
Or<bool> is_elsewhere(Call& call, std::string_view id) {
  const GroupId group(id);
  CARDEA_TRY(is_inside, call.repositories().organization_groups.is_of_realm(call.rows(), call.realm().id, group));
  if (is_inside) return true;
  CARDEA_TRY(own, call.repositories().groups.find(call.rows(), call.realm().id, group));
  return own.has_value();
}

/// The group of {groupId}. One of the realm or of another organization is none here, which Keycloak says by a status of
/// its own.
Or<const Group*> group_of_path(Call& call, const Loaded& loaded) {
  const auto id = call.path("groupId");
  const auto* group = loaded.tree.find(id);
  if (group != nullptr) return group;
  CARDEA_TRY(elsewhere, is_elsewhere(call, id));
  if (elsewhere) return refuse(error_message(400, "Group does not belong to the organization"));
  return refuse(error_message(404, "Group does not exist"));
}

Or<User> user_of_path(Call& call) {
  CARDEA_TRY(user, call.repositories().users.find(call.rows(), call.realm().id, UserId(call.path("userId"))));
  if (!user) return refuse(error_message(404, "User does not exist"));
  return std::move(*user);
}

GroupRows rows_of(const Call& call, GroupView view) {
  return {.view = view, .with_count = call.flag("subGroupsCount"), .with_access = false};
}

GroupView view_of(const Call& call) {
  return call.flag("briefRepresentation", true) ? GroupView::kBrief : GroupView::kFull;
}

json::object brief_json(const Call& call, const Group& group) { return group_json(call, group, GroupView::kBrief, {}); }

Or<void> require_name(const json::object& body) {
  if (trim(string_or(body, "name", "")).empty()) return refuse(error_message(400, "Group name is missing"));
  return {};
}

/// How Keycloak says that a name is taken, which depends on where.
Or<void> refuse_taken(const GroupTree& tree, const Group& group, std::string_view text) {
  if (!has_sibling_of_its_name(tree, group)) return {};
  return refuse(error_message(409, text));
}

constexpr std::string_view kTopTaken = "Group with the given name already exists.";
constexpr std::string_view kChildTaken = "Sibling group with the given name already exists";

Or<Group> insert_group(Call& call, const Loaded& loaded, const json::object& body, const Group* parent) {
  Group base;
  if (parent != nullptr) base.parent = parent->id;
  if (loaded.tree.groups.size() >= kOrganizationGroupsMax) return refuse(error_message(400, "Too many groups"));
  CARDEA_DO(refuse_too_deep(loaded.tree, parent, nullptr));
  CARDEA_TRY(group, read_group(body, base));
  if (has_too_much(group)) return refuse(error_message(400, "Bad attributes"));
  group.id = GroupId(call.new_id());
  CARDEA_DO(refuse_taken(loaded.tree, group, parent == nullptr ? kTopTaken : kChildTaken));
  CARDEA_DO(call.repositories().organization_groups.insert(call.tx(), loaded.organization.id, group));
  group.path = group_path(parent == nullptr ? std::string_view() : parent->path, group.name);
  call.note_after(group_json(call, group, GroupView::kFull, {}));
  return std::move(group);
}

Answer refuse_unknown(Call& call, std::string_view id, bool to_top) {
  const GroupId group(id);
  CARDEA_TRY(is_inside, call.repositories().organization_groups.is_of_realm(call.rows(), call.realm().id, group));
  if (is_inside) return refuse(error_message(400, "Group does not belong to this organization"));
  CARDEA_TRY(own, call.repositories().groups.find(call.rows(), call.realm().id, group));
  if (own) return refuse(error_message(400, "Can only move organization groups"));
  return refuse(not_found(to_top ? "Could not find group by id" : "Could not find child by id"));
}

Answer move_group(Call& call, const Loaded& loaded, std::string_view id, const Group* parent) {
  const auto* known = loaded.tree.find(id);
  if (known == nullptr) return refuse_unknown(call, id, parent == nullptr);
  auto group = *known;
  if (stands_below(loaded.tree, parent, group.id)) {
    return refuse(error_message(400, "A group cannot be moved below itself"));
  }
  CARDEA_DO(refuse_too_deep(loaded.tree, parent, &group));
  call.note_before(brief_json(call, group));
  group.parent = parent == nullptr ? std::nullopt : std::optional(parent->id);
  CARDEA_DO(refuse_taken(loaded.tree, group, parent == nullptr ? kTopTaken : kChildTaken));
  CARDEA_DO(call.repositories().organization_groups.update(call.tx(), loaded.organization.id, group));
  group.path = group_path(parent == nullptr ? std::string_view() : parent->path, group.name);
  call.note_after(brief_json(call, group));
  return no_content();
}

Answer created_with(Call& call, const Group& group, const json::object& shown) {
  auto response = call.created(group.id.str());
  response.add("Content-Type", "application/json").add("Cache-Control", "no-cache");
  response.body = json::serialize(shown);
  return response;
}

}  // namespace

Answer list_organization_groups(Call& call) {
  CARDEA_TRY(loaded, load_groups(call));
  auto& tree = loaded.tree;
  const auto rows = rows_of(call, view_of(call));
  CARDEA_TRY(roles, load_group_roles(call, tree.groups, rows.view));
  tree.roles = std::move(roles);
  const bool is_named = !trim(call.query("search")).empty();
  const bool is_search = is_named || call.has_query("q");
  json::array list;
  if (is_named && call.flag("populateHierarchy")) {
    for (const auto* group : tree.below("")) {
      if (auto found = found_group(call, tree, *group, rows)) list.push_back(std::move(*found));
    }
    return answer_group_page(call, std::move(list));
  }
  for (const auto& group : tree.groups) {
    const bool is_shown =
        is_search ? group_matches(call, group) && has_group_attributes(call, group) : !group.parent.has_value();
    if (is_shown) list.push_back(group_row(call, tree, group, rows));
  }
  return answer_group_page(call, std::move(list));
}

Answer get_organization_group_by_path(Call& call) {
  CARDEA_TRY(loaded, load_groups(call));
  const auto found = std::ranges::find(loaded.tree.groups, group_path_of(call), &Group::path);
  if (found == loaded.tree.groups.end()) return refuse(not_found("Group path does not exist"));
  return ok(group_row(call, loaded.tree, *found, rows_of(call, GroupView::kBrief)));
}

Answer create_organization_group(Call& call) {
  CARDEA_TRY(loaded, load_groups_to_change(call));
  CARDEA_TRY(body, call.body_object());
  CARDEA_DO(require_name(*body));
  if (const auto id = string_or(*body, "id", ""); !id.empty()) return move_group(call, loaded, id, nullptr);
  CARDEA_TRY(group, insert_group(call, loaded, *body, nullptr));
  return created_with(call, group, brief_json(call, group));
}

Answer get_organization_group(Call& call) {
  CARDEA_TRY(loaded, load_groups(call));
  CARDEA_TRY(group, group_of_path(call, loaded));
  CARDEA_TRY(roles, load_group_roles(call, std::span(group, 1), GroupView::kFull));
  loaded.tree.roles = std::move(roles);
  return ok(group_row(call, loaded.tree, *group, rows_of(call, GroupView::kFull)));
}

Answer update_organization_group(Call& call) {
  CARDEA_TRY(loaded, load_groups_to_change(call));
  CARDEA_TRY(before, group_of_path(call, loaded));
  CARDEA_TRY(body, call.body_object());
  CARDEA_DO(require_name(*body));
  const auto id = string_or(*body, "id", "");
  if (!id.empty() && id != before->id.str()) return refuse(error_message(400, "Invalid group id"));
  CARDEA_TRY(group, read_group(*body, *before));
  if (has_too_much(group)) return refuse(error_message(400, "Bad attributes"));
  group.description = string_or(*body, "description", "");  // left out: gone, as in Keycloak
  if (has_sibling_of_its_name(loaded.tree, group)) return refuse(error(409, "conflict", "Duplicate resource error"));
  call.note_before(group_json(call, *before, GroupView::kFull, {}));
  call.note_after(group_json(call, group, GroupView::kFull, {}));
  CARDEA_DO(call.repositories().organization_groups.update(call.tx(), loaded.organization.id, group));
  return no_content();
}

Answer delete_organization_group(Call& call) {
  CARDEA_TRY(loaded, load_groups_to_change(call));
  CARDEA_TRY(group, group_of_path(call, loaded));
  call.note_before(group_json(call, *group, GroupView::kFull, {}));
  CARDEA_DO(call.repositories().organization_groups.remove(call.tx(), loaded.organization.id, group->id));
  return no_content();
}

Answer list_organization_group_children(Call& call) {
  CARDEA_TRY(loaded, load_groups(call));
  CARDEA_TRY(group, group_of_path(call, loaded));
  json::array list;
  for (const auto* child : loaded.tree.below(group->id.str())) {
    if (group_matches(call, *child))
      list.push_back(group_row(call, loaded.tree, *child, rows_of(call, GroupView::kBrief)));
  }
  return answer_group_page(call, std::move(list), kChildrenUnlessAsked);
}

Answer create_organization_group_child(Call& call) {
  CARDEA_TRY(loaded, load_groups_to_change(call));
  CARDEA_TRY(parent, group_of_path(call, loaded));
  CARDEA_TRY(body, call.body_object());
  CARDEA_DO(require_name(*body));
  if (const auto id = string_or(*body, "id", ""); !id.empty()) return move_group(call, loaded, id, parent);
  CARDEA_TRY(group, insert_group(call, loaded, *body, parent));
  return created_with(call, group, group_json(call, group, GroupView::kFull, {}));
}

Answer list_organization_group_members(Call& call) {
  CARDEA_DO(require_member_view(call));
  CARDEA_TRY(loaded, load_groups(call));
  CARDEA_TRY(group, group_of_path(call, loaded));
  CARDEA_TRY(page, call.page(call.has_query("max") ? -1 : kMembersUnlessAsked));
  UserQuery query;
  query.organization = loaded.organization.id;
  query.organization_group = group->id;
  query.first = page.first;
  query.max = page.max;
  const auto view = call.flag("briefRepresentation") ? UserView::kBrief : UserView::kRow;
  CARDEA_TRY(list, member_rows(call, loaded.organization, query, view));
  return ok(list);
}

Answer join_organization_group(Call& call) {
  CARDEA_TRY(loaded, load_groups(call));
  CARDEA_TRY(group, group_of_path(call, loaded));
  CARDEA_TRY(user, user_of_path(call));
  CARDEA_TRY(membership, call.repositories().memberships.find(call.rows(), loaded.organization.id, user.id));
  if (!membership) return refuse(error_message(400, "User is not member of the organization"));
  const auto joined =
      call.repositories().organization_groups.join(call.tx(), loaded.organization.id, group->id, user.id);
  if (!joined && joined.error() == StoreError::kConflict) {
    return refuse(error_message(409, "User is already a member of the group"));
  }
  CARDEA_DO(joined);
  call.note_after(brief_json(call, *group));
  return no_content();
}

Answer leave_organization_group(Call& call) {
  CARDEA_TRY(loaded, load_groups(call));
  CARDEA_TRY(group, group_of_path(call, loaded));
  CARDEA_TRY(user, user_of_path(call));
  CARDEA_TRY(left,
             call.repositories().organization_groups.leave(call.tx(), loaded.organization.id, group->id, user.id));
  if (left) {
    call.note_before(brief_json(call, *group));
  } else {
    call.note_nothing();
  }
  return no_content();
}

Or<RoleHolder> organization_group_holder(Call& call, bool) {
  CARDEA_TRY(loaded, load_groups(call));
  CARDEA_TRY(group, group_of_path(call, loaded));
  RoleHolder holder{.direct = group->roles, .effective = group->roles, .set = {}};
  holder.set = [&call, id = group->id, before = group->roles](const std::vector<RoleId>& after) -> Or<void> {
    auto& groups = call.repositories().organization_groups;
    for (const auto& role : after) {
      if (std::ranges::find(before, role) == before.end()) CARDEA_DO(groups.add_role(call.tx(), id, role));
    }
    for (const auto& role : before) {
      if (std::ranges::find(after, role) == after.end()) CARDEA_DO(groups.remove_role(call.tx(), id, role));
    }
    return {};
  };
  return holder;
}

Answer list_groups_of_organization_member(Call& call) {
  CARDEA_DO(require_member_view(call));
  CARDEA_TRY(member, load_organization_member(call));
  CARDEA_TRY(groups,
             call.repositories().organization_groups.of_member(call.rows(), {member.organization.id}, member.user.id));
  std::vector<Group> shown;
  for (auto& each : groups) {
    if (group_matches(call, each.group)) shown.push_back(std::move(each.group));
  }
  CARDEA_TRY(list, group_rows(call, shown, view_of(call)));
  return answer_group_page(call, std::move(list));
}

}  // namespace cardea::admin
