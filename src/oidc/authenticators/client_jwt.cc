#include "oidc/authenticators/client_jwt.h"

#include "oidc/authenticators/client_assertion.h"
#include "oidc/client_keys.h"
#include "oidc/keys_at_address.h"

namespace cardea::oidc {
namespace {

OAuthError no_keys(std::string_view note) {
  auto refusal = assertion_refused(AssertionError::kNoKey);
  refusal.note = note;
  return refusal;
}

web::Outcome prove_by_keys_at_address(Unproven unproven, jose::UnverifiedJws assertion) {
  const auto& request = *unproven.request;
  const auto url = jwks_url_of(request.client->client);
  if (!url) return refuse_proof(unproven, no_keys("jwks.url is no URL that may be called"));
  WantedKey wanted{.kid = {}, .algorithm = assertion.algorithm()};
  if (const auto kid = assertion.kid()) wanted.kid = *kid;
  return with_keys_at(request.dependencies, *url, wanted,
                      [unproven = std::move(unproven),
                       assertion = std::move(assertion)](Result<SharedKeys, std::string> keys) mutable -> web::Outcome {
                        if (!keys) return refuse_proof(unproven, no_keys(keys.error()));
                        return prove_by_assertion(std::move(unproven), assertion, **keys);
                      });
}

}  // namespace

web::Outcome prove_by_private_key(Unproven unproven) {
  auto assertion = read_assertion(unproven);
  if (!assertion) return refuse_proof(unproven, assertion.error());
  const auto& client = unproven.request->client->client;
  // The address outranks keys in the record, as in Keycloak; those may be old ones that were withdrawn.
  if (client.attribute_is_true("use.jwks.url")) {
    return prove_by_keys_at_address(std::move(unproven), std::move(*assertion));
  }
  const auto keys = keys_in_record(client, *assertion);
  if (!keys) return refuse_proof(unproven, no_keys(jose::describe(keys.error())));
  return prove_by_assertion(std::move(unproven), *assertion, *keys);
}

}  // namespace cardea::oidc
