// May an account be used without a browser: nothing is left for the person to do first (keycloak.md section 1.9,
// "Account is not fully set up").
#pragma once

#include "core/profile/check_profile.h"
#include "core/required_actions.h"
#include "core/settings.h"

namespace cardea::oidc {

[[nodiscard]] inline bool is_set_up(const RealmEntry& realm, const User& user, TimePoint now) {
  return pending_actions(realm, user, std::nullopt, now).empty() &&
         is_profile_complete(realm.realm, *realm.profile, user);
}

}  // namespace cardea::oidc
