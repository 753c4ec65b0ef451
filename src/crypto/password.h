// Password hashes in Keycloak's terms: argon2id for new ones, PBKDF2 for imported ones. Costs of 7 to 500 ms of CPU:
// call on the `hash` lane only. Imported hashes are bytes from outside, so their cost is bounded before any work is
// done.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "base/json.h"
#include "base/random.h"
#include "base/result.h"

namespace cardea::crypto {

/// One stored hash. `salt` and `hash` are raw bytes.
struct PasswordHash {
  std::string algorithm;  // argon2, pbkdf2 (SHA-1), pbkdf2-sha256, pbkdf2-sha512
  int iterations = 0;
  std::map<std::string, std::string> parameters;  // argon2: hashLength, memory (KiB), type, version, parallelism
  std::string salt;
  std::string hash;
};

enum class PasswordError {
  kTooLong,      // the password has more than kPasswordBytesMax bytes; nothing was hashed
  kUnsupported,  // an algorithm, argon2 type or version we do not know
  kCost,         // memory, iterations, lanes or lengths beyond our bounds
  kMalformed,    // a credential that cannot be read
  kNoMemory,     // the hash needs memory that the machine does not have now
};
[[nodiscard]] std::string_view describe(PasswordError error);

/// Hashes with Keycloak's default: argon2id 1.3, 7168 KiB, 5 passes, 1 lane, 32 bytes, 16 bytes of salt.
[[nodiscard]] Result<PasswordHash, PasswordError> hash_password(std::string_view password, Random& random);

/// True when the password is the one that was hashed. Compares in constant time.
[[nodiscard]] Result<bool, PasswordError> verify_password(const PasswordHash& hash, std::string_view password);

/// A hash of the default cost that no password has: unknown users are checked against it, so that they take the same
/// time as known ones.
[[nodiscard]] const PasswordHash& dummy_hash();

/// False when the hash has another algorithm or cost than `hash_password` makes, so that it should be made anew at the
/// next successful login.
[[nodiscard]] bool has_default_cost(const PasswordHash& hash);

/// How many hashes of the default cost take as long as this one: 1 for one of those, up to about 80 for what
/// parse_keycloak_credential lets in. An estimate: the algorithms' speeds stand to each other as on common processors.
[[nodiscard]] double relative_cost(const PasswordHash& hash);

/// A hash that no password has, of the cost of `hash` with this many iterations instead.
[[nodiscard]] PasswordHash dummy_like(const PasswordHash& hash, int iterations);

/// Reads the two JSON texts of a CredentialRepresentation (keycloak.md section 5.4). Refuses a cost beyond our bounds
/// (kCost), unknown algorithms (kUnsupported) and everything unreadable (kMalformed).
[[nodiscard]] Result<PasswordHash, PasswordError> parse_keycloak_credential(std::string_view secret_data,
                                                                            std::string_view credential_data);
/// Reads a whole CredentialRepresentation: `secretData` and `credentialData`, or the members of old exports
/// (`hashedSaltedValue, salt, hashIterations, algorithm` at the top level).
[[nodiscard]] Result<PasswordHash, PasswordError> parse_keycloak_credential(const json::object& representation);

struct KeycloakCredential {
  std::string secret_data;      // {"value":"<base64>","salt":"<base64>","additionalParameters":{}}
  std::string credential_data;  // {"hashIterations":5,"algorithm":"argon2","additionalParameters":{...}}
};
[[nodiscard]] KeycloakCredential to_keycloak_credential(const PasswordHash& hash);

}  // namespace cardea::crypto
