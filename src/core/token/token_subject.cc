#include "core/token/token_subject.h"

#include <algorithm>
#include <set>

#include "base/limits.h"
#include "domain/group_source.h"

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

/// Does one of the groups above it do so?
template <class Does>
bool any_above(const TokenSubject& subject, const Group& group, const Does& does) {
  const auto* next = subject.above(group);
  for (int depth = 1; next != nullptr && depth < kGroupDepthMax; ++depth, next = subject.above(*next)) {
    if (does(*next)) return true;
  }
  return false;
}

bool has(const TokenPlan& plan, MapperKind kind) {
  return std::ranges::any_of(plan.operations, [&](const MapperOp& operation) { return operation.kind == kind; });
}

std::set<std::string_view> attributes_asked_for(const TokenPlan& plan) {
  std::set<std::string_view> names;
  for (const auto& operation : plan.operations) {
    if (operation.kind == MapperKind::kUserAttribute) names.insert(operation.source);
  }
  return names;
}

/// Those that a mapper of the plan asks for: all of them by their names, or the ones that have attributes to give.
Stored<void> add_groups(Rows& rows, Settings& settings, const RealmEntry& realm, const TokenPlan& plan,
                        TokenSubject& answer) {
  const bool names = has(plan, MapperKind::kGroupMembership);
  const auto attributes = attributes_asked_for(plan);
  if (!names && attributes.empty()) return {};
  const bool all = names || std::ranges::any_of(attributes, is_source_attribute);
  auto groups =
      all ? settings.groups(rows, realm, answer.subject) : settings.giving_groups(rows, realm, answer.subject);
  if (!groups) return refuse(groups.error());
  if (!attributes.empty()) {
    auto above = settings.groups_above(rows, realm, *groups);
    if (!above) return refuse(above.error());
    answer.groups_above = std::move(*above);
  }
  const auto gives = [&](const Group& group) {
    return std::ranges::any_of(group.attributes, [&](const auto& each) { return attributes.contains(each.first); });
  };
  if (!names) {
    std::erase_if(*groups, [&](const auto& group) { return !gives(*group) && !any_above(answer, *group, gives); });
  }
  answer.groups = std::move(*groups);
  return {};
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
  answer.subject = std::move(subject);
  if (auto added = add_groups(rows, settings, *client.realm, plan, answer); !added) return refuse(added.error());
  if (plan.organizations != OrganizationScope::kNone) {
    if (auto added = add_organizations(rows, settings, *client.realm, plan, answer); !added) {
      return refuse(added.error());
    }
  }
  return answer;
}

}  // namespace cardea
