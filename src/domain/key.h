// A key of a realm (keycloak.md section 3.8). The secret part is sealed at rest.
#pragma once

#include <string>

#include "base/clock.h"
#include "base/secret.h"
#include "domain/ids.h"

namespace cardea {

enum class KeyStatus { kActive, kPassive, kDisabled };

struct RealmKey {
  KeyId id;              // the component's id in a realm file
  std::string name;      // the component's name, for example "rsa-generated"
  std::string provider;  // "rsa-generated", "hmac-generated", "aes-generated", "ecdsa-generated", ...
  std::string kid;
  std::string algorithm;  // "RS256", "RSA-OAEP", "HS512", "AES", "ES256", ...
  std::string use;        // "sig" or "enc"
  KeyStatus status = KeyStatus::kActive;
  int priority = 100;
  TimePoint created_at{};
  SecretBytes secret;           // PKCS#8 PEM, or the raw bytes of a symmetric key
  std::string certificate_der;  // empty for symmetric keys
};

}  // namespace cardea
