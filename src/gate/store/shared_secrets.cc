#include "gate/store/shared_secrets.h"

#include <utility>

#include "base/assert.h"
#include "crypto/key.h"
#include "crypto/seal.h"

namespace cardea::gate {
namespace {

constexpr std::string_view kStateKey = "login-state";
constexpr std::string_view kKeepKey = "keep-signing-key";
constexpr std::string_view kIdentityKey = "identity-signing-key";

Stored<SecretBytes> load(const GateStore& store, std::string_view name, const SecretBytes& fresh, Missing missing) {
  const auto find = [&] {
    return read_from(store.store, [&](Rows& rows) { return store.rows.find_secret(rows, name); });
  };
  auto found = find();
  if (found && !*found && missing == Missing::kStaysSo) return fresh.clone();
  if (found && !*found) {
    const auto inserted = store.store.write([&](Tx& tx) { return store.rows.insert_secret(tx, name, fresh.reveal()); });
    if (!inserted && inserted.error() != StoreError::kConflict) return refuse(inserted.error());
    found = find();
  }
  if (!found) return refuse(found.error());
  if (!*found) return refuse(StoreError::kCorrupt);
  return std::move(**found);
}

}  // namespace

SecretBytes make_signing_key() {
  auto key = crypto::PrivateKey::generate(crypto::KeyType::kEcP256);
  CARDEA_ASSERT(key);
  return key->to_pem();
}

SharedSecrets make_secrets(Random& random) {
  std::string bytes(crypto::kSealKeyBytes, '\0');
  random.fill({reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size()});
  return {SecretBytes(std::move(bytes)), make_signing_key(), make_signing_key()};
}

Stored<SharedSecrets> load_secrets(const GateStore& store, Random& random, Missing missing) {
  const auto fresh = make_secrets(random);
  auto state_key = load(store, kStateKey, fresh.state_key, missing);
  if (!state_key) return refuse(state_key.error());
  auto keep_key = load(store, kKeepKey, fresh.keep_key, missing);
  if (!keep_key) return refuse(keep_key.error());
  auto identity_key = load(store, kIdentityKey, fresh.identity_key, missing);
  if (!identity_key) return refuse(identity_key.error());
  const auto is_key = [](const SecretBytes& pem) { return crypto::PrivateKey::from_pem(pem.reveal()).has_value(); };
  if (state_key->reveal().size() != crypto::kSealKeyBytes || !is_key(*keep_key) || !is_key(*identity_key))
    return refuse(StoreError::kCorrupt);
  return SharedSecrets{std::move(*state_key), std::move(*keep_key), std::move(*identity_key)};
}

}  // namespace cardea::gate
