#include "upstream/provider_keys.h"

#include "base/json.h"

namespace cardea::upstream {

std::string_view ProviderKeys::issuer_of(std::string_view kid) const {
  const auto found = issuers.find(kid);
  return found == issuers.end() ? std::string_view() : std::string_view(found->second);
}

Result<ProviderKeys, jose::JoseError> parse_provider_keys(std::string_view jwks_json) {
  if (jwks_json.size() > kKeySetBytesMax) return refuse(jose::JoseError::kTooLarge);
  auto keys = jose::KeySet::from_jwks(jwks_json);
  if (!keys) return refuse(keys.error());
  ProviderKeys out{std::move(*keys), {}};
  // from_jwks said that this is a set of objects.
  const auto document = parse_json(jwks_json, {.bytes_max = kKeySetBytesMax, .depth_max = 8});
  if (!document || !document->is_object()) return refuse(jose::JoseError::kMalformed);
  const auto* list = document->get_object().if_contains("keys");
  if (list == nullptr || !list->is_array()) return refuse(jose::JoseError::kMalformed);
  for (const auto& item : list->get_array()) {
    if (!item.is_object()) continue;
    const auto kid = string_or(item.get_object(), "kid", "");
    const auto issuer = string_or(item.get_object(), "issuer", "");
    if (kid.empty() || issuer.empty()) continue;
    const auto [known, is_new] = out.issuers.emplace(kid, issuer);
    if (!is_new && known->second != issuer) return refuse(jose::JoseError::kBadKey);
  }
  return out;
}

}  // namespace cardea::upstream
