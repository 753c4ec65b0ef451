// DPoP proofs (RFC 9449 section 4; standards.md section 15; attack classes 12 and 30): a JWT that says "the sender of
// this request holds this key". A pure function; that a proof is used once is for the caller to see to.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "domain/client.h"

namespace cardea::oidc {

enum class ProofError {
  kMissing,
  kSeveral,  // more than one header or value
  kMalformed,
  kWrongType,
  kWrongAlgorithm,
  kNoKey,  // or one that is private, weak or not fit for the algorithm
  kBadSignature,
  kMissingClaims,
  kWrongMethod,
  kWrongUrl,
  kNotActive,
  kWrongToken,  // `ath` is not of the token that came with it
  kUsed,
};
/// A sentence part for the client; holds nothing of the proof.
[[nodiscard]] std::string_view describe(ProofError error);

struct ProofRules {
  std::string_view method;  // of the request, "POST"
  std::string_view url;     // of the request as the client sees it, without query
  TimePoint now;
  std::optional<std::string_view> access_token{};  // at a resource: the token that the proof goes with
  ClientPolicy policy = ClientPolicy::kClassic;
};

struct Proof {
  std::string key_thumbprint;  // RFC 7638, base64url
  std::string used_id;         // to be used up: hash of what makes the proof unique
  TimePoint expires_at{};      // no proof with this id is good any longer
};

/// Section 4.3, in its order. `text`: the value of the header.
[[nodiscard]] Result<Proof, ProofError> check_proof(std::string_view text, const ProofRules& rules);

/// Are these two the same URL, but for query, fragment, case of scheme and host, a default port, and needless
/// percent-encoding (RFC 9449 section 4.3, point 9)?
[[nodiscard]] bool is_same_target(std::string_view one, std::string_view other);

/// The algorithms, in Keycloak's order: for the metadata and for challenges.
[[nodiscard]] const std::vector<std::string>& proof_algorithms();
[[nodiscard]] bool is_proof_algorithm(std::string_view name, ClientPolicy policy);

}  // namespace cardea::oidc
