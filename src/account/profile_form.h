// The account API's form of a user profile: JSON in, JSON out. The rules are core/profile.
#pragma once

#include "account/api.h"
#include "core/profile/check_profile.h"

namespace cardea::account {

/// What POST /account carries; `locale` apart, since the realm's languages and not its profile say what it may be.
struct ProfileForm {
  ProfileValues values;
  std::string locale;
};
/// False for members of a wrong type. Absent members are empty, as Keycloak takes them.
[[nodiscard]] bool read_profile(const json::object& body, ProfileForm& form);

/// What this person may see and change of themselves.
[[nodiscard]] ProfileContext profile_context(const Call& call);

/// `attributes`, without the four that have members of their own, and `userProfileMetadata`, from which the console
/// makes its form.
void write_attributes(JsonWriter& json, const Call& call);
void write_profile_metadata(JsonWriter& json, const Call& call);

}  // namespace cardea::account
