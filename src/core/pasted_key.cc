#include "core/pasted_key.h"

#include <algorithm>

#include "base/encoding.h"
#include "base/text.h"

namespace cardea {
namespace {

using jose::JoseError;

Result<crypto::PublicKey, JoseError> read_key(std::string_view text) {
  if (text.starts_with("-----")) {
    auto key = crypto::PublicKey::from_pem(text);
    if (!key) return refuse(JoseError::kBadKey);
    return std::move(*key);
  }
  std::string bare(text);
  std::erase_if(bare, [](char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; });
  const auto der = base64_decode(bare);
  if (!der) return refuse(JoseError::kBadKey);
  auto key = crypto::PublicKey::from_spki_der(*der);
  if (!key) return refuse(JoseError::kBadKey);
  return std::move(*key);
}

std::vector<jose::Algorithm> algorithms_for(crypto::KeyType type) {
  using enum jose::Algorithm;
  if (type == crypto::KeyType::kRsa) return {kRS256, kRS384, kRS512, kPS256, kPS384, kPS512};
  return {jose::default_algorithm(type)};
}

}  // namespace

Result<jose::KeySet, JoseError> pasted_keys(const IdentityProvider& provider, std::optional<std::string_view> kid) {
  const auto text = trim(provider.setting("publicKeySignatureVerifier"));
  if (text.empty()) return refuse(JoseError::kUnknownKey);
  if (text.size() > kPastedKeyBytesMax) return refuse(JoseError::kTooLarge);
  if (text.starts_with('{')) {
    auto set = jose::KeySet::from_jwks(text);
    if (set && set->empty()) return refuse(JoseError::kBadKey);
    return set;
  }
  const auto key = read_key(text);
  if (!key) return refuse(key.error());
  const auto named = trim(provider.setting("publicKeySignatureVerifierKeyId"));
  const std::string id(named.empty() ? kid.value_or(std::string_view()) : named);
  jose::KeySet out;
  for (const auto algorithm : algorithms_for(key->type())) {
    auto made = jose::VerificationKey::make(*key, id, algorithm);
    if (!made) return refuse(made.error());
    out.add(std::move(*made));
  }
  return out;
}

}  // namespace cardea
