// Secrets at rest and state carried by the browser (architecture section 3): authenticated encryption with a ring of
// data keys, which a master key wraps. XChaCha20-Poly1305, because its 24-byte nonces may be drawn at random for ever.
//
// A sealed value is: version byte 1, key id (8 bytes), nonce (24), ciphertext, tag (16). The key id is derived from the
// key, so a wrong key is told apart from a damaged value.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"
#include "base/result.h"
#include "base/secret.h"

namespace cardea::crypto {

enum class SealError {
  kMalformed,  // too short, an unknown version, or not base64url
  kWrongKey,   // sealed with a key that is not in the ring
  kCorrupt,    // changed, or sealed for another place (`bound_to` differs)
};
[[nodiscard]] std::string_view describe(SealError error);

inline constexpr std::size_t kSealKeyBytes = 32;
inline constexpr std::size_t kSealKeysMax = 16;  // keys of one ring
/// What sealing adds to a value, in bytes, before base64url.
inline constexpr std::size_t kSealOverheadBytes = 1 + 8 + 24 + 16;

/// Seals with the newest key of the ring, opens with any. Immutable and safe to use from any thread.
class Sealer {
 public:
  /// `keys`: 1 to kSealKeysMax keys of kSealKeyBytes each, the newest first.
  explicit Sealer(std::vector<SecretBytes> keys);

  /// Encrypts `plain`. `bound_to` names the one place where the value is valid, such as "credential.secret/<row id>";
  /// it is authenticated, not stored, and never empty. The nonce comes from the system, never from a seeded Random.
  [[nodiscard]] std::string seal(std::string_view plain, std::string_view bound_to) const;
  [[nodiscard]] Result<SecretBytes, SealError> open(std::string_view sealed, std::string_view bound_to) const;

  /// The same as base64url text, for cookies and URLs.
  [[nodiscard]] std::string seal_text(std::string_view plain, std::string_view bound_to) const;
  [[nodiscard]] Result<SecretBytes, SealError> open_text(std::string_view text, std::string_view bound_to) const;

  /// True when `sealed` was made with an older key of the ring and should be sealed again.
  [[nodiscard]] bool needs_reseal(std::string_view sealed) const;

 private:
  struct Key {
    std::string id;
    SecretBytes secret;
  };
  [[nodiscard]] const Key* find(std::string_view id) const;

  std::vector<Key> keys_;
};

/// Makes a ring of one fresh data key, wrapped by the master key. The answer is what the database keeps.
/// `master` has kSealKeyBytes bytes.
[[nodiscard]] std::string wrap_new_data_key(const SecretBytes& master, Random& random);
/// Opens the ring. kWrongKey when `master` is not the key that wrapped it: the node must not start.
[[nodiscard]] Result<Sealer, SealError> unwrap(const SecretBytes& master, std::string_view wrapped);
/// Puts a fresh data key in front of the ring; values sealed before stay readable. The oldest key falls out beyond
/// kSealKeysMax.
[[nodiscard]] Result<std::string, SealError> add_data_key(const SecretBytes& master, std::string_view wrapped,
                                                          Random& random);
/// Wraps the same ring with another master key.
[[nodiscard]] Result<std::string, SealError> rewrap(const SecretBytes& old_master, const SecretBytes& new_master,
                                                    std::string_view wrapped);

}  // namespace cardea::crypto
