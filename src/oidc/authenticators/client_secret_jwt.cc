#include "oidc/authenticators/client_secret_jwt.h"

#include "oidc/authenticators/client_assertion.h"
#include "oidc/client_keys.h"

namespace cardea::oidc {

web::Outcome prove_by_shared_key(Unproven unproven) {
  const auto assertion = read_assertion(unproven);
  if (!assertion) return refuse_proof(unproven, assertion.error());
  if (!jose::is_hmac(assertion->algorithm())) {
    return refuse_proof(unproven, assertion_refused(AssertionError::kWrongAlgorithm));
  }
  // A secret shorter than the hash is no key for it (RFC 7518 section 3.2); an empty one is never a key.
  const auto keys = keys_of_secret(unproven.request->client->client, *assertion);
  if (!keys) {
    auto refusal = assertion_refused(AssertionError::kNoKey);
    refusal.note = jose::describe(keys.error());
    return refuse_proof(unproven, refusal);
  }
  return prove_by_assertion(std::move(unproven), *assertion, *keys);
}

}  // namespace cardea::oidc
