#include "jose/key_set.h"

#include <sodium/crypto_sign_ed25519.h>

#include <algorithm>

#include "base/assert.h"
#include "base/encoding.h"
#include "crypto/sodium.h"
#include "jose/ecdsa_signature.h"
#include "jose/jwk.h"
#include "jose/prepared.h"

namespace cardea::jose {

struct VerificationKey::State {
  std::string kid;
  Algorithm algorithm;
  std::optional<crypto::PublicKey> key;
  SecretBytes hmac_secret;
  std::string ed25519;  // the raw key, for libsodium
  std::unique_ptr<const crypto::RsaVerifier> rsa;
  KeyMaterial material;
};

namespace {

bool is_hmac_valid(const KeyMaterial& material, std::string_view input, std::string_view signature) {
  return equal_secrets(prepared_hmac(material, input), signature);
}

bool is_ed25519_valid(std::string_view key, std::string_view input, std::string_view signature) {
  if (signature.size() != crypto_sign_ed25519_BYTES) return false;
  return crypto_sign_ed25519_verify_detached(as_bytes(signature).data(), as_bytes(input).data(), input.size(),
                                             as_bytes(key).data()) == 0;
}

bool is_rsa_pkcs1(Algorithm algorithm) {
  return algorithm == Algorithm::kRS256 || algorithm == Algorithm::kRS384 || algorithm == Algorithm::kRS512;
}

std::optional<Algorithm> algorithm_for(const PublicJwk& jwk, Algorithm rsa_algorithm) {
  if (!jwk.alg.empty()) return parse_algorithm(jwk.alg);
  return jwk.key.type() == crypto::KeyType::kRsa ? rsa_algorithm : default_algorithm(jwk.key.type());
}

}  // namespace

Result<VerificationKey, JoseError> VerificationKey::make(crypto::PublicKey key, std::string kid, Algorithm algorithm) {
  if (key_type_of(algorithm) != key.type()) return refuse(JoseError::kBadKey);
  crypto::ensure_sodium();
  auto state = std::make_shared<State>();
  state->kid = std::move(kid);
  state->algorithm = algorithm;
  if (key.type() == crypto::KeyType::kEd25519) state->ed25519 = key.x();
  state->key = std::move(key);
  if (is_rsa_pkcs1(algorithm) && crypto::RsaVerifier::takes(*state->key))
    state->rsa = std::make_unique<const crypto::RsaVerifier>(*state->key);
  state->material = {.number = next_key_number(),
                     .algorithm = algorithm,
                     .key = state->key->get(),
                     .hmac_secret = {},
                     .rsa = state->rsa.get()};
  return VerificationKey(std::move(state));
}

Result<VerificationKey, JoseError> VerificationKey::make_hmac(SecretBytes secret, std::string kid,
                                                              Algorithm algorithm) {
  if (!is_hmac(algorithm)) return refuse(JoseError::kBadKey);
  if (secret.size() < hmac_key_bytes_min(algorithm)) return refuse(JoseError::kWeakKey);
  auto state = std::make_shared<State>();
  state->kid = std::move(kid);
  state->algorithm = algorithm;
  state->hmac_secret = std::move(secret);
  state->material = {
      .number = next_key_number(), .algorithm = algorithm, .key = nullptr, .hmac_secret = state->hmac_secret.reveal()};
  return VerificationKey(std::move(state));
}

const std::string& VerificationKey::kid() const { return state_->kid; }
Algorithm VerificationKey::algorithm() const { return state_->algorithm; }

std::size_t VerificationKey::signature_bytes() const {
  if (is_hmac(state_->algorithm)) return hmac_key_bytes_min(state_->algorithm);
  if (!state_->ed25519.empty()) return crypto_sign_ed25519_BYTES;
  if (state_->key->type() == crypto::KeyType::kRsa) return (static_cast<std::size_t>(state_->key->bits()) + 7) / 8;
  return 2 * crypto::coordinate_bytes(state_->key->type());
}

bool VerificationKey::is_signature_valid(std::string_view signing_input, std::string_view signature) const {
  const auto& material = state_->material;
  if (is_hmac(state_->algorithm)) return is_hmac_valid(material, signing_input, signature);
  if (!state_->ed25519.empty()) return is_ed25519_valid(state_->ed25519, signing_input, signature);
  if (state_->key->type() == crypto::KeyType::kRsa) return prepared_verify(material, signing_input, signature);
  const auto der = ecdsa_der_from_raw(signature, crypto::coordinate_bytes(state_->key->type()));
  return der && prepared_verify(material, signing_input, *der);
}

Result<KeySet, JoseError> KeySet::from_jwks(std::string_view jwks_json, Algorithm rsa_algorithm) {
  CARDEA_ASSERT(key_type_of(rsa_algorithm) == crypto::KeyType::kRsa);
  auto jwks = parse_jwks(jwks_json);
  if (!jwks) return refuse(jwks.error());
  KeySet keys;
  for (auto& jwk : *jwks) {
    if (jwk.use == "enc" || (jwk.use.empty() && parse_key_management(jwk.alg))) {
      keys.encryption_keys_.push_back(std::move(jwk));
      continue;
    }
    const auto algorithm = algorithm_for(jwk, rsa_algorithm);
    if (!algorithm) continue;
    auto key = VerificationKey::make(std::move(jwk.key), std::move(jwk.kid), *algorithm);
    if (key) keys.add(std::move(*key));
  }
  return keys;
}

Result<VerificationKey, JoseError> KeySet::find(std::optional<std::string_view> kid, Algorithm algorithm) const {
  const auto fits = [&](const VerificationKey& key) { return key.algorithm() == algorithm; };
  if (!kid) {
    if (std::count_if(keys_.begin(), keys_.end(), fits) != 1) return refuse(JoseError::kUnknownKey);
    return *std::find_if(keys_.begin(), keys_.end(), fits);
  }
  for (const auto& key : keys_) {
    if (key.kid() == *kid && fits(key)) return key;
  }
  return refuse(contains(*kid) ? JoseError::kWrongAlgorithm : JoseError::kUnknownKey);
}

const PublicJwk* KeySet::encryption_key(KeyManagement management) const {
  const auto serves = [&](const PublicJwk& jwk) {
    return (jwk.alg.empty() || jwk.alg == name(management)) && fits(management, jwk.key.type());
  };
  const auto found = std::find_if(encryption_keys_.begin(), encryption_keys_.end(), serves);
  return found == encryption_keys_.end() ? nullptr : &*found;
}

bool KeySet::contains(std::string_view kid) const {
  return std::any_of(keys_.begin(), keys_.end(), [&](const VerificationKey& key) { return key.kid() == kid; });
}

}  // namespace cardea::jose
