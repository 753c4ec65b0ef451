#include "broker/known_accounts.h"

#include <algorithm>

#include "broker/members.h"
#include "broker/provisioned.h"
#include "core/changes/admin_power.h"

namespace cardea::broker {
namespace {

// The account that goes by this name: its username, or the address it signs in with.
Stored<std::optional<User>> find_by_name(Rows& rows, const Arrival& arrival, const std::string& name) {
  auto& users = arrival.dependencies.repositories.users;
  const auto& realm = arrival.realm->realm;
  auto found = users.find_by_username(rows, realm.id, name);
  if (!found || *found || !realm.login_with_email_allowed || name.find('@') == std::string::npos) return found;
  return users.find_by_email(rows, realm.id, name);
}

// Absent: the directory is not looked after, or was never read whole.
Stored<std::optional<TimePoint>> find_synced(Rows& rows, const Arrival& arrival) {
  if (!is_directory_synced(*arrival.provider)) return std::nullopt;
  const auto sync =
      arrival.dependencies.repositories.directory_syncs.find(rows, arrival.realm->realm.id, arrival.provider->alias);
  if (!sync) return refuse(sync.error());
  if (!*sync || (*sync)->synced_at == TimePoint{}) return std::nullopt;
  return (*sync)->synced_at;
}

}  // namespace

Stored<KnownAccounts> load_known(Rows& rows, const Arrival& arrival) {
  const auto& repositories = arrival.dependencies.repositories;
  const auto& realm = arrival.realm->realm;
  KnownAccounts out;
  const auto synced_at = find_synced(rows, arrival);
  if (!synced_at) return refuse(synced_at.error());
  out.synced_at = *synced_at;
  auto link = repositories.federated_identities.find(rows, realm.id, arrival.provider->alias, arrival.identity.id);
  if (!link) return refuse(link.error());
  out.link = std::move(*link);
  if (out.link) {
    auto user = repositories.users.find(rows, realm.id, out.link->user);
    if (!user) return refuse(user.error());
    out.linked = std::move(*user);
    return out;
  }
  if (arrival.paused.proven_as && !arrival.paused.may_link) return out;
  if (arrival.paused.proven_as) {
    auto user = repositories.users.find(rows, realm.id, *arrival.paused.proven_as);
    if (!user) return refuse(user.error());
    out.proven = std::move(*user);
    const auto links = repositories.federated_identities.list(rows, *arrival.paused.proven_as);
    if (!links) return refuse(links.error());
    out.proven_has_another =
        std::ranges::find(*links, arrival.provider->alias, &FederatedIdentity::provider) != links->end();
    return out;
  }
  auto provisioned = find_provisioned(rows, arrival);
  if (!provisioned) return refuse(provisioned.error());
  out.provisioned = std::move(*provisioned);
  auto by_username = find_by_name(rows, arrival, new_username(realm, arrival.identity, arrival.mapped_first));
  if (!by_username) return refuse(by_username.error());
  out.by_username = std::move(*by_username);
  if (arrival.identity.email.empty()) return out;
  // Where people sign in with their address it is nobody else's name.
  if (!out.by_username && realm.login_with_email_allowed) {
    auto namesake = repositories.users.find_by_username(rows, realm.id, arrival.identity.email);
    if (!namesake) return refuse(namesake.error());
    out.by_username = std::move(*namesake);
  }
  auto by_email = repositories.users.find_by_email(rows, realm.id, arrival.identity.email);
  if (!by_email) return refuse(by_email.error());
  out.by_email = std::move(*by_email);
  if (!out.by_email || !arrival.identity.email_is_proof) return out;
  const auto is_admin = has_admin_power(rows, repositories, realm, out.by_email->id);
  if (!is_admin) return refuse(is_admin.error());
  out.by_email_is_admin = *is_admin;
  return out;
}

}  // namespace cardea::broker
