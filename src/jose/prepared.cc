#include "jose/prepared.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/params.h>
#include <openssl/rsa.h>

#include <atomic>

#include "base/assert.h"
#include "base/encoding.h"

namespace cardea::jose {
namespace {

// Per thread. A key's place is its number modulo the size: with more keys in use than places, some are prepared anew,
// which costs a microsecond or two. A forgotten key stays alive until its place is taken.
constexpr std::size_t kSlots = 64;

struct Slot {
  std::uint64_t number = 0;
  crypto::MdCtxPtr digest;
  crypto::MacCtxPtr mac;
};

Slot& slot_of(std::uint64_t number) {
  thread_local std::array<Slot, kSlots> slots;
  return slots[number % kSlots];
}

bool is_pss(Algorithm algorithm) {
  return algorithm == Algorithm::kPS256 || algorithm == Algorithm::kPS384 || algorithm == Algorithm::kPS512;
}

crypto::MdCtxPtr prepare_digest(const KeyMaterial& material, Use use) {
  crypto::MdCtxPtr context(EVP_MD_CTX_new());
  EVP_PKEY_CTX* padding = nullptr;  // owned by the context
  const auto* digest = crypto::fetched_digest(hash_of(material.algorithm));
  const int done = use == Use::kSign ? EVP_DigestSignInit(context.get(), &padding, digest, nullptr, material.key)
                                     : EVP_DigestVerifyInit(context.get(), &padding, digest, nullptr, material.key);
  bool ready = done == 1;
  if (ready && is_pss(material.algorithm)) {  // RFC 7518 section 3.5: salt as long as the hash, MGF1 with the same hash
    ready = EVP_PKEY_CTX_set_rsa_padding(padding, RSA_PKCS1_PSS_PADDING) == 1 &&
            EVP_PKEY_CTX_set_rsa_pss_saltlen(padding, RSA_PSS_SALTLEN_DIGEST) == 1;
  }
  if (!ready) {
    ERR_clear_error();
    context.reset();
  }
  return context;
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

EVP_MD_CTX* prepared_digest_context(const KeyMaterial& material, Use use) {
  auto& slot = slot_of(material.number);
  if (slot.number != material.number || !slot.digest) {
    slot = Slot{.number = material.number, .digest = prepare_digest(material, use), .mac = nullptr};
    if (!slot.digest) return nullptr;
  }
  thread_local const crypto::MdCtxPtr work(EVP_MD_CTX_new());
  return EVP_MD_CTX_copy_ex(work.get(), slot.digest.get()) == 1 ? work.get() : nullptr;
}

std::string prepared_hmac(const KeyMaterial& material, std::string_view data) {
  auto& slot = slot_of(material.number);
  if (slot.number != material.number || !slot.mac) {
    slot = Slot{.number = material.number, .digest = nullptr, .mac = prepare_mac(material)};
  }
  std::string out(EVP_MAC_CTX_get_mac_size(slot.mac.get()), '\0');
  std::size_t size = 0;
  const bool done = EVP_MAC_init(slot.mac.get(), nullptr, 0, nullptr) == 1 &&  // starts again with the same key
                    EVP_MAC_update(slot.mac.get(), as_bytes(data).data(), data.size()) == 1 &&
                    EVP_MAC_final(slot.mac.get(), reinterpret_cast<unsigned char*>(out.data()), &size, out.size()) == 1;
  CARDEA_ASSERT(done && size == out.size());
  return out;
}

}  // namespace cardea::jose
