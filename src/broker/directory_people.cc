#include "broker/directory_people.h"

#include "core/changes/admin_power.h"
#include "core/logout/end_session.h"

namespace cardea::broker {
namespace {

Stored<int> end_all(Tx& tx, const GroupsPlace& place, std::string_view issuer) {
  const auto& dependencies = place.dependencies;
  int count = 0;
  for (const bool offline : {false, true}) {
    const auto ended = end_sessions_of_user(tx, dependencies.repositories, dependencies.random,
                                            {.realm = place.realm,
                                             .user = place.user,
                                             .offline = offline,
                                             .issuer = issuer,
                                             .now = dependencies.clock.now()});
    if (!ended) return ended;
    count += *ended;
  }
  return count;
}

// On whose word the account was stopped stands where SCIM's word would (domain/provisioned_user.h), so that an
// administrator who starts it has the last one.
Stored<void> note_stop(Tx& tx, const GroupsPlace& place, const LinkedPerson& person) {
  auto& rows = place.dependencies.repositories.provisioned_users;
  const auto now = place.dependencies.clock.now();
  auto row = rows.find(tx, place.realm.id, place.provider.alias, ProvisionedBy::kUser, person.user.str());
  if (!row) return refuse(row.error());
  if (*row) {
    (*row)->is_stopped = true;
    (*row)->changed_at = now;
    return rows.update(tx, **row);
  }
  ProvisionedUser made;
  made.realm = place.realm.id;
  made.user = person.user;
  made.provider = place.provider.alias;
  made.user_name = person.upstream_id;  // the name there may be another's row by now; the id is nobody else's
  made.is_stopped = true;
  made.created_at = now;
  made.changed_at = now;
  return rows.insert(tx, made);
}

}  // namespace

Stored<PersonChange> stop_person(Tx& tx, const GroupsPlace& place, const LinkedPerson& person,
                                 std::string_view issuer) {
  const auto& repositories = place.dependencies.repositories;
  if (auto locked = repositories.users.lock(tx, person.user); !locked) return refuse(locked.error());
  const auto user = repositories.users.find(tx, place.realm.id, person.user);
  if (!user) return refuse(user.error());
  if (!*user || !(*user)->enabled) return PersonChange::kNothing;
  const auto is_admin = has_admin_power(tx, repositories, place.realm, person.user);
  if (!is_admin) return refuse(is_admin.error());
  const auto ended = end_all(tx, place, issuer);
  if (!ended) return refuse(ended.error());
  if (*is_admin) return *ended > 0 ? PersonChange::kSessionsEnded : PersonChange::kNothing;
  if (auto noted = note_stop(tx, place, person); !noted) return refuse(noted.error());
  if (auto set = repositories.users.set_enabled(tx, person.user, false); !set) return refuse(set.error());
  return PersonChange::kStopped;
}

Stored<PersonChange> start_person(Tx& tx, const GroupsPlace& place, const LinkedPerson& person) {
  const auto& repositories = place.dependencies.repositories;
  if (auto locked = repositories.users.lock(tx, person.user); !locked) return refuse(locked.error());
  auto row = repositories.provisioned_users.find(tx, place.realm.id, place.provider.alias, ProvisionedBy::kUser,
                                                 person.user.str());
  if (!row) return refuse(row.error());
  if (!*row || !(*row)->is_stopped) return PersonChange::kNothing;
  (*row)->is_stopped = false;
  (*row)->changed_at = place.dependencies.clock.now();
  if (auto done = repositories.provisioned_users.update(tx, **row); !done) return refuse(done.error());
  if (auto set = repositories.users.set_enabled(tx, person.user, true); !set) return refuse(set.error());
  return PersonChange::kStarted;
}

}  // namespace cardea::broker
