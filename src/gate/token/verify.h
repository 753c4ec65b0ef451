// One provider's keys and one token: the signature alone, and no rule on claims. Internal to check_token.
#pragma once

#include <memory>
#include <string_view>

#include "gate/token/check_token.h"

namespace cardea::gate {

using Verified = std::shared_ptr<const jose::VerifiedJwt>;

[[nodiscard]] TokenRefusal refusal_of(jose::JoseError error);

/// By whichever of the provider's keys the token names, or fits.
[[nodiscard]] Result<Verified, TokenRefusal> verify_signature(const TokenProvider& provider,
                                                              const jose::UnverifiedJws& jws);
/// The same, by a key that may sign for the token's issuer.
[[nodiscard]] Result<Verified, TokenRefusal> verify_by(const TokenProvider& provider, const jose::UnverifiedJws& jws);

/// What is wrong with the key that a token names, which is no JWT that we read, in a header that may be readable all
/// the same: kNoKeyId, kUnknownKey, or kMalformed when it is not the key.
[[nodiscard]] TokenRefusal refuse_unreadable(const TokenProvider& provider, std::string_view compact);

}  // namespace cardea::gate
