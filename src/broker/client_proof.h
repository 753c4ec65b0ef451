// How we prove to a provider who we are, as its record says. Internal to broker.
#pragma once

#include <string>

#include "broker/addresses.h"
#include "broker/endpoint.h"
#include "upstream/code_flow.h"

namespace cardea::broker {

/// The error is a word for the log.
[[nodiscard]] Result<upstream::ClientProof, std::string> client_proof(const Dependencies& dependencies,
                                                                      const RealmEntry& realm,
                                                                      const IdentityProvider& provider,
                                                                      const Addresses& addresses);

}  // namespace cardea::broker
