#include "upstream/id_token.h"

#include <algorithm>

namespace cardea::upstream {
namespace {

using jose::JoseError;

IdTokenError of(JoseError error) {
  switch (error) {
    case JoseError::kUnknownAlgorithm:
    case JoseError::kWrongAlgorithm:
      return IdTokenError::kAlgorithm;
    case JoseError::kUnknownKey:
      return IdTokenError::kUnknownKey;
    case JoseError::kBadSignature:
      return IdTokenError::kSignature;
    case JoseError::kBadClaim:
    case JoseError::kDuplicateMember:
      return IdTokenError::kBadClaim;
    default:
      return IdTokenError::kMalformed;
  }
}

IdTokenError of(IssuerError error) {
  switch (error) {
    case IssuerError::kNoTenant:
    case IssuerError::kTenantNotAllowed:
      return IdTokenError::kTenant;
    case IssuerError::kForeignKey:
      return IdTokenError::kForeignKey;
    case IssuerError::kWrongIssuer:
      break;
  }
  return IdTokenError::kIssuer;
}

// Steps 3 to 5 of section 3.1.3.7.
std::optional<IdTokenError> refuse_receiver(const jose::VerifiedJwt& token, const IdTokenPolicy& policy) {
  if (policy.client_id.empty() || !token.has_audience(policy.client_id)) return IdTokenError::kAudience;
  const bool names_party = token.claims().contains("azp");
  if (token.aud().size() > 1 && !names_party) return IdTokenError::kAuthorizedParty;
  if (names_party && token.azp() != policy.client_id) return IdTokenError::kAuthorizedParty;
  return std::nullopt;
}

std::optional<IdTokenError> refuse_times(const jose::VerifiedJwt& token, const IdTokenPolicy& policy) {
  if (!token.exp() || !token.iat()) return IdTokenError::kBadClaim;
  if (policy.now >= *token.exp() + policy.leeway) return IdTokenError::kExpired;
  const auto latest = policy.now + policy.leeway;
  if (*token.iat() > latest || (token.nbf() && *token.nbf() > latest)) return IdTokenError::kNotYetValid;
  return std::nullopt;
}

std::optional<IdTokenError> refuse_bindings(const jose::VerifiedJwt& token, const IdTokenPolicy& policy) {
  const auto* nonce = token.claims().if_contains("nonce");
  if (nonce != nullptr && !nonce->is_string()) return IdTokenError::kNonce;
  if (token.nonce() != policy.nonce) return IdTokenError::kNonce;
  const auto* hash = token.claims().if_contains("at_hash");
  if (hash == nullptr) return std::nullopt;
  const bool fits = hash->is_string() && !policy.access_token.empty() &&
                    token.text("at_hash") == jose::left_half_hash(token.algorithm(), policy.access_token);
  return fits ? std::nullopt : std::optional(IdTokenError::kAccessTokenHash);
}

}  // namespace

std::string_view describe(IdTokenError error) {
  switch (error) {
    case IdTokenError::kMalformed:
      return "malformed";
    case IdTokenError::kAlgorithm:
      return "algorithm_not_allowed";
    case IdTokenError::kUnknownKey:
      return "unknown_key";
    case IdTokenError::kSignature:
      return "bad_signature";
    case IdTokenError::kBadClaim:
      return "bad_claim";
    case IdTokenError::kIssuer:
      return "wrong_issuer";
    case IdTokenError::kTenant:
      return "tenant_not_allowed";
    case IdTokenError::kForeignKey:
      return "key_of_other_issuer";
    case IdTokenError::kAudience:
      return "wrong_audience";
    case IdTokenError::kAuthorizedParty:
      return "wrong_authorized_party";
    case IdTokenError::kExpired:
      return "expired";
    case IdTokenError::kNotYetValid:
      return "not_yet_valid";
    case IdTokenError::kNonce:
      return "wrong_nonce";
    case IdTokenError::kAccessTokenHash:
      return "wrong_at_hash";
  }
  return "?";
}

std::optional<std::string> key_id_of(std::string_view compact) {
  const auto jws = jose::UnverifiedJws::parse(compact);
  if (!jws || !jws->kid()) return std::nullopt;
  return std::string(*jws->kid());
}

Result<jose::VerifiedJwt, IdTokenError> check_id_token(std::string_view compact, const ProviderKeys& keys,
                                                       const IdTokenPolicy& policy) {
  const auto jws = jose::UnverifiedJws::parse(compact);
  if (!jws) return refuse(of(jws.error()));
  const bool is_listed = std::ranges::find(policy.algorithms, jws->algorithm()) != policy.algorithms.end();
  if (!is_listed || jose::is_hmac(jws->algorithm())) return refuse(IdTokenError::kAlgorithm);
  auto token = jose::verify(*jws, keys.keys);
  if (!token) return refuse(of(token.error()));
  if (const auto issuer = check_issuer(policy.issuer, token->claims(), keys.issuer_of(token->kid())); !issuer) {
    return refuse(of(issuer.error()));
  }
  if (const auto error = refuse_receiver(*token, policy)) return refuse(*error);
  if (const auto error = refuse_times(*token, policy)) return refuse(*error);
  if (token->sub().empty()) return refuse(IdTokenError::kBadClaim);
  if (const auto error = refuse_bindings(*token, policy)) return refuse(*error);
  return std::move(*token);
}

std::vector<jose::Algorithm> allowed_algorithms(const std::vector<std::string>& names) {
  std::vector<jose::Algorithm> out;
  for (const auto& name : names) {
    const auto algorithm = jose::parse_algorithm(name);
    if (algorithm && !jose::is_hmac(*algorithm)) out.push_back(*algorithm);
  }
  if (out.empty()) out.push_back(jose::Algorithm::kRS256);
  return out;
}

}  // namespace cardea::upstream
