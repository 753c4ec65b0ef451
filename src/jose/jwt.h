// Claims of a token whose signature was verified (RFC 7519), and the checks on them. A VerifiedJwt can only be made by
// `verify` in jws.h, so holding one means that its signature was right.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/json.h"
#include "base/result.h"
#include "jose/algorithm.h"
#include "jose/error.h"

namespace cardea::jose {

class KeySet;
class UnverifiedJws;
class VerificationKey;

/// The header and claims of a verified token. Registered claims had the right JSON type, or there would be no object.
class VerifiedJwt {
 public:
  [[nodiscard]] const json::object& claims() const { return claims_; }
  [[nodiscard]] Algorithm algorithm() const { return algorithm_; }
  [[nodiscard]] const std::string& kid() const { return kid_; }                // of the key that verified
  [[nodiscard]] const std::string& header_typ() const { return header_typ_; }  // empty when absent

  /// Text claims; empty when absent.
  [[nodiscard]] std::string_view iss() const { return text("iss"); }
  [[nodiscard]] std::string_view sub() const { return text("sub"); }
  [[nodiscard]] std::string_view jti() const { return text("jti"); }
  [[nodiscard]] std::string_view typ() const {
    return text("typ");
  }  // the claim of Keycloak's tokens: Bearer, ID, Refresh
  [[nodiscard]] std::string_view azp() const { return text("azp"); }
  [[nodiscard]] std::string_view sid() const { return text("sid"); }
  [[nodiscard]] std::string_view scope() const { return text("scope"); }
  [[nodiscard]] std::string_view nonce() const { return text("nonce"); }
  /// A text claim of any name; empty when absent or not a string.
  [[nodiscard]] std::string_view text(std::string_view name) const;

  /// Empty when absent; one entry when the claim is a string.
  [[nodiscard]] const std::vector<std::string>& aud() const { return aud_; }
  [[nodiscard]] bool has_audience(std::string_view audience) const;
  /// NumericDate claims (RFC 7519 section 2), fractions cut off.
  [[nodiscard]] std::optional<TimePoint> exp() const { return exp_; }
  [[nodiscard]] std::optional<TimePoint> iat() const { return iat_; }
  [[nodiscard]] std::optional<TimePoint> nbf() const { return nbf_; }
  [[nodiscard]] std::optional<TimePoint> auth_time() const { return auth_time_; }

 private:
  friend Result<VerifiedJwt, JoseError> verify(const UnverifiedJws& jws, const VerificationKey& key);
  explicit VerifiedJwt(json::object&& claims) : claims_(std::move(claims)) {}
  [[nodiscard]] Result<void, JoseError> take_claims();

  json::object claims_;  // in a block of its own (base/json_arena.h): made once, never assigned
  Algorithm algorithm_ = Algorithm::kRS256;
  std::string kid_, header_typ_;
  std::vector<std::string> aud_;
  std::optional<TimePoint> exp_, iat_, nbf_, auth_time_;
};

/// What a token must say to be accepted.
struct JwtPolicy {
  std::string_view issuer;                   // compared exactly; an empty one refuses everything
  std::optional<std::string_view> audience;  // must be among `aud` when set
  TimePoint now;
  seconds leeway{10};  // clock skew allowed for nbf and iat, and for exp if `exp_leeway`
  bool exp_leeway = false;
  bool require_exp = true;                       // offline tokens carry none
  std::optional<std::string_view> header_typ{};  // such as "logout+jwt"; the prefix "application/" may be left out
};

/// Checks the claims against the policy, in this order: header typ, iss, aud, exp, nbf, iat. The errors are kWrongType,
/// kWrongIssuer, kWrongAudience, kMissingExpiry, kExpired and kNotYetValid.
[[nodiscard]] Result<void, JoseError> check_claims(const VerifiedJwt& jwt, const JwtPolicy& policy);

}  // namespace cardea::jose
