// Resource indicators (RFC 8707) and the key a code is bound to (RFC 9449 section 10): what the authorization request
// says about who may use the tokens to come.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "domain/authorization.h"
#include "oidc/error.h"
#include "web/form.h"

namespace cardea::oidc {

/// The `resource` parameters of a request, space separated: absolute URIs without fragment. invalid_target when one is
/// not, or when there are too many.
[[nodiscard]] Result<std::string, OAuthError> read_resources(const web::Form& form);

/// Puts them into the request. Whether the client may have tokens for them is decided when it asks for tokens.
[[nodiscard]] Result<void, OAuthError> check_resources(const web::Form& form, AuthorizationRequest& request);

/// What a token request asks for within what was granted (RFC 8707 section 2.2). `granted`: space separated; when it is
/// empty the request is free to name any. Empty when neither names one.
[[nodiscard]] Result<std::vector<std::string>, OAuthError> narrowed_resources(const web::Form& form,
                                                                              std::string_view granted);

/// `dpop_jkt`: a SHA-256 thumbprint as base64url.
[[nodiscard]] Result<void, OAuthError> check_proof_key(const web::Form& form, AuthorizationRequest& request);

}  // namespace cardea::oidc
