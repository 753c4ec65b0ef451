// Secrets at rest. Each sealed value is bound to its table, column and row, so a value copied to another place does not
// open there (architecture section 3).
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

}  // namespace cardea::store
