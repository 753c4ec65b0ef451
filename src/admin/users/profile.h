// The user profile as administrators meet it (keycloak.md section 3.9): which attributes there are, and what is wrong
// with a user.
#pragma once

#include <string>
#include <vector>

#include "admin/seam/call.h"
#include "base/json.h"
#include "domain/realm.h"
#include "domain/user.h"

namespace cardea::admin {

/// The realm's own profile configuration, or the default one.
[[nodiscard]] json::object profile_config(const Realm& realm);

/// The metadata of a profile for administrators; with a user, what is read-only on that one.
[[nodiscard]] json::object profile_metadata(const Realm& realm, bool is_new_user);

/// Makes `user` what the profile lets it be: unknown attributes are dropped, kept or left as before, as the realm's
/// unmanagedAttributePolicy says; then everything is checked. 400 in Keycloak's two shapes.
[[nodiscard]] Or<void> apply_profile(const Realm& realm, const User* before, User& user);

/// Attributes that the profile does not know.
[[nodiscard]] std::map<std::string, std::vector<std::string>> unmanaged_attributes(const Realm& realm,
                                                                                   const User& user);

}  // namespace cardea::admin
