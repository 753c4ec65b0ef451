#include "oidc/error.h"

#include <algorithm>
#include <array>

namespace cardea::oidc {
namespace {

struct Row {
  OAuthCode code;
  std::string_view wire_name;
  int status;
};

constexpr std::array kRows = {
    Row{OAuthCode::kInvalidRequest, "invalid_request", 400},
    Row{OAuthCode::kInvalidClient, "invalid_client", 401},
    Row{OAuthCode::kInvalidGrant, "invalid_grant", 400},
    Row{OAuthCode::kUnauthorizedClient, "unauthorized_client", 400},
    Row{OAuthCode::kUnsupportedGrantType, "unsupported_grant_type", 400},
    Row{OAuthCode::kUnsupportedResponseType, "unsupported_response_type", 400},
    Row{OAuthCode::kUnsupportedTokenType, "unsupported_token_type", 400},
    Row{OAuthCode::kInvalidScope, "invalid_scope", 400},
    Row{OAuthCode::kInvalidToken, "invalid_token", 401},
    Row{OAuthCode::kInsufficientScope, "insufficient_scope", 403},
    Row{OAuthCode::kAccessDenied, "access_denied", 403},
    Row{OAuthCode::kLoginRequired, "login_required", 400},
    Row{OAuthCode::kInteractionRequired, "interaction_required", 400},
    Row{OAuthCode::kConsentRequired, "consent_required", 400},
    Row{OAuthCode::kServerError, "server_error", 500},
    Row{OAuthCode::kTemporarilyUnavailable, "temporarily_unavailable", 503},
    Row{OAuthCode::kRequestNotSupported, "request_not_supported", 400},
    Row{OAuthCode::kRequestUriNotSupported, "request_uri_not_supported", 400},
    Row{OAuthCode::kAuthorizationPending, "authorization_pending", 400},
    Row{OAuthCode::kSlowDown, "slow_down", 400},
    Row{OAuthCode::kExpiredToken, "expired_token", 400},
    Row{OAuthCode::kInvalidRequestObject, "invalid_request_object", 400},
    Row{OAuthCode::kInvalidTarget, "invalid_target", 400},
    Row{OAuthCode::kInvalidDpopProof, "invalid_dpop_proof", 400},
    Row{OAuthCode::kUnmetAuthenticationRequirements, "unmet_authentication_requirements", 400},
    Row{OAuthCode::kInvalidRedirectUri, "invalid_redirect_uri", 400},
    Row{OAuthCode::kInvalidClientMetadata, "invalid_client_metadata", 400},
    Row{OAuthCode::kNotAllowed, "not_allowed", 400},
    Row{OAuthCode::kUnknownUserId, "unknown_user_id", 400},
    Row{OAuthCode::kInvalidBindingMessage, "invalid_binding_message", 400},
};

constexpr bool rows_follow_the_enum() {
  for (std::size_t i = 0; i < kRows.size(); ++i) {
    if (static_cast<std::size_t>(kRows[i].code) != i) return false;
  }
  return static_cast<std::size_t>(OAuthCode::kInvalidBindingMessage) + 1 == kRows.size();
}
static_assert(rows_follow_the_enum());

const Row& row(OAuthCode code) { return kRows[static_cast<std::size_t>(code)]; }

LogLevel level_of(OAuthCode code) {
  if (code == OAuthCode::kServerError) return LogLevel::kError;
  return code == OAuthCode::kTemporarilyUnavailable ? LogLevel::kWarning : LogLevel::kInfo;
}

/// Inside a quoted-string of a header (RFC 9110 section 5.6.4).
std::string quoted(std::string_view text) {
  std::string out;
  for (const char c : public_text(text)) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

}  // namespace

std::string_view wire_name(OAuthCode code) { return row(code).wire_name; }
int http_status(OAuthCode code) { return row(code).status; }

std::string public_text(std::string_view text) {
  std::string out(text);
  std::ranges::replace_if(out, [](char c) { return c < 0x20 || c > 0x7E || c == '"' || c == '\\'; }, '?');
  return out;
}

web::Response error_response(const OAuthError& error, const web::Request& request, std::string_view realm,
                             std::string_view client_id, Log& log) {
  const int status = error.status != 0 ? error.status : http_status(error.code);
  log.write(level_of(error.code), "oauth_refused",
            {{"error", wire_name(error.code)},
             {"reason", error.description},
             {"note", error.note},
             {"realm", realm},
             {"client_id", client_id},
             {"path", request.path},
             {"ip", request.remote_address},
             {"correlation_id", request.correlation_id}});
  auto response = web::json_error(status, wire_name(error.code), public_text(error.description));
  if (error.challenge_basic) response.add("WWW-Authenticate", "Basic realm=\"" + quoted(realm) + "\"");
  if (status == 503) response.add("Retry-After", "1");
  return response;
}

}  // namespace cardea::oidc
