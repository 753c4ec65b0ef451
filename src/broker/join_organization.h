// Who comes for the first time by the identity provider of an organization belongs to it (keycloak.md section 6.14): a
// managed member, who goes with the organization. Internal to broker.
#pragma once

#include "broker/account.h"

namespace cardea::broker {

/// Makes the new account a member of the organization that the provider belongs to, if that is enabled and the address
/// is of the domain that the provider's `kc.org.domain` asks for: one of the organization's own, "ANY" for each of
/// them. Without that setting everybody who comes by it joins. Who does not join signs in all the same.
[[nodiscard]] Stored<void> join_organization(Tx& tx, const Arrival& arrival, const User& user);

}  // namespace cardea::broker
