#include "core/token/token_subject.h"

#include <algorithm>

namespace cardea {
namespace {

bool is_wanted(const TokenPlan& plan, const Organization& organization) {
  return plan.organizations != OrganizationScope::kNamed ||
         std::ranges::find(plan.organization_aliases, organization.alias) != plan.organization_aliases.end();
}

/// How the plan asks for the groups inside of organizations; nullopt: not at all.
std::optional<bool> asks_with_roles(const TokenPlan& plan) {
  std::optional<bool> with_roles;
  for (const auto& operation : plan.operations) {
    if (operation.kind == MapperKind::kOrganizationGroups) with_roles = with_roles.value_or(false) || operation.flag;
  }
  return with_roles;
}

bool has(const TokenPlan& plan, MapperKind kind) {
  return std::ranges::any_of(plan.operations, [&](const MapperOp& operation) { return operation.kind == kind; });
}

/// Those that a mapper of the plan asks for: all of them by their names, or the ones that have attributes to give.
Stored<std::vector<std::shared_ptr<const Group>>> groups_for(Rows& rows, Settings& settings, const RealmEntry& realm,
                                                             const TokenPlan& plan, const Subject& subject) {
  const bool names = has(plan, MapperKind::kGroupMembership), gives = has(plan, MapperKind::kUserAttribute);
  if (!names && !gives) return std::vector<std::shared_ptr<const Group>>();
  auto groups = settings.groups(rows, realm, subject);
  if (groups && !names) std::erase_if(*groups, [](const auto& group) { return group->attributes.empty(); });
  return groups;
}

/// Of all organizations with one question.
Stored<void> add_organization_groups(Rows& rows, Settings& settings, const RealmEntry& realm, const TokenPlan& plan,
                                     TokenSubject& subject) {
  const auto with_roles = asks_with_roles(plan);
  if (!with_roles || subject.organizations.empty()) return {};
  std::vector<OrganizationId> ids;
  for (const auto& organization : subject.organizations) ids.push_back(organization.id);
  const auto groups = settings.organization_groups(rows, ids, subject.subject.user.id);
  if (!groups) return refuse(groups.error());
  for (const auto& id : ids) {
    auto& member = subject.organization_groups.emplace_back();
    std::vector<RoleId> roles;
    for (const auto& [organization, group] : *groups) {
      if (organization != id) continue;
      member.groups.push_back(group.path);
      roles.insert(roles.end(), group.roles.begin(), group.roles.end());
    }
    std::ranges::sort(member.groups);
    if (!*with_roles || roles.empty()) continue;
    auto reached = settings.expand_roles(rows, realm, std::move(roles));
    if (!reached) return refuse(reached.error());
    member.roles = std::move(*reached);
  }
  return {};
}

Stored<void> add_organizations(Rows& rows, Settings& settings, const RealmEntry& realm, const TokenPlan& plan,
                               TokenSubject& subject) {
  auto found = settings.organizations(rows, realm, subject.subject.user.id);
  if (!found) return refuse(found.error());
  std::erase_if(*found, [&](const Organization& organization) { return !is_wanted(plan, organization); });
  // One of several is for the person to choose; nobody is asked here.
  if (plan.organizations == OrganizationScope::kOnly && found->size() > 1) return {};
  subject.organizations = std::move(*found);
  if (auto added = add_organization_groups(rows, settings, realm, plan, subject); !added) return added;
  if (plan.organizations == OrganizationScope::kOnly || subject.organizations.empty()) return {};
  if (plan.organizations == OrganizationScope::kAll) {
    subject.organization_scope = "organization:*";
    return {};
  }
  for (const auto& organization : subject.organizations) {
    if (!subject.organization_scope.empty()) subject.organization_scope += ' ';
    subject.organization_scope.append("organization:").append(organization.alias);
  }
  return {};
}

}  // namespace

Stored<TokenSubject> complete_subject(Rows& rows, Settings& settings, const ClientEntry& client, const TokenPlan& plan,
                                      Subject subject) {
  TokenSubject answer;
  auto roles = settings.effective_roles(rows, *client.realm, subject);
  if (!roles) return refuse(roles.error());
  answer.roles = std::move(*roles);
  if (!client.client.full_scope_allowed) {
    auto visible = settings.expand_roles(rows, *client.realm, plan.role_mappings);
    if (!visible) return refuse(visible.error());
    answer.scope_roles = std::move(*visible);
  }
  auto groups = groups_for(rows, settings, *client.realm, plan, subject);
  if (!groups) return refuse(groups.error());
  answer.groups = std::move(*groups);
  answer.subject = std::move(subject);
  if (plan.organizations != OrganizationScope::kNone) {
    if (auto added = add_organizations(rows, settings, *client.realm, plan, answer); !added) {
      return refuse(added.error());
    }
  }
  return answer;
}

}  // namespace cardea
