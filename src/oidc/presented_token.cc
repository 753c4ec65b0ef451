#include "oidc/presented_token.h"

namespace cardea::oidc {
namespace {

/// A scope that was taken from the client since the token was made counts for nothing; what is left still does.
std::shared_ptr<const TokenPlan> plan_of(const ClientEntry& client, const jose::VerifiedJwt& token) {
  for (const auto scope : {token.scope(), std::string_view("openid")}) {
    if (auto plan = plan_for(client, scope)) return std::move(*plan);
  }
  return nullptr;
}

}  // namespace

Stored<Result<PresentedToken, BearerError>> load_presented_token(Rows& rows, const Dependencies& dependencies,
                                                                 const std::shared_ptr<const RealmEntry>& realm,
                                                                 const jose::VerifiedJwt& token, TimePoint now) {
  using Answer = Result<PresentedToken, BearerError>;
  auto live = load_live_token(rows, dependencies.repositories, dependencies.settings, realm, token, now);
  if (!live) return refuse(live.error());
  if (!*live) return Answer(refuse(live->error()));
  PresentedToken presented{.live = std::move(**live), .plan = nullptr, .subject = {}};
  presented.plan = plan_of(*presented.live.client, token);
  if (presented.plan == nullptr) return Answer(refuse(BearerError::kClientGone));
  auto subject =
      complete_subject(rows, dependencies.settings, *presented.live.client, *presented.plan, presented.live.subject);
  if (!subject) return refuse(subject.error());
  presented.subject = std::move(*subject);
  return Answer(std::move(presented));
}

TokenContext context_of(const PresentedToken& presented, const RealmEntry& realm, const jose::VerifiedJwt& token,
                        TimePoint now) {
  return {.realm = realm,
          .client = *presented.live.client,
          .plan = *presented.plan,
          .subject = presented.subject,
          .issuer = token.iss(),
          .now = now,
          .session = presented.live.live ? &presented.live.live->session : nullptr,
          .acr = token.text("acr"),
          .nonce = {},
          .grant = {}};
}

}  // namespace cardea::oidc
