// What is known here of an upstream identity: whose it is, and who else may be meant by it. Read at once, before
// anything is decided (decide.h). Internal to broker.
#pragma once

#include <optional>

#include "broker/account.h"

namespace cardea::broker {

struct KnownAccounts {
  std::optional<FederatedIdentity> link;
  std::optional<User> linked, by_username, by_email;
  bool by_email_is_admin = false;
  std::optional<User> provisioned;     // announced by SCIM, and not linked yet
  std::optional<User> proven;          // who signed in by a step before, where nobody is linked
  bool proven_has_another = false;     // and has another identity of this provider
  std::optional<TimePoint> synced_at;  // the last whole synchronisation with the provider's directory, where it has one
};
[[nodiscard]] Stored<KnownAccounts> load_known(Rows& rows, const Arrival& arrival);

}  // namespace cardea::broker
