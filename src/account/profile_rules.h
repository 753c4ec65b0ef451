// What a person may write about themselves: Keycloak's default user profile (keycloak.md section 3.9), that is
// username, e-mail, first and last name, and with internationalisation the language.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "domain/realm.h"
#include "domain/user.h"

namespace cardea::account {

/// One thing wrong with one field, by the names of the console's texts (keycloak.md section 1.21, shape 4).
struct ProfileProblem {
  std::string field;
  std::string message;  // "error-invalid-email"
  std::vector<std::string> parameters;
};

/// What came in, with texts trimmed. Absent members are empty, as Keycloak takes them.
struct ProfileForm {
  std::string username, email, first_name, last_name, locale;
  bool has_username = false;
};

/// Reads the body of POST /account; false for members of a wrong type.
[[nodiscard]] bool read_profile(const json::object& body, ProfileForm& form);

/// Every problem, in the order of the profile's attributes. None: the form may be stored.
[[nodiscard]] std::vector<ProfileProblem> check_profile(const Realm& realm, const User& user, const ProfileForm& form);

/// Writes the form over the user. A new e-mail address is not verified. Attributes that the profile does not know stay.
void apply_profile(const Realm& realm, const ProfileForm& form, User& user);

/// `userProfileMetadata`, from which the console makes its form.
void write_profile_metadata(JsonWriter& json, const Realm& realm);

}  // namespace cardea::account
