// People who are gone from a provider's directory, or disabled there: their sessions end and their account is stopped
// as a SCIM client stops people, and who is back is started again where that is what had stopped them. Administrators
// of the realm are not stopped from outside; their sessions end all the same. Internal to broker.
#pragma once

#include "broker/group_sync.h"
#include "domain/directory_sync.h"

namespace cardea::broker {

enum class PersonChange { kNothing, kStopped, kStarted, kSessionsEnded };

/// Nothing happens to who is stopped already. `issuer`: the realm's, as clients are told of the logout.
[[nodiscard]] Stored<PersonChange> stop_person(Tx& tx, const GroupsPlace& place, const LinkedPerson& person,
                                               std::string_view issuer);
/// Only who was stopped on this provider's word, and by nobody since.
[[nodiscard]] Stored<PersonChange> start_person(Tx& tx, const GroupsPlace& place, const LinkedPerson& person);

}  // namespace cardea::broker
