// What every handler here starts with: the realm of its path, and the lane for reads. Internal to account.
#pragma once

#include <memory>
#include <utility>

#include "account/account.h"
#include "endpoint/with_realm.h"

namespace cardea::account {

using RealmPtr = std::shared_ptr<const RealmEntry>;

/// 503 with Retry-After, or 500 where trying again cannot help; logs why.
[[nodiscard]] web::Response store_failed(const Dependencies& dependencies, const web::Request& request,
                                         StoreError error);

using endpoint::read_lane;
using endpoint::then_read;

/// Calls `next(RealmPtr)` for the realm named {realm} in the path, or refuses.
template <class Next>
[[nodiscard]] web::Outcome with_path_realm(const Dependencies& dependencies, const web::Request& request, Next next) {
  auto failed = [&dependencies, &request](StoreError error) -> web::Outcome {
    return store_failed(dependencies, request, error);
  };
  return endpoint::with_named_realm(endpoint::asking(dependencies, request, std::move(failed)), dependencies, request,
                                    request.path_parameter("realm"), std::move(next));
}

}  // namespace cardea::account
