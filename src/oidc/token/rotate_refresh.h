// The decision of the refresh grant about rotation (docs/adr/0004; RFC 9700 section 4.14.2; keycloak.md section 1.9). A
// pure function of the client's share of the session, the presented token's id, and `now`.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/token/refresh_rotation.h"
#include "domain/session.h"

namespace cardea::oidc {

/// How long the token before the current one is honoured once more, because its answer may have been lost on the way.
/// The same successor is given again, so that two tabs that race end with the same token.
inline constexpr seconds kRefreshGrace{5};

/// How many chains a share keeps beside the newest: the tabs of one application in one browser that stay signed in. The
/// chain that was used longest ago gives way.
inline constexpr std::size_t kOtherChainsMax = 7;

enum class Rotation {
  kKeep,    // rotation is off: nothing is stored
  kRotate,  // the current token of a chain
  kRepeat,  // the one before, within the grace or the allowed reuse: its successor again
  kRefuse,  // of a chain that is not kept any more; nothing ends
  kRevoke,  // used once too often: the family ends
};

struct RotationDecision {
  Rotation rotation = Rotation::kRevoke;
  std::string refresh_id{};              // jti of the refresh token to issue
  std::optional<ClientSession> after{};  // what replaces the share, guarded; absent: nothing is stored
};

/// The ids of one chain begin with the id of its first token, and a dot: "<first>.<suffix>".
/// `token_id`: jti of the presented token. `tracked`: it was issued while rotation was on (it carries reuse_id).
/// `fresh`: text for a new id, used when rotating.
[[nodiscard]] RotationDecision rotate_refresh(const RefreshRotation& rule, ClientSession share,
                                              std::string_view token_id, bool tracked, std::string_view fresh,
                                              TimePoint now);

/// The chains of a share that live on when the client joins the session once more and a new one begins, newest first.
[[nodiscard]] std::vector<RefreshChain> chains_behind_a_new_one(const RefreshRotation& rule,
                                                                const ClientSession& before);

}  // namespace cardea::oidc
