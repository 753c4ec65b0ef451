// Secrets at rest. Each sealed value is bound to its table, column and row, so a value copied to another place does not
// open there (architecture section 3).
//
// The documents of realms, clients, scopes, roles and groups are sealed whole: their attributes, mapper configurations
// and `extra` hold what an imported file held, such as the password of a mail server or a provider's client secret, and
// no list of names could tell which of them are secret. Attributes of users stay readable, because people are searched
// by them; they are personal data and no place for secrets.
#pragma once

#include <string>
#include <string_view>

#include "base/secret.h"
#include "crypto/seal.h"
#include "domain/repository/store.h"

namespace cardea::store {

inline constexpr std::string_view kClientSecret = "clients.secret";
inline constexpr std::string_view kRealmKeySecret = "realm_keys.secret";
inline constexpr std::string_view kCredentialSecret = "credentials.secret_data";
inline constexpr std::string_view kInteractionDocument = "interactions.document";
inline constexpr std::string_view kRealmDocument = "realms.document";
inline constexpr std::string_view kScopeDocument = "scopes.document";
inline constexpr std::string_view kClientDocument = "clients.document";
inline constexpr std::string_view kRoleDocument = "roles.document";
inline constexpr std::string_view kGroupDocument = "realm_groups.document";
inline constexpr std::string_view kMailDocument = "mails.document";
inline constexpr std::string_view kUpstreamToken = "federated_identities.token";
inline constexpr std::string_view kAdminEventDocument = "admin_events.document";
inline constexpr std::string_view kGateSessionDocument = "gate_sessions.document";
inline constexpr std::string_view kGateSecret = "gate_secrets.value";
inline constexpr std::string_view kUserExtra = "users.extra";

[[nodiscard]] inline std::string place_of(std::string_view column, std::string_view row) {
  std::string place(column);
  place += '/';
  place += row;
  return place;
}

[[nodiscard]] inline std::string seal(const crypto::Sealer& sealer, std::string_view plain, std::string_view column,
                                      std::string_view row) {
  return sealer.seal(plain, place_of(column, row));
}

/// kCorrupt when the value was changed, moved, or sealed with a key this server does not have.
[[nodiscard]] inline Stored<SecretBytes> unseal(const crypto::Sealer& sealer, std::string_view sealed,
                                                std::string_view column, std::string_view row) {
  auto opened = sealer.open(sealed, place_of(column, row));
  if (!opened) return refuse(StoreError::kCorrupt);
  return std::move(*opened);
}

/// The same for columns of text.
[[nodiscard]] inline std::string seal_text(const crypto::Sealer& sealer, std::string_view plain,
                                           std::string_view column, std::string_view row) {
  return sealer.seal_text(plain, place_of(column, row));
}
[[nodiscard]] inline Stored<SecretBytes> unseal_text(const crypto::Sealer& sealer, std::string_view sealed,
                                                     std::string_view column, std::string_view row) {
  auto opened = sealer.open_text(sealed, place_of(column, row));
  if (!opened) return refuse(StoreError::kCorrupt);
  return std::move(*opened);
}

}  // namespace cardea::store
