// What a request asks of the person's proof and of claims: `acr_values` and the `claims` parameter (OpenID Connect Core
// sections 3.1.2.1 and 5.5; keycloak.md section 1.5). Levels have names in the attribute `acr.loa.map` of the client or
// the realm; a number stands for itself.
#pragma once

#include <variant>

#include "core/settings.h"
#include "domain/authorization.h"
#include "oidc/authorize/check_request.h"

namespace cardea::oidc {

using ClaimsRefusal = std::variant<PageRefusal, OAuthError>;

/// Reads both into the request. invalid_request when `claims` is no JSON object of objects; a page, as Keycloak's, when
/// an essential `acr` names no level that is known here; with one, `acr_values` is not looked at, since it could only
/// ask for less. What is voluntary and unknown is passed over (OP-16, CL-2).
[[nodiscard]] Result<void, ClaimsRefusal> check_claims_parameter(const web::Form& form, const ClientEntry& client,
                                                                 AuthorizationRequest& request);

/// The subject that `claims` demands (`sub` with a value); empty: none. Nobody else's tokens may answer the request
/// (OP-20). `claims`: as check_claims_parameter left it.
[[nodiscard]] std::string wanted_subject(const std::string& claims);

}  // namespace cardea::oidc
