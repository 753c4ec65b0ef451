// What a provider says of a person, taken over into the account here. Pure functions. Internal to broker.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/limited.h"
#include "broker/identity.h"
#include "broker/mappers.h"
#include "domain/realm.h"
#include "domain/user.h"

namespace cardea::broker {

/// What a new account is called: by the mappers' template, the realm's rule, or the provider. Entra ID writes "#EXT#"
/// into the names of guests, and no realm's profile allows a "#" there: it becomes "_".
[[nodiscard]] std::string new_username(const Realm& realm, const UpstreamIdentity& identity, const Mapped& mapped);

/// Names, address and attributes, as mappers and the provider's sync mode say.
void take_members(User& user, const IdentityProvider& provider, const UpstreamIdentity& identity, const Mapped& mapped,
                  bool is_first);

/// The linked account as it is to be written after a login: `current` as it stands in the transaction that writes, so
/// that nothing an administrator changed meanwhile is undone. Absent: it is gone or disabled, and nobody signs in to
/// it.
[[nodiscard]] std::optional<User> refreshed(const std::optional<User>& current, const IdentityProvider& provider,
                                            const UpstreamIdentity& identity, const Mapped& mapped);

/// Does take_members leave something to write?
[[nodiscard]] bool has_same_members(const User& a, const User& b);

}  // namespace cardea::broker
