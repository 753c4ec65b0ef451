#include "oidc/authenticators/client_jwt.h"

#include "oidc/authenticators/client_assertion.h"
#include "oidc/client_keys.h"

namespace cardea::oidc {
namespace {

OAuthError no_keys(std::string_view note) {
  auto refusal = assertion_refused(AssertionError::kNoKey);
  refusal.note = note;
  return refusal;
}

Result<jose::KeySet, OAuthError> keys_of(const Client& client, const jose::UnverifiedJws& assertion) {
  // The address outranks keys in the record, as in Keycloak; those may be old ones that were withdrawn.
  if (client.attribute_is_true("use.jwks.url"))
    return refuse(no_keys("use.jwks.url: key sets by address are not fetched"));
  auto keys = keys_in_record(client, assertion);
  if (!keys) return refuse(no_keys(jose::describe(keys.error())));
  return std::move(*keys);
}

}  // namespace

web::Outcome prove_by_private_key(Unproven unproven) {
  const auto assertion = read_assertion(unproven);
  if (!assertion) return refuse_proof(unproven, assertion.error());
  const auto keys = keys_of(unproven.request->client->client, *assertion);
  if (!keys) return refuse_proof(unproven, keys.error());
  return prove_by_assertion(std::move(unproven), *assertion, *keys);
}

}  // namespace cardea::oidc
