// The flows of a realm, read once from its documents (authenticationFlows, authenticatorConfig and the bindings). The
// documents stay in Realm::extra as they came, so an export gives back what an import brought.
//
// A flow that cannot be read whole (an unknown sub-flow, a cycle, a requirement or config that does not exist) is not
// in the set: who is bound to it cannot sign in. Half a flow never runs.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "domain/client.h"
#include "domain/flow/flow.h"
#include "domain/realm.h"

namespace cardea {

struct FlowProblem {
  std::string flow;  // alias of the top-level flow that is left out, or of the flow that is read
  std::string what;
};

class FlowSet {
 public:
  FlowSet() = default;
  /// Reads what there is; `problems` says what was left out and why.
  [[nodiscard]] static FlowSet read(const Realm& realm, std::vector<FlowProblem>& problems);

  /// A top-level flow by alias, or by id; null: there is none that can run.
  [[nodiscard]] const Flow* find(std::string_view alias_or_id) const;

  /// The flow that signs people in at this client: its own (authenticationFlowBindingOverrides, "browser"), else the
  /// realm's `browserFlow`. Null: refuse. An override that names no flow is null too, never the realm's.
  [[nodiscard]] const Flow* browser_flow(const Client& client) const;
  /// The same for grant_type=password ("direct_grant", `directGrantFlow`).
  [[nodiscard]] const Flow* direct_grant_flow(const Client& client) const;
  /// The realm's `registrationFlow`; null: nobody can make an account.
  [[nodiscard]] const Flow* registration_flow() const { return find(registration_); }
  /// Has a flow that can run, bound or not, a step of this authenticator that is not disabled?
  [[nodiscard]] bool uses(std::string_view authenticator) const;
  /// The realm's `resetCredentialsFlow`; null: nobody can reset anything. A realm that names none and has none of the
  /// usual alias has the usual one, as in Keycloak.
  [[nodiscard]] const Flow* reset_flow() const { return find(reset_); }

 private:
  [[nodiscard]] const Flow* bound(const Client& client, std::string_view binding, std::string_view fallback) const;

  std::map<std::string, Flow, std::less<>> flows_;             // by alias
  std::map<std::string, std::string, std::less<>> aliases_;    // by id
  std::string browser_, direct_grant_, registration_, reset_;  // aliases
};

}  // namespace cardea
