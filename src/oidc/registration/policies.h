// What may be registered, and by whom (keycloak.md section 1.15): the realm's components of type
// ClientRegistrationPolicy, one set for anonymous registrants and one for those with a token. A pure function.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"
#include "core/settings.h"
#include "oidc/error.h"

namespace cardea::oidc {

enum class RegistrantKind { kAnonymous, kAuthenticated };

struct RegistrationAttempt {
  const RealmEntry& realm;
  RegistrantKind registrant = RegistrantKind::kAnonymous;
  std::string_view remote_address;
  std::size_t clients = 0;  // in the realm already; of no weight for an update
  bool is_new = true;
};

/// The smallest number of clients that a policy allows; absent: no policy counts them.
[[nodiscard]] std::optional<std::size_t> clients_max(const Realm& realm, RegistrantKind registrant);

/// What no body could change: nobody registers anonymously here, or nobody from that address. Asked before anything is
/// read, so that strangers cost nothing.
[[nodiscard]] std::optional<OAuthError> why_sender_refused(const Realm& realm, RegistrantKind registrant,
                                                           std::string_view remote_address);

/// Judges a ClientRepresentation and alters it where a policy says so (consent, full scope, disabled). The refusal is
/// 403 insufficient_scope in Keycloak's words. A set without any policy lets nobody register anonymously.
[[nodiscard]] Result<void, OAuthError> apply_policies(const RegistrationAttempt& attempt, json::object& client);

}  // namespace cardea::oidc
