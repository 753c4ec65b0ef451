// What every handler of the broker starts with, and the pages it refuses by. Internal to broker.
#pragma once

#include <string_view>
#include <utility>

#include "broker/broker.h"
#include "domain/identity_provider.h"
#include "endpoint/with_realm.h"

namespace cardea::broker {

using endpoint::read_lane;
using endpoint::then_read;

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
  auto failed = [&dependencies, &request](StoreError error) -> web::Outcome {
    return store_failed(dependencies, request, nullptr, error);
  };
  return endpoint::with_named_realm(endpoint::asking(dependencies, request, std::move(failed)), dependencies, request,
                                    name, std::move(next));
}

using ProviderPtr = std::shared_ptr<const IdentityProvider>;

/// The enabled provider of this alias; null: there is none.
[[nodiscard]] ProviderPtr enabled_provider(const Realm& realm, std::string_view alias);
/// 404, as Keycloak says it.
[[nodiscard]] web::Response no_such_provider(const Dependencies& dependencies, const web::Request& request,
                                             const RealmEntry& realm, std::string_view alias);

}  // namespace cardea::broker
