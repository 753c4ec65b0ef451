// Groups inside of organizations of the MemoryStore.
#include <algorithm>

#include "tests/support/memory_data.h"

namespace cardea {
namespace {

class MemoryOrganizationGroups final : public OrganizationGroupRepo {
 public:
  Stored<std::vector<Group>> list(Rows& rows, const OrganizationId& organization) override {
    const auto& data = rows_of(rows);
    std::vector<Group> found;
    for (const auto& [id, row] : data.organization_groups.rows()) {
      if (row.first == organization) found.push_back(with_path(data, row.second));
    }
    std::ranges::sort(found, {}, &Group::name);
    return found;
  }
  Stored<std::vector<OrganizationGroup>> of_member(Rows& rows, const std::vector<OrganizationId>& organizations,
                                                   const UserId& user) override {
    const auto& members = rows_of(rows).organization_group_members;
    std::vector<OrganizationGroup> found;
    for (const auto& organization : organizations) {
      const auto groups = list(rows, organization);
      for (const auto& group : *groups) {
        if (members.contains(key_of(group.id.str(), user.str()))) found.push_back({organization, group});
      }
    }
    std::ranges::sort(found, {}, [](const OrganizationGroup& each) { return each.group.name; });
    return found;
  }
  Stored<bool> is_of_realm(Rows& rows, const RealmId& realm, const GroupId& group) override {
    const auto& data = rows_of(rows);
    const auto* row = data.organization_groups.find(group.str());
    const auto* owner = row == nullptr ? nullptr : data.organizations.find(row->first.str());
    return owner != nullptr && (*owner)->realm == realm;
  }
  Stored<void> lock(Tx&, const OrganizationId&) override { return {}; }  // one writer at a time
  Stored<void> add_role(Tx& tx, const GroupId& group, const RoleId& role) override {
    auto& data = rows_of(tx);
    if (!data.organization_groups.contains(group.str()) || !data.roles.contains(role.str())) {
      return refuse(StoreError::kConflict);
    }
    auto& roles = data.organization_groups.edit()[group.str()].second.roles;
    if (std::ranges::find(roles, role) == roles.end()) roles.push_back(role);
    return {};
  }
  Stored<void> remove_role(Tx& tx, const GroupId& group, const RoleId& role) override {
    auto& data = rows_of(tx);
    if (data.organization_groups.contains(group.str())) {
      std::erase(data.organization_groups.edit()[group.str()].second.roles, role);
    }
    return {};
  }
  Stored<void> insert(Tx& tx, const OrganizationId& organization, const Group& group) override {
    auto& data = rows_of(tx);
    const bool has_place = data.organizations.contains(organization.str()) &&
                           (!group.parent || data.organization_groups.contains(group.parent->str()));
    if (!has_place || data.organization_groups.contains(group.id.str()) || is_taken(data, organization, group)) {
      return refuse(StoreError::kConflict);
    }
    data.organization_groups.edit()[group.id.str()] = {organization, group};
    return {};
  }
  Stored<void> update(Tx& tx, const OrganizationId& organization, const Group& group) override {
    auto& data = rows_of(tx);
    if (!is_of(data, organization, group.id) || is_taken(data, organization, group)) {
      return refuse(StoreError::kConflict);
    }
    auto after = group;
    after.roles = data.organization_groups.find(group.id.str())->second.roles;
    data.organization_groups.edit()[group.id.str()] = {organization, std::move(after)};
    return {};
  }
  Stored<bool> remove(Tx& tx, const OrganizationId& organization, const GroupId& group) override {
    auto& data = rows_of(tx);
    if (!is_of(data, organization, group)) return false;
    const auto all = data.organization_groups.rows();
    for (const auto& [id, row] : all) {
      if (row.second.parent == group) (void)remove(tx, organization, row.second.id);
    }
    const auto begin = group.str() + '\x1f';
    std::erase_if(data.organization_group_members.edit(),
                  [&](const auto& row) { return row.first.starts_with(begin); });
    return data.organization_groups.edit().erase(group.str()) > 0;
  }
  Stored<void> join(Tx& tx, const OrganizationId& organization, const GroupId& group, const UserId& user) override {
    auto& data = rows_of(tx);
    const auto key = key_of(group.str(), user.str());
    if (!is_of(data, organization, group) || !data.memberships.contains(key_of(organization.str(), user.str())) ||
        data.organization_group_members.contains(key)) {
      return refuse(StoreError::kConflict);
    }
    data.organization_group_members.edit().emplace(key, organization);
    return {};
  }
  Stored<bool> leave(Tx& tx, const OrganizationId& organization, const GroupId& group, const UserId& user) override {
    auto& data = rows_of(tx);
    if (!is_of(data, organization, group)) return false;
    return data.organization_group_members.edit().erase(key_of(group.str(), user.str())) > 0;
  }

 private:
  static bool is_of(const MemoryData& data, const OrganizationId& organization, const GroupId& group) {
    const auto* row = data.organization_groups.find(group.str());
    return row != nullptr && row->first == organization;
  }
  static bool is_taken(const MemoryData& data, const OrganizationId& organization, const Group& group) {
    return std::ranges::any_of(data.organization_groups.rows(), [&](const auto& row) {
      const auto& [owner, other] = row.second;
      return owner == organization && other.id != group.id && other.parent == group.parent && other.name == group.name;
    });
  }
  static Group with_path(const MemoryData& data, Group group) {
    const auto* at = &group;
    std::string path;
    while (at != nullptr) {
      path.insert(0, path_part(at->name));
      const auto* above = at->parent ? data.organization_groups.find(at->parent->str()) : nullptr;
      at = above == nullptr ? nullptr : &above->second;
    }
    group.path = std::move(path);
    return group;
  }
  static std::string path_part(std::string_view name) {
    std::string part = "/";
    for (const char c : name) part.append(c == '/' ? "~/" : std::string(1, c));
    return part;
  }
};

}  // namespace

void leave_organization_groups(MemoryData& data, const OrganizationId& id, std::string_view user) {
  std::erase_if(data.organization_group_members.edit(),
                [&](const auto& row) { return row.second == id && row.first.ends_with(key_of("", user)); });
}

void make_organization_group_repo(MemoryRepos& repos) {
  repos.organization_groups = std::make_unique<MemoryOrganizationGroups>();
}

}  // namespace cardea
