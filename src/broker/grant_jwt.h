// Tokens of a realm's providers as their word for a person or a service: the JWT bearer grant (RFC 7523 section 2.1)
// and token exchange from outside (RFC 8693). Checked: signature, issuer and tenant, one audience that is ours, times,
// type, single use, and what client and provider ask for. Whom the token is about is known here by a link to that
// provider alone: never by a name or an address (attack class 7).
//
// The provider's record, in Keycloak's names (keycloak.md section 5.6):
//   jwtAuthorizationGrantEnabled                       "true": its tokens are taken at all
//   jwtAuthorizationGrantAssertionReuseAllowed         "true": one more than once; else each `jti` (`uti`) is good once
//   jwtAuthorizationGrantMaxAllowedAssertionExpiration seconds after `iat` (without one: until `exp`) at most; 300
//   jwtAuthorizationGrantAssertionSignatureAlg         this one alone
//   jwtAuthorizationGrantAllowedClockSkew              seconds that its clock may be ahead; 300 at most
//   allowClientIdAsAudience                            "true": our client id there is an audience as well
//   filteredByClaim ...                                as for people who sign in
// A provider of the kind `jwt-authorization-grant` is for this alone: an issuer and its keys, always on. What we issue
// never outlives the token that it is issued for, whatever jwtAuthorizationGrantLimitAccessTokenExp says.
// The client's:
//   oauth2.jwt.authorization.grant.idp       aliases of the providers it may bring tokens of, by "##"
//   oauth2.jwt.authorization.grant.audience  [{"key": alias, "value": audience}]: these instead of our issuer and token
//                                            endpoint
//   oauth2.jwt.authorization.grant.claims    [{"key": claim, "value": text}]: what the token must say, all of it
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "broker/broker.h"
#include "broker/foreign_jwt.h"
#include "domain/client.h"
#include "jose/jwt.h"

namespace cardea::broker {

using TextPairs = std::vector<std::pair<std::string, std::string>>;

struct GrantJwtRules {
  std::vector<upstream::IssuerRule> issuers;
  std::vector<std::string> audiences;  // one of them; none: no token is for us
  std::string algorithm;               // empty: any that the provider signs with
  seconds age_max{300};
  seconds skew{0};
  bool once = true;
  std::string own_client_id;  // ours at the provider: ID tokens have it as their audience
  TextPairs claims;
  TimePoint now;
};
/// Of a token whose signature was right; gives whose word it is, until when, and what is used up. Whom it is about is
/// not looked at.
[[nodiscard]] Result<ForeignJwt, ForeignJwtRefusal> judge_grant_jwt(const jose::VerifiedJwt& token,
                                                                    std::string_view key_issuer,
                                                                    const GrantJwtRules& rules);

/// Calls `next` on the inline lane. `subject` of the answer is the id of the link.
[[nodiscard]] web::Outcome check_grant_jwt(const Dependencies& dependencies, const web::Request& request,
                                           RealmPtr realm, const Client& client, std::string token,
                                           ForeignJwtNext next);

}  // namespace cardea::broker
