// From an upstream identity to a login here: found, made or linked, in one transaction with everything the provider
// brought (fetch, decide, save). Internal to broker.
#pragma once

#include <memory>
#include <string>

#include "broker/decide.h"
#include "broker/endpoint.h"
#include "broker/groups.h"
#include "broker/levels.h"
#include "broker/mappers.h"
#include "broker/state.h"

namespace cardea::broker {

/// Where a login's groups may come from.
struct GroupsAtHand {
  std::optional<SourceGroups> in_token = {};  // absent: the token does not say
  std::string graph = {};                     // Entra ID: scheme and host; empty: nobody is asked
  std::string access_token = {};
};
/// What a login found out about groups.
struct BroughtGroups {
  std::optional<SourceGroups> said = {};  // to be written; absent: they are as before
  std::string known = {};                 // known_groups; empty: it is not to be relied on
  TimePoint asked_at{};
};

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
  std::string token_text;  // the provider's token answer; kept only where the realm says so
  GroupsAtHand groups_at_hand = {};
  std::optional<BroughtGroups> groups = {};      // absent: nothing is written about groups
  bool groups_later = false;                     // Graph is asked after this login
  std::optional<std::int64_t> auth_time = {};    // of the provider's ID token, epoch seconds
  UpstreamLevel level = {};                      // the same
  std::optional<LoginTicket> attempt = {};       // of the callback; given back when the login was completed
  Mapped mapped_first = {}, mapped_return = {};  // what the mappers say, of a first login and of another
};
using ArrivalPtr = std::shared_ptr<Arrival>;

/// Ends in the resumed login, the page that asks to link, or the login's page with what went wrong.
[[nodiscard]] web::Outcome settle_arrival(const ArrivalPtr& arrival);

/// The login's page again.
[[nodiscard]] web::Outcome fail_arrival(const Arrival& arrival, std::string_view reason, std::string_view message);
/// Why nobody signed in, in the log.
void log_refusal(const Arrival& arrival, std::string_view reason);

}  // namespace cardea::broker
