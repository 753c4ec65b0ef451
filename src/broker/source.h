// authentik's paths for a source (guides.md 0.2, G2.3). They name no realm: which one has them is said by the host that
// they are asked at (core/source_claims.h). Internal to broker, but for with_source_realm, which app/wire hands to
// authentik's other paths.
#pragma once

#include "broker/endpoint.h"

namespace cardea::broker {

/// GET /source/oauth/login/{alias}/: to the account console by way of this provider.
[[nodiscard]] web::Outcome start_source(const Dependencies& dependencies, const web::Request& request);

using SourceRealmNext = std::move_only_function<web::Outcome(const std::string& realm)>;
/// Calls `next` with the name of the realm that has authentik's paths at the host of `request`, when its provider
/// `alias` is there to sign in by, or `alias` is empty; empty: none.
[[nodiscard]] web::Outcome with_source_realm(const Dependencies& dependencies, const web::Request& request,
                                             std::string alias, SourceRealmNext next);
/// The same at another host, as host_of_url says it.
[[nodiscard]] web::Outcome with_source_realm_at(const Dependencies& dependencies, const web::Request& request,
                                                std::string host, std::string alias, SourceRealmNext next);
/// Where realms without an address of their own are; empty: wherever they are asked.
[[nodiscard]] std::string host_of_server(const web::BaseUrl& base_url);

}  // namespace cardea::broker
