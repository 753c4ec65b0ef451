// What a login must have proven before it may take away a second factor or a passkey. Whoever knows a password alone
// would otherwise remove what stands against exactly that (attack class 6). As Keycloak does it: a credential is
// removed by a login of the level that asks for it. Where no flow has levels, the session's login passed a second
// factor; where no flow asks for such a credential at all, it guards nothing.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "domain/authorization.h"
#include "domain/credential.h"
#include "domain/flow/executor.h"
#include "domain/flow/flow_set.h"
#include "domain/session.h"

namespace cardea {

/// Set, with the time (epoch seconds), when a login of the session proved more than a password.
inline constexpr std::string_view kSecondFactorNote = "second_factor";
void note_second_factor(UserSession& session, const Authentication& proven);
/// A one-time code, a recovery code, a security key or a passkey is among it.
[[nodiscard]] bool has_second_factor(const FlowProgress& progress);

/// The id in kc_action=delete_credential:ID; empty: nothing of the kind is asked for.
[[nodiscard]] std::string_view credential_to_remove(const AuthorizationRequest& request);

/// The lowest level under which the flow asks for a credential of this type; kNoLevel: under none.
[[nodiscard]] int level_asking_for(const Flow& flow, std::string_view credential_type);

/// The level that a login needs for the credential which its client wants removed; kNoLevel: none. While it is not
/// known which of `credentials` that is, the highest for `types`, which the person has.
[[nodiscard]] int level_for_removal(const Flow& flow, const AuthorizationRequest& request,
                                    const std::vector<Credential>& credentials,
                                    const std::set<std::string, std::less<>>& types);

/// What stands for a login: that of this run, a session, or a session and what was added to it.
struct RemovalProof {
  const Authentication* proven = nullptr;
  const UserSession* session = nullptr;
};
/// May a login like this remove a credential of this type? `flow`: that of the client; null refuses.
[[nodiscard]] bool may_remove_credential(const FlowSet& flows, const Flow* flow, std::string_view credential_type,
                                         const RemovalProof& proof, TimePoint now);

}  // namespace cardea
