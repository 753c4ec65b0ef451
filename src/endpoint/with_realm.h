// What the endpoints below /realms start with: the realm its path names, loaded when it is not in memory, and refused
// where it may not be used. `dependencies` is any module's: it has `repositories.store`, `settings`, `clock` and `log`.
#pragma once

#include <memory>
#include <string_view>
#include <utility>

#include "core/with_settings.h"
#include "endpoint/lanes.h"
#include "endpoint/refuse_realm.h"

namespace cardea::endpoint {

/// How a module asks for a realm or a client (core/with_settings.h). `failed`: StoreError to Outcome, the answer of a
/// store that cannot be read in the format of the module.
template <class Dependencies, class Failed>
[[nodiscard]] auto asking(const Dependencies& dependencies, const web::Request& request, Failed failed) {
  return Asking{dependencies.settings,
                request.remote_address,
                request.correlation_id,
                dependencies.clock.now(),
                [&dependencies](auto step) { return then_read(dependencies, std::move(step)); },
                std::move(failed)};
}

/// Calls `next(shared_ptr<const RealmEntry>)` for the realm of this name, or refuses.
template <class Asking, class Dependencies, class Next>
[[nodiscard]] web::Outcome with_named_realm(Asking asking, const Dependencies& dependencies,
                                            const web::Request& request, std::string_view name, Next next) {
  return cardea::with_realm(std::move(asking), name,
                            [&dependencies, &request,
                             next = std::move(next)](std::shared_ptr<const RealmEntry> realm) mutable -> web::Outcome {
                              if (auto refused = refuse_realm(dependencies.log, request, realm.get()))
                                return std::move(*refused);
                              return next(std::move(realm));
                            });
}

}  // namespace cardea::endpoint
