// What every handler here starts with: the realm of its path, and the lane for reads. Internal to account.
#pragma once

#include <memory>
#include <utility>

#include "account/account.h"
#include "core/with_settings.h"

namespace cardea::account {

using RealmPtr = std::shared_ptr<const RealmEntry>;

/// 503 with Retry-After, or 500 where trying again cannot help; logs why.
[[nodiscard]] web::Response store_failed(const Dependencies& dependencies, const web::Request& request,
                                         StoreError error);

/// Puts a step on the lane for reads: inline on SQLite, `store` where reads wait for a network.
template <class Step>
[[nodiscard]] web::Outcome then_read(const Dependencies& dependencies, Step step) {
  const bool blocks = dependencies.repositories.store.reads_block();
  return web::then(blocks ? web::Lane::kStore : web::Lane::kInline, std::move(step));
}

/// Calls `next(RealmPtr)` for the realm named {realm} in the path, or refuses.
template <class Next>
[[nodiscard]] web::Outcome with_path_realm(const Dependencies& dependencies, const web::Request& request, Next next) {
  return cardea::with_realm(
      Asking{dependencies.settings, request.remote_address, request.correlation_id, dependencies.clock.now(),
             [&dependencies](auto step) { return then_read(dependencies, std::move(step)); },
             [&dependencies, &request](StoreError error) -> web::Outcome {
               return store_failed(dependencies, request, error);
             }},
      request.path_parameter("realm"),
      [&dependencies, &request, next = std::move(next)](RealmPtr realm) mutable -> web::Outcome {
        if (auto refused = dependencies.refuse_realm(request, realm.get())) return std::move(*refused);
        return next(std::move(realm));
      });
}

}  // namespace cardea::account
