// The applications a person uses, or is meant to see, and what they may do in its name.
#pragma once

#include "account/api.h"

namespace cardea::account {

/// How many clients of a realm are looked at for `alwaysDisplayInConsole`.
inline constexpr int kShownClientsScanned = 2'000;

/// Clients in a session of this person, clients with offline access or a consent, and those a realm shows to everyone.
[[nodiscard]] Stored<web::Response> list_applications(Rows& rows, const Call& call);

}  // namespace cardea::account
