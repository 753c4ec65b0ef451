// Passwords that an administrator sets: checked against the realm's policy and hashed before the transaction, on the
// hash lane.
#pragma once

#include <vector>

#include "admin/seam/call.h"
#include "domain/credential.h"
#include "domain/representation/credential_json.h"

namespace cardea::admin {

/// What `prepare` hands to the handler: credentials without a user yet, and whether the person must choose a new
/// password.
struct PreparedCredentials {
  std::vector<Credential> credentials;
  bool is_temporary = false;
};

/// Hashes the password of a body of reset-password. 400 "No password provided" or "Empty password not allowed", or the
/// policy's refusal, that of a password which was used before among them.
[[nodiscard]] Prepared prepare_reset_password(Call& call);
/// The same for the credentials of a user's representation.
[[nodiscard]] Prepared prepare_user_credentials(Call& call);

/// Those of this call, or none.
[[nodiscard]] PreparedCredentials* prepared_credentials(Call& call);

/// Stores them for `user`: a password takes the place of the old one, which is remembered as the policy says.
[[nodiscard]] Or<void> store_credentials(Call& call, User& user);

}  // namespace cardea::admin
