// Who may look at what and who may change it, by kind of resource, as Keycloak's roles of `realm-management` say
// (keycloak.md section 6). The tables of operations use these; what is asked in one place only stands there.
#pragma once

#include "admin/seam/operation.h"

namespace cardea::admin {

inline constexpr auto kSeeRealm = needs({AdminRole::kViewRealm, AdminRole::kManageRealm});
inline constexpr auto kChangeRealm = needs({AdminRole::kManageRealm});
inline constexpr auto kSeeUsers = needs({AdminRole::kViewUsers, AdminRole::kManageUsers});
inline constexpr auto kChangeUsers = needs({AdminRole::kManageUsers});
inline constexpr auto kSeeClients = needs({AdminRole::kViewClients, AdminRole::kManageClients});
inline constexpr auto kChangeClients = needs({AdminRole::kManageClients});
inline constexpr auto kSeeIdentityProviders =
    needs({AdminRole::kViewIdentityProviders, AdminRole::kManageIdentityProviders});
inline constexpr auto kChangeIdentityProviders = needs({AdminRole::kManageIdentityProviders});

}  // namespace cardea::admin
