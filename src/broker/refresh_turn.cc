#include "broker/refresh_turn.h"

#include "crypto/hash.h"

namespace cardea::broker {

Stored<RefreshTurn> take_refresh_turn(Tx& tx, const Dependencies& dependencies, const RealmId& realm,
                                      std::string_view kept, TimePoint remembered_until) {
  auto& used_ids = dependencies.repositories.used_ids;
  const auto take = [&](const std::string& what, TimePoint until) {
    return used_ids.take(tx, realm, crypto::sha256_base64url("refresh-turn." + what + "." + std::string(kept)), until);
  };
  // The next span is taken as well, so that two do not meet at the border: what was taken stays until it is purged.
  const auto now = dependencies.clock.now();
  const auto span = epoch_seconds(now) / kRefreshTurn.count();
  const auto ours = take(std::to_string(span), now + kRefreshTurn * 3);
  if (!ours) return refuse(ours.error());
  if (!*ours) return RefreshTurn{.is_ours = false};
  const auto next = take(std::to_string(span + 1), now + kRefreshTurn * 3);
  if (!next) return refuse(next.error());
  const auto first = take("try", remembered_until);
  if (!first) return refuse(first.error());
  return RefreshTurn{.is_ours = true, .is_first_try = *first};
}

}  // namespace cardea::broker
