// Asymmetric keys: made, read, written. OpenSSL holds all of them; jose takes the Ed25519 seed out for libsodium, which
// signs twice as fast. Making an RSA key takes 0.1 to 2 s: `cpu` lane.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "base/secret.h"
#include "crypto/openssl.h"

namespace cardea::crypto {

enum class KeyType { kRsa, kEcP256, kEcP384, kEcP521, kEd25519 };

enum class KeyError {
  kMalformed,    // not a key, an encrypted key, or trailing bytes
  kUnsupported,  // a key type or curve we do not use
  kSize,         // RSA below 2048 bits or beyond the bound
  kInvalid,      // point not on the curve, exponent out of range, coordinate of the wrong length
};
[[nodiscard]] std::string_view describe(KeyError error);

inline constexpr int kRsaBitsMin = 2048;      // RFC 7518 section 3.3
inline constexpr int kRsaBitsMax = 8192;      // read and verified
inline constexpr int kRsaBitsMadeMax = 4096;  // made by us

/// Bytes of one coordinate: 32, 48, 66; zero for RSA and Ed25519.
[[nodiscard]] std::size_t coordinate_bytes(KeyType type);

/// A public key, checked when it is made. A cheap handle: copies share the key, which never changes.
class PublicKey {
 public:
  /// `n` and `e`: big-endian, unsigned.
  static Result<PublicKey, KeyError> rsa(std::string_view n, std::string_view e);
  /// `x` and `y`: exactly coordinate_bytes(type) bytes each; the point must lie on the curve.
  static Result<PublicKey, KeyError> ec(KeyType type, std::string_view x, std::string_view y);
  /// `x`: the 32 bytes of RFC 8032 section 5.1.5.
  static Result<PublicKey, KeyError> ed25519(std::string_view x);
  /// Reads a SubjectPublicKeyInfo (RFC 5280 section 4.1).
  static Result<PublicKey, KeyError> from_spki_der(std::string_view der);
  /// Reads PEM: PUBLIC KEY, or the key of a CERTIFICATE (its dates and names are not looked at).
  static Result<PublicKey, KeyError> from_pem(std::string_view pem);

  PublicKey(const PublicKey& other);
  PublicKey& operator=(const PublicKey& other);
  PublicKey(PublicKey&&) noexcept = default;
  PublicKey& operator=(PublicKey&&) noexcept = default;

  [[nodiscard]] KeyType type() const { return type_; }
  [[nodiscard]] int bits() const;
  [[nodiscard]] std::string spki_der() const;
  /// Modulus and exponent without leading zero bytes; RSA only.
  [[nodiscard]] std::string rsa_n() const;
  [[nodiscard]] std::string rsa_e() const;
  /// Coordinates at full width; EC only, and for Ed25519 `x` is the whole key.
  [[nodiscard]] std::string x() const;
  [[nodiscard]] std::string y() const;
  /// For code that speaks OpenSSL. Valid while this handle lives.
  [[nodiscard]] EVP_PKEY* get() const { return key_.get(); }

 private:
  friend class PrivateKey;
  PublicKey(PkeyPtr key, KeyType type) : key_(std::move(key)), type_(type) {}
  static Result<PublicKey, KeyError> checked(PkeyPtr key);

  PkeyPtr key_;
  KeyType type_;
};

/// A private key. Not copyable by accident; `clone` shares it.
class PrivateKey {
 public:
  /// Makes a key from OpenSSL's own generator. `rsa_bits` counts for RSA only: 2048 to kRsaBitsMadeMax.
  static Result<PrivateKey, KeyError> generate(KeyType type, int rsa_bits = kRsaBitsMin);
  /// Reads PEM, PKCS#8 or the older RSA and EC forms. Encrypted keys are refused, never asked about.
  static Result<PrivateKey, KeyError> from_pem(std::string_view pem);
  /// Reads DER, PKCS#8 or the older forms, as Keycloak keeps keys in a realm file (base64 of this).
  static Result<PrivateKey, KeyError> from_der(std::string_view der);

  [[nodiscard]] KeyType type() const { return type_; }
  [[nodiscard]] int bits() const;
  /// PKCS#8 (RFC 5958), "-----BEGIN PRIVATE KEY-----".
  [[nodiscard]] SecretBytes to_pem() const;
  /// The public half as SubjectPublicKeyInfo; Keycloak's `kid` is base64url(SHA-256) of it.
  [[nodiscard]] std::string spki_der() const;
  [[nodiscard]] PublicKey public_key() const;
  /// The 32-byte seed of RFC 8032 section 5.1.5; Ed25519 only.
  [[nodiscard]] SecretBytes ed25519_seed() const;
  [[nodiscard]] PrivateKey clone() const;
  /// For code that speaks OpenSSL. Valid while this object lives.
  [[nodiscard]] EVP_PKEY* get() const { return key_.get(); }

 private:
  PrivateKey(PkeyPtr key, KeyType type) : key_(std::move(key)), type_(type) {}
  static Result<PrivateKey, KeyError> checked(PkeyPtr key);

  PkeyPtr key_;
  KeyType type_;
};

/// Keycloak's key id for an asymmetric key: base64url(SHA-256(SubjectPublicKeyInfo)).
[[nodiscard]] std::string key_id(const PrivateKey& key);

/// Makes the self-signed certificate that stands in `x5c`: version 3, serial number from `not_before`, subject and
/// issuer `CN=<common_name>` (cut at 64 characters, RFC 5280 appendix A.1). Answers DER. kMalformed when the name is
/// empty or not UTF-8, kSize when `years` is not 1 to 100.
[[nodiscard]] Result<std::string, KeyError> make_self_signed_certificate(const PrivateKey& key,
                                                                         std::string_view common_name,
                                                                         TimePoint not_before, int years);

}  // namespace cardea::crypto
