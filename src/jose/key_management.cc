#include "jose/key_management.h"

#include <openssl/err.h>
#include <openssl/rsa.h>

#include "base/assert.h"
#include "base/encoding.h"
#include "crypto/hash.h"
#include "jose/cipher.h"

namespace cardea::jose {
namespace {

constexpr std::size_t kWrapBlockBytes = 8;
constexpr std::size_t kWrappedBytesMax = 128;  // of the longest content key, 64 bytes, with room

unsigned char* bytes_of(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

/// Bytes of the key that wraps; zero when nothing is wrapped.
std::size_t wrapping_bytes(KeyManagement management) {
  switch (management) {
    case KeyManagement::kEcdhEsA128Kw:
      return 16;
    case KeyManagement::kEcdhEsA192Kw:
      return 24;
    case KeyManagement::kEcdhEsA256Kw:
      return 32;
    case KeyManagement::kEcdhEs:
    case KeyManagement::kRsaOaep:
    case KeyManagement::kRsaOaep256:
      break;
  }
  return 0;
}

const EVP_CIPHER* wrap_cipher(std::size_t key_size) {
  static const auto wrap128 = fetch_cipher("AES-128-WRAP"), wrap192 = fetch_cipher("AES-192-WRAP"),
                    wrap256 = fetch_cipher("AES-256-WRAP");
  CARDEA_ASSERT(key_size == 16 || key_size == 24 || key_size == 32);
  return key_size == 16 ? wrap128.get() : key_size == 24 ? wrap192.get() : wrap256.get();
}

std::optional<std::string> run_wrap(const SecretBytes& key, std::string_view input, bool encrypts) {
  const CipherCtxPtr context(EVP_CIPHER_CTX_new());
  CARDEA_ASSERT(context != nullptr);
  EVP_CIPHER_CTX_set_flags(context.get(), EVP_CIPHER_CTX_FLAG_WRAP_ALLOW);
  std::string out(input.size() + 2 * kWrapBlockBytes, '\0');
  int size = 0, last = 0;
  const bool done = EVP_CipherInit_ex2(context.get(), wrap_cipher(key.size()), as_bytes(key.reveal()).data(), nullptr,
                                       encrypts ? 1 : 0, nullptr) == 1 &&
                    EVP_CipherUpdate(context.get(), bytes_of(out), &size, as_bytes(input).data(),
                                     static_cast<int>(input.size())) == 1 &&
                    EVP_CipherFinal_ex(context.get(), bytes_of(out) + size, &last) == 1;
  ERR_clear_error();
  if (!done) {
    wipe(out);
    return std::nullopt;
  }
  out.resize(static_cast<std::size_t>(size + last));
  return out;
}

void append_number(std::string& out, std::size_t number) {
  for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<char>(number >> shift & 0xFF));
}

void append_sized(std::string& out, std::string_view text) {
  append_number(out, text.size());
  out.append(text);
}

/// NIST SP 800-56A section 5.8.1 with SHA-256, as RFC 7518 section 4.6.2 uses it.
SecretBytes concat_kdf(std::string_view agreed, std::string_view algorithm, const PartyInfo& parties,
                       std::size_t size) {
  std::string info;
  append_sized(info, algorithm);
  append_sized(info, parties.producer);
  append_sized(info, parties.consumer);
  append_number(info, size * 8);
  std::string out;
  for (std::size_t round = 1; out.size() < size; ++round) {
    std::string input;
    input.reserve(4 + agreed.size() + info.size());  // taken once: what grows leaves copies behind
    append_number(input, round);
    input.append(agreed).append(info);
    out.append(as_text(crypto::sha256(input)));
    wipe(input);
  }
  out.resize(size);
  return SecretBytes(std::move(out));
}

/// The x coordinate that both sides arrive at, at full length. Absent: the keys do not go together.
std::optional<SecretBytes> agreement(EVP_PKEY* ours, EVP_PKEY* theirs) {
  const crypto::PkeyCtxPtr context(EVP_PKEY_CTX_new_from_pkey(nullptr, ours, nullptr));
  std::size_t size = 0;
  bool done = context && EVP_PKEY_derive_init(context.get()) == 1 &&
              EVP_PKEY_derive_set_peer(context.get(), theirs) == 1 &&
              EVP_PKEY_derive(context.get(), nullptr, &size) == 1;
  std::string agreed(size, '\0');
  done = done && EVP_PKEY_derive(context.get(), bytes_of(agreed), &size) == 1;
  ERR_clear_error();
  SecretBytes secret(std::move(agreed));
  if (!done || secret.size() != size) return std::nullopt;
  return secret;
}

/// A context with the padding that `management` names; both of its hashes are the same (RFC 7518 section 4.3).
crypto::PkeyCtxPtr oaep_context(EVP_PKEY* key, KeyManagement management, int (*init)(EVP_PKEY_CTX*)) {
  const auto* hash = management == KeyManagement::kRsaOaep256 ? "SHA2-256" : "SHA1";
  crypto::PkeyCtxPtr context(EVP_PKEY_CTX_new_from_pkey(nullptr, key, nullptr));
  const bool done = context && init(context.get()) == 1 &&
                    EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_OAEP_PADDING) == 1 &&
                    EVP_PKEY_CTX_set_rsa_oaep_md_name(context.get(), hash, nullptr) == 1 &&
                    EVP_PKEY_CTX_set_rsa_mgf1_md_name(context.get(), hash, nullptr) == 1;
  return done ? std::move(context) : nullptr;
}

}  // namespace

