#include "broker/join_organization.h"

#include <algorithm>

#include "base/text.h"

namespace cardea::broker {
namespace {

constexpr std::string_view kDomain = "kc.org.domain";
constexpr std::string_view kAnyDomain = "ANY";

// A domain that is asked for and not the organization's any more lets nobody in, nor does an address that nobody proved
// (attack class 7): Entra's `mail` is what an administrator of the foreign tenant wrote.
bool is_of_domain(const Organization& organization, const IdentityProvider& provider, const User& user) {
  const std::string_view email = user.email;
  const auto at = email.rfind('@');
  const auto domain = at == std::string_view::npos ? std::string() : ascii_lower(email.substr(at + 1));
  const auto wanted = provider.setting(kDomain);
  if (wanted.empty()) return true;
  if (!user.email_verified) return false;
  if (wanted != kAnyDomain && ascii_lower(wanted) != domain) return false;
  return std::ranges::find(organization.domains, domain, &OrganizationDomain::name) != organization.domains.end();
}

}  // namespace

Stored<void> join_organization(Tx& tx, const Arrival& arrival, const User& user) {
  const auto& realm = arrival.realm->realm;
  const auto& provider = *arrival.provider;
  if (provider.organization.empty() || !bool_or(realm.extra, "organizationsEnabled", false)) return {};
  const auto& repositories = arrival.dependencies.repositories;
  const auto found = repositories.organizations.find(tx, realm.id, OrganizationId(provider.organization));
  if (!found) return refuse(found.error());
  const auto& organization = *found;
  if (!organization || !organization->enabled) return {};
  if (!is_of_domain(*organization, provider, user)) return {};
  return repositories.memberships.insert(tx, organization->id, user.id, Membership::kManaged);
}

}  // namespace cardea::broker
