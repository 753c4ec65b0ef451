#include "jose/signing_key.h"

#include <sodium/crypto_sign_ed25519.h>

#include <array>
#include <span>

#include "base/assert.h"
#include "base/encoding.h"
#include "base/json.h"
#include "crypto/sodium.h"
#include "jose/ecdsa_signature.h"
#include "jose/prepared.h"

namespace cardea::jose {
namespace {

constexpr std::array<std::string_view, 3> kPreparedTypes = {"JWT", "at+jwt", "logout+jwt"};
constexpr std::size_t kSignatureBytesMax = crypto::kRsaBitsMax / 8;
constexpr std::string_view kProbe = "cardea";

// Keycloak's spacing: {"alg":"RS256","typ" : "JWT","kid" : "..."}.
std::string header_json(Algorithm algorithm, std::string_view typ, std::string_view kid) {
  std::string json = R"({"alg":)";
  append_json_string(json, name(algorithm));
  json += R"(,"typ" : )";
  append_json_string(json, typ);
  json += R"(,"kid" : )";
  append_json_string(json, kid);
  json += '}';
  return json;
}

// libsodium's secret key: the seed and the public key.
SecretBytes ed25519_secret_key(const crypto::PrivateKey& key) {
  const auto seed = key.ed25519_seed();
  std::string secret(crypto_sign_ed25519_SECRETKEYBYTES, '\0');
  std::array<unsigned char, crypto_sign_ed25519_PUBLICKEYBYTES> unused{};
  crypto_sign_ed25519_seed_keypair(unused.data(), reinterpret_cast<unsigned char*>(secret.data()),
                                   as_bytes(seed.reveal()).data());
  return SecretBytes(std::move(secret));
}

}  // namespace

struct SigningKey::State {
  std::string kid;
  Algorithm algorithm;
  std::optional<crypto::PrivateKey> key;
  SecretBytes secret;  // HMAC secret, or libsodium's Ed25519 key
  KeyMaterial material;
  std::array<std::string, kPreparedTypes.size()> headers;  // base64url
  std::size_t signature_chars = 0;                         // of the probe, in base64url; ECDSA and RSA do not vary

