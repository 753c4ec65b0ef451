// How we prove to a provider who we are, as its record says (`clientAuthMethod`): by a secret, by a signature with
// that secret (`client_secret_jwt`), by one of a key of the realm (`private_key_jwt`; with `jwtX509HeadersEnabled` =
// "true", and at Entra ID always, it names the key's certificate), or as an issuer that the provider trusts to speak
// for our application (`federated_credential`: subject "identity-provider:ALIAS"). Internal to broker.
#pragma once

#include <string>
#include <string_view>

#include "broker/addresses.h"
#include "broker/endpoint.h"
#include "upstream/code_flow.h"

namespace cardea::broker {

/// The error is a word for the log.
[[nodiscard]] Result<upstream::ClientProof, std::string> client_proof(const Dependencies& dependencies,
                                                                      const web::Request& request,
                                                                      const RealmEntry& realm,
                                                                      const IdentityProvider& provider,
                                                                      const Addresses& addresses);

}  // namespace cardea::broker
