// SCIM 2.0 (RFC 7643, RFC 7644): an upstream provider's directory, Entra ID or Okta for example, says here who its
// people and groups are, so that somebody who is stopped there is stopped here at once and who signs in by OAuth is
// found (guides.md G2.7; entra.md sections 14 and 15).
//
// A client of it is one identity provider of one realm, by the bearer token that an administrator had made for it
// (`scimTokenHash` in the provider's config), where `scim` = "true". It reaches people and groups of that provider and
// nobody else (reach.h). Two paths lead to the same: /realms/{realm}/broker/{alias}/scim/v2, and authentik's
// /source/scim/{alias}/v2 in the realm that has authentik's paths.
#pragma once

#include <functional>
#include <string>

#include "base/attempt_limit.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/random.h"
#include "core/settings.h"
#include "domain/repository/repositories.h"
#include "web/base_url.h"
#include "web/router.h"

namespace cardea::scim {

/// Wrong tokens of one address in a window; then it is told to wait. A right one is never refused for it.
inline constexpr int kWrongTokensMax = 20;
inline constexpr seconds kWrongTokensWindow{60};

using SourceRealmNext = std::move_only_function<web::Outcome(const std::string& realm)>;

struct Dependencies {
  Repositories repositories;
  Settings& settings;
  const web::BaseUrl& base_url;
  const Clock& clock;
  Random& random;
  Log& log;
  /// The name of the realm that has authentik's paths; empty: none.
  std::function<web::Outcome(const web::Request&, SourceRealmNext)> with_source_realm;
  std::shared_ptr<AttemptLimit> wrong_tokens = std::make_shared<AttemptLimit>(kWrongTokensMax, kWrongTokensWindow);
};

/// `dependencies` must outlive the router and every Outcome it gave.
void add_routes(web::Router& router, const Dependencies& dependencies);

}  // namespace cardea::scim
