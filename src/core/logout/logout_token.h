// The logout token of OpenID Connect Back-Channel Logout 1.0 section 2.4, as Keycloak writes it (keycloak.md
// section 1.14).
#pragma once

#include <string>

#include "core/settings.h"
#include "core/token/issue_token.h"
#include "domain/logout_notice.h"

namespace cardea {

/// How long the client may take to read it (section 4: at most two minutes).
inline constexpr seconds kLogoutTokenLife{120};

/// Signed as the client's ID tokens are, never unsigned. Each attempt has a jti of its own. kNoKey when the realm has
/// no key for the client's algorithm.
[[nodiscard]] Result<std::string, IssueError> make_logout_token(const RealmEntry& realm, const ClientEntry& entry,
                                                                const LogoutNotice& notice, TimePoint now);

}  // namespace cardea
