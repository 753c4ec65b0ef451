#include "core/post_login_flow.h"

#include "domain/identity_provider.h"

namespace cardea {

PostLoginFlow post_login_flow(const RealmEntry& realm, std::string_view provider) {
  const auto found = find_identity_provider(realm.realm, provider);
  if (!found) return {.is_asked = true, .flow = nullptr};
  if (found->post_login_flow.empty()) return {};
  return {.is_asked = true, .flow = realm.flows.find(found->post_login_flow)};
}

}  // namespace cardea