std::optional<KeyManagement> parse_key_management(std::string_view text) {
  for (const auto management : kKeyManagements) {
    if (name(management) == text) return management;
  }
  return std::nullopt;
}

std::string_view name(KeyManagement management) {
  switch (management) {
    case KeyManagement::kEcdhEsA256Kw:
      return "ECDH-ES+A256KW";
    case KeyManagement::kEcdhEsA192Kw:
      return "ECDH-ES+A192KW";
    case KeyManagement::kEcdhEsA128Kw:
      return "ECDH-ES+A128KW";
    case KeyManagement::kRsaOaep:
      return "RSA-OAEP";
    case KeyManagement::kRsaOaep256:
      return "RSA-OAEP-256";
    case KeyManagement::kEcdhEs:
      break;
  }
  return "ECDH-ES";
}

bool is_agreement(KeyManagement management) {
  return management != KeyManagement::kRsaOaep && management != KeyManagement::kRsaOaep256;
}

bool fits(KeyManagement management, crypto::KeyType type) {
  return is_agreement(management) ? crypto::coordinate_bytes(type) != 0 : type == crypto::KeyType::kRsa;
}

Result<SecretBytes, JoseError> agree(const crypto::PrivateKey& ours, const crypto::PublicKey& theirs,
                                     KeyManagement management, ContentEncryption content, const PartyInfo& parties) {
  CARDEA_ASSERT(is_agreement(management));
  if (!fits(management, ours.type()) || ours.type() != theirs.type()) return refuse(JoseError::kBadKey);
  const auto agreed = agreement(ours.get(), theirs.get());
  if (!agreed) return refuse(JoseError::kBadKey);
  const auto size = wrapping_bytes(management);
  if (size == 0) return concat_kdf(agreed->reveal(), name(content), parties, key_bytes(content));
  return concat_kdf(agreed->reveal(), name(management), parties, size);
}

Result<std::string, JoseError> encrypt_key(const crypto::PublicKey& key, KeyManagement management,
                                           std::string_view content_key) {
  CARDEA_ASSERT(!is_agreement(management));
  if (!fits(management, key.type())) return refuse(JoseError::kBadKey);
  const auto context = oaep_context(key.get(), management, &EVP_PKEY_encrypt_init);
  std::string out(static_cast<std::size_t>(EVP_PKEY_get_size(key.get())), '\0');
  auto size = out.size();
  const bool done = context && EVP_PKEY_encrypt(context.get(), bytes_of(out), &size, as_bytes(content_key).data(),
                                                content_key.size()) == 1;
  ERR_clear_error();
  if (!done) return refuse(JoseError::kBadKey);
  out.resize(size);
  return out;
}

Result<SecretBytes, JoseError> decrypt_key(const crypto::PrivateKey& key, KeyManagement management,
                                           std::string_view encrypted_key) {
  CARDEA_ASSERT(!is_agreement(management) && fits(management, key.type()));
  const auto context = oaep_context(key.get(), management, &EVP_PKEY_decrypt_init);
  std::string out(static_cast<std::size_t>(EVP_PKEY_get_size(key.get())), '\0');
  auto size = out.size();
  const bool done = context && EVP_PKEY_decrypt(context.get(), bytes_of(out), &size, as_bytes(encrypted_key).data(),
                                                encrypted_key.size()) == 1;
  ERR_clear_error();
  const SecretBytes whole(std::move(out));
  if (!done) return refuse(JoseError::kBadEncryption);
  return SecretBytes::copy_of(whole.reveal().substr(0, size));
}

std::string wrap_key(const SecretBytes& wrapping_key, std::string_view content_key) {
  auto wrapped = run_wrap(wrapping_key, content_key, true);
  CARDEA_ASSERT(wrapped.has_value());
  return std::move(*wrapped);
}

Result<SecretBytes, JoseError> unwrap_key(const SecretBytes& wrapping_key, std::string_view encrypted_key) {
  const auto size = encrypted_key.size();
  if (size < 3 * kWrapBlockBytes || size % kWrapBlockBytes != 0 || size > kWrappedBytesMax) {
    return refuse(JoseError::kBadEncryption);
  }
  auto key = run_wrap(wrapping_key, encrypted_key, false);
  if (!key) return refuse(JoseError::kBadEncryption);
  return SecretBytes(std::move(*key));
}

}  // namespace cardea::jose
