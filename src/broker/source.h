// authentik's paths for a source (guides.md 0.2, G2.3). They name no realm: the one realm with attribute
// `authentikPaths` = "true" has them, which an administrator of the whole server sets. Where several say so nobody has,
// or a callback could be led to another realm's provider of the same alias (mix-up, attack class 8). Internal to
// broker, but for with_source_realm, which app/wire hands to authentik's other paths.
#pragma once

#include "broker/endpoint.h"

namespace cardea::broker {

/// GET /source/oauth/login/{alias}/: to the account console by way of this provider.
[[nodiscard]] web::Outcome start_source(const Dependencies& dependencies, const web::Request& request);

using SourceRealmNext = std::move_only_function<web::Outcome(const std::string& realm)>;
/// Calls `next` with the name of the realm that has authentik's paths, when its provider `alias` is there to sign in
/// by, or `alias` is empty; empty: none.
[[nodiscard]] web::Outcome with_source_realm(const Dependencies& dependencies, const web::Request& request,
                                             std::string alias, SourceRealmNext next);

}  // namespace cardea::broker
