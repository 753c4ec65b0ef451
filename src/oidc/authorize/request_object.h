// Where the parameters of an authorization request come from: the request itself, or a request object, a JWT that the
// client signed (RFC 9101; OpenID Connect Core section 6.1; attack classes 11, 12, 14). Objects come by value only; of
// request URIs only our own handles are known (pushed_request.h), so nothing a request names is ever fetched.
#pragma once

#include <string>
#include <string_view>

#include "base/clock.h"
#include "domain/client.h"
#include "jose/jws.h"
#include "jose/key_set.h"
#include "oidc/error.h"
#include "web/form.h"

namespace cardea::oidc {

struct RequestParameters {
  web::Form form;
  std::string pushed_hash;  // of the handle it was pushed under; empty: not pushed
  std::string dpop_jkt;     // key of the proof that came with the push; empty: none
};

enum class RequestSource { kBrowser, kPushed };

struct ObjectRules {
  std::string_view issuer;  // ours
  TimePoint now;
  RequestSource source = RequestSource::kBrowser;
};

/// The parameters that count. Of a request object the claims; for classic clients at the authorization endpoint the
/// others of the request as well, where the object does not say them (OpenID Connect Core section 6.1). Refuses, always
/// as invalid_request_object or invalid_request: an object that is not the client's, not for us or not of now, and what
/// the attributes `request.object.required` and `request.object.signature.alg`, and the executor secure-request-object,
/// do not allow. `fetched`: the keys at the
/// client's address, for clients whose keys stand there (object_keys.h).
[[nodiscard]] Result<RequestParameters, OAuthError> read_request_parameters(web::Form form, const Client& client,
                                                                            const ObjectRules& rules,
                                                                            const jose::KeySet* fetched = nullptr);

/// Does `request.object.signature.alg`, or the client's policy, let an object be signed so?
[[nodiscard]] bool is_allowed_object_algorithm(jose::Algorithm algorithm, const Client& client);

/// Checks the claims of an object whose signature was right; the refusal is its reason for the log.
[[nodiscard]] Result<void, std::string_view> check_request_object(const jose::VerifiedJwt& object, const Client& client,
                                                                  const ObjectRules& rules);

/// The claims as parameters: text as it is, numbers and documents as JSON, a list of `resource` one by one. Refuses
/// what a form could not hold.
[[nodiscard]] Result<web::Form, web::FormError> parameters_of(const jose::VerifiedJwt& object);

}  // namespace cardea::oidc
