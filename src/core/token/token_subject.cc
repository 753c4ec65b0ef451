#include "core/token/token_subject.h"

#include <algorithm>

namespace cardea {
namespace {

bool is_wanted(const TokenPlan& plan, const Organization& organization) {
  return plan.organizations != OrganizationScope::kNamed ||
         std::ranges::find(plan.organization_aliases, organization.alias) != plan.organization_aliases.end();
}

Stored<void> add_organization_groups(Rows& rows, Settings& settings, const TokenPlan& plan, TokenSubject& subject) {
  if (std::ranges::find(plan.operations, MapperKind::kOrganizationGroups, &MapperOp::kind) == plan.operations.end()) {
    return {};
  }
  for (const auto& organization : subject.organizations) {
    const auto groups = settings.organization_groups(rows, organization.id, subject.subject.user.id);
    if (!groups) return refuse(groups.error());
    auto& paths = subject.organization_groups.emplace_back();
    for (const auto& group : *groups) paths.push_back(group.path);
    std::ranges::sort(paths);
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
  if (auto added = add_organization_groups(rows, settings, plan, subject); !added) return added;
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
  auto groups = settings.groups(rows, *client.realm, subject);
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
