// A provider's key set. Beside each key stands for whom it signs, where the set says so: Entra ID's does, and a key for
// personal accounts must not vouch for a company (entra.md section 3).
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "jose/key_set.h"

namespace cardea::upstream {

inline constexpr std::size_t kKeySetBytesMax = 256 * 1024;

struct ProviderKeys {
  jose::KeySet keys;
  std::map<std::string, std::string, std::less<>> issuers;  // by kid, where the key names one

  /// Empty: the key says nothing.
  [[nodiscard]] std::string_view issuer_of(std::string_view kid) const;
};
using SharedKeys = std::shared_ptr<const ProviderKeys>;

/// Reads a public JWK Set; see jose::KeySet::from_jwks. Two keys of one kid with different issuers refuse the set.
[[nodiscard]] Result<ProviderKeys, jose::JoseError> parse_provider_keys(std::string_view jwks_json);

}  // namespace cardea::upstream
