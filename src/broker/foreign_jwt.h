// Tokens of a realm's providers as proof of a client (guides.md G2.6; attack classes 11, 12, 14, 30): checked where the
// original did not look: issuer, tenant, audience, subject, times, and single use. A provider vouches for clients only
// where its record says `supportsClientAssertions` = "true".
//
// The client's record says what is taken (Keycloak's names where it has them):
//   jwt.credential.issuer    alias of the provider
//   jwt.credential.sub       the `sub` that may be shown, at Entra ID also `azp` or `appid`
//   jwt.credential.audience  values of `aud`, separated by spaces; empty: our issuer or token endpoint
//   jwt.credential.roles     values that the claim `roles` must hold, all of them; at Entra ID this may stand alone
//   jwt.credential.once      "true": each token (`jti` or `uti`) is good for one use. Where the provider's record does
//                            not say `supportsClientAssertionReuse` = "true" it always is, but at Entra ID, whose
//                            clients keep their tokens for an hour
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "broker/broker.h"
#include "domain/client.h"
#include "domain/foreign_jwt.h"
#include "jose/jwt.h"
#include "upstream/issuer.h"

namespace cardea::broker {

/// Tokens that are valid for longer from now are refused, as are those issued longer ago: no proof is for ever, and the
/// ids of used ones are kept as long. Entra ID's longest live for a day (managed identities).
inline constexpr seconds kForeignJwtLifeMax{86'400 + 300};

using ForeignJwtNext = std::move_only_function<web::Outcome(Result<ForeignJwt, ForeignJwtRefusal>)>;

/// Calls `next` on the inline lane.
[[nodiscard]] web::Outcome check_foreign_jwt(const Dependencies& dependencies, const web::Request& request,
                                             RealmPtr realm, const Client& client, std::string token,
                                             ForeignJwtNext next);

struct ForeignJwtRules {
  std::vector<upstream::IssuerRule> issuers;  // one of them; Entra ID has two token formats
  std::vector<std::string> audiences;         // one of them; none: no token is for us
  std::string subject;                        // empty: any, where `roles` says something
  std::vector<std::string> roles;
  bool once = false;
  bool is_entra = false;
  TimePoint now;
};
/// Of a token whose signature was right. The error is a word for the log. A person's token proves no client: ID tokens
/// and delegated access tokens are refused, and at Entra ID (`is_entra`) what does not show that an application asked
/// for itself.
[[nodiscard]] Result<ForeignJwt, std::string> judge_foreign_jwt(const jose::VerifiedJwt& token,
                                                                std::string_view key_issuer,
                                                                const ForeignJwtRules& rules);

}  // namespace cardea::broker
