#include "oidc/token/rotate_refresh.h"

#include <algorithm>

namespace cardea::oidc {
namespace {

std::string_view first_of(std::string_view id) { return id.substr(0, id.find('.')); }

/// Puts the chain that the token belongs to in front. False when none of them is it.
bool bring_to_front(ClientSession& share, std::string_view token_id) {
  const auto is_it = [&](const RefreshChain& chain) { return first_of(chain.refresh_id) == first_of(token_id); };
  if (is_it(share.chain)) return true;
  auto& others = share.other_chains;
  const auto found = std::find_if(others.begin(), others.end(), is_it);
  if (found == others.end()) return false;
  std::swap(share.chain, *found);
  std::rotate(others.begin(), found, found + 1);
  return true;
}

RotationDecision rotated(ClientSession share, std::string_view token_id, std::string_view fresh, TimePoint now) {
  RotationDecision decision{.rotation = Rotation::kRotate};
  decision.refresh_id = std::string(first_of(token_id)).append(".").append(fresh);
  share.chain = {.refresh_id = decision.refresh_id,
                 .previous_refresh_id = std::string(token_id),
                 .rotated_at = now,
                 .use_count = 1};
  decision.after = std::move(share);
  return decision;
}

RotationDecision repeated(ClientSession share, bool counts) {
  RotationDecision decision{.rotation = Rotation::kRepeat, .refresh_id = share.chain.refresh_id};
  if (!counts) return decision;
  ++share.chain.use_count;
  decision.after = std::move(share);
  return decision;
}

}  // namespace

RotationDecision rotate_refresh(const RefreshRotation& rule, ClientSession share, std::string_view token_id,
                                bool tracked, std::string_view fresh, TimePoint now) {
  if (!rule.is_on) return {.rotation = Rotation::kKeep, .refresh_id = std::string(fresh)};
  if (!bring_to_front(share, token_id)) {
    // A token from before rotation was switched on starts a chain, once.
    const bool is_first = share.chain.previous_refresh_id.empty() && share.other_chains.empty();
    if (!tracked && is_first) return rotated(std::move(share), token_id, fresh, now);
    return {.rotation = tracked ? Rotation::kRefuse : Rotation::kRevoke};
  }
  const auto& chain = share.chain;
  if (token_id == chain.refresh_id) return rotated(std::move(share), token_id, fresh, now);
  if (chain.previous_refresh_id.empty() || token_id != chain.previous_refresh_id) return {};
  const bool in_grace = now - chain.rotated_at <= kRefreshGrace;
  if (!in_grace && chain.use_count > rule.max_reuse) return {};
  return repeated(std::move(share), !in_grace);  // a lost answer does not count as a use
}

std::vector<RefreshChain> chains_behind_a_new_one(const RefreshRotation& rule, const ClientSession& before) {
  if (!rule.is_on || before.chain.refresh_id.empty()) return {};
  std::vector<RefreshChain> chains{before.chain};
  const auto room = std::min(before.other_chains.size(), kOtherChainsMax - 1);
  chains.insert(chains.end(), before.other_chains.begin(),
                before.other_chains.begin() + static_cast<std::ptrdiff_t>(room));
  return chains;
}

}  // namespace cardea::oidc
