// What is to be done before a request object is read: encrypted ones are decrypted with the realm's key (RFC 9101
// section 6.1; attributes `request.object.encryption.alg` and `.enc`), and of clients whose keys stand at an address
// (`use.jwks.url`; OpenID Connect Core section 10.1) the keys are looked up. Whoever may send an authorization request
// may make us look, so the address is asked no more often than keys_at_address.h says, and only for algorithms the
// client may use.
#pragma once

#include <functional>
#include <memory>

#include "oidc/authorize/request_object.h"
#include "oidc/oidc.h"

namespace cardea::oidc {

using ParametersStep = std::move_only_function<web::Outcome(Result<RequestParameters, OAuthError>)>;

/// Calls `next` with what read_request_parameters says, at once or after a fetch.
[[nodiscard]] web::Outcome with_request_parameters(const Dependencies& dependencies, web::Form form,
                                                   std::shared_ptr<const ClientEntry> client, const ObjectRules& rules,
                                                   ParametersStep next);

}  // namespace cardea::oidc
