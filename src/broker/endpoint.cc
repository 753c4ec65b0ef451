#include "broker/endpoint.h"

#include "core/store_failure.h"
#include "crypto/hash.h"
#include "web/error_page.h"

namespace cardea::broker {

upstream::Reach Dependencies::reach(const IdentityProvider& provider) const {
  std::string text = provider.kind;
  for (const auto& [name, value] : provider.config) text.append("\n").append(name).append("=").append(value);
  return {*memory, clock, log, crypto::sha256_base64url(text)};
}

web::Response store_failed(const Dependencies& dependencies, const web::Request& request, const RealmEntry* realm,
                           StoreError error) {
  dependencies.log.write(level_of(error), "store_failed",
                         {{"error", describe(error)}, {"at", "broker"}, {"correlation_id", request.correlation_id}});
  const bool may_help = error == StoreError::kBusy || error == StoreError::kUnavailable;
  auto response = web::error_page(
      dependencies.pages, may_help ? 503 : 500,
      realm == nullptr ? std::string_view("Cardea") : display_name(realm->realm),
      may_help ? "The service is not available. Try again in a moment." : "An internal server error has occurred",
      request);
  if (may_help) response.set("Retry-After", "1");
  return response;
}

web::Response refuse_page(const Dependencies& dependencies, const web::Request& request, const RealmEntry& realm,
                          std::string_view alias, const PageRefusal& refusal) {
  dependencies.log.info("upstream_login_failed", {{"reason", refusal.reason},
                                                  {"realm", realm.realm.name},
                                                  {"provider", alias},
                                                  {"ip", request.remote_address},
                                                  {"correlation_id", request.correlation_id}});
  return web::error_page(dependencies.pages, refusal.status, display_name(realm.realm), refusal.message, request);
}

ProviderPtr enabled_provider(const Realm& realm, std::string_view alias) {
  auto found = find_identity_provider(realm, alias);
  if (!found || !found->enabled) return nullptr;
  return std::make_shared<const IdentityProvider>(std::move(*found));
}

web::Response no_such_provider(const Dependencies& dependencies, const web::Request& request, const RealmEntry& realm,
                               std::string_view alias) {
  return refuse_page(
      dependencies, request, realm, alias.substr(0, 64),
      {.status = 404, .reason = "identity_provider_not_found", .message = "Identity Provider not found."});
}

}  // namespace cardea::broker
