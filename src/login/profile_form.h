// The fields of a user profile as a page shows them and as they are posted (keycloak.md sections 3.9 and 10: names are
// those of the attributes). For UPDATE_PROFILE, VERIFY_PROFILE and registration. Internal to login.
#pragma once

#include <vector>

#include "core/profile/check_profile.h"
#include "web/form.h"
#include "web/messages.h"
#include "web/page.h"

namespace cardea::login {

/// Values of a posted form, of the context's fields alone. Several values of one attribute stand in several fields of
/// its name, or one to a line in a text area.
[[nodiscard]] ProfileValues read_profile_form(const ProfileContext& context, const web::Form& form);

/// A problem in words.
[[nodiscard]] std::string problem_text(const web::Texts& texts, const ProfileProblem& problem);

/// Adds the list `fields` for {{> profile-fields}}. The first field with a problem, else the first that is empty, has
/// the focus.
void add_profile_fields(web::PageData& data, const ProfileContext& context, const ProfileValues& values,
                        const std::vector<ProfileProblem>& problems, const web::Texts& texts);

}  // namespace cardea::login
