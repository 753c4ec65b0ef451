#include "oidc/token/grants/rotate_refresh.h"

namespace cardea::oidc {

RotationDecision rotate_refresh(const Realm& realm, const ClientSession& share, std::string_view token_id, bool tracked,
                                std::string fresh_id, TimePoint now) {
  RotationDecision decision;
  decision.after = share;
  if (!realm.revoke_refresh_token) {
    decision.rotation = Rotation::kKeep;
    decision.refresh_id = std::move(fresh_id);
    return decision;
  }
  // A token from before rotation was switched on starts the chain.
  if (token_id == share.refresh_id || !tracked) {
    decision.rotation = Rotation::kRotate;
    decision.refresh_id = fresh_id;
    decision.after.previous_refresh_id = token_id;
    decision.after.refresh_id = std::move(fresh_id);
    decision.after.rotated_at = now;
    decision.after.use_count = 1;
    return decision;
  }
  const bool is_previous = !share.previous_refresh_id.empty() && token_id == share.previous_refresh_id;
  const bool may_repeat = now - share.rotated_at <= kRefreshGrace || share.use_count <= realm.refresh_token_max_reuse;
  if (is_previous && may_repeat) {
    decision.rotation = Rotation::kRepeat;
    decision.refresh_id = share.refresh_id;
    decision.after.use_count = share.use_count + 1;
    return decision;
  }
  decision.rotation = Rotation::kRevoke;
  return decision;
}

}  // namespace cardea::oidc
