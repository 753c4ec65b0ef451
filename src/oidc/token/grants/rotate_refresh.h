// The decision of the refresh grant about rotation (docs/adr/0004; RFC 9700 section 4.14.2; keycloak.md section 1.9). A
// pure function of the client's share of the session, the presented token's id, and `now`.
#pragma once

#include <string>
#include <string_view>

#include "core/token/refresh_rotation.h"
#include "domain/session.h"

namespace cardea::oidc {

/// How long the token before the current one is honoured once more, because its answer may have been lost on the way.
/// The same successor is given again, so that two tabs that race end with the same token.
inline constexpr seconds kRefreshGrace{5};

enum class Rotation {
  kKeep,    // rotation is off: nothing is stored
  kRotate,  // the current token: `after` replaces the row, guarded
  kRepeat,  // the one before, within the grace (nothing to store) or the allowed reuse (counted): its successor again
  kRefuse,  // of another chain: a later login of this client in the same browser began its own; nothing ends
  kRevoke,  // used once too often: the family ends
};

struct RotationDecision {
  Rotation rotation = Rotation::kRevoke;
  ClientSession after;     // for kRotate and kRepeat: what to store; for kRepeat as it is when there is nothing to
  std::string refresh_id;  // jti of the refresh token to issue
};

/// The ids of one chain begin with the id of its first token, and a dot: "<first>.<suffix>".
/// `token_id`: jti of the presented token. `tracked`: it was issued while rotation was on (it carries reuse_id).
/// `fresh`: text for a new id, used when rotating.
[[nodiscard]] RotationDecision rotate_refresh(const RefreshRotation& rule, const ClientSession& share,
                                              std::string_view token_id, bool tracked, std::string_view fresh,
                                              TimePoint now);

}  // namespace cardea::oidc
