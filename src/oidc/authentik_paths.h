// authentik's addresses of a provider (guides.md 0.2): those that name no realm are of the one that has authentik's
// paths, and lead to the same endpoints as its own. {app} is a client's client_id, where authentik has an application's
// slug.
#pragma once

#include <functional>
#include <string_view>

#include "oidc/oidc.h"

namespace cardea::oidc {

using RealmEndpoint = std::function<web::Outcome(const web::Request&)>;

/// Answers as `endpoint` does below the realm. 404: no realm has these paths, or with {app} in the path there is no
/// such client.
[[nodiscard]] web::Outcome at_source_realm(const Dependencies& dependencies, const web::Request& request,
                                           const RealmEndpoint& endpoint);

/// For what browsers open: their cookies are sent below the realm alone, so they go to `path` there, with what they
/// brought.
[[nodiscard]] web::Outcome go_to_source_realm(const Dependencies& dependencies, const web::Request& request,
                                              std::string_view path);

}  // namespace cardea::oidc
