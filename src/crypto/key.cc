#include "crypto/key.h"

#include <openssl/err.h>
#include <openssl/pem.h>

#include "base/assert.h"
#include "base/encoding.h"
#include "crypto/hash.h"
#include "crypto/key_type.h"

namespace cardea::crypto {

PkeyPtr shared(const PkeyPtr& key) {
  CARDEA_ASSERT(EVP_PKEY_up_ref(key.get()) == 1);
  return PkeyPtr(key.get());
}

std::string spki_of(EVP_PKEY* key) {
  unsigned char* der = nullptr;
  const int size = i2d_PUBKEY(key, &der);
  CARDEA_ASSERT(size > 0);
  std::string out(reinterpret_cast<const char*>(der), static_cast<std::size_t>(size));
  OPENSSL_free(der);
  return out;
}

int refuse_passphrase(char* /*buffer*/, int /*size*/, int /*is_writing*/, void* /*data*/) { return -1; }

Result<PrivateKey, KeyError> PrivateKey::checked(PkeyPtr key) {
  const auto type = check_key(key.get());
  if (!type) return refuse(type.error());
  return PrivateKey(std::move(key), *type);
}

Result<PrivateKey, KeyError> PrivateKey::generate(KeyType type, int rsa_bits) {
  PkeyPtr key;
  if (type == KeyType::kRsa) {
    if (rsa_bits < kRsaBitsMin || rsa_bits > kRsaBitsMadeMax) return refuse(KeyError::kSize);
    key.reset(EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", static_cast<std::size_t>(rsa_bits)));
  } else if (type == KeyType::kEd25519) {
    key.reset(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
  } else {
    key.reset(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", curve_name(type)));
  }
  CARDEA_ASSERT(key != nullptr);
  return PrivateKey(std::move(key), type);
}

Result<PrivateKey, KeyError> PrivateKey::from_pem(std::string_view pem) {
  const BioPtr bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  PkeyPtr key(PEM_read_bio_PrivateKey(bio.get(), nullptr, refuse_passphrase, nullptr));
  ERR_clear_error();
  if (!key) return refuse(KeyError::kMalformed);
  return checked(std::move(key));
}

Result<PrivateKey, KeyError> PrivateKey::from_der(std::string_view der) {
  const auto* at = as_bytes(der).data();
  const auto* const end = at + der.size();
  PkeyPtr key(d2i_AutoPrivateKey_ex(nullptr, &at, static_cast<long>(der.size()), nullptr, nullptr));
  ERR_clear_error();
  if (!key || at != end) return refuse(KeyError::kMalformed);
  return checked(std::move(key));
}

int PrivateKey::bits() const { return EVP_PKEY_get_bits(key_.get()); }

SecretBytes PrivateKey::to_pem() const {
  const BioPtr bio(BIO_new(BIO_s_mem()));  // wipes its buffer when it grows and when it is freed
  CARDEA_ASSERT(PEM_write_bio_PKCS8PrivateKey(bio.get(), key_.get(), nullptr, nullptr, 0, nullptr, nullptr) == 1);
  char* text = nullptr;
  const auto size = BIO_get_mem_data(bio.get(), &text);
  return SecretBytes::copy_of({text, static_cast<std::size_t>(size)});
}

std::string PrivateKey::spki_der() const { return spki_of(key_.get()); }

PublicKey PrivateKey::public_key() const {
  auto key = PublicKey::from_spki_der(spki_der());  // through bytes, so that nothing private comes along
  CARDEA_ASSERT(key.has_value());
  return std::move(*key);
}

SecretBytes PrivateKey::ed25519_seed() const {
  CARDEA_ASSERT(type_ == KeyType::kEd25519);
  std::string seed(32, '\0');
  std::size_t size = seed.size();
  const int done = EVP_PKEY_get_raw_private_key(key_.get(), reinterpret_cast<unsigned char*>(seed.data()), &size);
  CARDEA_ASSERT(done == 1 && size == seed.size());
  return SecretBytes(std::move(seed));
}

PrivateKey PrivateKey::clone() const { return PrivateKey(shared(key_), type_); }

std::string key_id(const PrivateKey& key) { return sha256_base64url(key.spki_der()); }

}  // namespace cardea::crypto
