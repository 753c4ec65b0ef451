// Where passwords are reset by mail an address is a way into an account. A directory hands out addresses of its own
// domains alone then (`emailDomains` of its provider), to new accounts, too: whoever resets the password by mail would
// be in one before the person whom it is for signs in the first time (attack class 7).
#pragma once

#include <string_view>

#include "domain/identity_provider.h"
#include "domain/repository/repositories.h"
#include "domain/user.h"

namespace cardea {

/// Is the address of one of the provider's own domains?
[[nodiscard]] bool is_own_address(const IdentityProvider& provider, std::string_view address);

/// May the password be reset by a mail to the user's address? False for an account that SCIM made, whose person has set
/// up nothing yet, at an address that its directory could not hand out now: it came while passwords were not reset.
[[nodiscard]] Stored<bool> may_reset_by_mail(Rows& rows, const Repositories& repositories, const Realm& realm,
                                             const User& user);

}  // namespace cardea
