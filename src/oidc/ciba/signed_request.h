// Signed authentication requests (OpenID CIBA Core section 7.1.1; standards.md CB-10): the parameters as claims of a
// JWT that the client signed with a key of its own, good for one use. Beside it counts only what proves the client.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "jose/key_set.h"
#include "oidc/client_request.h"

namespace cardea::oidc {

/// The longest life of an object, for which its id is remembered.
inline constexpr seconds kSignedRequestLifeMax{3600};

struct SignedRequest {
  web::Form form;
  std::string jti;
  TimePoint expires_at;
};

/// Reads an object. `fetched`: the keys at the client's address, for clients whose keys stand there. Refuses, always as
/// invalid_request: a signature that is not the client's, shared secrets, an algorithm other than attribute
/// `ciba.backchannel.auth.request.signing.alg` says, and one that is not for us, not of now or says too little. Under
/// the executor secure-ciba-signed-authn-req it lives no longer than that says.
[[nodiscard]] Result<SignedRequest, OAuthError> read_signed_request(std::string_view object, const Client& client,
                                                                    std::string_view issuer, TimePoint now,
                                                                    const jose::KeySet* fetched = nullptr);

/// The parameters of the request, from its form or its object, whose id is used up then.
using CibaParametersStep = std::move_only_function<web::Outcome(Result<web::Form, OAuthError>)>;
[[nodiscard]] web::Outcome with_ciba_parameters(const ClientRequestPtr& request, CibaParametersStep next);

}  // namespace cardea::oidc
