#include "core/changes/federated_links.h"

#include <algorithm>
#include <optional>

#include "base/json.h"
#include "domain/identity_provider.h"

namespace cardea {
namespace {

constexpr std::string_view kMember = "federatedIdentities";

std::optional<FederatedIdentity> link_of(const json::value& item, const User& user, const Realm& realm, TimePoint now) {
  const auto* object = item.if_object();
  if (object == nullptr) return std::nullopt;
  FederatedIdentity link;
  link.realm = realm.id;
  link.user = user.id;
  link.provider = string_or(*object, "identityProvider", "");
  link.upstream_id = string_or(*object, "userId", "");
  link.upstream_name = string_or(*object, "userName", "");
  link.created_at = now;
  if (link.upstream_id.empty() || !find_identity_provider(realm, link.provider)) return std::nullopt;
  return link;
}

/// `rest` gets what is no link.
std::vector<FederatedIdentity> sort_out(const User& user, const Realm& realm, TimePoint now, json::array* rest) {
  std::vector<FederatedIdentity> links;
  const auto* listed = user.extra.if_contains(kMember);
  if (listed == nullptr || !listed->is_array()) return links;
  for (const auto& item : listed->get_array()) {
    auto link = links.size() < kLinksMax ? link_of(item, user, realm, now) : std::nullopt;
    if (link && std::ranges::find(links, link->provider, &FederatedIdentity::provider) == links.end()) {
      links.push_back(std::move(*link));
    } else if (rest != nullptr) {
      rest->push_back(item);
    }
  }
  return links;
}

}  // namespace

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
