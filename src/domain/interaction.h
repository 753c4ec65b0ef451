// An interaction: one run of a person through login, from the authorization request to the answer. `oidc` opens it,
// `login` completes it. Until a factor is proven it lives sealed in the browser (`sealed_interaction.h`); afterwards,
// when a further step or an action is still required, in a row. The stage is a closed sum: there is no way to "logged
// in" but through a Proven made from a checked credential (attack classes 5 and 6).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "domain/authorization.h"
#include "domain/flow/progress.h"
#include "domain/ids.h"

namespace cardea {

/// Nobody has proven anything yet.
struct AwaitingLogin {
  /// Set when an existing session must be confirmed (prompt=login): only this user may sign in here.
  std::string username_shown = {};
  /// What somebody typed as their name in a step of its own, and that step (Execution::id). It proves nothing, and no
  /// one was looked up by it.
  std::string typed_name = {};
  std::string named_by = {};
  bool remember_me = false;
  /// Step-up: this live session of `username_shown` counts for the levels it reached; only what is missing is asked.
  std::optional<SessionId> session = {};
  friend bool operator==(const AwaitingLogin&, const AwaitingLogin&) = default;
};

/// A credential was checked, and the flow asks for more.
struct AwaitingSteps {
  FlowProgress progress;                              // is_proven()
  int failures = 0;                                   // wrong answers since; bounded by kStepFailuresMax
  std::optional<SessionId> session = {};              // as above
  std::optional<std::int64_t> credential_stamp = {};  // these two as Authentication's
  std::optional<UpstreamProof> upstream = {};
};

/// The person proved who they are and must still do these things, in this order.
struct AwaitingActions {
  Authentication proven;
  std::vector<std::string> actions;  // required action aliases, never empty
  std::string asked = {};  // the one among them that the client alone asked for (kc_action): it may be left undone
  /// The person holds a link from a mail and has proven no more: this ends on our own page, never in a session.
  bool mailed = false;
};

struct Interaction {
  std::string id;  // also `tab_id` on the wire
  RealmId realm;
  std::string browser_hash;  // SHA-256 of the cookie that binds this to one browser (attack class 3)
  TimePoint expires_at{};
  AuthorizationRequest request;
  std::variant<AwaitingLogin, AwaitingSteps, AwaitingActions> stage;
};

}  // namespace cardea
