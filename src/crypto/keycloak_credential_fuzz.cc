// A credential comes with a realm file or the admin API: reading it never fails, costs nothing but reading (no hash is
// made), and what was accepted is within our bounds and reads back the same from what we write. The first line is
// secretData, the rest credentialData; a text of one line is a whole representation.
#include <cstdint>

#include "base/assert.h"
#include "base/json.h"
#include "crypto/password.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cardea;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto middle = text.find('\n');
  const auto hash = [&]() -> Result<crypto::PasswordHash, crypto::PasswordError> {
    if (middle != std::string_view::npos)
      return crypto::parse_keycloak_credential(text.substr(0, middle), text.substr(middle + 1));
    const auto value = parse_json(text);
    if (!value || !value->is_object()) return refuse(crypto::PasswordError::kMalformed);
    return crypto::parse_keycloak_credential(value->get_object());
  }();
  if (!hash) return 0;
  CARDEA_ASSERT(hash->iterations > 0 && !hash->hash.empty() && !hash->algorithm.empty());
  const auto written = crypto::to_keycloak_credential(*hash);
  const auto again = crypto::parse_keycloak_credential(written.secret_data, written.credential_data);
  CARDEA_ASSERT(again.has_value());
  CARDEA_ASSERT(again->algorithm == hash->algorithm && again->iterations == hash->iterations);
  CARDEA_ASSERT(again->parameters == hash->parameters && again->salt == hash->salt && again->hash == hash->hash);
  return 0;
}
