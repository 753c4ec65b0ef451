// A tree of groups, the realm's or an organization's: what lists show of it, and which names and places are free in it
// (keycloak.md sections 6.5 and 6.14).
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "admin/groups/group_view.h"

namespace cardea::admin {

/// Groups with who is below whom. Movable, not copyable: `children` points into `groups`.
struct GroupTree {
  explicit GroupTree(std::vector<Group> all);
  GroupTree(GroupTree&&) = default;
  GroupTree& operator=(GroupTree&&) = default;
  GroupTree(const GroupTree&) = delete;
  GroupTree& operator=(const GroupTree&) = delete;
  ~GroupTree() = default;

  std::vector<Group> groups;
  std::map<std::string, std::vector<const Group*>, std::less<>> children;  // by the parent's id, by name; "": the top
  GroupRoles roles;                                                        // of those that are shown in full

  [[nodiscard]] const std::vector<const Group*>& below(std::string_view id) const;
  [[nodiscard]] const Group* find(std::string_view id) const;
  /// nullptr at the top.
  [[nodiscard]] const Group* parent_of(const Group& group) const;
};

/// How the rows of a list look.
struct GroupRows {
  GroupView view = GroupView::kBrief;
  bool with_count = true;   // of the groups below
  bool with_access = true;  // what the caller may do, in brief rows
};

/// In the order of Keycloak: subGroupCount stands before subGroups, access last.
[[nodiscard]] json::object group_row(const Call& call, const GroupTree& tree, const Group& group,
                                     const GroupRows& rows);
/// A group with those below it that are wanted, or lead to one that is. Absent: nothing matches.
[[nodiscard]] std::optional<json::object> found_group(const Call& call, const GroupTree& tree, const Group& group,
                                                      const GroupRows& rows);
/// `search` is part of its name, or with `exact` all of it.
[[nodiscard]] bool group_matches(const Call& call, const Group& group);
/// q=key:value, every pair.
[[nodiscard]] bool has_group_attributes(const Call& call, const Group& group);
/// `q` is looked at first, as in Keycloak, and `search` only without it.
[[nodiscard]] bool is_wanted_group(const Call& call, const Group& group);
/// It, or one below it.
[[nodiscard]] bool leads_to_wanted(const Call& call, const GroupTree& tree, const Group& group);
/// The rows of `first` and `max`, which is `max_fallback` when the request does not say.
[[nodiscard]] Answer answer_group_page(const Call& call, json::array list, std::int64_t max_fallback = -1);

/// The path that the operation takes in pieces, {p1} and on: "/a/b".
[[nodiscard]] std::string group_path_of(const Call& call);

/// A group as the body says it, over `before`: id, realm, parent and roles stay.
[[nodiscard]] Or<Group> read_group(const json::object& body, const Group& before);
/// Does another one of that name stand beside it?
[[nodiscard]] bool has_sibling_of_its_name(const GroupTree& tree, const Group& group);
/// Is `group` the one called `above`, or somewhere below it?
[[nodiscard]] bool stands_below(const GroupTree& tree, const Group* group, const GroupId& above);
/// Roles reach members through so many groups and no more: what is deeper would have rights that nobody sees.
/// `moved`: comes below `parent` with all below it; nullptr: a new group.
[[nodiscard]] Or<void> refuse_too_deep(const GroupTree& tree, const Group* parent, const Group* moved);

}  // namespace cardea::admin
