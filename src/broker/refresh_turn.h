// The refresh token of a kept answer goes out once at a time, whoever sends it (upstream_check.h, stored_token.h): to
// many providers one that comes twice is a stolen one (RFC 9700 section 4.14.2). Internal to broker.
#pragma once

#include <string_view>

#include "broker/endpoint.h"
#include "web/fetch.h"

namespace cardea::broker {

struct RefreshTurn {
  bool is_ours = false;
  /// Nobody sent it before, as it stands: no answer that replaced it can have been lost.
  bool is_first_try = true;
};

/// How long at least nobody else may send it; twice that at most.
inline constexpr seconds kRefreshTurn{30};
static_assert(kRefreshTurn > 2 * web::kFetchTimeout, "the provider's document and then its answer may take so long");

/// `kept`: the whole answer, as it is kept. A try is remembered until `remembered_until`.
[[nodiscard]] Stored<RefreshTurn> take_refresh_turn(Tx& tx, const Dependencies& dependencies, const RealmId& realm,
                                                    std::string_view kept, TimePoint remembered_until);

}  // namespace cardea::broker
