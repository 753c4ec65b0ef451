#include "oidc/token/grants/redeem_code.h"

#include "base/secret.h"
#include "crypto/hash.h"
#include "oidc/pkce.h"
#include "oidc/redirect_uri.h"

namespace cardea::oidc {
namespace {

/// Everything but whether it was used before.
std::optional<OAuthError> mismatch(const AuthorizationCode& code, const CodeRedemption& request) {
  const bool redirect_matches = request.redirect_uri ? is_same_redirect_uri(*request.redirect_uri, code.redirect_uri)
                                                     : !code.redirect_uri_sent || !request.needs_redirect_uri;
  if (!redirect_matches) return invalid_grant("Incorrect redirect_uri", "redirect_uri_differs");
  if (code.client.str() != request.client_id) {
    return invalid_grant("Auth error: Found different client_id in clientSession", "code_of_other_client");
  }
  if (auto proven = check_code_verifier(code, request.code_verifier); !proven) return proven.error();
  if (!code.dpop_jkt.empty() && code.dpop_jkt != request.key_thumbprint) {  // RFC 9449 section 10
    return invalid_grant("DPoP Proof public key thumbprint does not match dpop_jkt", "code_bound_to_other_key");
  }
  return std::nullopt;
}

}  // namespace

Result<void, OAuthError> check_code_verifier(const AuthorizationCode& code, std::optional<std::string_view> verifier) {
  if (code.code_challenge.empty()) {
    if (!verifier) return {};
    return refuse(
        invalid_grant("PKCE code verifier specified but challenge not present in authorization", "pkce_downgrade"));
  }
  if (!verifier) return refuse(invalid_grant("PKCE code verifier not specified", "pkce_verifier_missing"));
  if (!is_pkce_text(*verifier))
    return refuse(invalid_grant("PKCE verification failed: Invalid code verifier", "pkce_verifier_malformed"));
  const auto expected =
      code.challenge_method == ChallengeMethod::kS256 ? crypto::sha256_base64url(*verifier) : std::string(*verifier);
  if (!equal_secrets(expected, code.code_challenge)) {
    return refuse(invalid_grant("PKCE verification failed: Code mismatch", "pkce_mismatch"));
  }
  return {};
}

Result<void, CodeRefusal> redeem_code(const TakenCode& taken, const CodeRedemption& request) {
  if (taken.result == TakeCode::kUnknown) return refuse(CodeRefusal{invalid_grant("Code not valid", "code_unknown")});
  if (taken.result == TakeCode::kUsedBefore) {
    // A replay by someone who holds neither the client nor the verifier must not end the honest person's session.
    const bool otherwise_valid = !mismatch(taken.code, request);
    return refuse(CodeRefusal{invalid_grant("Code not valid", "code_used_twice"), otherwise_valid});
  }
  if (taken.result == TakeCode::kExpired) return refuse(CodeRefusal{invalid_grant("Code not valid", "code_expired")});
  if (auto error = mismatch(taken.code, request)) return refuse(CodeRefusal{std::move(*error)});
  return {};
}

}  // namespace cardea::oidc
