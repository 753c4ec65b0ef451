// From an upstream identity to a login here: found, made or linked, in one transaction with everything the provider
// brought (fetch, decide, save). Internal to broker.
#pragma once

#include <memory>
#include <string>

#include "broker/decide.h"
#include "broker/endpoint.h"
#include "broker/groups.h"
#include "broker/levels.h"
#include "broker/state.h"

namespace cardea::broker {

/// What came back from a provider, checked.
struct Arrival {
  const Dependencies& dependencies;
  const web::Request& request;
  RealmPtr realm;
  ProviderPtr provider;
  UpstreamState state;
  PausedLogin paused;
  AuthorizationRequest authorization;  // of the login that waits
  UpstreamIdentity identity;
  std::string token_text;                      // the provider's token answer; kept only where the realm says so
  std::optional<SourceGroups> groups = {};     // absent: unchanged
  std::optional<std::int64_t> auth_time = {};  // of the provider's ID token, epoch seconds
  UpstreamLevel level = {};                    // the same
  std::optional<LoginTicket> attempt = {};     // of the callback; given back when the login was completed
};
using ArrivalPtr = std::shared_ptr<Arrival>;

/// Ends in the resumed login, the page that asks to link, or the login's page with what went wrong.
[[nodiscard]] web::Outcome settle_arrival(const ArrivalPtr& arrival);

/// The login's page again.
[[nodiscard]] web::Outcome fail_arrival(const Arrival& arrival, std::string_view reason, std::string_view message);

/// What waits for its owner's sign-in, as it stands sealed in a ticket.
struct PendingLink {
  UserId user;
  std::string tab_id;
  UpstreamIdentity identity;
  std::string token_text;
};
/// Of the ticket with this handle; what is sealed for one opens at no other.
[[nodiscard]] std::string pending_place(const RealmId& realm, std::string_view handle);
[[nodiscard]] std::string seal_pending(const crypto::Sealer& sealer, const std::string& place,
                                       const PendingLink& pending);
[[nodiscard]] std::optional<PendingLink> open_pending(const crypto::Sealer& sealer, const std::string& place,
                                                      std::string_view text);

/// Where a link is stored, and the request that asks for it.
struct LinkPlace {
  const RealmEntry& realm;
  const IdentityProvider& provider;
  std::string_view correlation_id;
};
/// Stores the link and what the mappers say of it. kConflict: the identity or the account is linked already.
[[nodiscard]] Stored<void> store_link(Tx& tx, const Dependencies& dependencies, const LinkPlace& place,
                                      const PendingLink& link);

}  // namespace cardea::broker
