// What every login-actions handler starts with: the realm of its path, the lane for reads, and the way to end an
// Outcome that another module made. Internal to login.
#pragma once

#include <memory>
#include <utility>

#include "core/with_settings.h"
#include "login/login.h"
#include "login/refusals.h"

namespace cardea::login {

/// Puts a step on the lane for reads: inline on SQLite, `store` where reads wait for a network.
template <class Step>
[[nodiscard]] web::Outcome then_read(const Dependencies& dependencies, Step step) {
  const bool blocks = dependencies.repositories.store.reads_block();
  return web::then(blocks ? web::Lane::kStore : web::Lane::kInline, std::move(step));
}

/// How this module asks for a realm or a client (core/with_settings.h). `realm` may be null.
[[nodiscard]] inline auto asking(const Dependencies& dependencies, const web::Request& request, RealmPtr realm) {
  return Asking{dependencies.settings,
                request.remote_address,
                request.correlation_id,
                dependencies.clock.now(),
                [&dependencies](auto step) { return then_read(dependencies, std::move(step)); },
                [&dependencies, &request, realm = std::move(realm)](StoreError error) -> web::Outcome {
                  return store_failed(dependencies, request, realm.get(), error);
                }};
}

/// Calls `next(RealmPtr)` for the realm named {realm} in the path, or refuses.
template <class Next>
[[nodiscard]] web::Outcome with_path_realm(const Dependencies& dependencies, const web::Request& request, Next next) {
  return cardea::with_realm(asking(dependencies, request, nullptr), request.path_parameter("realm"),
                            [&dependencies, &request, next = std::move(next)](RealmPtr realm) mutable -> web::Outcome {
                              if (auto refused = dependencies.refuse_realm(request, realm.get()))
                                return std::move(*refused);
                              return next(std::move(realm));
                            });
}

/// Calls `next(ClientPtr)`, null when there is none by that id.
template <class Next>
[[nodiscard]] web::Outcome with_client_entry(const Dependencies& dependencies, const web::Request& request,
                                             RealmPtr realm, std::string_view client_id, Next next) {
  return cardea::with_client(asking(dependencies, request, realm), realm, client_id, std::move(next));
}

using web::with_answer;

}  // namespace cardea::login
