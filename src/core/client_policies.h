// Client policies of a realm, Keycloak's `clientPolicies` and `clientProfiles`: a policy that is enabled holds the
// clients that all of its conditions are true for to the executors of its profiles. What is enforced here is listed in
// `policy_executors` and `policy_conditions`; the admin API refuses policies with anything else, so that nobody
// believes in a protection that is not there, and an import says so (core/import/review_realm.h). Pure.
//
// Executors act at two times. Whoever writes a client (the admin API, dynamic registration) settles it by
// `settle_by_policies`. Every client is run as `hold_to_policies` makes it, whenever it was written.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "domain/client.h"
#include "domain/realm.h"

namespace cardea {

/// Executor secret-rotation: how long a secret lives, how long the one before it, and how long before its end a change
/// of the client renews it.
struct SecretRotation {
  seconds lifetime{0};
  seconds rotated_lifetime{0};
  seconds remaining{0};
};

/// What policies say of a client beside changing it.
struct PolicyVerdict {
  bool type_allowed = true;           // confidential-client: else no sign-in begins and nothing is issued
  bool authenticator_allowed = true;  // secure-client-authenticator: else nothing is issued
  bool secret_ends = false;           // secret-rotation: its secret ends when it says so
};

/// Why a client may not be written so: an OAuth error and its description, Keycloak's.
struct PolicyRefusal {
  std::string_view error;
  std::string_view description;
};

/// A setting of an executor or a condition, as the console asks for it.
struct PolicySetting {
  std::string_view name;
  std::string_view label;
  std::string_view type;
  std::string_view fallback = {};
  std::vector<std::string_view> options{};
};
struct PolicyPart {
  std::string_view id;
  std::string_view help;
  std::vector<PolicySetting> settings;
};
/// Everything that is enforced.
[[nodiscard]] const std::vector<PolicyPart>& policy_executors();
[[nodiscard]] const std::vector<PolicyPart>& policy_conditions();

/// What enabled policies of these documents ask for, and profiles could, that nobody enforces: each in a sentence.
[[nodiscard]] std::vector<std::string> unenforced_policies(const json::object& realm_members);

/// Changes `client` to what the realm's policies let run.
[[nodiscard]] PolicyVerdict hold_to_policies(const Realm& realm, Client& client);
/// How the secret of a client is renewed; absent: when somebody asks for it alone, and the one before ends at once.
[[nodiscard]] std::optional<SecretRotation> rotation_of(const Realm& realm, const Client& client);

/// Sets what executors with "auto-configure" set in a client that is made or changed, then checks it.
[[nodiscard]] std::optional<PolicyRefusal> settle_by_policies(const Realm& realm, Client& client);

}  // namespace cardea
