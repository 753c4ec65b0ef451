// The rows of users (keycloak.md sections 6.4, 6.6 and 6.13).
#include "admin/roles/role_mappings.h"
#include "admin/seam/operation.h"
#include "admin/seam/permissions.h"
#include "admin/users/new_password.h"
#include "admin/users/user_handlers.h"

namespace cardea::admin {
namespace {

using enum AdminRole;
using enum web::Method;
using enum Mode;

constexpr auto kList = needs({kViewUsers, kManageUsers, kQueryUsers});
constexpr auto kProfile = needs({kViewRealm, kManageRealm, kViewUsers, kManageUsers, kQueryUsers});

#define USERS "/admin/realms/{realm}/users"
#define USER USERS "/{userId}"
#define ATTACKS "/admin/realms/{realm}/attack-detection/brute-force/users"

constexpr Operation kRows[] = {
    {kGet, USERS, "listUsers", kList, kRead, &list_users},
    {kPost, USERS, "createUser", kChangeUsers, kHashed, &create_user, "USER", {}, &prepare_user_credentials},
    {kGet, USERS "/count", "countUsers", kList, kRead, &count_users},
    {kGet, USERS "/profile", "getUserProfile", kProfile, kRead, &get_profile},
    {kPut, USERS "/profile", "updateUserProfile", needs({kManageRealm}), kWrite, &update_profile, "USER_PROFILE"},
    {kGet, USERS "/profile/metadata", "getUserProfileMetadata", kProfile, kRead, &get_profile_metadata},
    {kGet, USER, "getUser", kSeeUsers, kRead, &get_user},
    {kPut, USER, "updateUser", kChangeUsers, kHashed, &update_user, "USER", {}, &prepare_user_credentials},
    {kDelete, USER, "deleteUser", kChangeUsers, kWrite, &delete_user, "USER"},
    {kGet, USER "/unmanagedAttributes", "getUnmanagedAttributes", kSeeUsers, kRead, &get_unmanaged_attributes},

    {kPut, USER "/reset-password", "resetPassword", kChangeUsers, kHashed, &reset_password, "USER", "ACTION",
     &prepare_reset_password},
    {kPut, USER "/disable-credential-types", "disableCredentialTypes", kChangeUsers, kWrite, &disable_credential_types,
     "USER", "ACTION"},
    {kGet, USER "/credentials", "listCredentials", kSeeUsers, kRead, &list_credentials},
    {kDelete, USER "/credentials/{credentialId}", "deleteCredential", kChangeUsers, kWrite, &delete_credential, "USER",
     "ACTION"},
    {kPut, USER "/credentials/{credentialId}/userLabel", "setCredentialLabel", kChangeUsers, kWrite,
     &set_credential_label, "USER"},
    {kPost, USER "/credentials/{credentialId}/moveToFirst", "moveCredentialFirst", kChangeUsers, kWrite,
     &move_credential_first, "USER", "ACTION"},
    {kPost, USER "/credentials/{credentialId}/moveAfter/{previousId}", "moveCredentialAfter", kChangeUsers, kWrite,
     &move_credential_after, "USER", "ACTION"},
    {kGet, USER "/configured-user-storage-credential-types", "getStorageCredentialTypes", kSeeUsers, kRead,
     &get_storage_credential_types},

    {kGet, USER "/groups", "listUserGroups", kSeeUsers, kRead, &list_user_groups},
    {kGet, USER "/groups/count", "countUserGroups", kSeeUsers, kRead, &count_user_groups},
    {kPut, USER "/groups/{groupId}", "joinGroup", kChangeUsers, kWrite, &join_group, "GROUP_MEMBERSHIP", "CREATE"},
    {kDelete, USER "/groups/{groupId}", "leaveGroup", kChangeUsers, kWrite, &leave_group, "GROUP_MEMBERSHIP"},
    {kGet, USER "/sessions", "listUserSessions", kSeeUsers, kRead, &list_user_sessions},
    {kGet, USER "/offline-sessions/{clientUuid}", "listUserOfflineSessions", kSeeUsers, kRead,
     &list_user_offline_sessions},
    {kPost, USER "/logout", "logoutUser", kChangeUsers, kWrite, &logout_user, "USER", "ACTION"},
    {kGet, USER "/consents", "listUserConsents", kSeeUsers, kRead, &list_user_consents},
    {kDelete, USER "/consents/{client}", "revokeUserConsent", kChangeUsers, kWrite, &revoke_user_consent, "USER",
     "ACTION"},
    {kGet, USER "/federated-identity", "listFederatedIdentities", kSeeUsers, kRead, &list_federated_identities},
    {kPost, USER "/federated-identity/{alias}", "addFederatedIdentity", kChangeUsers, kWrite, &add_federated_identity,
     "USER"},
    {kDelete, USER "/federated-identity/{alias}", "removeFederatedIdentity", kChangeUsers, kWrite,
     &remove_federated_identity, "USER"},

    {kPost, USER "/impersonation", "impersonate", needs({kImpersonation}), kWrite, &impersonate, "USER", "ACTION"},

    CARDEA_MAPPING_ROWS(USER "/role-mappings", "User", "RoleMappings", "Roles", "ROLE_MAPPING", user_holder, kSeeUsers,
                        kChangeUsers),

    {kGet, ATTACKS "/{userId}", "getBruteForceStatus", kSeeUsers, kRead, &get_brute_force_status},
    {kDelete, ATTACKS "/{userId}", "clearBruteForceOfUser", kChangeUsers, kWrite, &clear_brute_force_of_user,
     "USER_LOGIN_FAILURE"},
    {kDelete, ATTACKS, "clearBruteForce", kChangeUsers, kWrite, &clear_brute_force, "USER_LOGIN_FAILURE"},
};

#undef USERS
#undef USER
#undef ATTACKS

}  // namespace

std::span<const Operation> user_operations() { return kRows; }

}  // namespace cardea::admin
