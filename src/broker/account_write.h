// What a provider brought, written: in the one transaction that completes the login. Nothing is evaluated here.
// Internal to broker.
#pragma once

#include <string_view>

#include "broker/account.h"

namespace cardea::broker {

/// Whose roles and groups the mappers change, and the request that asks for it.
struct MappedPlace {
  const Dependencies& dependencies;
  const RealmEntry& realm;
  std::string_view correlation_id;
};
[[nodiscard]] Stored<void> write_mapped(Tx& tx, const MappedPlace& place, const UserId& user, const Mapped& mapped);

/// Refreshes a linked account, as it is now: between the callback and here an administrator may have changed it.
[[nodiscard]] Stored<void> write_return(Tx& tx, const Arrival& arrival, const UserId& id);
/// A new account, linked. kConflict: its names or addresses are somebody's by now.
[[nodiscard]] Stored<void> write_new(Tx& tx, const Arrival& arrival, const User& user, const Mapped& mapped,
                                     bool joins_organization);
/// The groups that this sign-in brought, if it did, with the note in the link.
[[nodiscard]] Stored<void> write_login_groups(Tx& tx, const Arrival& arrival, const UserId& user);

/// Mappers that were left out, in the log.
void log_problems(const Dependencies& dependencies, const UpstreamIdentity& identity, const Mapped& mapped,
                  std::string_view correlation_id);

}  // namespace cardea::broker
