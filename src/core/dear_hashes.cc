#include "core/dear_hashes.h"

#include <algorithm>
#include <cmath>

namespace cardea {
namespace {

/// What `own` lacks to cost as much as the dearest and a default one together, which is what the name of nobody costs.
std::vector<crypto::PasswordHash> padding_of(const crypto::PasswordHash& own, const crypto::PasswordHash& dearest,
                                             double dearest_cost) {
  if (crypto::has_default_cost(own)) return {dearest};
  const auto missing = dearest_cost - crypto::relative_cost(own);
  const auto iterations = static_cast<int>(std::lround(dearest.iterations * missing / dearest_cost));
  std::vector<crypto::PasswordHash> padding{crypto::dummy_hash()};
  if (iterations > 0) padding.push_back(crypto::dummy_like(dearest, iterations));
  return padding;
}

}  // namespace

std::optional<DearHashes::Dearest> DearHashes::dearest(const RealmId& realm,
                                                       const std::optional<crypto::PasswordHash>& stored) {
  const auto now = clock_.steady();
  const bool is_dear = stored && !crypto::has_default_cost(*stored);
  const auto cost = is_dear ? crypto::relative_cost(*stored) : 0.0;
  const std::scoped_lock lock(mutex_);
  auto known = realms_.find(realm);
  if (known != realms_.end() && now - known->second.seen_at > kKept) {
    realms_.erase(known);
    known = realms_.end();
  }
  if (is_dear && known == realms_.end()) {
    if (realms_.size() >= kRealms) {
      realms_.erase(std::min_element(realms_.begin(), realms_.end(),
                                     [](const auto& a, const auto& b) { return a.second.seen_at < b.second.seen_at; }));
    }
    known = realms_.try_emplace(realm).first;
  }
  if (known == realms_.end()) return std::nullopt;
  if (is_dear) known->second.seen_at = now;
  if (cost > known->second.cost) {
    known->second.hash = crypto::dummy_like(*stored, stored->iterations);
    known->second.cost = cost;
  }
  return known->second;
}

DearHashes::Work DearHashes::work_of(const RealmId& realm, const std::optional<crypto::PasswordHash>& stored) {
  const auto& own = stored ? *stored : crypto::dummy_hash();
  const auto most = dearest(realm, stored);
  if (!most) return {};
  return {padding_of(own, most->hash, most->cost), 1 + static_cast<int>(std::ceil(most->cost))};
}

}  // namespace cardea
