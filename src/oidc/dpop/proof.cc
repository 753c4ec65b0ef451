#include "oidc/dpop/proof.h"

#include <cctype>

#include "base/text.h"
#include "base/uri.h"
#include "crypto/hash.h"
#include "jose/jwk.h"
#include "jose/jws.h"

namespace cardea::oidc {
namespace {

constexpr seconds kPastMax{60};   // how old a proof may be: clocks differ, and networks take their time
constexpr seconds kAheadMax{15};  // FAPI 2.0 section 5.3.2.1: ten seconds at least, sixty never
constexpr std::size_t kIdBytesMax = 256;
constexpr std::size_t kProofBytesMax = 8 * 1024;

bool is_unreserved(unsigned char c) { return std::isalnum(c) != 0 || c == '-' || c == '.' || c == '_' || c == '~'; }

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// RFC 3986 section 6.2.2: escapes of unreserved characters undone, the others in upper case.
std::string normal_path(std::string_view path) {
  static constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  for (std::size_t i = 0; i < path.size(); ++i) {
    const int high = path[i] == '%' && i + 2 < path.size() ? hex_value(path[i + 1]) : -1;
    const int low = high >= 0 ? hex_value(path[i + 2]) : -1;
    if (low < 0) {
      out.push_back(path[i]);
      continue;
    }
    const auto byte = static_cast<unsigned char>(high * 16 + low);
    if (is_unreserved(byte)) {
      out.push_back(static_cast<char>(byte));
    } else {
      out.append({'%', kHex[byte / 16], kHex[byte % 16]});
    }
    i += 2;
  }
  return out.empty() ? "/" : out;
}

/// A proof verifies with the key it carries: that is what it proves.
Result<jose::VerifiedJwt, ProofError> verify_with_carried_key(const jose::UnverifiedJws& jws, std::string& thumbprint) {
  auto key = jws.carried_key();
  if (!key) return refuse(ProofError::kNoKey);
  if (!key->alg.empty() && key->alg != jose::name(jws.algorithm())) return refuse(ProofError::kNoKey);
  thumbprint = jose::thumbprint(key->key);
  auto made = jose::VerificationKey::make(std::move(key->key), std::string(jws.kid().value_or("")), jws.algorithm());
  if (!made) return refuse(ProofError::kNoKey);
  jose::KeySet keys;
  keys.add(std::move(*made));
  auto proof = jose::verify(jws, keys);
  if (!proof) {
    return refuse(proof.error() == jose::JoseError::kBadSignature ? ProofError::kBadSignature : ProofError::kMalformed);
  }
  return std::move(*proof);
}

Result<void, ProofError> check_claims(const jose::VerifiedJwt& proof, const ProofRules& rules) {
  const auto jti = proof.jti();
  const auto htm = proof.text("htm");
  const auto htu = proof.text("htu");
  if (jti.empty() || jti.size() > kIdBytesMax || htm.empty() || htu.empty() || !proof.iat()) {
    return refuse(ProofError::kMissingClaims);
  }
  if (htm != rules.method) return refuse(ProofError::kWrongMethod);
  if (!is_same_target(htu, rules.url)) return refuse(ProofError::kWrongUrl);
  if (*proof.iat() > rules.now + kAheadMax || *proof.iat() < rules.now - kPastMax)
    return refuse(ProofError::kNotActive);
  if (proof.exp() && *proof.exp() <= rules.now) return refuse(ProofError::kNotActive);
  if (proof.nbf() && *proof.nbf() > rules.now + kAheadMax) return refuse(ProofError::kNotActive);
  if (rules.access_token && proof.text("ath") != crypto::sha256_base64url(*rules.access_token)) {
    return refuse(ProofError::kWrongToken);
  }
  return {};
}

}  // namespace

std::string_view describe(ProofError error) {
  switch (error) {
    case ProofError::kMissing:
      return "DPoP proof is missing";
    case ProofError::kSeveral:
      return "More than one DPoP proof";
    case ProofError::kMalformed:
      return "DPoP header verification failure";
    case ProofError::kWrongType:
      return "Invalid or missing type in DPoP header";
    case ProofError::kWrongAlgorithm:
      return "Unsupported DPoP algorithm";
    case ProofError::kNoKey:
      return "No JWK in DPoP header";
    case ProofError::kBadSignature:
      return "DPoP verification failure";
    case ProofError::kMissingClaims:
      return "DPoP mandatory claims are missing";
    case ProofError::kWrongMethod:
      return "DPoP HTTP method mismatch";
    case ProofError::kWrongUrl:
      return "DPoP HTTP URL mismatch";
    case ProofError::kNotActive:
      return "DPoP proof is not active";
    case ProofError::kWrongToken:
      return "DPoP proof access token hash mismatch";
    case ProofError::kUsed:
      return "DPoP proof has already been used";
  }
  return "DPoP header verification failure";
}

const std::vector<std::string>& proof_algorithms() {
  static const std::vector<std::string> kAll = {"PS384", "RS384", "EdDSA", "ES384", "ES256",
                                                "RS256", "ES512", "PS256", "PS512", "RS512"};
  return kAll;
}

bool is_proof_algorithm(std::string_view name, ClientPolicy policy) {
  const auto algorithm = jose::parse_algorithm(name);
  if (!algorithm || jose::is_hmac(*algorithm)) return false;
  if (policy != ClientPolicy::kFapi2) return true;
  return *algorithm == jose::Algorithm::kPS256 || *algorithm == jose::Algorithm::kES256 ||
         *algorithm == jose::Algorithm::kEdDSA;  // FA-14
}

bool is_same_target(std::string_view one, std::string_view other) {
  const auto left = parse_uri(one);
  const auto right = parse_uri(other);
  if (!left || !right || !left->is_http() || left->userinfo || right->userinfo) return false;
  return left->origin() == right->origin() && normal_path(left->path) == normal_path(right->path);
}

Result<Proof, ProofError> check_proof(std::string_view text, const ProofRules& rules) {
  if (text.empty() || text.size() > kProofBytesMax) return refuse(ProofError::kMalformed);
  if (text.find(',') != std::string_view::npos) return refuse(ProofError::kSeveral);
  const auto jws = jose::UnverifiedJws::parse(text);
  if (!jws) {
    const bool unknown = jws.error() == jose::JoseError::kUnknownAlgorithm;
    return refuse(unknown ? ProofError::kWrongAlgorithm : ProofError::kMalformed);
  }
  if (jws->typ() != "dpop+jwt") return refuse(ProofError::kWrongType);
  if (!is_proof_algorithm(jose::name(jws->algorithm()), rules.policy)) return refuse(ProofError::kWrongAlgorithm);
  Proof proof;
  const auto verified = verify_with_carried_key(*jws, proof.key_thumbprint);
  if (!verified) return refuse(verified.error());
  if (const auto checked = check_claims(*verified, rules); !checked) return refuse(checked.error());
  // One id of one key: another sender's proof with the same jti is another one (DP-9).
  std::string id = "dpop";
  id.append(1, '\0').append(proof.key_thumbprint).append(1, '\0').append(verified->jti());
  proof.used_id = crypto::sha256_base64url(id);
  proof.expires_at = *verified->iat() + kPastMax + kAheadMax;
  return proof;
}

}  // namespace cardea::oidc
