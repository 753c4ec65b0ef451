#include "gate/token/verify.h"

#include <optional>
#include <utility>

#include "base/encoding.h"
#include "base/json.h"
#include "base/limits.h"
#include "upstream/issuer.h"

namespace cardea::gate {
namespace {

using jose::JoseError;

/// One after the other; a provider has few keys without id (a key file holds one). A key that has one all the same,
/// from the settings, is not tried on a token that names another.
Result<Verified, TokenRefusal> verify_without_id(const TokenProvider& provider, const jose::UnverifiedJws& jws) {
  auto refusal = TokenRefusal::kWrongAlgorithm;
  for (const auto& key : provider.keys_without_id()) {
    if (key.algorithm() != jws.algorithm() || key.signature_bytes() != jws.signature_bytes()) continue;
    if (!key.kid().empty() && jws.kid() && *jws.kid() != key.kid()) {
      refusal = TokenRefusal::kUnknownKey;
      continue;
    }
    auto jwt = jose::verify(jws, key);
    if (jwt) return std::make_shared<const jose::VerifiedJwt>(std::move(*jwt));
    refusal = refusal_of(jwt.error());
  }
  return refuse(refusal);
}

/// A key that signs for another tenant of the same key set must not vouch here (guides.md G0-09). Entra ID's version 1
/// tokens spell the issuer otherwise than its keys do: then both must name the token's tenant.
bool signs_for(std::string_view owner, const jose::VerifiedJwt& jwt) {
  const auto tenant = jwt.text("tid");
  if (owner.empty() || upstream::issuer_of_tenant(owner, tenant) == jwt.iss()) return true;
  const auto names_tenant = [&](std::string_view issuer) {
    return !tenant.empty() && issuer.find("/" + std::string(tenant) + "/") != std::string_view::npos;
  };
  return names_tenant(owner) && names_tenant(jwt.iss());
}

/// Where a token must name its key, that comes before everything else (guides.md G0.3).
std::optional<TokenRefusal> refuse_key_id(const TokenProvider& provider, std::optional<std::string_view> kid) {
  if (!kid) return TokenRefusal::kNoKeyId;
  const auto keys = provider.keys_by_id();
  if (!keys) return TokenRefusal::kKeysUnavailable;
  if (!keys->keys.contains(*kid)) return TokenRefusal::kUnknownKey;
  return std::nullopt;
}

}  // namespace

TokenRefusal refusal_of(JoseError error) {
  switch (error) {
    case JoseError::kUnknownKey:
      return TokenRefusal::kUnknownKey;
    case JoseError::kWrongAlgorithm:
      return TokenRefusal::kWrongAlgorithm;
    case JoseError::kBadSignature:
      return TokenRefusal::kBadSignature;
    case JoseError::kBadClaim:
    case JoseError::kDuplicateMember:
      return TokenRefusal::kBadClaim;
    default:
      return TokenRefusal::kMalformed;
  }
}

namespace {

enum class KeyOwner { kMustFit, kAny };

// The allow-list comes before the keys: a key of the set that is for another algorithm is not even looked for.
Result<Verified, TokenRefusal> verify(const TokenProvider& provider, const jose::UnverifiedJws& jws, KeyOwner owner) {
  if (provider.settings().rules.requires_key_id && provider.keys_without_id().empty()) {
    if (const auto refusal = refuse_key_id(provider, jws.kid())) return refuse(*refusal);
  }
  if (!provider.allows(jws.algorithm())) return refuse(TokenRefusal::kWrongAlgorithm);
  if (!provider.keys_without_id().empty()) return verify_without_id(provider, jws);
  const auto keys = provider.keys_by_id();
  if (!keys) return refuse(TokenRefusal::kKeysUnavailable);
  auto jwt = jose::verify(jws, keys->keys);
  if (!jwt) return refuse(refusal_of(jwt.error()));
  const bool must_fit = owner == KeyOwner::kMustFit;
  if (must_fit && !signs_for(keys->issuer_of(jwt->kid()), *jwt)) return refuse(TokenRefusal::kForeignKey);
  return std::make_shared<const jose::VerifiedJwt>(std::move(*jwt));
}

}  // namespace

Result<Verified, TokenRefusal> verify_signature(const TokenProvider& provider, const jose::UnverifiedJws& jws) {
  return verify(provider, jws, KeyOwner::kAny);
}

Result<Verified, TokenRefusal> verify_by(const TokenProvider& provider, const jose::UnverifiedJws& jws) {
  return verify(provider, jws, KeyOwner::kMustFit);
}

TokenRefusal refuse_unreadable(const TokenProvider& provider, std::string_view compact) {
  const auto text =
      compact.size() > kJwtBytesMax ? std::nullopt : base64url_decode(compact.substr(0, compact.find('.')));
  const auto header = text ? parse_json(*text) : Result<json::value, JsonError>(refuse(JsonError::kMalformed));
  if (!header || !header->is_object()) return TokenRefusal::kMalformed;
  const auto* kid = find_string(header->get_object(), "kid");
  const auto refusal =
      refuse_key_id(provider, kid == nullptr ? std::nullopt : std::optional<std::string_view>(std::string_view(*kid)));
  return refusal.value_or(TokenRefusal::kMalformed);
}

}  // namespace cardea::gate
