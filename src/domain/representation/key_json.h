// Keys of a realm file: the components of type "org.keycloak.keys.KeyProvider" (keycloak.md section 3.8). Keys are read
// by OpenSSL here, so that what passes is usable; a component without material asks for a fresh key.
#pragma once

#include <string_view>

#include "base/json.h"
#include "domain/key.h"
#include "domain/representation/members.h"
#include "domain/representation/problems.h"

namespace cardea {

inline constexpr std::string_view kKeyProviderType = "org.keycloak.keys.KeyProvider";

struct KeyComponent {
  RealmKey key;  // `secret` empty: to be made. `kid` empty then. `certificate_der` may be empty for RSA: to be made
  int size = 0;  // bits of an RSA key, bytes of a symmetric one; 0: the usual
};

/// True for providers whose keys this release holds: rsa, rsa-enc, rsa-generated, rsa-enc-generated, hmac-generated,
/// aes-generated, ecdsa-generated, eddsa-generated. Others stay in the realm's `extra`.
[[nodiscard]] bool is_key_provider(std::string_view provider_id);

/// Reads one component of such a provider. Problems: no providerId, an algorithm that the provider does not have, a key
/// that OpenSSL does not take or that has less than 2048 bits, a certificate of another key. The mask "**********"
/// counts as no material. `created_at` is the caller's.
[[nodiscard]] KeyComponent parse_key_component(const json::object& object, const JsonPath& at,
                                               RepresentationProblems& problems);

/// id, name, providerId, subComponents, config. The material shows with kReveal, the mask with kMask.
[[nodiscard]] json::object to_json(const RealmKey& key, Secrets secrets);

}  // namespace cardea
