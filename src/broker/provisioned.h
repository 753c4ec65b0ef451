// People whom the provider's SCIM client has announced before they come (guides.md G2.7). Where the client said an
// object id the link stands already. Where it said something else, as Entra ID does until its mapping is changed, the
// user principal name within the provider's own tenant says who they are. Internal to broker.
#pragma once

#include <optional>

#include "broker/account.h"

namespace cardea::broker {

/// The account that was made for who arrived, by nothing that they choose: the name is Graph's or the token's `upn`,
/// never `preferred_username`, and no guest's. Only while nobody has used it, and no administrator's.
[[nodiscard]] Stored<std::optional<User>> find_provisioned(Rows& rows, const Arrival& arrival);

}  // namespace cardea::broker
