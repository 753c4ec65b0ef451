// The question of a proxy in front of an application: who is this, and may the request pass (nginx auth_request,
// Traefik and Caddy forward_auth, Envoy ext_authz). Bearer tokens only: people without one are sent to sign in
// elsewhere.
//
// 200 carries the caller in headers that the proxy hands on; 401 and 403 carry the body that HCL KEEP's clients know,
// {"status":401,"message":...,"details":...} (guides.md G1.6), and WWW-Authenticate (RFC 6750 section 3). What a token
// lacks is told to the log with the correlation id, to the caller only in kind.
#pragma once

#include <memory>

#include "base/clock.h"
#include "base/log.h"
#include "gate/token/provider_set.h"
#include "gate/token/verified_tokens.h"
#include "web/outcome.h"
#include "web/router.h"

namespace cardea::gate {

/// Headers of a 200. The proxy must take these names from our answer and never from the request (attack class 19).
inline constexpr std::string_view kNameHeader = "X-Auth-Name";
inline constexpr std::string_view kProviderHeader = "X-Auth-Provider";
inline constexpr std::string_view kScopesHeader = "X-Auth-Scopes";

/// The query parameter that names scopes of which the caller must have one, as the proxy's configuration says.
inline constexpr std::string_view kScopeParameter = "scope";

class CheckEndpoint {
 public:
  CheckEndpoint(std::shared_ptr<ProviderSet> providers, const Clock& clock, Log& log)
      : providers_(std::move(providers)), clock_(clock), log_(log) {}

  /// Registers /check for every method.
  void add_routes(web::Router& router);
  [[nodiscard]] web::Response check(const web::Request& request);

 private:
  [[nodiscard]] Result<std::shared_ptr<const Caller>, RefusedToken> caller_of(std::string_view token);
  void log_refusal(const web::Request& request, const RefusedToken& refused) const;

  std::shared_ptr<ProviderSet> providers_;
  VerifiedTokens verified_;
  const Clock& clock_;
  Log& log_;
};

}  // namespace cardea::gate
