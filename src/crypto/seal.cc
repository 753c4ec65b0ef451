#include "crypto/seal.h"

#include <sodium/crypto_aead_xchacha20poly1305.h>

#include <algorithm>

#include "base/assert.h"
#include "base/encoding.h"
#include "crypto/hash.h"
#include "crypto/sodium.h"

namespace cardea::crypto {
namespace {

constexpr char kVersion = 1;
constexpr std::size_t kIdBytes = 8;
constexpr std::size_t kNonceBytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t kTagBytes = crypto_aead_xchacha20poly1305_ietf_ABYTES;
static_assert(kSealOverheadBytes == 1 + kIdBytes + kNonceBytes + kTagBytes);
static_assert(kSealKeyBytes == crypto_aead_xchacha20poly1305_ietf_KEYBYTES);

constexpr std::string_view kRingPlace = "cardea/data keys";

// A one-way name of the key, which tells "another key" from "damaged" without giving anything away.
std::string id_of(std::string_view key) { return hmac_sha256(key, "cardea/seal key id").substr(0, kIdBytes); }

// The head of the value is authenticated together with its place.
std::string associated_data(std::string_view head, std::string_view bound_to) {
  std::string data(head);
  data += bound_to;
  return data;
}

unsigned char* bytes_at(std::string& text, std::size_t at) {
  return reinterpret_cast<unsigned char*>(text.data()) + at;
}

Sealer master_sealer(const SecretBytes& master) {
  std::vector<SecretBytes> keys;
  keys.push_back(master.clone());
  return Sealer(std::move(keys));
}

Result<SecretBytes, SealError> open_ring(const SecretBytes& master, std::string_view wrapped) {
  auto ring = master_sealer(master).open(wrapped, kRingPlace);
  if (!ring) return ring;
  const auto count = ring->size() / kSealKeyBytes;
  if (ring->size() % kSealKeyBytes != 0 || count == 0 || count > kSealKeysMax) return refuse(SealError::kCorrupt);
  return ring;
}

}  // namespace

std::string_view describe(SealError error) {
  switch (error) {
    case SealError::kMalformed:
      return "seal_malformed";
    case SealError::kWrongKey:
      return "seal_wrong_key";
    case SealError::kCorrupt:
      return "seal_corrupt";
  }
  return "seal_error";
}

Sealer::Sealer(std::vector<SecretBytes> keys) {
  ensure_sodium();
  CARDEA_ASSERT(!keys.empty() && keys.size() <= kSealKeysMax);
  for (auto& key : keys) {
    CARDEA_ASSERT(key.size() == kSealKeyBytes);
    auto id = id_of(key.reveal());
    keys_.push_back({std::move(id), std::move(key)});
  }
}

const Sealer::Key* Sealer::find(std::string_view id) const {
  const auto found = std::find_if(keys_.begin(), keys_.end(), [&](const Key& key) { return key.id == id; });
  return found == keys_.end() ? nullptr : &*found;
}

std::string Sealer::seal(std::string_view plain, std::string_view bound_to) const {
  CARDEA_ASSERT(!bound_to.empty());
  const auto& key = keys_.front();
  std::string sealed;
  sealed.reserve(plain.size() + kSealOverheadBytes);
  sealed += kVersion;
  sealed += key.id;
  sealed.resize(plain.size() + kSealOverheadBytes);
  const auto nonce_at = 1 + kIdBytes;
  SystemRandom{}.fill({bytes_at(sealed, nonce_at), kNonceBytes});
  const auto data = associated_data(std::string_view(sealed).substr(0, nonce_at), bound_to);
  crypto_aead_xchacha20poly1305_ietf_encrypt(bytes_at(sealed, nonce_at + kNonceBytes), nullptr, as_bytes(plain).data(),
                                             plain.size(), as_bytes(data).data(), data.size(), nullptr,
                                             bytes_at(sealed, nonce_at), as_bytes(key.secret.reveal()).data());
  return sealed;
}

Result<SecretBytes, SealError> Sealer::open(std::string_view sealed, std::string_view bound_to) const {
  CARDEA_ASSERT(!bound_to.empty());
  if (sealed.size() < kSealOverheadBytes || sealed.front() != kVersion) return refuse(SealError::kMalformed);
  const auto* key = find(sealed.substr(1, kIdBytes));
  if (key == nullptr) return refuse(SealError::kWrongKey);
  const auto nonce = sealed.substr(1 + kIdBytes, kNonceBytes);
  const auto box = sealed.substr(1 + kIdBytes + kNonceBytes);
  const auto data = associated_data(sealed.substr(0, 1 + kIdBytes), bound_to);
  std::string plain(box.size() - kTagBytes, '\0');
  const int opened = crypto_aead_xchacha20poly1305_ietf_decrypt(
      bytes_at(plain, 0), nullptr, nullptr, as_bytes(box).data(), box.size(), as_bytes(data).data(), data.size(),
      as_bytes(nonce).data(), as_bytes(key->secret.reveal()).data());
  if (opened != 0) return refuse(SealError::kCorrupt);
  return SecretBytes(std::move(plain));
}

std::string Sealer::seal_text(std::string_view plain, std::string_view bound_to) const {
  return base64url_encode(seal(plain, bound_to));
}

Result<SecretBytes, SealError> Sealer::open_text(std::string_view text, std::string_view bound_to) const {
  const auto sealed = base64url_decode(text);
  if (!sealed) return refuse(SealError::kMalformed);
  return open(*sealed, bound_to);
}

bool Sealer::needs_reseal(std::string_view sealed) const {
  return sealed.size() < kSealOverheadBytes || sealed.substr(1, kIdBytes) != keys_.front().id;
}

std::string wrap_new_data_key(const SecretBytes& master, Random& random) {
  std::string key(kSealKeyBytes, '\0');
  random.fill({bytes_at(key, 0), key.size()});
  const SecretBytes ring(std::move(key));
  return master_sealer(master).seal(ring.reveal(), kRingPlace);
}

Result<Sealer, SealError> unwrap(const SecretBytes& master, std::string_view wrapped) {
  const auto ring = open_ring(master, wrapped);
  if (!ring) return refuse(ring.error());
  std::vector<SecretBytes> keys;
  for (std::size_t at = 0; at < ring->size(); at += kSealKeyBytes) {
    keys.push_back(SecretBytes::copy_of(ring->reveal().substr(at, kSealKeyBytes)));
  }
  return Sealer(std::move(keys));
}

Result<std::string, SealError> add_data_key(const SecretBytes& master, std::string_view wrapped, Random& random) {
  const auto ring = open_ring(master, wrapped);
  if (!ring) return refuse(ring.error());
  std::string keys(kSealKeyBytes, '\0');
  keys.reserve(kSealKeyBytes + ring->size());  // so that appending leaves no copy behind
  random.fill({bytes_at(keys, 0), kSealKeyBytes});
  keys += ring->reveal().substr(0, (kSealKeysMax - 1) * kSealKeyBytes);
  const SecretBytes longer(std::move(keys));
  return master_sealer(master).seal(longer.reveal(), kRingPlace);
}

Result<std::string, SealError> rewrap(const SecretBytes& old_master, const SecretBytes& new_master,
                                      std::string_view wrapped) {
  const auto ring = open_ring(old_master, wrapped);
  if (!ring) return refuse(ring.error());
  return master_sealer(new_master).seal(ring->reveal(), kRingPlace);
}

}  // namespace cardea::crypto
