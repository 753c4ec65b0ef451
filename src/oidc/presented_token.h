// A token that somebody shows us, with everything that stands behind it: what userinfo and introspection answer from.
#pragma once

#include <memory>
#include <string_view>

#include "core/check_bearer.h"
#include "core/token/issue_token.h"
#include "core/token/token_subject.h"
#include "oidc/oidc.h"

namespace cardea::oidc {

struct PresentedToken {
  LiveToken live;
  std::shared_ptr<const TokenPlan> plan;  // of the token's client and scope
  TokenSubject subject;
};

/// Loads it, and refuses when session, user or client is gone, disabled or revoked. `token` was verified before.
[[nodiscard]] Stored<Result<PresentedToken, BearerError>> load_presented_token(
    Rows& rows, const Dependencies& dependencies, const std::shared_ptr<const RealmEntry>& realm,
    const jose::VerifiedJwt& token, TimePoint now);

/// What the mappers run on. Valid while `token`, `presented` and `realm` live.
[[nodiscard]] TokenContext context_of(const PresentedToken& presented, const RealmEntry& realm,
                                      const jose::VerifiedJwt& token, TimePoint now);

}  // namespace cardea::oidc
