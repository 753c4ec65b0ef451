// Users: list, count, create, read, change, remove, and their profile (keycloak.md section 6.4).
#pragma once

#include "admin/seam/call.h"

namespace cardea::admin {

Answer list_users(Call& call);
/// The bare number: clients read it with Atoi.
Answer count_users(Call& call);
Answer create_user(Call& call);
Answer get_user(Call& call);
Answer update_user(Call& call);
Answer delete_user(Call& call);
Answer get_unmanaged_attributes(Call& call);

Answer get_profile(Call& call);
Answer update_profile(Call& call);
Answer get_profile_metadata(Call& call);

// Credentials.
Answer reset_password(Call& call);
Answer list_credentials(Call& call);
Answer delete_credential(Call& call);
Answer set_credential_label(Call& call);
Answer move_credential_first(Call& call);
Answer move_credential_after(Call& call);
Answer disable_credential_types(Call& call);
Answer get_storage_credential_types(Call& call);
Answer get_brute_force_status(Call& call);
Answer clear_brute_force_of_user(Call& call);
Answer clear_brute_force(Call& call);

// Groups, sessions, consents, links to providers.
Answer list_user_groups(Call& call);
Answer count_user_groups(Call& call);
Answer join_group(Call& call);
Answer leave_group(Call& call);
Answer list_user_sessions(Call& call);
Answer list_user_offline_sessions(Call& call);
Answer logout_user(Call& call);
Answer list_user_consents(Call& call);
Answer revoke_user_consent(Call& call);
/// The accounts at providers that a user is linked to, as FederatedIdentityRepresentation.
[[nodiscard]] Or<json::array> identities_of(Call& call, const UserId& user);
Answer list_federated_identities(Call& call);
Answer add_federated_identity(Call& call);
Answer remove_federated_identity(Call& call);
/// Signs this browser in as the user: a session like any other, and the event says who made it.
Answer impersonate(Call& call);

/// Words of a search, and pairs of `q`: each costs the database a comparison for every user.
inline constexpr std::size_t kUserQueryPartsMax = 16;

/// Reads the filters of a list of users from the query of the request.
[[nodiscard]] Or<UserQuery> read_user_query(const Call& call);

}  // namespace cardea::admin
