#include "oidc/token/grants/rotate_refresh.h"

namespace cardea::oidc {
namespace {

std::string_view chain_of(std::string_view id) { return id.substr(0, id.find('.')); }

RotationDecision rotated(const ClientSession& share, std::string_view token_id, std::string_view fresh, TimePoint now) {
  RotationDecision decision;
  decision.rotation = Rotation::kRotate;
  decision.refresh_id = std::string(chain_of(token_id)).append(".").append(fresh);
  decision.after = share;
  decision.after.previous_refresh_id = token_id;
  decision.after.refresh_id = decision.refresh_id;
  decision.after.rotated_at = now;
  decision.after.use_count = 1;
  return decision;
}

}  // namespace

RotationDecision rotate_refresh(const RefreshRotation& rule, const ClientSession& share, std::string_view token_id,
                                bool tracked, std::string_view fresh, TimePoint now) {
  RotationDecision decision;
  decision.after = share;
  if (!rule.is_on) {
    decision.rotation = Rotation::kKeep;
    decision.refresh_id = fresh;
    return decision;
  }
  // A token from before rotation was switched on starts the chain, once.
  const bool starts_chain = !tracked && share.previous_refresh_id.empty();
  if (token_id == share.refresh_id || starts_chain) return rotated(share, token_id, fresh, now);
  const bool is_previous = !share.previous_refresh_id.empty() && token_id == share.previous_refresh_id;
  const bool in_grace = now - share.rotated_at <= kRefreshGrace;
  if (is_previous && (in_grace || share.use_count <= rule.max_reuse)) {
    decision.rotation = Rotation::kRepeat;
    decision.refresh_id = share.refresh_id;
    if (!in_grace) decision.after.use_count = share.use_count + 1;  // A lost answer does not count as a use.
    return decision;
  }
  const bool other_chain = tracked && chain_of(token_id) != chain_of(share.refresh_id);
  decision.rotation = other_chain ? Rotation::kRefuse : Rotation::kRevoke;
  return decision;
}

}  // namespace cardea::oidc
