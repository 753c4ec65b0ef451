// What the source says of a person's groups, written: memberships that came from this source are set anew, those known
// only here stay (guides.md G2.4). Which groups of ours those are: core/changes/source_groups.h. Internal to broker.
#pragma once

#include "broker/endpoint.h"
#include "broker/groups.h"

namespace cardea::broker {

/// Where groups are written, and whose.
struct GroupsPlace {
  const Dependencies& dependencies;
  const Realm& realm;
  const IdentityProvider& provider;
  UserId user;
  std::string_view correlation_id = {};
};

/// Sets the memberships, of those groups that the record lets in. Its cost grows with what changed and with the
/// person's groups, not with how many the realm has. True: there are more to be made than one transaction has time for.
[[nodiscard]] Stored<bool> write_source_groups(Tx& tx, const GroupsPlace& place, const SourceGroups& groups);

/// The same with a note of it in the link, as what was asked for at `asked_at`: for answers that come beside a sign-in.
/// Nothing is written when the link is gone, somebody else's, or has a newer answer by now.
[[nodiscard]] Stored<bool> write_said_groups(Tx& tx, const GroupsPlace& place, std::string_view upstream_id,
                                             const SourceGroups& groups, TimePoint asked_at);

}  // namespace cardea::broker
