#include "jose/prepared.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/params.h>
#include <openssl/rsa.h>

#include <algorithm>
#include <array>
#include <atomic>

#include "base/assert.h"
#include "base/encoding.h"
#include "crypto/hash.h"

namespace cardea::jose {
namespace {

// Per thread. A key's place is its number modulo the size: with more keys in use than places, some are prepared anew,
// which costs a microsecond or two. A forgotten key stays alive until its place is taken.
constexpr std::size_t kSlots = 64;

struct Slot {
  std::uint64_t number = 0;
  crypto::PkeyCtxPtr sign, verify;
  crypto::MacCtxPtr mac;
};

Slot& slot_of(std::uint64_t number) {
  thread_local std::array<Slot, kSlots> slots;
  auto& slot = slots[number % kSlots];
  if (slot.number != number) slot = Slot{.number = number, .sign = nullptr, .verify = nullptr, .mac = nullptr};
  return slot;
}

bool is_pss(Algorithm algorithm) {
  return algorithm == Algorithm::kPS256 || algorithm == Algorithm::kPS384 || algorithm == Algorithm::kPS512;
}

crypto::PkeyCtxPtr prepare(const KeyMaterial& material, int (*begin)(EVP_PKEY_CTX*)) {
  crypto::PkeyCtxPtr context(EVP_PKEY_CTX_new(material.key, nullptr));
  const bool is_rsa = key_type_of(material.algorithm) == crypto::KeyType::kRsa;
  const bool pss = is_pss(material.algorithm);
  const int padding = pss ? RSA_PKCS1_PSS_PADDING : RSA_PKCS1_PADDING;
  const bool ready =
      context && begin(context.get()) == 1 && (!is_rsa || EVP_PKEY_CTX_set_rsa_padding(context.get(), padding) == 1) &&
      EVP_PKEY_CTX_set_signature_md(context.get(), crypto::fetched_digest(hash_of(material.algorithm))) == 1 &&
      // RFC 7518 section 3.5: salt as long as the hash, MGF1 with the same hash
      (!pss || EVP_PKEY_CTX_set_rsa_pss_saltlen(context.get(), RSA_PSS_SALTLEN_DIGEST) == 1);
  if (!ready) {
    ERR_clear_error();
    context.reset();
  }
  return context;
}

struct Digest {
  std::array<std::uint8_t, EVP_MAX_MD_SIZE> bytes;
  std::size_t size;
};

template <std::size_t kSize>
Digest stored(const std::array<std::uint8_t, kSize>& bytes) {
  Digest digest{.bytes = {}, .size = kSize};
  std::ranges::copy(bytes, digest.bytes.begin());
  return digest;
}

Digest digest_of(Algorithm algorithm, std::string_view input) {
  switch (hash_of(algorithm)) {
    case crypto::HashAlgorithm::kSha384:
      return stored(crypto::sha384(input));
    case crypto::HashAlgorithm::kSha512:
      return stored(crypto::sha512(input));
    case crypto::HashAlgorithm::kSha1:  // no JOSE algorithm
    case crypto::HashAlgorithm::kSha256:
      break;
  }
  return stored(crypto::sha256(input));
}

crypto::MacCtxPtr prepare_mac(const KeyMaterial& material) {
  crypto::MacCtxPtr context(EVP_MAC_CTX_new(crypto::fetched_hmac()));
  auto* digest = const_cast<char*>(crypto::digest_name(hash_of(material.algorithm)));
  const std::array params = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
                             OSSL_PARAM_construct_end()};
  const auto key = as_bytes(material.hmac_secret);
  CARDEA_ASSERT(context && EVP_MAC_init(context.get(), key.data(), key.size(), params.data()) == 1);
  return context;
}

}  // namespace

std::uint64_t next_key_number() {
  static std::atomic<std::uint64_t> last{0};
  return ++last;
}

std::size_t prepared_sign(const KeyMaterial& material, std::string_view input, std::span<unsigned char> out) {
  auto& context = slot_of(material.number).sign;
  if (!context) context = prepare(material, EVP_PKEY_sign_init);
  const auto digest = digest_of(material.algorithm, input);
  std::size_t size = out.size();
  if (context && EVP_PKEY_sign(context.get(), out.data(), &size, digest.bytes.data(), digest.size) == 1) return size;
  ERR_clear_error();
  return 0;
}

bool prepared_verify(const KeyMaterial& material, std::string_view input, std::string_view signature) {
  // RFC 8017 section 8.1.2 step 1: an RSA signature is as long as the modulus. OpenSSL leaves this out for PSS and
  // takes one whose leading zero is missing.
  if (key_type_of(material.algorithm) == crypto::KeyType::kRsa &&
      signature.size() != static_cast<std::size_t>(EVP_PKEY_get_size(material.key))) {
    return false;
  }
  const auto digest = digest_of(material.algorithm, input);
  if (material.rsa != nullptr) {
    const std::string_view bytes(reinterpret_cast<const char*>(digest.bytes.data()), digest.size);
    return material.rsa->is_valid(hash_of(material.algorithm), bytes, signature);
  }
  auto& context = slot_of(material.number).verify;
  if (!context) context = prepare(material, EVP_PKEY_verify_init);
  if (!context) return false;
  const int done =
      EVP_PKEY_verify(context.get(), as_bytes(signature).data(), signature.size(), digest.bytes.data(), digest.size);
  if (done != 1) ERR_clear_error();  // or the next TLS call of this thread would find it
  return done == 1;
}

std::string prepared_hmac(const KeyMaterial& material, std::string_view data) {
  auto& slot = slot_of(material.number);
  if (!slot.mac) slot.mac = prepare_mac(material);
  std::string out(EVP_MAC_CTX_get_mac_size(slot.mac.get()), '\0');
  std::size_t size = 0;
  const bool done = EVP_MAC_init(slot.mac.get(), nullptr, 0, nullptr) == 1 &&  // starts again with the same key
                    EVP_MAC_update(slot.mac.get(), as_bytes(data).data(), data.size()) == 1 &&
                    EVP_MAC_final(slot.mac.get(), reinterpret_cast<unsigned char*>(out.data()), &size, out.size()) == 1;
  CARDEA_ASSERT(done && size == out.size());
  return out;
}

}  // namespace cardea::jose