  // The raw signature into `out`; answers its size, zero when OpenSSL cannot sign with this key.
  std::size_t sign(std::span<unsigned char, kSignatureBytesMax> out, std::string_view input) const;
  // Appends the signature as base64url. False when the key cannot sign.
  [[nodiscard]] bool append_signature(std::string& out, std::string_view input) const;
};

std::size_t SigningKey::State::sign(std::span<unsigned char, kSignatureBytesMax> out, std::string_view input) const {
  if (algorithm == Algorithm::kEdDSA) {
    crypto_sign_ed25519_detached(out.data(), nullptr, as_bytes(input).data(), input.size(),
                                 as_bytes(secret.reveal()).data());
    return crypto_sign_ed25519_BYTES;
  }
  return prepared_sign(material, input, out);
}

bool SigningKey::State::append_signature(std::string& out, std::string_view input) const {
  if (is_hmac(algorithm)) {
    base64url_append(out, prepared_hmac(material, input));
    return true;
  }
  std::array<unsigned char, kSignatureBytesMax> buffer;
  const auto signature = as_text(std::span(buffer).first(sign(buffer, input)));
  if (signature.empty()) return false;
  const auto width = crypto::coordinate_bytes(key->type());
  if (width == 0) {
    base64url_append(out, signature);
    return true;
  }
  const auto raw = ecdsa_raw_from_der(signature, width);
  if (raw) base64url_append(out, *raw);
  return raw.has_value();
}

SigningKey::SigningKey(std::unique_ptr<const State> state) : state_(std::move(state)) {}
SigningKey::SigningKey(SigningKey&&) noexcept = default;
SigningKey& SigningKey::operator=(SigningKey&&) noexcept = default;
SigningKey::~SigningKey() = default;

std::unique_ptr<SigningKey::State> SigningKey::make_state(std::string kid, Algorithm algorithm) {
  auto state = std::make_unique<State>();
  state->kid = std::move(kid);
  state->algorithm = algorithm;
  for (std::size_t i = 0; i < kPreparedTypes.size(); ++i) {
    state->headers[i] = base64url_encode(header_json(algorithm, kPreparedTypes[i], state->kid));
  }
  state->material = {.number = next_key_number(), .algorithm = algorithm, .key = nullptr, .hmac_secret = {}};
  return state;
}

Result<SigningKey, JoseError> SigningKey::make(crypto::PrivateKey key, std::string kid, Algorithm algorithm) {
  if (key_type_of(algorithm) != key.type()) return refuse(JoseError::kBadKey);
  crypto::ensure_sodium();
  auto state = make_state(std::move(kid), algorithm);
  if (key.type() == crypto::KeyType::kEd25519) state->secret = ed25519_secret_key(key);
  state->key = std::move(key);
  state->material.key = state->key->get();
  // An imported key may be broken, or its halves may not belong together. The first signature of a key is slow anyway.
  std::string probe;
  if (!state->append_signature(probe, kProbe)) return refuse(JoseError::kBadKey);
  state->signature_chars = probe.size();
  SigningKey made(std::move(state));
  const auto raw = base64url_decode(probe);
  if (!raw || !made.verification_key().is_signature_valid(kProbe, *raw)) return refuse(JoseError::kBadKey);
  return made;
}

Result<SigningKey, JoseError> SigningKey::make_hmac(SecretBytes secret, std::string kid, Algorithm algorithm) {
  if (!is_hmac(algorithm)) return refuse(JoseError::kBadKey);
  if (secret.size() < hmac_key_bytes_min(algorithm)) return refuse(JoseError::kWeakKey);
  auto state = make_state(std::move(kid), algorithm);
  state->secret = std::move(secret);
  state->material.hmac_secret = state->secret.reveal();
  return SigningKey(std::move(state));
}

const std::string& SigningKey::kid() const { return state_->kid; }
Algorithm SigningKey::algorithm() const { return state_->algorithm; }

void SigningKey::sign_append(std::string& out, std::string_view signing_input) const {
  CARDEA_ASSERT(state_->append_signature(out, signing_input));  // the key has signed before
}

std::string_view SigningKey::encoded_header(std::string_view typ) const {
  for (std::size_t i = 0; i < kPreparedTypes.size(); ++i) {
    if (kPreparedTypes[i] == typ) return state_->headers[i];
  }
  return {};
}

std::size_t SigningKey::jwt_chars(std::string_view typ, std::size_t payload_bytes) const {
  constexpr std::size_t kUnpreparedHeader = 256;
  const auto header = encoded_header(typ).size();
  constexpr std::size_t kHmac = 86;  // HS512's
  const auto signature = state_->signature_chars == 0 ? kHmac : state_->signature_chars;
  return (header == 0 ? kUnpreparedHeader : header) + (payload_bytes * 4 + 2) / 3 + signature + 2;
}

void SigningKey::append_header(std::string& out, std::string_view typ) const {
  const auto prepared = encoded_header(typ);
  if (!prepared.empty()) {
    out += prepared;
  } else {
    base64url_append(out, header_json(state_->algorithm, typ, state_->kid));
  }
}

VerificationKey SigningKey::verification_key() const {
  auto key = state_->key ? VerificationKey::make(state_->key->public_key(), state_->kid, state_->algorithm)
                         : VerificationKey::make_hmac(state_->secret.clone(), state_->kid, state_->algorithm);
  CARDEA_ASSERT(key.has_value());
  return std::move(*key);
}

std::string sign_jwt(const SigningKey& key, std::string_view typ, std::string_view payload_json) {
  std::string jwt;
  jwt.reserve(key.jwt_chars(typ, payload_json.size()));
  key.append_header(jwt, typ);
  jwt += '.';
  base64url_append(jwt, payload_json);
  const auto input_bytes = jwt.size();
  jwt += '.';
  key.sign_append(jwt, std::string_view(jwt).substr(0, input_bytes));
  return jwt;
}

}  // namespace cardea::jose
