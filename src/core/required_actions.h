// What a person must still do before a login is complete (keycloak.md section 3.6). `oidc` asks before it reuses a
// session, `login` after a password. Pure functions of the records.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/settings.h"
#include "domain/realm.h"
#include "domain/user.h"

namespace cardea {

/// Aliases of the actions that wait for this user, in the realm's order: those stored with the user, VERIFY_EMAIL where
/// the realm asks for verified addresses, UPDATE_PASSWORD where the password is older than the policy allows. Actions
/// the realm has disabled are left out, as in Keycloak; ones that it does not know stay in, so that nothing is skipped
/// because its name is strange. `password_set_at`: absent when not known, then age is not looked at.
[[nodiscard]] std::vector<std::string> pending_actions(const Realm& realm, const User& user,
                                                       std::optional<TimePoint> password_set_at, TimePoint now);

/// The same, and VERIFY_PROFILE where the realm lists that action and something of the profile that the person can mend
/// is missing or wrong.
[[nodiscard]] std::vector<std::string> pending_actions(const RealmEntry& realm, const User& user,
                                                       std::optional<TimePoint> password_set_at, TimePoint now);

/// How old a login may be when a client asks for this action (kc_action), in seconds: `max_auth_age` of the realm's
/// document of it; for UPDATE_PASSWORD before that the password policy's maxAuthAge; else 300. Zero: always a new
/// login.
[[nodiscard]] std::int64_t action_max_auth_age(const Realm& realm, std::string_view alias);

/// Does the realm offer this action? As Keycloak offers it to new realms, where the realm says nothing.
[[nodiscard]] bool is_action_enabled(const Realm& realm, std::string_view alias);

/// The name to show: the realm's own, Keycloak's, or the alias.
[[nodiscard]] std::string action_name(const Realm& realm, std::string_view alias);

}  // namespace cardea
