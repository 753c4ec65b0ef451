#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <sodium/crypto_core_ed25519.h>

#include <array>
#include <optional>
#include <string>

#include "base/encoding.h"
#include "crypto/key.h"
#include "crypto/key_type.h"
#include "crypto/sodium.h"
#include "crypto/spki.h"

namespace cardea::crypto {
namespace {

constexpr std::size_t kEd25519Bytes = 32;

// Builds a key from parameters; null when OpenSSL refuses them.
PkeyPtr from_parameters(const char* algorithm, OSSL_PARAM_BLD* builder) {
  const ParamsPtr params(OSSL_PARAM_BLD_to_param(builder));
  const PkeyCtxPtr context(EVP_PKEY_CTX_new_from_name(nullptr, algorithm, nullptr));
  EVP_PKEY* key = nullptr;
  const bool done = params && context && EVP_PKEY_fromdata_init(context.get()) == 1 &&
                    EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, params.get()) == 1;
  PkeyPtr owned(key);
  if (!done) {
    ERR_clear_error();
    return nullptr;
  }
  return owned;
}

BignumPtr number_of(EVP_PKEY* key, const char* name) {
  BIGNUM* number = nullptr;
  EVP_PKEY_get_bn_param(key, name, &number);
  return BignumPtr(number);
}

// Big-endian, at least `width` bytes.
std::string to_bytes(const BIGNUM* number, std::size_t width) {
  const auto size = std::max(static_cast<std::size_t>(BN_num_bytes(number)), width);
  std::string out(size, '\0');
  BN_bn2binpad(number, reinterpret_cast<unsigned char*>(out.data()), static_cast<int>(size));
  return out;
}

// e odd, from 3, below 2^64: larger ones only cost us time.
bool has_sound_rsa_numbers(EVP_PKEY* key) {
  const auto n = number_of(key, OSSL_PKEY_PARAM_RSA_N), e = number_of(key, OSSL_PKEY_PARAM_RSA_E);
  return n && e && BN_is_odd(n.get()) && BN_is_odd(e.get()) && !BN_is_one(e.get()) && BN_num_bits(e.get()) <= 64;
}

std::string raw_ed25519(EVP_PKEY* key) {
  std::string raw(kEd25519Bytes, '\0');
  std::size_t size = raw.size();
  EVP_PKEY_get_raw_public_key(key, reinterpret_cast<unsigned char*>(raw.data()), &size);
  return raw;
}

// Not one of the points of small order, for which anyone can make signatures.
bool is_sound_ed25519(EVP_PKEY* key) {
  ensure_sodium();
  return crypto_core_ed25519_is_valid_point(as_bytes(raw_ed25519(key)).data()) == 1;
}

/// Of the first block, when it is one of `kind` with nothing before its base64.
std::optional<std::string> der_of_pem(std::string_view pem, std::string_view kind) {
  const BioPtr bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  char *name = nullptr, *header = nullptr;
  unsigned char* data = nullptr;
  long size = 0;
  if (PEM_read_bio(bio.get(), &name, &header, &data, &size) != 1) {
    ERR_clear_error();
    return std::nullopt;
  }
  std::optional<std::string> der;
  if (name == kind && *header == '\0') der.emplace(reinterpret_cast<const char*>(data), static_cast<std::size_t>(size));
  OPENSSL_free(name);
  OPENSSL_free(header);
  OPENSSL_free(data);
  return der;
}

}  // namespace

std::size_t coordinate_bytes(KeyType type) {
  switch (type) {
    case KeyType::kEcP256:
      return 32;
    case KeyType::kEcP384:
      return 48;
    case KeyType::kEcP521:
      return 66;
    case KeyType::kRsa:
    case KeyType::kEd25519:
      return 0;
  }
  return 0;
}

const char* curve_name(KeyType type) {
  switch (type) {
    case KeyType::kEcP256:
      return "prime256v1";
    case KeyType::kEcP384:
      return "secp384r1";
    case KeyType::kEcP521:
      return "secp521r1";
    case KeyType::kRsa:
    case KeyType::kEd25519:
      return nullptr;
  }
  return nullptr;
}

Result<KeyType, KeyError> check_key(EVP_PKEY* key) {
  if (EVP_PKEY_is_a(key, "ED25519") == 1) {
    if (!is_sound_ed25519(key)) return refuse(KeyError::kInvalid);
    return KeyType::kEd25519;
  }
  if (EVP_PKEY_is_a(key, "RSA") == 1) {
    const int bits = EVP_PKEY_get_bits(key);
    if (bits < kRsaBitsMin || bits > kRsaBitsMax) return refuse(KeyError::kSize);
    if (!has_sound_rsa_numbers(key)) return refuse(KeyError::kInvalid);
    return KeyType::kRsa;
  }
  std::array<char, 64> group{};
  std::size_t size = 0;
  if (EVP_PKEY_is_a(key, "EC") != 1 || EVP_PKEY_get_group_name(key, group.data(), group.size(), &size) != 1) {
    ERR_clear_error();
    return refuse(KeyError::kUnsupported);
  }
  const std::string_view name(group.data(), size);
  for (const auto type : {KeyType::kEcP256, KeyType::kEcP384, KeyType::kEcP521}) {
    if (name == curve_name(type)) return type;
  }
  return refuse(KeyError::kUnsupported);
}

