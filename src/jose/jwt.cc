#include "jose/jwt.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/text.h"

namespace cardea::jose {
namespace {

constexpr std::int64_t kNumericDateMax = std::int64_t{1} << 53;  // what every JSON reader keeps exactly

// RFC 7519 section 2, NumericDate: a number, perhaps with a fraction. Answers false when it is anything else.
bool take_date(const json::object& claims, std::string_view name, std::optional<TimePoint>& out) {
  const auto* value = claims.if_contains(name);
  if (value == nullptr) return true;
  std::int64_t whole = -1;
  if (const auto* number = value->if_int64()) {
    whole = *number;
  } else if (const auto* fraction = value->if_double();
             fraction != nullptr && *fraction >= 0 && *fraction <= static_cast<double>(kNumericDateMax)) {
    whole = static_cast<std::int64_t>(std::floor(*fraction));
  }
  if (whole < 0 || whole > kNumericDateMax) return false;
  // A date beyond the year 9999 means "never", and stays within what a TimePoint can hold.
  constexpr std::int64_t kYear9999 = 253'402'300'799;
  out = from_epoch_seconds(std::min(whole, kYear9999));
  return true;
}

// RFC 7519 section 4.1.3: one text or a list of texts.
bool take_audience(const json::object& claims, std::vector<std::string>& out) {
  const auto* value = claims.if_contains("aud");
  if (value == nullptr) return true;
  if (const auto* text = value->if_string()) {
    out.emplace_back(text->data(), text->size());
    return true;
  }
  const auto* list = value->if_array();
  if (list == nullptr) return false;
  for (const auto& entry : *list) {
    const auto* text = entry.if_string();
    if (text == nullptr) return false;
    out.emplace_back(text->data(), text->size());
  }
  return true;
}

// RFC 7515 section 4.1.9: "application/" may be left out, and media types have no case.
bool is_same_type(std::string_view left, std::string_view right) {
  constexpr std::string_view kPrefix = "application/";
  const auto shorten = [&](std::string_view text) {
    const bool is_long = equal_ignoring_ascii_case(text.substr(0, kPrefix.size()), kPrefix);
    return is_long ? text.substr(kPrefix.size()) : text;
  };
  return equal_ignoring_ascii_case(shorten(left), shorten(right));
}

}  // namespace

std::string_view VerifiedJwt::text(std::string_view name) const {
  const auto* value = find_string(claims_, name);
  return value == nullptr ? std::string_view() : std::string_view(value->data(), value->size());
}

bool VerifiedJwt::has_audience(std::string_view audience) const {
  return std::find(aud_.begin(), aud_.end(), audience) != aud_.end();
}

Result<void, JoseError> VerifiedJwt::take_claims() {
  for (const std::string_view name : {"iss", "sub", "jti"}) {
    if (const auto* value = claims_.if_contains(name); value != nullptr && !value->is_string())
      return refuse(JoseError::kBadClaim);
  }
  const bool dates = take_date(claims_, "exp", exp_) && take_date(claims_, "iat", iat_) &&
                     take_date(claims_, "nbf", nbf_) && take_date(claims_, "auth_time", auth_time_);
  if (!dates || !take_audience(claims_, aud_)) return refuse(JoseError::kBadClaim);
  return {};
}

Result<void, JoseError> check_claims(const VerifiedJwt& jwt, const JwtPolicy& policy) {
  if (policy.header_typ && !is_same_type(jwt.header_typ(), *policy.header_typ)) return refuse(JoseError::kWrongType);
  if (policy.issuer.empty() || jwt.iss() != policy.issuer) return refuse(JoseError::kWrongIssuer);
  if (policy.audience && !jwt.has_audience(*policy.audience)) return refuse(JoseError::kWrongAudience);
  if (policy.require_exp && !jwt.exp()) return refuse(JoseError::kMissingExpiry);
  const auto exp_leeway = policy.exp_leeway ? policy.leeway : seconds{0};
  if (jwt.exp() && policy.now >= *jwt.exp() + exp_leeway) return refuse(JoseError::kExpired);
  const auto latest = policy.now + policy.leeway;
  if (jwt.nbf() && *jwt.nbf() > latest) return refuse(JoseError::kNotYetValid);
  if (jwt.iat() && *jwt.iat() > latest) return refuse(JoseError::kNotYetValid);
  return {};
}

}  // namespace cardea::jose
