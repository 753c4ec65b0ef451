#include "upstream/logout_token.h"

#include <algorithm>

namespace cardea::upstream {
namespace {

constexpr std::string_view kEvent = "http://schemas.openid.net/event/backchannel-logout";

// "application/" may be left out (RFC 7515 section 4.1.9); older providers say JWT or nothing.
bool is_type_right(std::string_view typ) {
  return typ.empty() || typ == "logout+jwt" || typ == "application/logout+jwt" || typ == "JWT";
}

bool has_event(const json::object& claims) {
  const auto* events = claims.if_contains("events");
  if (events == nullptr || !events->is_object()) return false;
  const auto* event = events->get_object().if_contains(kEvent);
  return event != nullptr && event->is_object();
}

bool are_times_right(const jose::VerifiedJwt& token, const IdTokenPolicy& policy) {
  if (!token.iat() || *token.iat() > policy.now + policy.leeway) return false;
  return !token.exp() || policy.now < *token.exp() + policy.leeway;
}

}  // namespace

std::string_view describe(LogoutTokenError error) {
  switch (error) {
    case LogoutTokenError::kToken:
      return "logout_token_not_valid";
    case LogoutTokenError::kType:
      return "logout_token_of_other_type";
    case LogoutTokenError::kNoEvent:
      return "logout_token_without_event";
    case LogoutTokenError::kNonce:
      return "logout_token_with_nonce";
    case LogoutTokenError::kNobody:
      return "logout_token_of_nobody";
    case LogoutTokenError::kNoId:
      return "logout_token_without_id";
    case LogoutTokenError::kTooOld:
      return "logout_token_too_old";
  }
  return "?";
}

Result<LogoutToken, LogoutTokenError> check_logout_token(std::string_view compact, const ProviderKeys& keys,
                                                         const IdTokenPolicy& policy) {
  const auto jws = jose::UnverifiedJws::parse(compact);
  if (!jws) return refuse(LogoutTokenError::kToken);
  const bool is_listed = std::ranges::find(policy.algorithms, jws->algorithm()) != policy.algorithms.end();
  if (!is_listed || jose::is_hmac(jws->algorithm())) return refuse(LogoutTokenError::kToken);
  const auto token = jose::verify(*jws, keys.keys);
  if (!token) return refuse(LogoutTokenError::kToken);
  if (!check_issuer(policy.issuer, token->claims(), keys.issuer_of(token->kid()))) {
    return refuse(LogoutTokenError::kToken);
  }
  if (policy.client_id.empty() || !token->has_audience(policy.client_id)) return refuse(LogoutTokenError::kToken);
  if (!are_times_right(*token, policy)) return refuse(LogoutTokenError::kToken);
  if (policy.now >= *token->iat() + kLogoutTokenLifeMax) return refuse(LogoutTokenError::kTooOld);
  if (!is_type_right(token->header_typ())) return refuse(LogoutTokenError::kType);
  if (!has_event(token->claims())) return refuse(LogoutTokenError::kNoEvent);
  if (token->claims().contains("nonce")) return refuse(LogoutTokenError::kNonce);
  if (token->sub().empty() && token->sid().empty()) return refuse(LogoutTokenError::kNobody);
  if (token->jti().empty()) return refuse(LogoutTokenError::kNoId);
  return LogoutToken{.issuer = std::string(token->iss()),
                     .subject = std::string(token->sub()),
                     .sid = std::string(token->sid()),
                     .id = std::string(token->jti())};
}

}  // namespace cardea::upstream
