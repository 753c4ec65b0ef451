#include "broker/account_write.h"

#include <algorithm>

#include "broker/group_sync.h"
#include "broker/join_organization.h"
#include "broker/kept_token.h"
#include "broker/members.h"
#include "broker/upstream_check.h"
#include "core/changes/new_user.h"
#include "core/changes/role_by_path.h"
#include "core/profile/check_profile.h"

namespace cardea::broker {
namespace {

Stored<void> write_roles(Tx& tx, const MappedPlace& place, const UserId& user, const std::vector<RoleChange>& changes) {
  auto& users = place.dependencies.repositories.users;
  for (const auto& change : changes) {
    const auto role = find_role_by_path(tx, place.dependencies.repositories, place.realm.realm.id, change.role);
    if (!role) return refuse(role.error());
    if (!*role) {
      place.dependencies.log.warning(
          "upstream_role_not_found",
          {{"role", change.role}, {"realm", place.realm.realm.name}, {"correlation_id", place.correlation_id}});
      continue;
    }
    auto done = change.has ? users.add_role(tx, user, (*role)->id) : users.remove_role(tx, user, (*role)->id);
    if (!done) return done;
  }
  return {};
}

Stored<void> write_groups(Tx& tx, const MappedPlace& place, const UserId& user,
                          const std::vector<GroupChange>& changes) {
  if (changes.empty()) return {};
  const auto& repositories = place.dependencies.repositories;
  const auto groups = repositories.groups.list(tx, place.realm.realm.id);
  if (!groups) return refuse(groups.error());
  for (const auto& change : changes) {
    const auto found = std::ranges::find(*groups, change.path, &Group::path);
    if (found == groups->end()) {
      place.dependencies.log.warning(
          "upstream_group_not_found",
          {{"group", change.path}, {"realm", place.realm.realm.name}, {"correlation_id", place.correlation_id}});
      continue;
    }
    auto done = change.has ? repositories.users.add_group(tx, user, found->id)
                           : repositories.users.remove_group(tx, user, found->id);
    if (!done) return done;
  }
  return {};
}

FederatedIdentity link_record(const Arrival& arrival, const UserId& user) {
  const auto now = arrival.dependencies.clock.now();
  FederatedIdentity out;
  out.realm = arrival.realm->realm.id;
  out.user = user;
  out.provider = arrival.provider->alias;
  out.issuer = arrival.identity.issuer;
  out.upstream_id = arrival.identity.id;
  out.upstream_name = limited(arrival.identity.username);
  if (keeps_token(*arrival.provider)) out.token = SecretBytes::copy_of(arrival.token_text);
  out.created_at = now;
  out.last_login_at = now;
  return out;
}

// An address that another account has by now is left as it was: the login must not fail for it.
Stored<void> keep_free_address(Tx& tx, const Arrival& arrival, const User& before, User& user) {
  const auto& dependencies = arrival.dependencies;
  const auto& realm = arrival.realm->realm;
  if (user.email == before.email || user.email.empty() || realm.duplicate_emails_allowed) return {};
  const auto other = dependencies.repositories.users.find_by_email(tx, realm.id, user.email);
  if (!other) return refuse(other.error());
  if (!*other || (*other)->id == user.id) return {};
  dependencies.log.warning(
      "upstream_email_taken",
      {{"realm", realm.name}, {"user_id", user.id.str()}, {"correlation_id", arrival.request.correlation_id}});
  user.email = before.email;
  user.email_verified = before.email_verified;
  return {};
}

// A link that is somebody else's or another issuer's by now is no way in, whatever was read before.
Stored<void> write_link(Tx& tx, const Arrival& arrival, const UserId& id) {
  auto& links = arrival.dependencies.repositories.federated_identities;
  auto record = link_record(arrival, id);
  if (keeps_token(*arrival.provider)) {
    const auto kept = links.find(tx, record.realm, record.provider, record.upstream_id);
    if (!kept) return refuse(kept.error());
    if (*kept) record.token = with_refresh_token_of((*kept)->token.reveal(), arrival.token_text);
  }
  auto done = links.update(tx, record);
  if (!done && done.error() == StoreError::kConflict) log_refusal(arrival, "link_changed_meanwhile");
  return done;
}

// Its names and addresses are nobody else's at the moment of writing either.
Stored<void> insert_account(Tx& tx, const Arrival& arrival, const User& user) {
  const auto& repositories = arrival.dependencies.repositories;
  const auto taken = find_taken(tx, repositories, arrival.realm->realm, user);
  if (!taken) return refuse(taken.error());
  if (!taken->empty()) return refuse(StoreError::kConflict);
  return insert_new_user(tx, repositories, arrival.realm->realm, user);
}

MappedPlace place_of(const Arrival& arrival) {
  return {arrival.dependencies, *arrival.realm, arrival.request.correlation_id};
}

}  // namespace

Stored<void> write_mapped(Tx& tx, const MappedPlace& place, const UserId& user, const Mapped& mapped) {
  if (auto done = write_roles(tx, place, user, mapped.roles); !done) return done;
  return write_groups(tx, place, user, mapped.groups);
}

Stored<void> write_return(Tx& tx, const Arrival& arrival, const UserId& id) {
  const auto& repositories = arrival.dependencies.repositories;
  const auto& realm = arrival.realm->realm;
  const auto& mapped = arrival.mapped_return;
  if (auto locked = repositories.users.lock(tx, id); !locked) return locked;  // upstream_check.cc writes the link, too
  const auto current = repositories.users.find(tx, realm.id, id);
  if (!current) return refuse(current.error());
  auto after = refreshed(*current, *arrival.provider, arrival.identity, mapped);
  if (!after) return refuse(StoreError::kConflict);
  if (auto kept = keep_free_address(tx, arrival, **current, *after); !kept) return kept;
  if (!has_same_members(**current, *after)) {
    if (auto done = repositories.users.update(tx, *after, realm.duplicate_emails_allowed); !done) return done;
  }
  if (auto done = write_link(tx, arrival, id); !done) return done;
  return write_mapped(tx, place_of(arrival), id, mapped);
}

Stored<void> write_new(Tx& tx, const Arrival& arrival, const User& user, const Mapped& mapped,
                       bool joins_organization) {
  const auto& repositories = arrival.dependencies.repositories;
  if (auto done = insert_account(tx, arrival, user); !done) return done;
  if (auto linked = repositories.federated_identities.insert(tx, link_record(arrival, user.id)); !linked) return linked;
  if (auto joined = joins_organization ? join_organization(tx, arrival, user) : Stored<void>(); !joined) return joined;
  return write_mapped(tx, place_of(arrival), user.id, mapped);
}

Stored<void> write_login_groups(Tx& tx, const Arrival& arrival, const UserId& user) {
  const auto& brought = arrival.groups;
  if (!brought) return {};
  auto known = brought->known;
  if (brought->said) {
    const auto has_more = write_source_groups(tx,
                                              {.dependencies = arrival.dependencies,
                                               .realm = arrival.realm->realm,
                                               .provider = *arrival.provider,
                                               .user = user,
                                               .correlation_id = arrival.request.correlation_id},
                                              *brought->said);
    if (!has_more) return refuse(has_more.error());
    if (*has_more) known.clear();
  }
  return arrival.dependencies.repositories.federated_identities.set_groups(tx, user, arrival.provider->alias, known,
                                                                           brought->asked_at);
}

void log_problems(const Dependencies& dependencies, const UpstreamIdentity& identity, const Mapped& mapped,
                  std::string_view correlation_id) {
  for (const auto& problem : mapped.problems) {
    dependencies.log.warning("upstream_mapper_left_out", {{"provider", identity.provider},
                                                          {"mapper", problem.mapper},
                                                          {"reason", problem.what},
                                                          {"input", shown_input(identity.claims)},
                                                          {"correlation_id", correlation_id}});
  }
}

}  // namespace cardea::broker
