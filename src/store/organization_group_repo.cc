// Groups inside of organizations.
#include <algorithm>

#include "base/limits.h"
#include "store/document.h"
#include "store/group_paths.h"
#include "store/query.h"
#include "store/repos.h"

namespace cardea::store {
namespace {

#define CARDEA_GROUP_COLUMNS "g.id, g.parent_id, g.name, g.description, g.attributes"
constexpr Sql kList{"SELECT " CARDEA_GROUP_COLUMNS
                    " FROM organization_groups g WHERE g.organization_id = ?1 ORDER BY g.name, g.id"};
// The user's groups and all above them, whose names the paths need.
constexpr Sql kOfMember{
    "WITH RECURSIVE up (id, depth) AS (SELECT group_id, 0 FROM organization_group_members WHERE organization_id = ?1 "
    "AND user_id = ?2 UNION SELECT g.parent_id, up.depth + 1 FROM up JOIN organization_groups g ON g.id = up.id "
    "WHERE g.parent_id IS NOT NULL AND up.depth < ?3) SELECT " CARDEA_GROUP_COLUMNS
    ", EXISTS (SELECT 1 FROM organization_group_members m WHERE m.group_id = g.id AND m.user_id = ?2) "
    "FROM organization_groups g WHERE g.id IN (SELECT id FROM up) ORDER BY g.name, g.id"};
constexpr Sql kInsert{
    "INSERT INTO organization_groups (organization_id, id, parent_id, name, description, attributes) "
    "VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO NOTHING"};
constexpr Sql kUpdate{
    "UPDATE organization_groups SET parent_id = ?3, name = ?4, description = ?5, attributes = ?6 "
    "WHERE organization_id = ?1 AND id = ?2"};
constexpr Sql kRemove{"DELETE FROM organization_groups WHERE organization_id = ?1 AND id = ?2"};
constexpr Sql kJoin{
    "INSERT INTO organization_group_members (group_id, organization_id, user_id) SELECT g.id, g.organization_id, "
    "m.user_id FROM organization_groups g JOIN organization_members m ON m.organization_id = g.organization_id "
    "WHERE g.organization_id = ?1 AND g.id = ?2 AND m.user_id = ?3 ON CONFLICT DO NOTHING"};
constexpr Sql kLeave{
    "DELETE FROM organization_group_members WHERE organization_id = ?1 AND group_id = ?2 AND user_id = ?3"};

Stored<Group> parse_group(Columns& row) {
  Group group;
  group.id = row.id<GroupId>();
  group.parent = row.optional_id<GroupId>();
  group.name = row.text();
  group.description = row.text();
  if (!read_json(row.view(), group.attributes)) return refuse(StoreError::kCorrupt);
  return group;
}

class SqlOrganizationGroupRepo final : public OrganizationGroupRepo {
 public:
  Stored<std::vector<Group>> list(Rows& rows, const OrganizationId& organization) override {
    auto groups = find_all<Group>(rows, kList, {organization.str()}, parse_group);
    if (groups) fill_in_paths(*groups);
    return groups;
  }
  Stored<std::vector<Group>> of_member(Rows& rows, const OrganizationId& organization, const UserId& user) override {
    std::vector<GroupId> direct;
    auto groups = find_all<Group>(rows, kOfMember, {organization.str(), user.str(), kGroupDepthMax},
                                  [&](Columns& row) -> Stored<Group> {
                                    auto group = parse_group(row);
                                    if (group && row.boolean()) direct.push_back(group->id);
                                    return group;
                                  });
    if (!groups) return groups;
    fill_in_paths(*groups);
    std::erase_if(*groups, [&](const Group& group) { return std::ranges::find(direct, group.id) == direct.end(); });
    return groups;
  }
  Stored<void> insert(Tx& tx, const OrganizationId& organization, const Group& group) override {
    return write(tx, kInsert, organization, group);
  }
  Stored<void> update(Tx& tx, const OrganizationId& organization, const Group& group) override {
    return write(tx, kUpdate, organization, group);
  }
  Stored<bool> remove(Tx& tx, const OrganizationId& organization, const GroupId& group) override {
    return any_changed(tx, kRemove, {organization.str(), group.str()});
  }
  Stored<void> join(Tx& tx, const OrganizationId& organization, const GroupId& group, const UserId& user) override {
    return change_one(tx, kJoin, {organization.str(), group.str(), user.str()});
  }
  Stored<bool> leave(Tx& tx, const OrganizationId& organization, const GroupId& group, const UserId& user) override {
    return any_changed(tx, kLeave, {organization.str(), group.str(), user.str()});
  }

 private:
  static Stored<void> write(Tx& tx, const Sql& sql, const OrganizationId& organization, const Group& group) {
    const auto attributes = json_or_empty(group.attributes);
    return change_one(tx, sql,
                      {organization.str(), group.id.str(), id_or_null(group.parent), group.name, group.description,
                       Value::text_or_null(attributes)});
  }
  static Stored<bool> any_changed(Tx& tx, const Sql& sql, Values values) {
    const auto changed = change(tx, sql, values);
    if (!changed) return refuse(changed.error());
    return *changed > 0;
  }
};

}  // namespace

std::unique_ptr<OrganizationGroupRepo> make_organization_group_repo() {
  return std::make_unique<SqlOrganizationGroupRepo>();
}

}  // namespace cardea::store
