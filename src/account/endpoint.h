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

/// The way to the database for a name that is not in memory: refused as busy to whoever asked for too many names of
/// nothing (core/unknown_names.h).
[[nodiscard]] inline auto ask_for_name(const Dependencies& dependencies, const web::Request& request) {
  return [&dependencies, &request](auto step) -> web::Outcome {
    if (!dependencies.unknown_names->may_ask(request.remote_address, dependencies.clock.now())) {
      return store_failed(dependencies, request, StoreError::kBusy);
    }
    return then_read(dependencies, std::move(step));
  };
}
inline void note_unknown(const Dependencies& dependencies, const web::Request& request) {
  dependencies.unknown_names->count(request.remote_address, dependencies.clock.now());
}

/// Calls `next(RealmPtr)` for the realm named {realm} in the path, or refuses.
template <class Next>
[[nodiscard]] web::Outcome with_path_realm(const Dependencies& dependencies, const web::Request& request, Next next) {
  return cardea::with_realm(
      dependencies.settings, request.path_parameter("realm"), ask_for_name(dependencies, request),
      [&dependencies, &request, next = std::move(next)](Stored<RealmPtr> realm) mutable -> web::Outcome {
        if (!realm) return store_failed(dependencies, request, realm.error());
        if (*realm == nullptr) note_unknown(dependencies, request);
        if (auto refused = dependencies.refuse_realm(request, realm->get())) return std::move(*refused);
        return next(std::move(*realm));
      });
}

}  // namespace cardea::account
