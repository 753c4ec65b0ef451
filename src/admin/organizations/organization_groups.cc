#include "admin/organizations/organization_groups.h"

#include <algorithm>

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

/// The group of {groupId}. One of the realm or of another organization is none here.
Or<const Group*> group_of_path(const Call& call, const Loaded& loaded) {
  const auto* group = loaded.tree.find(call.path("groupId"));
  if (group == nullptr) return refuse(error_message(404, "Group does not exist"));
  return group;
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

Answer move_group(Call& call, const Loaded& loaded, std::string_view id, const Group* parent) {
  const auto* known = loaded.tree.find(id);
  if (known == nullptr)
    return refuse(not_found(parent == nullptr ? "Could not find group by id" : "Could not find child by id"));
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
  const auto& tree = loaded.tree;
  const auto rows = rows_of(call, view_of(call));
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
  CARDEA_TRY(loaded, load_groups(call));
  CARDEA_TRY(body, call.body_object());
  CARDEA_DO(require_name(*body));
  if (const auto id = string_or(*body, "id", ""); !id.empty()) return move_group(call, loaded, id, nullptr);
  CARDEA_TRY(group, insert_group(call, loaded, *body, nullptr));
  return created_with(call, group, brief_json(call, group));
}

Answer get_organization_group(Call& call) {
  CARDEA_TRY(loaded, load_groups(call));
  CARDEA_TRY(group, group_of_path(call, loaded));
  return ok(group_row(call, loaded.tree, *group, rows_of(call, GroupView::kFull)));
}

Answer update_organization_group(Call& call) {
  CARDEA_TRY(loaded, load_groups(call));
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
  CARDEA_TRY(loaded, load_groups(call));
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
  CARDEA_TRY(loaded, load_groups(call));
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

Answer list_groups_of_organization_member(Call& call) {
  CARDEA_DO(require_member_view(call));
  CARDEA_TRY(member, load_organization_member(call));
  CARDEA_TRY(groups,
             call.repositories().organization_groups.of_member(call.rows(), member.organization.id, member.user.id));
  json::array list;
  for (const auto& group : groups) {
    if (group_matches(call, group)) list.push_back(group_json(call, group, view_of(call), {}));
  }
  return answer_group_page(call, std::move(list));
}

}  // namespace cardea::admin
