// Client assertions (RFC 7521 section 4.2, RFC 7523 section 3; attack classes 11, 12, 30): a JWT that says "I am this
// client, and I speak to you", good for one use. What private_key_jwt and client_secret_jwt share.
#pragma once

#include <string>
#include <string_view>

#include "jose/jws.h"
#include "oidc/authenticators/authenticator.h"

namespace cardea::oidc {

inline constexpr std::string_view kAssertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

enum class AssertionError {
  kMalformed,
  kWrongType,       // a token made for something else (RFC 8725 section 3.11)
  kWrongAlgorithm,  // not the registered one, or not one of the policy
  kNoKey,           // the client has no key that can check it
  kBadSignature,
  kWrongIssuer,  // iss and sub must both be the client
  kWrongAudience,
  kNoExpiry,
  kExpired,
  kNotYetValid,
  kTooLong,  // valid for longer than we remember its id
  kNoId,
};
/// A sentence part for the client and the log; holds nothing of the assertion.
[[nodiscard]] std::string_view describe(AssertionError error);

struct AssertionRules {
  std::string_view client_id;
  std::string_view issuer;  // ours
  ClientPolicy policy = ClientPolicy::kClassic;
  bool issuer_alone = false;  // one audience, and no endpoint: executor secure-client-authentication-assertion
  seconds life_max{3600};
  TimePoint now;
};
/// The rules for a client: life at most an hour (CA-10), five minutes under fapi2, less where the attribute
/// `token.endpoint.auth.signing.max.exp` says so.
[[nodiscard]] AssertionRules assertion_rules(const Client& client, std::string_view issuer, TimePoint now);

/// Checks the algorithm of the header against `token.endpoint.auth.signing.alg`, the policy (CA-11) and the
/// executor secure-signature-algorithm-signed-jwt.
[[nodiscard]] Result<void, AssertionError> check_assertion_algorithm(jose::Algorithm algorithm, const Client& client);

/// Checks the claims of an assertion whose signature was right (CA-5 to CA-10). Audience: our issuer; for classic
/// clients also the token and the pushed request endpoint, and a list if all of it is ours.
[[nodiscard]] Result<void, AssertionError> check_assertion(const jose::VerifiedJwt& assertion,
                                                           const AssertionRules& rules);

/// Parses the assertion of the request. Refusals: type or assertion missing (400, Keycloak's words), malformed, and an
/// algorithm that is not allowed.
[[nodiscard]] Result<jose::UnverifiedJws, OAuthError> read_assertion(const Unproven& unproven);

/// Verifies with the client's keys, checks, uses the id up, and goes on with the endpoint.
[[nodiscard]] web::Outcome prove_by_assertion(Unproven unproven, const jose::UnverifiedJws& assertion,
                                              const jose::KeySet& keys);

/// 401 invalid_client; the text says what was wrong with the assertion.
[[nodiscard]] OAuthError assertion_refused(AssertionError error);

}  // namespace cardea::oidc
