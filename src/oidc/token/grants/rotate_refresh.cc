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
  const bool in_grace = now - share.rotated_at <= kRefreshGrace;
  if (is_previous && (in_grace || share.use_count <= realm.refresh_token_max_reuse)) {
    decision.rotation = Rotation::kRepeat;
    decision.refresh_id = share.refresh_id;
    if (!in_grace) decision.after.use_count = share.use_count + 1;  // A lost answer does not count as a use.
    return decision;
  }
  decision.rotation = Rotation::kRevoke;
  return decision;
}

}  // namespace cardea::oidc