std::string_view describe(KeyError error) {
  switch (error) {
    case KeyError::kMalformed:
      return "key_malformed";
    case KeyError::kUnsupported:
      return "key_unsupported";
    case KeyError::kSize:
      return "key_size";
    case KeyError::kInvalid:
      return "key_invalid";
  }
  return "key_error";
}

Result<PublicKey, KeyError> PublicKey::checked(PkeyPtr key) {
  const auto type = check_key(key.get());
  if (!type) return refuse(type.error());
  return PublicKey(std::move(key), *type);
}

Result<PublicKey, KeyError> PublicKey::rsa(std::string_view n, std::string_view e) {
  if (n.size() > kRsaBitsMax / 8 || e.size() > 8) return refuse(KeyError::kSize);
  const BignumPtr modulus(BN_bin2bn(as_bytes(n).data(), static_cast<int>(n.size()), nullptr));
  const BignumPtr exponent(BN_bin2bn(as_bytes(e).data(), static_cast<int>(e.size()), nullptr));
  const ParamBuilderPtr builder(OSSL_PARAM_BLD_new());
  const bool built = modulus && exponent && builder &&
                     OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, modulus.get()) == 1 &&
                     OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, exponent.get()) == 1;
  auto key = built ? from_parameters("RSA", builder.get()) : nullptr;
  if (!key) return refuse(KeyError::kInvalid);
  return checked(std::move(key));
}

Result<PublicKey, KeyError> PublicKey::ec(KeyType type, std::string_view x, std::string_view y) {
  const auto width = coordinate_bytes(type);
  if (width == 0) return refuse(KeyError::kUnsupported);
  if (x.size() != width || y.size() != width) return refuse(KeyError::kInvalid);
  std::string point("\x04");  // uncompressed
  point.append(x).append(y);
  const ParamBuilderPtr builder(OSSL_PARAM_BLD_new());
  const bool built =
      builder && OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, curve_name(type), 0) == 1 &&
      OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size()) == 1;
  auto key = built ? from_parameters("EC", builder.get()) : nullptr;
  if (!key) return refuse(KeyError::kInvalid);
  return checked(std::move(key));
}

Result<PublicKey, KeyError> PublicKey::ed25519(std::string_view x) {
  if (x.size() != kEd25519Bytes) return refuse(KeyError::kInvalid);
  PkeyPtr key(EVP_PKEY_new_raw_public_key_ex(nullptr, "ED25519", nullptr, as_bytes(x).data(), x.size()));
  if (!key) return refuse(KeyError::kInvalid);
  return checked(std::move(key));
}

Result<PublicKey, KeyError> PublicKey::from_spki_der(std::string_view der) {
  if (const auto usual = read_usual_spki(der)) {
    auto key = usual->type == KeyType::kRsa       ? rsa(usual->first, usual->second)
               : usual->type == KeyType::kEd25519 ? ed25519(usual->first)
                                                  : ec(usual->type, usual->first, usual->second);
    if (key) return key;
  }
  const auto* at = as_bytes(der).data();
  const auto* const end = at + der.size();
  PkeyPtr key(d2i_PUBKEY_ex(nullptr, &at, static_cast<long>(der.size()), nullptr, nullptr));
  if (!key || at != end) {
    ERR_clear_error();
    return refuse(KeyError::kMalformed);
  }
  return checked(std::move(key));
}

Result<PublicKey, KeyError> PublicKey::from_pem(std::string_view pem) {
  const auto open = [&] { return BioPtr(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()))); };
  if (const auto der = der_of_pem(pem, "PUBLIC KEY")) {
    auto key = from_spki_der(*der);
    if (key) return key;
  }
  PkeyPtr key;
  if (pem.find("-----BEGIN CERTIFICATE-----") != std::string_view::npos) {
    const X509Ptr certificate(PEM_read_bio_X509(open().get(), nullptr, refuse_passphrase, nullptr));
    if (certificate) key.reset(X509_get_pubkey(certificate.get()));
  } else {
    key.reset(PEM_read_bio_PUBKEY(open().get(), nullptr, refuse_passphrase, nullptr));
  }
  ERR_clear_error();
  if (!key) return refuse(KeyError::kMalformed);
  return checked(std::move(key));
}

PublicKey::PublicKey(const PublicKey& other) : key_(shared(other.key_)), type_(other.type_) {}

PublicKey& PublicKey::operator=(const PublicKey& other) {
  key_ = shared(other.key_);
  type_ = other.type_;
  return *this;
}

int PublicKey::bits() const { return EVP_PKEY_get_bits(key_.get()); }
std::string PublicKey::spki_der() const { return spki_of(key_.get()); }
std::string PublicKey::rsa_n() const { return to_bytes(number_of(get(), OSSL_PKEY_PARAM_RSA_N).get(), 1); }
std::string PublicKey::rsa_e() const { return to_bytes(number_of(get(), OSSL_PKEY_PARAM_RSA_E).get(), 1); }

std::string PublicKey::x() const {
  if (type_ == KeyType::kEd25519) return raw_ed25519(get());
  return to_bytes(number_of(get(), OSSL_PKEY_PARAM_EC_PUB_X).get(), coordinate_bytes(type_));
}

std::string PublicKey::y() const {
  return to_bytes(number_of(get(), OSSL_PKEY_PARAM_EC_PUB_Y).get(), coordinate_bytes(type_));
}

}  // namespace cardea::crypto
