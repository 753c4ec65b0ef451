// The rows of users (keycloak.md sections 6.4, 6.6 and 6.13).
#include "admin/roles/role_mappings.h"
#include "admin/seam/operation.h"
#include "admin/users/new_password.h"
#include "admin/users/user_handlers.h"

namespace cardea::admin {
namespace {

using enum AdminRole;
using enum web::Method;
using enum Mode;

constexpr auto kSee = needs({kViewUsers, kManageUsers});
constexpr auto kList = needs({kViewUsers, kManageUsers, kQueryUsers});
constexpr auto kChange = needs({kManageUsers});
constexpr auto kProfile = needs({kViewRealm, kManageRealm, kViewUsers, kManageUsers, kQueryUsers});

#define USERS "/admin/realms/{realm}/users"
#define USER USERS "/{userId}"
#define ATTACKS "/admin/realms/{realm}/attack-detection/brute-force/users"

constexpr Operation kRows[] = {
    {kGet, USERS, "listUsers", kList, kRead, &list_users},
    {kPost, USERS, "createUser", kChange, kHashed, &create_user, "USER", {}, &prepare_user_credentials},
    {kGet, USERS "/count", "countUsers", kList, kRead, &count_users},
    {kGet, USERS "/profile", "getUserProfile", kProfile, kRead, &get_profile},
    {kPut, USERS "/profile", "updateUserProfile", needs({kManageRealm}), kWrite, &update_profile, "USER_PROFILE"},
    {kGet, USERS "/profile/metadata", "getUserProfileMetadata", kProfile, kRead, &get_profile_metadata},
    {kGet, USER, "getUser", kSee, kRead, &get_user},
    {kPut, USER, "updateUser", kChange, kHashed, &update_user, "USER", {}, &prepare_user_credentials},
    {kDelete, USER, "deleteUser", kChange, kWrite, &delete_user, "USER"},
    {kGet, USER "/unmanagedAttributes", "getUnmanagedAttributes", kSee, kRead, &get_unmanaged_attributes},

    {kPut, USER "/reset-password", "resetPassword", kChange, kHashed, &reset_password, "USER", "ACTION",
     &prepare_reset_password},
    {kPut, USER "/disable-credential-types", "disableCredentialTypes", kChange, kWrite, &disable_credential_types,
     "USER", "ACTION"},
    {kGet, USER "/credentials", "listCredentials", kSee, kRead, &list_credentials},
    {kDelete, USER "/credentials/{credentialId}", "deleteCredential", kChange, kWrite, &delete_credential, "USER",
     "ACTION"},
    {kPut, USER "/credentials/{credentialId}/userLabel", "setCredentialLabel", kChange, kWrite, &set_credential_label,
     "USER"},
    {kPost, USER "/credentials/{credentialId}/moveToFirst", "moveCredentialFirst", kChange, kWrite,
     &move_credential_first, "USER", "ACTION"},
    {kPost, USER "/credentials/{credentialId}/moveAfter/{previousId}", "moveCredentialAfter", kChange, kWrite,
     &move_credential_after, "USER", "ACTION"},
    {kGet, USER "/configured-user-storage-credential-types", "getStorageCredentialTypes", kSee, kRead,
     &get_storage_credential_types},

    {kGet, USER "/groups", "listUserGroups", kSee, kRead, &list_user_groups},
    {kGet, USER "/groups/count", "countUserGroups", kSee, kRead, &count_user_groups},
    {kPut, USER "/groups/{groupId}", "joinGroup", kChange, kWrite, &join_group, "GROUP_MEMBERSHIP", "CREATE"},
    {kDelete, USER "/groups/{groupId}", "leaveGroup", kChange, kWrite, &leave_group, "GROUP_MEMBERSHIP"},
    {kGet, USER "/sessions", "listUserSessions", kSee, kRead, &list_user_sessions},
    {kGet, USER "/offline-sessions/{clientUuid}", "listUserOfflineSessions", kSee, kRead, &list_user_offline_sessions},
    {kPost, USER "/logout", "logoutUser", kChange, kWrite, &logout_user, "USER", "ACTION"},
    {kGet, USER "/consents", "listUserConsents", kSee, kRead, &list_user_consents},
    {kDelete, USER "/consents/{client}", "revokeUserConsent", kChange, kWrite, &revoke_user_consent, "USER", "ACTION"},
    {kGet, USER "/federated-identity", "listFederatedIdentities", kSee, kRead, &list_federated_identities},
    {kPost, USER "/federated-identity/{alias}", "addFederatedIdentity", kChange, kWrite, &add_federated_identity,
     "USER"},
    {kDelete, USER "/federated-identity/{alias}", "removeFederatedIdentity", kChange, kWrite,
     &remove_federated_identity, "USER"},

    {kPost, USER "/impersonation", "impersonate", needs({kImpersonation}), kWrite, &impersonate, "USER", "ACTION"},

    CARDEA_MAPPING_ROWS(USER "/role-mappings", "User", "RoleMappings", "Roles", "ROLE_MAPPING", user_holder),

    {kGet, ATTACKS "/{userId}", "getBruteForceStatus", kSee, kRead, &get_brute_force_status},
    {kDelete, ATTACKS "/{userId}", "clearBruteForceOfUser", kChange, kWrite, &clear_brute_force_of_user,
     "USER_LOGIN_FAILURE"},
    {kDelete, ATTACKS, "clearBruteForce", kChange, kWrite, &clear_brute_force, "USER_LOGIN_FAILURE"},
};

#undef USERS
#undef USER
#undef ATTACKS

}  // namespace

std::span<const Operation> user_operations() { return kRows; }

}  // namespace cardea::admin
