// Keys that verify. The algorithm stands in the key's record, never in the token's header (attack class 11), and keys
// come from configuration, never from a message (attack class 12).
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/secret.h"
#include "crypto/key.h"
#include "jose/algorithm.h"
#include "jose/error.h"
#include "jose/jwk.h"
#include "jose/key_management.h"

namespace cardea::jose {

/// One key with its own algorithm. A cheap handle: copies share the key, which never changes.
class VerificationKey {
 public:
  /// kBadKey when the key does not fit the algorithm.
  static Result<VerificationKey, JoseError> make(crypto::PublicKey key, std::string kid, Algorithm algorithm);
  /// kWeakKey when the secret is shorter than the hash, kBadKey when `algorithm` is not HMAC.
  static Result<VerificationKey, JoseError> make_hmac(SecretBytes secret, std::string kid, Algorithm algorithm);

  [[nodiscard]] const std::string& kid() const;
  [[nodiscard]] Algorithm algorithm() const;
  /// How long its signatures are: one length for each key.
  [[nodiscard]] std::size_t signature_bytes() const;
  /// True when `signature` (raw bytes: R || S for ES, RFC 7518 section 3.4) is right for `signing_input`.
  [[nodiscard]] bool is_signature_valid(std::string_view signing_input, std::string_view signature) const;

 private:
  struct State;
  explicit VerificationKey(std::shared_ptr<const State> state) : state_(std::move(state)) {}
  std::shared_ptr<const State> state_;
};

/// The keys of one issuer or client. Immutable once filled; copies are cheap enough for snapshots.
class KeySet {
 public:
  KeySet() = default;
  explicit KeySet(std::vector<VerificationKey> keys) : keys_(std::move(keys)) {}

  /// Reads a public JWK Set (RFC 7517 section 5). Keys of unknown kind or out of range are left out; those for
  /// encryption verify nothing. A private or symmetric key anywhere refuses the set. `rsa_algorithm` is the algorithm
  /// of RSA keys without `alg` (Entra ID publishes none); it must be an RS or PS one.
  static Result<KeySet, JoseError> from_jwks(std::string_view jwks_json, Algorithm rsa_algorithm = Algorithm::kRS256);

  void add(VerificationKey key) { keys_.push_back(std::move(key)); }
  /// The key with this kid and algorithm. Without a kid: the only key of that algorithm, if it is the only one.
  /// kUnknownKey, or kWrongAlgorithm when the kid is known but its key is for another algorithm.
  [[nodiscard]] Result<VerificationKey, JoseError> find(std::optional<std::string_view> kid, Algorithm algorithm) const;
  [[nodiscard]] bool contains(std::string_view kid) const;
  /// The first key that says it is for encryption, by `use` or by an `alg` of its own, and serves `management`; null:
  /// none. Keys for signatures are never encrypted to. Valid while this set lives.
  [[nodiscard]] const PublicJwk* encryption_key(KeyManagement management) const;
  /// Keys that verify.
  [[nodiscard]] std::size_t size() const { return keys_.size(); }
  [[nodiscard]] bool empty() const { return keys_.empty(); }

 private:
  std::vector<VerificationKey> keys_;
  std::vector<PublicJwk> encryption_keys_;
};

}  // namespace cardea::jose
