// How somebody was authenticated, in the realm's own words (claim `amr`, RFC 8176; keycloak.md section 4.2): an
// execution of a flow may be given a reference (config `default.reference.value`) and for how long it may be named
// (`default.reference.maxAge`, seconds). Kept with the session; read by the mapper oidc-amr-mapper.
#pragma once

#include <string_view>
#include <vector>

#include "domain/authorization.h"
#include "domain/flow/flow.h"
#include "domain/flow/progress.h"
#include "domain/session.h"

namespace cardea {

/// The session note that holds them: a JSON list of objects, {"r":"otp","x":300,"t":1767225600}.
inline constexpr std::string_view kMethodsNote = "amr";

/// What was passed in this login, as far as it has a reference.
[[nodiscard]] std::vector<AuthenticationMethod> methods_of(const Flow& flow, const FlowProgress& progress,
                                                           std::int64_t auth_time);
/// Adds what a login proved to the session; the same reference counts from its latest proof.
void note_methods(UserSession& session, const Authentication& proven);
/// The references that may be named at `now` (epoch seconds), each once. What cannot be read names nothing.
[[nodiscard]] std::vector<std::string> methods_at(std::string_view note, std::int64_t now);

}  // namespace cardea
