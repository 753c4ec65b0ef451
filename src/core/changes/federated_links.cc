#include "core/changes/federated_links.h"

#include <algorithm>
#include <optional>

#include "base/json.h"
#include "base/limited.h"
#include "base/text.h"
#include "base/uri.h"
#include "domain/tenant_id.h"

namespace cardea {
namespace {

constexpr std::string_view kMember = "federatedIdentities";

/// The tenant that a URL of the identity platform names (entra.md section 1); empty: none.
std::string tenant_in(std::string_view url) {
  const auto parsed = parse_uri(url);
  if (!parsed) return {};
  const auto segments = split(parsed->path, '/');
  auto tenant = segments.size() < 2 ? std::string() : ascii_lower(segments[1]);
  return is_tenant_id(tenant) ? std::move(tenant) : std::string();
}

/// What the broker calls this person. Absent: it cannot be known.
std::optional<std::string> broker_id(const IdentityProvider& provider, std::string id) {
  if (id.empty() || id.size() > kUpstreamIdBytesMax || id.contains('\0')) return std::nullopt;
  if (provider.kind != "microsoft" && provider.kind != "entra") return id;
  id = ascii_lower(id);
  if (id.contains('/')) return id;
  const auto tenant = home_tenant(provider);
  if (tenant.empty()) return std::nullopt;
  return tenant + "/" + id;
}

/// `rest` gets what is no link.
std::vector<FederatedIdentity> sort_out(const User& user, const Realm& realm, TimePoint now, json::array* rest) {
  std::vector<FederatedIdentity> links;
  const auto* listed = user.extra.if_contains(kMember);
  if (listed == nullptr || !listed->is_array()) return links;
  for (const auto& item : listed->get_array()) {
    const auto* object = links.size() < kLinksMax ? item.if_object() : nullptr;
    auto link = object == nullptr ? std::nullopt : link_of(*object, user, realm, now);
    if (link && std::ranges::find(links, link->provider, &FederatedIdentity::provider) == links.end()) {
      links.push_back(std::move(*link));
    } else if (rest != nullptr) {
      rest->push_back(item);
    }
  }
  return links;
}

}  // namespace

std::string home_tenant(const IdentityProvider& provider) {
  if (const auto said = ascii_lower(trim(provider.setting("tenantId"))); !said.empty()) {
    return is_tenant_id(said) ? said : std::string();
  }
  auto tenant = tenant_in(provider.setting("authorizationUrl"));
  return tenant == tenant_in(provider.setting("tokenUrl")) ? tenant : std::string();
}

std::optional<FederatedIdentity> link_of(const json::object& object, const User& user, const Realm& realm,
                                         TimePoint now) {
  FederatedIdentity link;
  link.provider = string_or(object, "identityProvider", "");
  const auto provider = find_identity_provider(realm, link.provider);
  if (!provider) return std::nullopt;
  auto id = broker_id(*provider, string_or(object, "userId", ""));
  if (!id) return std::nullopt;
  link.realm = realm.id;
  link.user = user.id;
  link.upstream_id = std::move(*id);
  link.upstream_name = limited(string_or(object, "userName", ""));
  link.created_at = now;
  return link;
}

std::vector<FederatedIdentity> federated_links(const User& user, const Realm& realm, TimePoint now) {
  return sort_out(user, realm, now, nullptr);
}

std::vector<FederatedIdentity> take_federated_links(User& user, const Realm& realm, TimePoint now) {
  json::array rest;
  auto links = sort_out(user, realm, now, &rest);
  if (links.empty()) return links;
  user.extra.erase(kMember);
  if (!rest.empty()) user.extra[kMember] = std::move(rest);
  return links;
}

}  // namespace cardea
