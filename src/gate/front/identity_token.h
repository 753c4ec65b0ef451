// Who it is, signed by the gate for the application (RFC 7519; the setting `identity-token`): an application that
// cannot be sure that every request comes by the proxy checks the signature with the keys at /gate/keys, and that the
// token is for it and fresh.
#pragma once

#include <string>

#include "base/random.h"
#include "base/secret.h"
#include "gate/front/decide_access.h"
#include "jose/signing_key.h"

namespace cardea::gate {

/// What `iss` says where the settings do not.
inline constexpr std::string_view kIdentityIssuer = "urn:cardea:gate";

class IdentityTokens {
 public:
  /// `pem`: an EC key on P-256, which the nodes of a database share.
  explicit IdentityTokens(const SecretBytes& pem);

  /// A JWT, ES256. Absent: its claims would not fit into a header. `access` null: roles were not asked for.
  [[nodiscard]] std::optional<std::string> make(const Application& application, const Caller& caller,
                                                const Access* access, TimePoint now) const;
  /// The key set document (RFC 7517 section 5).
  [[nodiscard]] const std::string& keys() const { return keys_; }

 private:
  jose::SigningKey key_;
  std::string keys_;
};

}  // namespace cardea::gate
