#include "broker/provisioned.h"

#include <algorithm>

#include "base/text.h"
#include "core/changes/admin_power.h"
#include "core/changes/federated_links.h"
#include "domain/tenant_id.h"

namespace cardea::broker {
namespace {

/// Empty: the provider says none that counts.
std::string principal_name(const Arrival& arrival) {
  const auto& provider = *arrival.provider;
  if (provider.kind != "entra" && provider.kind != "microsoft") return {};
  const auto tenant = home_tenant(provider);
  if (tenant.empty() || !arrival.identity.id.starts_with(tenant + "/")) return {};
  auto name = claim_text(arrival.identity.claims, "userPrincipalName");
  if (name.empty()) name = claim_text(arrival.identity.claims, "upn");
  return ascii_lower(name).contains("#ext#") ? std::string() : name;
}

}  // namespace

Stored<std::optional<User>> find_provisioned(Rows& rows, const Arrival& arrival) {
  const auto& repositories = arrival.dependencies.repositories;
  const auto& realm = arrival.realm->realm;
  const auto& alias = arrival.provider->alias;
  const auto name = arrival.provider->is_on("scim") ? principal_name(arrival) : std::string();
  if (name.empty()) return std::nullopt;
  const auto row = repositories.provisioned_users.find(rows, realm.id, alias, ProvisionedBy::kUserName, name);
  if (!row) return refuse(row.error());
  // An object id that is not this one's is somebody else's.
  if (!*row || !(*row)->is_made || is_tenant_id(ascii_lower((*row)->external_id))) return std::nullopt;
  const auto links = repositories.federated_identities.list(rows, (*row)->user);
  if (!links) return refuse(links.error());
  const auto credentials = repositories.credentials.list_all(rows, (*row)->user);
  if (!credentials) return refuse(credentials.error());
  const auto is_admin = has_admin_power(rows, repositories, realm, (*row)->user);
  if (!is_admin) return refuse(is_admin.error());
  if (!links->empty() || !credentials->empty() || *is_admin) return std::nullopt;
  return repositories.users.find(rows, realm.id, (*row)->user);
}

}  // namespace cardea::broker
