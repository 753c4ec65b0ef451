// Passwords that may not come again, and storing a new one so that the old is remembered (keycloak.md section 3.10:
// passwordHistory, passwordAge). Old hashes are credentials of type "password-history", as in Keycloak. Whoever sets a
// password goes through here: pages, account API and admin API.
#pragma once

#include <string_view>
#include <vector>

#include "core/password_policy.h"
#include "domain/repository/repositories.h"

namespace cardea {

inline constexpr std::string_view kPasswordCredential = "password";
inline constexpr std::string_view kPasswordHistory = "password-history";

/// True when the policy wants old passwords compared: then the user's credentials are needed.
[[nodiscard]] bool wants_history(const PasswordPolicy& policy);

/// Is the password one of those that may not come again? Costs a hash for each: on the hash lane.
[[nodiscard]] std::optional<PasswordViolation> find_reuse(const PasswordPolicy& policy,
                                                          const std::vector<Credential>& credentials,
                                                          std::string_view password, TimePoint now);

/// Stores `fresh` (type "password") in place of the present password, which goes into the history as far as the policy
/// wants it.
[[nodiscard]] Stored<void> store_password(Tx& tx, const Repositories& repositories, const PasswordPolicy& policy,
                                          const Credential& fresh);

}  // namespace cardea
