// grant_type=urn:ietf:params:oauth:grant-type:jwt-bearer (RFC 7523 section 2.1; keycloak.md section 1.9): a token of
// one of the realm's providers about somebody who is linked to it, for a token of ours.
#include "jose/jws.h"
#include "oidc/token/grants/all_grants.h"
#include "oidc/token/grants/foreign_grant.h"

namespace cardea::oidc {
namespace {}  // namespace

web::Outcome jwt_bearer_grant(TokenRequestPtr request) {
  const auto assertion = request->form.value("assertion");
  if (!assertion) return refuse_token(*request, invalid_grant("Missing parameter:assertion", "no_assertion"));
  if (!jose::UnverifiedJws::parse(*assertion)) {
    return refuse_token(*request, invalid_grant("The provided assertion is not a valid JWT", "malformed_assertion"));
  }
  if (auto refusal = why_no_foreign_grant(request->client->client, OAuthCode::kInvalidGrant)) {
    return refuse_token(*request, std::move(*refusal));
  }
  auto plan = requested_plan(*request);
  if (!plan) return refuse_token(*request, plan.error());
  return grant_on_foreign_word({.request = request,
                                .plan = std::move(*plan),
                                .token = std::string(*assertion),
                                .grant = "jb",
                                .audiences = {},
                                .issued_type = {}});
}

}  // namespace cardea::oidc
