#include "scim/reach.h"

#include <algorithm>

#include "base/limits.h"
#include "base/text.h"
#include "core/changes/admin_power.h"
#include "core/changes/federated_links.h"
#include "core/events/realm_events.h"
#include "core/logout/end_session.h"
#include "domain/tenant_id.h"

namespace cardea::scim {
namespace {

/// Has anybody used the account, or could by a way of its own?
Stored<bool> is_used(Rows& rows, const Call& call, const Person& person) {
  if (person.was_signed_in) return true;
  const auto credentials = call.repositories().credentials.list_all(rows, person.user.id);
  if (!credentials) return refuse(credentials.error());
  const auto links = call.repositories().federated_identities.list(rows, person.user.id);
  if (!links) return refuse(links.error());
  return !credentials->empty() || !person.is_made() || std::ranges::any_of(*links, [&](const FederatedIdentity& link) {
    return link.provider != call.provider.alias;
  });
}

}  // namespace

Stored<std::optional<Person>> find_person(Rows& rows, const Call& call, const UserId& id) {
  const auto& repositories = call.repositories();
  auto user = repositories.users.find(rows, call.realm().id, id);
  if (!user) return refuse(user.error());
  if (!*user || (*user)->service_account_client) return std::nullopt;
  Person out;
  out.user = std::move(**user);
  auto row =
      repositories.provisioned_users.find(rows, call.realm().id, call.provider.alias, ProvisionedBy::kUser, id.str());
  if (!row) return refuse(row.error());
  out.row = std::move(*row);
  const auto links = repositories.federated_identities.list(rows, id);
  if (!links) return refuse(links.error());
  const auto link = std::ranges::find(*links, call.provider.alias, &FederatedIdentity::provider);
  out.has_link = link != links->end();
  if (out.has_link) {
    out.upstream_id = link->upstream_id;
    out.upstream_name = link->upstream_name;
    out.was_signed_in = link->last_login_at != TimePoint{};
  }
  if (!out.is_made() && !out.has_link) return std::nullopt;
  return out;
}

Or<Person> load_person_to_change(Tx& tx, const Call& call, const std::string& id) {
  if (auto locked = call.repositories().users.lock(tx, UserId(id)); !locked) return refuse(locked.error());
  auto person = find_person(tx, call, UserId(id));
  if (!person) return refuse(person.error());
  if (!*person) return refuse(not_found());
  const auto is_admin = has_admin_power(tx, call.repositories(), call.realm(), UserId(id));
  if (!is_admin) return refuse(is_admin.error());
  if (*is_admin) return refuse(ScimError{403, {}, "Administrators of the realm are not changed by SCIM"});
  return std::move(**person);
}

Or<void> refuse_admin_group(Rows& rows, const Call& call, const Group& group) {
  const Subject member{.user = {}, .roles = {}, .groups = {group.id}};
  const auto is_admin = has_admin_power(rows, call.repositories(), call.realm(), member);
  if (!is_admin) return refuse(is_admin.error());
  if (*is_admin) return refuse(ScimError{403, {}, "Groups that make administrators are not changed by SCIM"});
  return {};
}

std::optional<FederatedIdentity> link_for(const Call& call, const User& user, const UserWish& wish) {
  if (!wish.external_id || wish.external_id->empty()) return std::nullopt;
  const bool is_entra = call.provider.kind == "entra" || call.provider.kind == "microsoft";
  if (is_entra && !is_tenant_id(ascii_lower(*wish.external_id))) return std::nullopt;
  return link_of(
      {{"identityProvider", call.provider.alias}, {"userId", *wish.external_id}, {"userName", wish.user_name}}, user,
      call.realm(), call.now);
}

Or<void> write_link(Tx& tx, const Call& call, const Person& person, const UserWish& wish) {
  const auto& repositories = call.repositories();
  const auto link = link_for(call, person.user, wish);
  if (!link || (person.has_link && person.upstream_id == link->upstream_id)) return {};
  const auto used = is_used(tx, call, person);
  if (!used) return refuse(used.error());
  if (*used) {
    return refuse(ScimError{400, "mutability", "externalId says who signs in to an account that is in use already"});
  }
  // Before anything is written: the caller may go on without the link.
  const auto other =
      repositories.federated_identities.find(tx, call.realm().id, call.provider.alias, link->upstream_id);
  if (!other) return refuse(other.error());
  if (*other) return refuse(taken("externalId"));
  if (person.has_link) {
    const auto removed = repositories.federated_identities.remove(tx, person.user.id, call.provider.alias);
    if (!removed) return refuse(removed.error());
  }
  const auto inserted = repositories.federated_identities.insert(tx, *link);
  if (!inserted) return refuse(inserted.error());
  return {};
}

Stored<void> end_all_sessions(Tx& tx, const Call& call, const UserId& user) {
  const auto issuer = call.dependencies.base_url.issuer(call.request, call.realm().name);
  for (const bool offline : {false, true}) {
    const auto ended = end_sessions_of_user(
        tx, call.repositories(), call.dependencies.random,
        {.realm = call.realm(), .user = user, .offline = offline, .issuer = issuer, .now = call.now});
    if (!ended) return refuse(ended.error());
  }
  return {};
}

Stored<void> record_change(Tx& tx, const Call& call, const Change& change) {
  const auto& realm = call.realm();
  call.dependencies.log.info("scim_change", {{"operation", change.operation},
                                             {"resource", change.resource},
                                             {"path", change.path},
                                             {"realm", realm.name},
                                             {"provider", call.provider.alias},
                                             {"ip", call.request.remote_address},
                                             {"correlation_id", call.request.correlation_id}});
  if (!keeps_admin_events(realm)) return {};
  AdminEvent event;
  event.id = random_uuid(call.dependencies.random);
  event.realm = realm.id;
  event.at = call.now;
  event.expires_at = admin_event_expiry(realm, call.now);
  event.operation = change.operation;
  event.resource = change.resource;
  event.path = change.path;
  event.by_realm = realm.id.str();
  event.by_realm_name = realm.name;
  event.by_client = "scim:" + call.provider.alias;
  event.ip = call.request.remote_address;
  if (keeps_admin_event_details(realm) && !change.after.empty()) event.representation = json::serialize(change.after);
  return call.repositories().events.insert(tx, event);
}

}  // namespace cardea::scim
