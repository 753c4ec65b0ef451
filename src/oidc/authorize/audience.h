// The `audience` parameter, which no standard knows here and clients of some applications send (guides.md G4.7, G4.8).
// It is honoured where one of the client's optional scopes has an Audience mapper for it, and is then the same as
// asking for that scope; any other value changes nothing, as at a Keycloak. So whoever may ask for an audience is
// decided by the client's scopes alone.
#pragma once

#include <string>

#include "core/settings.h"
#include "web/form.h"

namespace cardea::oidc {

/// The request's scope, with the scopes that its audience asks for.
[[nodiscard]] std::string scope_with_audience(const web::Form& form, const ClientEntry& client);

}  // namespace cardea::oidc
