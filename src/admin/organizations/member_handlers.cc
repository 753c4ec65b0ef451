// Members of organizations, and the identity providers that belong to them.
#include <algorithm>
#include <map>

#include "admin/organizations/organization_handlers.h"
#include "admin/providers/identity_provider_handlers.h"
#include "admin/settings/realm_document.h"
#include "admin/users/user_view.h"
#include "base/text.h"
#include "core/import/plan_organizations.h"

namespace cardea::admin {
namespace {

std::string_view name_of(Membership membership) { return membership == Membership::kManaged ? "MANAGED" : "UNMANAGED"; }

Or<void> require_provider_view(const Call& call) {
  return call.require({AdminRole::kViewIdentityProviders, AdminRole::kManageIdentityProviders});
}

/// A text that stands alone in the body, in quotes or without.
std::string raw_body(const Call& call) {
  auto text = trim(call.request().body);
  if (text.size() >= 2 && text.starts_with('"') && text.ends_with('"')) text = text.substr(1, text.size() - 2);
  return std::string(text);
}

Refusal no_member() { return not_found("HTTP 404 Not Found"); }

/// Words find a part of a name; `exact` the whole of it.
Or<UserQuery> read_query(const Call& call, const Organization& organization) {
  UserQuery query;
  query.organization = organization.id;
  const auto search = trim(call.query("search"));
  if (!search.empty() && call.flag("exact")) query.words = {std::string(search)};
  if (!search.empty() && !call.flag("exact")) query.words = {"*" + std::string(search) + "*"};
  CARDEA_TRY(page, page_of_organizations(call));
  query.first = page.first;
  query.max = page.max;
  return query;
}

json::object* find_provider(Call& call) {
  return find_in(list_of(call.realm().extra, "identityProviders"), "alias", call.path("alias"));
}

}  // namespace

Or<void> require_member_view(const Call& call) {
  return call.require({AdminRole::kViewUsers, AdminRole::kManageUsers});
}

Or<OrganizationMember> load_organization_member(Call& call) {
  CARDEA_TRY(organization, load_organization(call));
  CARDEA_TRY(user, call.repositories().users.find(call.rows(), call.realm().id, UserId(call.path("userId"))));
  if (!user) return refuse(no_member());
  CARDEA_TRY(membership, call.repositories().memberships.find(call.rows(), organization.id, user->id));
  if (!membership) return refuse(no_member());
  return OrganizationMember{std::move(organization), std::move(*user), *membership};
}

Or<json::array> member_rows(Call& call, const Organization& organization, const UserQuery& query, UserView view) {
  CARDEA_TRY(users, call.repositories().users.search(call.rows(), call.realm().id, query));
  std::vector<UserId> ids;
  for (const auto& user : users) ids.push_back(user.id);
  CARDEA_TRY(found, call.repositories().memberships.find_all(call.rows(), organization.id, ids));
  const std::map<UserId, Membership> memberships(found.begin(), found.end());
  CARDEA_TRY(rows, user_rows(call, users, view));
  json::array list;
  for (std::size_t i = 0; i < users.size(); ++i) {
    const auto membership = memberships.find(users[i].id);
    if (membership == memberships.end()) continue;
    auto& row = rows[i].get_object();
    row.erase("access");
    row["membershipType"] = name_of(membership->second);
    list.push_back(std::move(row));
  }
  return list;
}

Answer list_organization_members(Call& call) {
  CARDEA_DO(require_member_view(call));
  CARDEA_TRY(organization, load_organization(call));
  CARDEA_TRY(query, read_query(call, organization));
  const auto wanted = call.query("membershipType");
  if (!wanted.empty()) {
    query.managed = equal_ignoring_ascii_case(wanted, name_of(Membership::kManaged));
    if (!*query.managed && !equal_ignoring_ascii_case(wanted, name_of(Membership::kUnmanaged)))
      return refuse(error_message(400, "Unknown membership type"));
  }
  const auto view = call.flag("briefRepresentation", true) ? UserView::kBrief : UserView::kRow;
  CARDEA_TRY(list, member_rows(call, organization, query, view));
  return ok(list);
}

Answer count_organization_members(Call& call) {
  CARDEA_DO(require_member_view(call));
  CARDEA_TRY(organization, load_organization(call));
  CARDEA_TRY(query, read_query(call, organization));
  CARDEA_TRY(count, call.repositories().users.count(call.rows(), call.realm().id, query));
  return ok_text(std::to_string(count));
}

Answer add_organization_member(Call& call) {
  CARDEA_TRY(organization, load_organization(call));
  const UserId id(raw_body(call));
  CARDEA_TRY(user, call.repositories().users.find(call.rows(), call.realm().id, id));
  if (!user || user->service_account_client) return refuse(no_member());
  CARDEA_TRY(membership, call.repositories().memberships.find(call.rows(), organization.id, id));
  if (membership) return refuse(error_message(409, "User is already a member of the organization."));
  CARDEA_DO(call.repositories().memberships.insert(call.tx(), organization.id, id, Membership::kUnmanaged));
  call.note_after(json::object{{"id", id.str()}, {"username", user->username}});
  return call.created(id.str());
}

Answer get_organization_member(Call& call) {
  CARDEA_DO(require_member_view(call));
  CARDEA_TRY(member, load_organization_member(call));
  CARDEA_TRY(row, user_json(call, member.user, UserView::kRow));
  row.erase("access");
  row["membershipType"] = name_of(member.membership);
  return ok(row);
}

Answer remove_organization_member(Call& call) {
  CARDEA_TRY(member, load_organization_member(call));
  call.note_before(json::object{{"id", member.user.id.str()}, {"username", member.user.username}});
  if (member.membership == Membership::kManaged) {
    CARDEA_DO(remove_managed_user(call, member.user.id));
    return no_content();
  }
  CARDEA_DO(call.repositories().memberships.remove(call.tx(), member.organization.id, member.user.id));
  return no_content();
}

Answer list_organizations_of_member(Call& call) {
  CARDEA_DO(require_member_view(call));
  CARDEA_DO(require_organizations(call));
  if (call.operation_path_has("{orgId}")) CARDEA_DO(load_organization_member(call));
  CARDEA_TRY(user, call.repositories().users.find(call.rows(), call.realm().id, UserId(call.path("userId"))));
  if (!user) return refuse(no_member());
  OrganizationQuery query;
  query.member = user->id;
  query.max = kListRowsMax;
  CARDEA_TRY(found, call.repositories().organizations.search(call.rows(), call.realm().id, query));
  json::array list;
  for (const auto& organization : found) {
    list.push_back(organization_json(organization, !call.flag("briefRepresentation", true)));
  }
  return ok(list);
}

Answer list_organization_providers(Call& call) {
  CARDEA_DO(require_provider_view(call));
  CARDEA_TRY(organization, load_organization(call));
  std::vector<json::object> rows;
  for (const auto& item : list_of(call.realm().extra, "identityProviders")) {
    const auto* provider = item.if_object();
    if (provider == nullptr || string_or(*provider, "organizationId", "") != organization.id.str()) continue;
    rows.push_back(identity_provider_json(*provider));
  }
  std::ranges::sort(rows, {}, [](const json::object& row) { return string_or(row, "alias", ""); });
  json::array list;
  for (auto& row : rows) list.push_back(std::move(row));
  return ok(list);
}

Answer get_organization_provider(Call& call) {
  CARDEA_DO(require_provider_view(call));
  CARDEA_TRY(organization, load_organization(call));
  const auto* provider = find_provider(call);
  if (provider == nullptr || string_or(*provider, "organizationId", "") != organization.id.str()) {
    return refuse(error_message(404, "Identity provider not associated with the organization"));
  }
  return ok(identity_provider_json(*provider));
}

/// Who changes a provider needs the right for that as well: the organization decides whom it signs in.
Answer link_organization_provider(Call& call) {
  CARDEA_DO(call.require({AdminRole::kManageIdentityProviders}));
  CARDEA_TRY(organization, load_organization(call));
  auto* provider = find_in(list_of(call.realm().extra, "identityProviders"), "alias", raw_body(call));
  if (provider == nullptr) return refuse(error_message(400, "Identity provider not found with the given alias"));
  const auto owner = string_or(*provider, "organizationId", "");
  if (owner == organization.id.str()) {
    return refuse(error_message(409, "Identity provider already associated to the organization"));
  }
  CARDEA_TRY(other, call.repositories().organizations.find(call.rows(), call.realm().id, OrganizationId(owner)));
  if (other) {
    return refuse(error_message(400, "Identity provider already associated with a different organization"));
  }
  (*provider)["organizationId"] = organization.id.str();
  call.note_after(identity_provider_json(*provider));
  CARDEA_DO(save_realm(call));
  return no_content();
}

Answer unlink_organization_provider(Call& call) {
  CARDEA_DO(call.require({AdminRole::kManageIdentityProviders}));
  CARDEA_TRY(organization, load_organization(call));
  auto* provider = find_provider(call);
  if (provider == nullptr || string_or(*provider, "organizationId", "") != organization.id.str()) {
    return refuse(error_message(404, "Identity provider not found with the given alias"));
  }
  call.note_before(identity_provider_json(*provider));
  provider->erase("organizationId");
  CARDEA_DO(save_realm(call));
  return no_content();
}

}  // namespace cardea::admin
