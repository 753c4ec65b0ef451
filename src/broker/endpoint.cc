#include "broker/endpoint.h"

#include "crypto/hash.h"
#include "endpoint/store_failure.h"
#include "web/error_page.h"

namespace cardea::broker {

upstream::Reach Dependencies::reach(const IdentityProvider& provider) const {
  std::string text = provider.kind;
  for (const auto& [name, value] : provider.config) text.append("\n").append(name).append("=").append(value);
  return {*memory, clock, log, crypto::sha256_base64url(text)};
}

web::Response store_failed(const Dependencies& dependencies, const web::Request& request, const RealmEntry* realm,
                           StoreError error) {
  const auto failure = endpoint::note_store_failure(dependencies.log, request, error);
  const bool may_pass = failure == endpoint::StoreFailure::kMayPass;
  const auto* text =
      may_pass ? "The service is not available. Try again in a moment." : "An internal server error has occurred";
  return endpoint::with_retry(
      web::error_page(dependencies.pages, status_of(failure),
                      realm == nullptr ? web::PageFrame() : dependencies.frame(request, realm->realm), text, request),
      failure);
}

web::Response refuse_page(const Dependencies& dependencies, const web::Request& request, const RealmEntry& realm,
                          std::string_view alias, const PageRefusal& refusal) {
  dependencies.log.info("upstream_login_failed", {{"reason", refusal.reason},
                                                  {"realm", realm.realm.name},
                                                  {"provider", alias},
                                                  {"ip", request.remote_address},
                                                  {"correlation_id", request.correlation_id}});
  return web::error_page(dependencies.pages, refusal.status, dependencies.frame(request, realm.realm), refusal.message,
                         request);
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
