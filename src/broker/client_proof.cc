#include "broker/client_proof.h"

#include "upstream/client_assertion.h"

namespace cardea::broker {

Result<upstream::ClientProof, std::string> client_proof(const Dependencies& dependencies, const RealmEntry& realm,
                                                        const IdentityProvider& provider, const Addresses& addresses) {
  const auto method = upstream::parse_client_authentication(provider.setting("clientAuthMethod"));
  if (!method) return refuse(std::string("client_auth_method_not_supported"));
  upstream::ClientProof out{.method = *method,
                            .client_id = std::string(provider.setting("clientId")),
                            .secret = std::string(provider.setting("clientSecret")),
                            .assertion = {}};
  if (*method != upstream::ClientAuthentication::kAssertion) return out;
  const auto algorithm = provider.setting("clientAssertionSigningAlg");
  const auto* key = realm.signing_key(algorithm.empty() ? std::string_view("RS256") : algorithm);
  if (key == nullptr) return refuse(std::string("no_key_for_client_assertion"));
  const auto audience = provider.setting("clientAssertionAudience");
  out.assertion =
      upstream::make_client_assertion(*key,
                                      {.client_id = out.client_id,
                                       .audience = audience.empty() ? std::string_view(addresses.token) : audience,
                                       .now = dependencies.clock.now()},
                                      dependencies.random);
  return out;
}

}  // namespace cardea::broker
