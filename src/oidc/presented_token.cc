#include "oidc/presented_token.h"

namespace cardea::oidc {
Stored<Result<PresentedToken, BearerError>> load_presented_token(Rows& rows, const Dependencies& dependencies,
                                                                 const std::shared_ptr<const RealmEntry>& realm,
                                                                 const jose::VerifiedJwt& token, TimePoint now) {
  using Answer = Result<PresentedToken, BearerError>;
  auto live = load_live_token(rows, dependencies.repositories, dependencies.settings, realm, token, now);
  if (!live) return refuse(live.error());
  if (!*live) return Answer(refuse(live->error()));
  PresentedToken presented{.live = std::move(**live), .plan = nullptr, .subject = {}};
  presented.plan = plan_for_granted(*presented.live.client, token.scope());
  auto subject =
      complete_subject(rows, dependencies.settings, *presented.live.client, *presented.plan, presented.live.subject);
  if (!subject) return refuse(subject.error());
  presented.subject = std::move(*subject);
  return Answer(std::move(presented));
}

TokenContext context_of(const PresentedToken& presented, const RealmEntry& realm, const jose::VerifiedJwt& token,
                        TimePoint now) {
  const auto& live = presented.live.live;
  const bool has_share = live && live->client_session;
  return {.realm = realm,
          .client = *presented.live.client,
          .plan = *presented.plan,
          .subject = presented.subject,
          .issuer = token.iss(),
          .now = now,
          .session = live ? &live->session : nullptr,
          .acr = token.text("acr"),
          .nonce = {},
          .grant = {},
          .requested_claims = has_share ? std::string_view(live->client_session->claims) : std::string_view{}};
}

}  // namespace cardea::oidc
