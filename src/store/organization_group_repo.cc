// Groups inside of organizations.
#include <map>

#include "base/limits.h"
#include "store/among.h"
#include "store/document.h"
#include "store/group_paths.h"
#include "store/query.h"
#include "store/repos.h"

namespace cardea::store {
namespace {

#define CARDEA_GROUP_COLUMNS_BY(list)                        \
  "g.id, g.parent_id, g.name, g.description, g.attributes, " \
  "(SELECT " list "(r.role_id) FROM organization_group_roles r WHERE r.group_id = g.id)"
#define CARDEA_GROUP_COLUMNS CARDEA_GROUP_COLUMNS_BY("json_group_array")
constexpr Sql kList{"SELECT " CARDEA_GROUP_COLUMNS
                    " FROM organization_groups g WHERE g.organization_id = ?1 ORDER BY g.name, g.id"};
// The user's groups in these organizations and all above them, whose names the paths need.
#define CARDEA_OF_MEMBER(P, AMONG, LIST) \
  "WITH RECURSIVE up (id, depth) AS (SELECT group_id, 0 FROM organization_group_members WHERE user_id = " P \
  "2 AND " AMONG                                                                                           \
  " UNION SELECT g.parent_id, up.depth + 1 FROM up JOIN organization_groups g ON g.id = up.id "            \
  "WHERE g.parent_id IS NOT NULL AND up.depth < " P "3) SELECT " CARDEA_GROUP_COLUMNS_BY(LIST)             \
  ", g.organization_id, EXISTS (SELECT 1 FROM organization_group_members m WHERE m.group_id = g.id "       \
  "AND m.user_id = " P "2) FROM organization_groups g WHERE g.id IN (SELECT id FROM up) ORDER BY g.name, g.id"
constexpr Sql kOfMember{CARDEA_OF_MEMBER("?", CARDEA_SQLITE_AMONG("organization_id", "?1"), "json_group_array"),
                        CARDEA_OF_MEMBER("$", CARDEA_POSTGRES_AMONG("organization_id", "$1"), "json_agg")};
#undef CARDEA_OF_MEMBER
constexpr Sql kIsOfRealm{
    "SELECT 1 FROM organization_groups g JOIN organizations o ON o.id = g.organization_id "
    "WHERE g.id = ?2 AND o.realm_id = ?1"};
constexpr Sql kLock{"SELECT 1 FROM organizations WHERE id = ?1 /*pg FOR NO KEY UPDATE */"};
constexpr Sql kAddRole{
    "INSERT INTO organization_group_roles (group_id, role_id) VALUES (?1, ?2) ON CONFLICT DO NOTHING"};
constexpr Sql kRemoveRole{"DELETE FROM organization_group_roles WHERE group_id = ?1 AND role_id = ?2"};
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
  const bool reads = read_json(row.view(), group.attributes);
  auto roles = parse_string_list(row.view());
  if (!reads || !roles) return refuse(StoreError::kCorrupt);
  for (auto& role : *roles) group.roles.emplace_back(std::move(role));
  return group;
}

class SqlOrganizationGroupRepo final : public OrganizationGroupRepo {
 public:
  Stored<std::vector<Group>> list(Rows& rows, const OrganizationId& organization) override {
    auto groups = find_all<Group>(rows, kList, {organization.str()}, parse_group);
    if (groups) fill_in_paths(*groups);
    return groups;
  }
  Stored<std::vector<OrganizationGroup>> of_member(Rows& rows, const std::vector<OrganizationId>& organizations,
                                                   const UserId& user) override {
    struct Place {
      OrganizationId organization;
      bool is_direct = false;
    };
    std::map<GroupId, Place> places;
    const auto ids = text_list(organizations);
    auto groups = find_all<Group>(rows, kOfMember, {ids, user.str(), kGroupDepthMax}, [&](Columns& row) {
      auto group = parse_group(row);
      if (!group) return group;
      auto& place = places[group->id];
      place.organization = row.id<OrganizationId>();
      place.is_direct = row.boolean();
      return group;
    });
    if (!groups) return refuse(groups.error());
    fill_in_paths(*groups);
    std::vector<OrganizationGroup> direct;
    for (auto& group : *groups) {
      auto& place = places[group.id];
      if (place.is_direct) direct.push_back({std::move(place.organization), std::move(group)});
    }
    return direct;
  }
  Stored<bool> is_of_realm(Rows& rows, const RealmId& realm, const GroupId& group) override {
    return gives_a_row(rows, kIsOfRealm, {realm.str(), group.str()});
  }
  Stored<void> lock(Tx& tx, const OrganizationId& organization) override {
    const auto locked = gives_a_row(tx, kLock, {organization.str()});
    return locked ? Stored<void>() : refuse(locked.error());
  }
  Stored<void> insert(Tx& tx, const OrganizationId& organization, const Group& group) override {
    if (auto written = write(tx, kInsert, organization, group); !written) return written;
    for (const auto& role : group.roles) {
      if (auto added = add_role(tx, group.id, role); !added) return added;
    }
    return {};
  }
  Stored<void> update(Tx& tx, const OrganizationId& organization, const Group& group) override {
    return write(tx, kUpdate, organization, group);
  }
  Stored<void> add_role(Tx& tx, const GroupId& group, const RoleId& role) override {
    return send(tx, kAddRole, {group.str(), role.str()});
  }
  Stored<void> remove_role(Tx& tx, const GroupId& group, const RoleId& role) override {
    return send(tx, kRemoveRole, {group.str(), role.str()});
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
