// Organizations of a realm (keycloak.md section 6.14): themselves, members, invitations, identity providers. All refuse
// with 404 while the realm has them off.
#pragma once

#include "admin/seam/call.h"
#include "admin/users/user_view.h"
#include "domain/organization.h"

namespace cardea::admin {

inline constexpr std::size_t kInvitationsMax = 1000;  // of one organization

/// 404 "Organizations not enabled for this realm.", or nothing.
[[nodiscard]] Or<void> require_organizations(const Call& call);
/// The organization of {orgId}, or 404 "Organization not found.".
[[nodiscard]] Or<Organization> load_organization(Call& call);

/// `first` and `max`: 10 rows unless the request says how many, all of them when it says -1.
[[nodiscard]] Or<Page> page_of_organizations(const Call& call);

/// Removes a member whom the organization manages, who is gone as a user then: as for users, who does that needs the
/// right to manage them and all admin roles that this one has.
[[nodiscard]] Or<void> remove_managed_user(Call& call, const UserId& user);

struct OrganizationMember {
  Organization organization;
  User user;
  Membership membership;
};
/// {userId} of {orgId} for who may see users, or 404.
[[nodiscard]] Or<OrganizationMember> load_organization_member(Call& call);
[[nodiscard]] Or<void> require_member_view(const Call& call);
/// Users of the query, members of this organization, with how they are that.
[[nodiscard]] Or<json::array> member_rows(Call& call, const Organization& organization, const UserQuery& query,
                                          UserView view);

Answer list_organizations(Call& call);
Answer count_organizations(Call& call);
Answer create_organization(Call& call);
Answer get_organization(Call& call);
Answer update_organization(Call& call);
Answer delete_organization(Call& call);

// Members. Who reads them needs a right to see users as well.
Answer list_organization_members(Call& call);
Answer count_organization_members(Call& call);
/// The body is the id of a user.
Answer add_organization_member(Call& call);
Answer get_organization_member(Call& call);
/// A managed member goes as a user, too.
Answer remove_organization_member(Call& call);
Answer list_organizations_of_member(Call& call);

// Invitations: a mail with a link that works once.
Answer invite_new_member(Call& call);
Answer invite_existing_member(Call& call);
Answer list_invitations(Call& call);
Answer get_invitation(Call& call);
Answer resend_invitation(Call& call);
Answer delete_invitation(Call& call);

// Identity providers name their organization; here they are linked by alias. Who sees or links them needs the right to
// see or to change identity providers as well.
Answer list_organization_providers(Call& call);
Answer get_organization_provider(Call& call);
Answer link_organization_provider(Call& call);
Answer unlink_organization_provider(Call& call);

}  // namespace cardea::admin
