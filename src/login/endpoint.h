// What every login-actions handler starts with: the realm of its path, the lane for reads, and the way to end an
// Outcome that another module made. Internal to login.
#pragma once

#include <memory>
#include <utility>

#include "endpoint/with_realm.h"
#include "login/login.h"
#include "login/refusals.h"

namespace cardea::login {

using endpoint::read_lane;
using endpoint::then_read;

/// How this module asks for a realm or a client. `realm` may be null.
[[nodiscard]] inline auto asking(const Dependencies& dependencies, const web::Request& request, RealmPtr realm) {
  return endpoint::asking(dependencies, request,
                          [&dependencies, &request, realm = std::move(realm)](StoreError error) -> web::Outcome {
                            return store_failed(dependencies, request, realm.get(), error);
                          });
}

/// Calls `next(RealmPtr)` for the realm named {realm} in the path, or refuses.
template <class Next>
[[nodiscard]] web::Outcome with_path_realm(const Dependencies& dependencies, const web::Request& request, Next next) {
  return endpoint::with_named_realm(asking(dependencies, request, nullptr), dependencies, request,
                                    request.path_parameter("realm"), std::move(next));
}

/// Calls `next(ClientPtr)`, null when there is none by that id.
template <class Next>
[[nodiscard]] web::Outcome with_client_entry(const Dependencies& dependencies, const web::Request& request,
                                             RealmPtr realm, std::string_view client_id, Next next) {
  return cardea::with_client(asking(dependencies, request, realm), realm, client_id, std::move(next));
}

using web::with_answer;

}  // namespace cardea::login
