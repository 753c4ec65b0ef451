// Whatever the bytes: no crash, and a key that is accepted is the same key after writing and reading it.
#include "base/assert.h"
#include "jose/jwk.h"
#include "jose/key_set.h"

namespace {

using namespace cardea::jose;

void check_round_trip(const PublicJwk& jwk) {
  std::string written;
  append_jwk(written, jwk);
  const auto again = parse_jwk(written);
  CARDEA_ASSERT(again.has_value() && again->kid == jwk.kid && again->alg == jwk.alg && again->use == jwk.use);
  CARDEA_ASSERT(again->key.spki_der() == jwk.key.spki_der() && thumbprint(again->key) == thumbprint(jwk.key));
  CARDEA_ASSERT(cardea::crypto::PublicKey::from_spki_der(jwk.key.spki_der()).has_value());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto jwk = parse_jwk(text)) check_round_trip(*jwk);
  const auto set = parse_jwks(text);
  if (!set) return 0;
  for (const auto& jwk : *set) check_round_trip(jwk);
  const auto keys = KeySet::from_jwks(text);
  CARDEA_ASSERT(keys.has_value() && keys->size() <= set->size());
  return 0;
}
