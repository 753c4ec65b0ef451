// authentik's paths for a source (guides.md 0.2, G2.3). They name no realm: the callback's stands in the sealed state,
// the login's is the one realm with attribute `authentikPaths` = "true" that has a provider of this alias. Internal to
// broker.
#pragma once

#include "broker/endpoint.h"

namespace cardea::broker {

/// GET /source/oauth/login/{alias}/: to the account console by way of this provider.
[[nodiscard]] web::Outcome start_source(const Dependencies& dependencies, const web::Request& request);

}  // namespace cardea::broker
