// What every token of a provider that did not come by a sign-in is asked first: whose keys signed it, whose it is, and
// that it was not made for something else. What it may then be used for say foreign_jwt.h (proof of a client) and
// grant_jwt.h (word for a person or a service). Internal to broker.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "broker/addresses.h"
#include "broker/endpoint.h"
#include "domain/foreign_jwt.h"
#include "jose/jwt.h"

namespace cardea::broker {

/// Both token formats of an Entra tenant; of any other provider its issuer.
[[nodiscard]] std::vector<upstream::IssuerRule> issuers_of(const IdentityProvider& provider,
                                                           const Addresses& addresses);
/// Is this what its record calls its issuer? For a token that nobody verified yet; a template takes any tenant here.
[[nodiscard]] bool may_be_of(const IdentityProvider& provider, std::string_view claimed_issuer);
/// `key_issuer`: what the key that verified says, empty when it says nothing.
[[nodiscard]] bool is_of_issuer(const jose::VerifiedJwt& token, std::string_view key_issuer,
                                const std::vector<upstream::IssuerRule>& issuers);
/// Not made for something else (RFC 8725 section 3.11). `also`: one more `typ` that is right here.
[[nodiscard]] bool is_of_usual_type(const jose::VerifiedJwt& token, std::string_view also);

struct SignedForeign {
  jose::VerifiedJwt token;
  std::string key_issuer;
  Addresses addresses;
};
using SignedForeignNext = std::move_only_function<web::Outcome(Result<SignedForeign, ForeignJwtRefusal>)>;
/// Checks the signature by the keys that the provider publishes. Nobody needs to be able to sign in by it: an issuer
/// and its keys suffice.
[[nodiscard]] web::Outcome verify_foreign(const Dependencies& dependencies, ProviderPtr provider, std::string token,
                                          SignedForeignNext next);

}  // namespace cardea::broker
