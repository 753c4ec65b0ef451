// What every endpoint here starts with, from module endpoint, with a store's failure in OAuth's words.
#pragma once

#include <memory>
#include <string_view>
#include <utility>

#include "endpoint/with_realm.h"
#include "oidc/error.h"
#include "oidc/oidc.h"

namespace cardea::oidc {

using endpoint::asking;
using endpoint::read_lane;
using endpoint::then_read;
using endpoint::with_named_realm;

/// The lane for steps that sign tokens of this realm: inline, or `cpu` when one of its keys takes too long for a thread
/// that others wait for (RSA with more than 3072 bits). Never the store lane, whose group commit neighbours wait for.
[[nodiscard]] web::Lane sign_lane(const RealmEntry& realm);

/// 503 with Retry-After, or 500 where trying again cannot help (kCorrupt); logs why. For every StoreError an endpoint
/// cannot answer better.
[[nodiscard]] web::Response store_failed(const Dependencies& dependencies, const web::Request& request,
                                         StoreError error);

/// The same for an answer that goes to a client by its redirect URI: server_error for kCorrupt, else
/// temporarily_unavailable. Logs why.
[[nodiscard]] OAuthError store_failed_for_client(const Dependencies& dependencies, const web::Request& request,
                                                 StoreError error);

/// The same on a page, for what a person looks at. `realm` may be null.
[[nodiscard]] web::Response store_failed_on_page(const Dependencies& dependencies, const web::Request& request,
                                                 const RealmEntry* realm, StoreError error);

/// How the pages of this module ask for a realm or a client. `realm` may be null.
[[nodiscard]] inline auto asking_for_page(const Dependencies& dependencies, const web::Request& request,
                                          std::shared_ptr<const RealmEntry> realm) {
  return asking(dependencies, request,
                [&dependencies, &request, realm = std::move(realm)](StoreError error) -> web::Outcome {
                  return store_failed_on_page(dependencies, request, realm.get(), error);
                });
}

/// How this module asks for a realm or a client.
[[nodiscard]] inline auto asking(const Dependencies& dependencies, const web::Request& request) {
  return asking(dependencies, request, [&dependencies, &request](StoreError error) -> web::Outcome {
    return store_failed(dependencies, request, error);
  });
}

/// Calls `next(shared_ptr<const RealmEntry>)` for the realm named {realm} in the path, or refuses.
template <class Asking, class Next>
[[nodiscard]] web::Outcome with_path_realm(Asking asking, const Dependencies& dependencies, const web::Request& request,
                                           Next next) {
  return with_named_realm(std::move(asking), dependencies, request, request.path_parameter("realm"), std::move(next));
}
template <class Next>
[[nodiscard]] web::Outcome with_path_realm(const Dependencies& dependencies, const web::Request& request, Next next) {
  return with_path_realm(asking(dependencies, request), dependencies, request, std::move(next));
}

/// Calls `next(shared_ptr<const ClientEntry>)`, null when unknown.
template <class Next>
[[nodiscard]] web::Outcome with_client_entry(const Dependencies& dependencies, const web::Request& request,
                                             std::shared_ptr<const RealmEntry> realm, std::string_view client_id,
                                             Next next) {
  return cardea::with_client(asking(dependencies, request), std::move(realm), client_id, std::move(next));
}

}  // namespace cardea::oidc
