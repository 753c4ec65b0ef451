// What every endpoint starts with: the realm of its path, and the lane for reads. The refusals here are the same for
// all endpoints (keycloak.md sections 1.1 and 1.3).
#pragma once

#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "core/with_settings.h"
#include "oidc/error.h"
#include "oidc/oidc.h"

namespace cardea::oidc {

/// The lane for steps that read the database: inline on SQLite, `store` where reads wait for a network.
[[nodiscard]] inline web::Lane read_lane(const Dependencies& dependencies) {
  return dependencies.repositories.store.reads_block() ? web::Lane::kStore : web::Lane::kInline;
}

/// Puts a step on the read lane.
template <class Step>
[[nodiscard]] web::Outcome then_read(const Dependencies& dependencies, Step step) {
  return web::then(read_lane(dependencies), std::move(step));
}

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

/// Checks that the realm exists (404 {"error":"Realm does not exist"}), is enabled (403 access_denied "Realm not
/// enabled") and may be used without TLS from where the request comes (403 invalid_request "HTTPS required",
/// `sslRequired`).
[[nodiscard]] std::optional<web::Response> refuse_realm(const web::Request& request, const RealmEntry* realm);

/// The same, and a line in the log that says why.
[[nodiscard]] std::optional<web::Response> refuse_realm_with_log(Log& log, const web::Request& request,
                                                                 const RealmEntry* realm);

/// How this module asks for a realm or a client (core/with_settings.h). `failed`: StoreError to Outcome.
template <class Failed>
[[nodiscard]] auto asking(const Dependencies& dependencies, const web::Request& request, Failed failed) {
  return Asking{dependencies.settings,
                request.remote_address,
                request.correlation_id,
                dependencies.clock.now(),
                [&dependencies](auto step) { return then_read(dependencies, std::move(step)); },
                std::move(failed)};
}
[[nodiscard]] inline auto asking(const Dependencies& dependencies, const web::Request& request) {
  return asking(dependencies, request, [&dependencies, &request](StoreError error) -> web::Outcome {
    return store_failed(dependencies, request, error);
  });
}

/// Calls `next(shared_ptr<const RealmEntry>)` for the realm of this name, or refuses.
template <class Asking, class Next>
[[nodiscard]] web::Outcome with_named_realm(Asking asking, const Dependencies& dependencies,
                                            const web::Request& request, std::string_view name, Next next) {
  return cardea::with_realm(std::move(asking), name,
                            [&dependencies, &request,
                             next = std::move(next)](std::shared_ptr<const RealmEntry> realm) mutable -> web::Outcome {
                              if (auto refused = refuse_realm_with_log(dependencies.log, request, realm.get()))
                                return std::move(*refused);
                              return next(std::move(realm));
                            });
}
/// The same for the realm named {realm} in the path.
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
