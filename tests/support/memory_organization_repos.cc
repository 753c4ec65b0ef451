// Organizations, memberships and invitations of the MemoryStore.
#include <algorithm>

#include "base/text.h"
#include "tests/support/memory_data.h"

namespace cardea {
namespace {

bool takes_a_name(const MemoryData& data, const Organization& wanted) {
  for (const auto& [id, row] : data.organizations.rows()) {
    if (row->realm != wanted.realm || row->id == wanted.id) continue;
    if (row->name == wanted.name || row->alias == wanted.alias) return true;
    for (const auto& domain : wanted.domains) {
      if (std::ranges::find(row->domains, domain.name, &OrganizationDomain::name) != row->domains.end()) return true;
    }
  }
  return false;
}

class MemoryOrganizations final : public OrganizationRepo {
 public:
  Stored<std::optional<Organization>> find(Rows& rows, const RealmId& realm, const OrganizationId& id) override {
    const auto* row = rows_of(rows).organizations.find(id.str());
    if (row == nullptr || (*row)->realm != realm) return std::nullopt;
    return **row;
  }
  Stored<std::vector<Organization>> search(Rows& rows, const RealmId& realm, const OrganizationQuery& query) override {
    auto found = matching(rows_of(rows), realm, query);
    const auto begin = std::min<std::size_t>(static_cast<std::size_t>(query.first), found.size());
    found.erase(found.begin(), found.begin() + static_cast<std::ptrdiff_t>(begin));
    if (query.max >= 0 && found.size() > static_cast<std::size_t>(query.max)) {
      found.resize(static_cast<std::size_t>(query.max));
    }
    return found;
  }
  Stored<std::int64_t> count(Rows& rows, const RealmId& realm, const OrganizationQuery& query) override {
    return static_cast<std::int64_t>(matching(rows_of(rows), realm, query).size());
  }
  Stored<void> insert(Tx& tx, const Organization& organization) override {
    auto& data = rows_of(tx);
    if (data.organizations.contains(organization.id.str()) || takes_a_name(data, organization)) {
      return refuse(StoreError::kConflict);
    }
    put(data, organization);
    return {};
  }
  Stored<void> update(Tx& tx, const Organization& organization) override {
    auto& data = rows_of(tx);
    const auto* row = data.organizations.find(organization.id.str());
    if (row == nullptr || (*row)->realm != organization.realm || takes_a_name(data, organization)) {
      return refuse(StoreError::kConflict);
    }
    put(data, organization);
    return {};
  }
  Stored<bool> remove(Tx& tx, const RealmId& realm, const OrganizationId& id) override {
    auto& data = rows_of(tx);
    const auto* row = data.organizations.find(id.str());
    if (row == nullptr || (*row)->realm != realm) return false;
    erase_organization(data, id);
    data.organizations.edit().erase(id.str());
    return true;
  }

