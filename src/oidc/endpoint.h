// What every endpoint starts with: the realm of its path, and the lane for reads. The refusals here are the same for
// all endpoints (keycloak.md sections 1.1 and 1.3).
#pragma once

#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "core/with_settings.h"
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

/// 503 with Retry-After, or 500 where trying again cannot help (kCorrupt); logs why. For every StoreError an endpoint
/// cannot answer better.
[[nodiscard]] web::Response store_failed(const Dependencies& dependencies, const web::Request& request,
                                         StoreError error);

/// Checks that the realm exists (404 {"error":"Realm does not exist"}), is enabled (403 access_denied "Realm not
/// enabled") and may be used without TLS from where the request comes (403 invalid_request "HTTPS required",
/// `sslRequired`).
[[nodiscard]] std::optional<web::Response> refuse_realm(const web::Request& request, const RealmEntry* realm);

/// The same, and a line in the log that says why.
[[nodiscard]] std::optional<web::Response> refuse_realm_with_log(Log& log, const web::Request& request,
                                                                 const RealmEntry* realm);

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

/// Calls `next(shared_ptr<const RealmEntry>)` for the realm named {realm} in the path, or refuses.
template <class Next>
[[nodiscard]] web::Outcome with_path_realm(const Dependencies& dependencies, const web::Request& request, Next next) {
  return cardea::with_realm(dependencies.settings, request.path_parameter("realm"), ask_for_name(dependencies, request),
                            [&dependencies, &request, next = std::move(next)](
                                Stored<std::shared_ptr<const RealmEntry>> realm) mutable -> web::Outcome {
                              if (!realm) return store_failed(dependencies, request, realm.error());
                              if (*realm == nullptr) note_unknown(dependencies, request);
                              if (auto refused = refuse_realm_with_log(dependencies.log, request, realm->get()))
                                return std::move(*refused);
                              return next(std::move(*realm));
                            });
}

/// Calls `next(shared_ptr<const ClientEntry>)`, null when unknown.
template <class Next>
[[nodiscard]] web::Outcome with_client_entry(const Dependencies& dependencies, const web::Request& request,
                                             std::shared_ptr<const RealmEntry> realm, std::string_view client_id,
                                             Next next) {
  return cardea::with_client(dependencies.settings, std::move(realm), client_id, ask_for_name(dependencies, request),
                             [&dependencies, &request, is_named = !client_id.empty(), next = std::move(next)](
                                 Stored<std::shared_ptr<const ClientEntry>> client) mutable -> web::Outcome {
                               if (!client) return store_failed(dependencies, request, client.error());
                               if (*client == nullptr && is_named) note_unknown(dependencies, request);
                               return next(std::move(*client));
                             });
}

}  // namespace cardea::oidc
