// The executor: from a flow, what has been proven and what the user has, to what comes next. It alone decides when a
// login is complete; steps only bring results (attack classes 5 and 6). A pure function, by Keycloak's rules:
//
// - REQUIRED and CONDITIONAL steps run in order, each of them. Beside them ALTERNATIVE siblings do not count.
// - ALTERNATIVE steps: one is enough. One that was proven wins; else the first that applies is asked, and the others
//   that could be asked are offered with it.
// - A CONDITIONAL sub-flow runs as if REQUIRED when all its conditions hold, and is not there when one does not. One
//   without conditions never runs.
// - DISABLED is not there. A flow in which nothing was passed is not passed.
//
// Stricter than Keycloak: completion needs a checked credential, a name alone never completes; and until a credential
// was checked the answer is the same for every name, so nobody learns what an account has.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "domain/flow/flow.h"
#include "domain/flow/progress.h"

namespace cardea {

/// A form that a person fills in, as the executor sees it. What has no page here (cookie, conditions, allow, deny) is
/// in automatic_steps.h.
struct FormFacts {
  std::string_view authenticator;      // Keycloak's provider id
  Proof proof = Proof::kUsername;      // what passing it brings
  bool needs_user = false;             // somebody must have been named before
  std::string_view credential = {};    // the type the user must have; empty: asked of everybody
  std::string_view setup_action = {};  // the required action that makes one when the step is REQUIRED
  /// Asks nothing: once something was proven it passes, and where it is REQUIRED this required action is laid on the
  /// person. Empty: a form like any other.
  std::string_view lays_action = {};
  /// A passkey may be brought here instead, and one that was brought anywhere passes the step: only where
  /// FlowInput::passkeys is set.
  bool passkey_passes = false;
};
/// Null: no form by that name. Such a step is never passed.
using FindForm = const FormFacts* (*)(std::string_view authenticator);

/// conditional-user-attribute, as configured.
struct AttributeCondition {
  std::string_view name;
  std::string_view value;
  bool is_pattern = false;       // `value` is a regular expression for the whole value
  bool includes_groups = false;  // the attributes of the user's groups count as well
};

/// Goes to an upstream provider; its page is a list of them.
inline constexpr std::string_view kRedirector = "identity-provider-redirector";

/// What is known of the person. Everything here counts only once a credential of theirs was checked.
struct FlowSubject {
  std::set<std::string, std::less<>> credentials;       // types, for example "otp"
  std::function<bool(std::string_view name)> has_role;  // "role", or "client.role"; empty: not known
  /// Absent: cannot be said. Empty: not known.
  std::function<std::optional<bool>(const AttributeCondition&)> has_attribute = {};
};

/// Levels of authentication (conditional-level-of-authentication; keycloak.md section 2.2, `acr`).
inline constexpr std::string_view kLevelCondition = "conditional-level-of-authentication";
inline constexpr int kNoLevel = -1;
struct FlowLevels {
  int requested = kNoLevel;                  // by the client
  std::map<int, std::int64_t> earlier = {};  // reached in this browser session before, and when (epoch seconds)
  std::int64_t now = 0;
  /// Another provider vouched for them in this login, for this level and all below it as of then; kNoLevel: it did not.
  int vouched = kNoLevel;
  std::int64_t vouched_at = 0;
};
/// The highest level that earlier logins of the session still reach: each from the lowest on that the flow knows must
/// have been reached and be younger than its maximum age. kNoLevel: none, or a flow without levels.
[[nodiscard]] int level_still_reached(const Flow& flow, const FlowLevels& levels);

struct FlowInput {
  const FlowProgress& progress;
  const FlowSubject& subject;
  FindForm find_form = nullptr;
  /// The user of a browser session that may be used (single sign-on); null: none. Only `oidc` says so, before a login.
  const UserId* session_user = nullptr;
  /// That session reached too low a level (step-up): it names the user, and its `levels.earlier` count, but its cookie
  /// passes nothing and something must still be proven. `subject` is that user's.
  bool steps_up = false;
  /// May a missing credential be made up for by a required action? Empty: never.
  std::function<bool(std::string_view action)> may_set_up = {};
  /// The realm takes a passkey for name and password (webAuthnPolicyPasswordlessPasskeysEnabled).
  bool passkeys = false;
  /// The realm has providers that a person may choose: then identity-provider-redirector can be asked.
  bool upstreams = false;
  FlowLevels levels = {};
  /// Does the client ask for this scope, or is it one of its defaults? Empty: not known.
  std::function<bool(std::string_view scope)> asks_for_scope = {};
};

struct Ask {
  std::vector<const Execution*> choices;  // never empty; the first is the one to show
};
enum class DenyReason { kNothingPassed, kAccessDenied, kNoUser, kNotConfigured, kUnknownStep, kForeignResult };
[[nodiscard]] std::string_view describe(DenyReason reason);
struct Denied {
  DenyReason reason = DenyReason::kNothingPassed;
  std::string message = {};  // kAccessDenied: what the flow's administrator has people told; mostly empty
};
struct Complete {
  UserId user;
  std::vector<std::string> setup_actions;  // to be done before the login ends
  std::vector<int> levels = {};            // reached by what was proven now
};
using FlowDecision = std::variant<Ask, Denied, Complete>;

[[nodiscard]] FlowDecision run_flow(const Flow& flow, const FlowInput& input);

/// True when an execution anywhere in the tree names this authenticator and is not disabled.
[[nodiscard]] bool uses_authenticator(const Flow& flow, std::string_view authenticator);

}  // namespace cardea