 private:
  static void put(MemoryData& data, Organization organization) {
    std::ranges::sort(organization.domains, {}, &OrganizationDomain::name);
    auto& row = data.organizations.edit()[organization.id.str()];
    row = std::make_shared<const Organization>(std::move(organization));
  }
  static bool matches(const MemoryData& data, const Organization& row, const OrganizationQuery& query) {
    const auto wanted = ascii_lower(query.search);
    const auto has = [&](std::string_view text) {
      const auto low = ascii_lower(text);
      return query.exact ? low == wanted : low.contains(wanted);
    };
    const bool is_named = wanted.empty() || has(row.name) || (!query.exact && has(row.alias)) ||
                          std::ranges::any_of(row.domains, [&](const auto& domain) { return has(domain.name); });
    const auto has_attribute = [&](const auto& pair) {
      const auto values = row.attributes.find(pair.first);
      return values != row.attributes.end() && std::ranges::find(values->second, pair.second) != values->second.end();
    };
    return is_named && (row.enabled || !query.enabled_only) && std::ranges::all_of(query.attributes, has_attribute) &&
           (!query.member || data.memberships.contains(key_of(row.id.str(), query.member->str())));
  }
  static std::vector<Organization> matching(const MemoryData& data, const RealmId& realm,
                                            const OrganizationQuery& query) {
    std::vector<Organization> found;
    for (const auto& [id, row] : data.organizations.rows()) {
      if (row->realm == realm && matches(data, *row, query)) found.push_back(*row);
    }
    std::ranges::sort(found, {}, &Organization::name);
    return found;
  }
};

class MemoryMemberships final : public MembershipRepo {
 public:
  Stored<std::optional<Membership>> find(Rows& rows, const OrganizationId& organization, const UserId& user) override {
    const auto* row = rows_of(rows).memberships.find(key_of(organization.str(), user.str()));
    if (row == nullptr) return std::nullopt;
    return *row;
  }
  Stored<std::vector<std::pair<UserId, Membership>>> find_all(Rows& rows, const OrganizationId& organization,
                                                              const std::vector<UserId>& users) override {
    const auto& data = rows_of(rows);
    std::vector<std::pair<UserId, Membership>> found;
    for (const auto& user : users) {
      const auto* row = data.memberships.find(key_of(organization.str(), user.str()));
      if (row != nullptr) found.emplace_back(user, *row);
    }
    return found;
  }
  Stored<void> insert(Tx& tx, const OrganizationId& organization, const UserId& user, Membership membership) override {
    auto& data = rows_of(tx);
    const auto key = key_of(organization.str(), user.str());
    if (!data.organizations.contains(organization.str()) || !data.users.contains(user.str()) ||
        data.memberships.contains(key)) {
      return refuse(StoreError::kConflict);
    }
    data.memberships.edit()[key] = membership;
    return {};
  }
  Stored<bool> remove(Tx& tx, const OrganizationId& organization, const UserId& user) override {
    leave_organization_groups(rows_of(tx), organization, user.str());
    return rows_of(tx).memberships.edit().erase(key_of(organization.str(), user.str())) > 0;
  }
  Stored<std::optional<OrganizationInvitation>> find_invitation(Rows& rows, const OrganizationId& organization,
                                                                std::string_view id) override {
    for (const auto& [key, row] : rows_of(rows).invitations.rows()) {
      if (row.organization == organization && row.id == id) return row;
    }
    return std::nullopt;
  }
  Stored<std::vector<OrganizationInvitation>> invitations(Rows& rows, const OrganizationId& organization) override {
    std::vector<OrganizationInvitation> found;
    for (const auto& [key, row] : rows_of(rows).invitations.rows()) {
      if (row.organization == organization) found.push_back(row);
    }
    return found;
  }
  Stored<void> put_invitation(Tx& tx, const OrganizationInvitation& invitation) override {
    auto& data = rows_of(tx);
    if (!data.organizations.contains(invitation.organization.str())) return refuse(StoreError::kConflict);
    data.invitations.edit()[key_of(invitation.organization.str(), invitation.email)] = invitation;
    return {};
  }
  Stored<bool> remove_invitation(Tx& tx, const OrganizationId& organization, std::string_view id) override {
    return std::erase_if(rows_of(tx).invitations.edit(), [&](const auto& row) {
             return row.second.organization == organization && row.second.id == id;
           }) > 0;
  }
};

}  // namespace

void erase_organization(MemoryData& data, const OrganizationId& id) {
  const auto begin = id.str() + '\x1f';
  std::erase_if(data.memberships.edit(), [&](const auto& row) { return row.first.starts_with(begin); });
  std::erase_if(data.invitations.edit(), [&](const auto& row) { return row.second.organization == id; });
  std::erase_if(data.organization_group_members.edit(), [&](const auto& row) { return row.second == id; });
  std::erase_if(data.organization_groups.edit(), [&](const auto& row) { return row.second.first == id; });
}

void make_organization_repos(MemoryRepos& repos) {
  repos.organizations = std::make_unique<MemoryOrganizations>();
  repos.memberships = std::make_unique<MemoryMemberships>();
}

}  // namespace cardea
