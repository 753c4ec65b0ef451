// Encrypted tokens (RFC 7516, compact form only): what a client asks to be encrypted to its key, and what clients
// encrypt to ours. Encryption says nothing of who wrote a token; what is inside must be signed (RFC 8725 section 3.3).
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/limits.h"
#include "base/random.h"
#include "base/result.h"
#include "jose/content_encryption.h"
#include "jose/error.h"
#include "jose/jwk.h"
#include "jose/key_management.h"

namespace cardea::jose {

/// A token as long as they come, encrypted, with its header.
inline constexpr std::size_t kJweBytesMax = 2 * kJwtBytesMax;

/// Whom a token is encrypted to, and how.
struct Recipient {
  const PublicJwk& key;
  KeyManagement management;
  ContentEncryption content;
};

/// Encrypts `plaintext`. `content_type` is the header's `cty`: "JWT" for a token (RFC 7519 section 5.2), empty for
/// none. kBadKey when the key does not fit the algorithm.
[[nodiscard]] Result<std::string, JoseError> encrypt(const Recipient& recipient, std::string_view plaintext,
                                                     std::string_view content_type, Random& random);

/// A key of ours with its one algorithm: the token's header never chooses (attack class 11). A cheap handle.
struct DecryptionKey {
  std::shared_ptr<const crypto::PrivateKey> key;
  std::string kid;
  KeyManagement management;
};

/// A compact JWE that was split and decoded and nothing more.
class UndecryptedJwe {
 public:
  /// At most kJweBytesMax bytes. Refuses: other than five parts, loose base64url, a header that is no JSON object or
  /// has a member twice, `crit` and `zip` (kUnsupportedHeader), and algorithms not ours (kUnknownAlgorithm).
  [[nodiscard]] static Result<UndecryptedJwe, JoseError> parse(std::string_view compact);

  [[nodiscard]] KeyManagement management() const { return management_; }
  [[nodiscard]] ContentEncryption content() const { return content_; }

 private:
  friend Result<std::string, JoseError> decrypt(const UndecryptedJwe& jwe, const std::vector<DecryptionKey>& keys,
                                                Random& random);
  UndecryptedJwe() = default;
  [[nodiscard]] Result<void, JoseError> take_header(const json::object& header);
  [[nodiscard]] Result<void, JoseError> take_agreement(const json::object& header);
  [[nodiscard]] Result<SecretBytes, JoseError> content_key(const DecryptionKey& key) const;

  KeyManagement management_ = KeyManagement::kRsaOaep;
  ContentEncryption content_ = ContentEncryption::kA256Gcm;
  std::optional<std::string> kid_;
  std::optional<PublicJwk> ephemeral_;
  std::string producer_, consumer_;  // `apu` and `apv`
  std::string additional_data_;      // the header as it came
  std::string encrypted_key_, iv_;
  EncryptedContent encrypted_;
};

/// True for a text of five parts, which no JWS has.
[[nodiscard]] bool is_jwe(std::string_view compact);

/// The content. The key is the one with the token's `kid` and algorithm; for a token without `kid` the first of that
/// algorithm. kUnknownKey, kWrongAlgorithm, or kBadEncryption: which step failed shows in no way, not in time either
/// (RFC 7516 section 11.5), which is what `random` is for.
[[nodiscard]] Result<std::string, JoseError> decrypt(const UndecryptedJwe& jwe, const std::vector<DecryptionKey>& keys,
                                                     Random& random);

}  // namespace cardea::jose
