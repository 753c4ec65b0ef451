#include "oidc/token/token_endpoint.h"

#include "oidc/client_request.h"
#include "oidc/token/grants/all_grants.h"
#include "oidc/token/token_request.h"

namespace cardea::oidc {
namespace {

constexpr ClientRequestRules kRules{.targets_may_repeat = true,
                                    .takes_proof = true,
                                    .needs_proof = true,
                                    .needs_form = "Missing form parameter: grant_type"};

web::Outcome run_grant(TokenRequestPtr request) {
  const auto grant_type = request->form.value("grant_type");
  if (!grant_type)
    return refuse_token(*request,
                        {OAuthCode::kInvalidRequest, "Missing form parameter: grant_type", 0, "no_grant_type"});
  const auto* grant = find_grant(*grant_type);
  if (grant == nullptr)
    return refuse_token(*request, {OAuthCode::kUnsupportedGrantType, "Unsupported grant_type", 0, "unknown_grant"});
  return grant->handle(std::move(request));
}

}  // namespace

web::Outcome token_endpoint(const Dependencies& dependencies, const web::Request& request) {
  return with_proven_client(dependencies, request, kRules, &run_grant);
}

}  // namespace cardea::oidc
