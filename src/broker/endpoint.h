// What every handler of the broker starts with, and the pages it refuses by. Internal to broker.
#pragma once

#include <string_view>
#include <utility>

#include "broker/broker.h"
#include "core/with_settings.h"
#include "domain/identity_provider.h"

namespace cardea::broker {

/// Puts a step on the lane for reads.
template <class Step>
[[nodiscard]] web::Outcome then_read(const Dependencies& dependencies, Step step) {
  const bool blocks = dependencies.repositories.store.reads_block();
  return web::then(blocks ? web::Lane::kStore : web::Lane::kInline, std::move(step));
}

/// 503 with Retry-After, or 500 where trying again cannot help. `realm` may be null.
[[nodiscard]] web::Response store_failed(const Dependencies& dependencies, const web::Request& request,
                                         const RealmEntry* realm, StoreError error);

/// Why the broker says no on a page of its own: the word for the log and the sentence for the person.
struct PageRefusal {
  int status = 400;
  std::string_view reason;
  std::string_view message;
};
[[nodiscard]] web::Response refuse_page(const Dependencies& dependencies, const web::Request& request,
                                        const RealmEntry& realm, std::string_view alias, const PageRefusal& refusal);

/// Calls `next(RealmPtr)` for the realm of this name, or refuses.
template <class Next>
[[nodiscard]] web::Outcome with_named_realm(const Dependencies& dependencies, const web::Request& request,
                                            std::string_view name, Next next) {
  return cardea::with_realm(
      Asking{dependencies.settings, request.remote_address, request.correlation_id, dependencies.clock.now(),
             [&dependencies](auto step) { return then_read(dependencies, std::move(step)); },
             [&dependencies, &request](StoreError error) -> web::Outcome {
               return store_failed(dependencies, request, nullptr, error);
             }},
      name, [&dependencies, &request, next = std::move(next)](RealmPtr realm) mutable -> web::Outcome {
        if (auto refused = dependencies.refuse_realm(request, realm.get())) return std::move(*refused);
        return next(std::move(realm));
      });
}

using ProviderPtr = std::shared_ptr<const IdentityProvider>;

/// The enabled provider of this alias; null: there is none.
[[nodiscard]] ProviderPtr enabled_provider(const Realm& realm, std::string_view alias);
/// 404, as Keycloak says it.
[[nodiscard]] web::Response no_such_provider(const Dependencies& dependencies, const web::Request& request,
                                             const RealmEntry& realm, std::string_view alias);

}  // namespace cardea::broker
