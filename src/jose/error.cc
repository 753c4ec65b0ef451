#include "jose/error.h"

namespace cardea::jose {

std::string_view describe(JoseError error) {
  switch (error) {
    case JoseError::kTooLarge:
      return "too_large";
    case JoseError::kMalformed:
      return "malformed";
    case JoseError::kDuplicateMember:
      return "duplicate_member";
    case JoseError::kUnsupportedHeader:
      return "unsupported_header";
    case JoseError::kUnknownAlgorithm:
      return "unknown_algorithm";
    case JoseError::kWrongAlgorithm:
      return "wrong_algorithm";
    case JoseError::kUnknownKey:
      return "unknown_key";
    case JoseError::kBadSignature:
      return "bad_signature";
    case JoseError::kBadEncryption:
      return "bad_encryption";
    case JoseError::kBadKey:
      return "bad_key";
    case JoseError::kWeakKey:
      return "weak_key";
    case JoseError::kPrivateMember:
      return "private_member";
    case JoseError::kBadClaim:
      return "bad_claim";
    case JoseError::kWrongIssuer:
      return "wrong_issuer";
    case JoseError::kWrongAudience:
      return "wrong_audience";
    case JoseError::kWrongType:
      return "wrong_type";
    case JoseError::kMissingExpiry:
      return "missing_expiry";
    case JoseError::kExpired:
      return "expired";
    case JoseError::kNotYetValid:
      return "not_yet_valid";
  }
  return "jose_error";
}

JoseError from_json(JsonError error) {
  switch (error) {
    case JsonError::kTooLarge:
      return JoseError::kTooLarge;
    case JsonError::kDuplicateKey:
      return JoseError::kDuplicateMember;
    case JsonError::kTooDeep:
    case JsonError::kMalformed:
      return JoseError::kMalformed;
  }
  return JoseError::kMalformed;
}

}  // namespace cardea::jose
