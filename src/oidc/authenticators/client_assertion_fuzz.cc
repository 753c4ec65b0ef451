// Whatever the claims behind a good signature: no crash, and what is accepted names the client twice, is for us alone,
// has an id, and ends within the hour.
#include "base/assert.h"
#include "jose/signing_key.h"
#include "oidc/authenticators/client_assertion.h"

namespace {

using namespace cardea;

const jose::SigningKey& signing_key() {
  static const auto key =
      jose::SigningKey::make_hmac(SecretBytes(std::string(32, 's')), "h", jose::Algorithm::kHS256).value();
  return key;
}

const jose::KeySet& keys() {
  static const auto set = [] {
    jose::KeySet made;
    made.add(signing_key().verification_key());
    return made;
  }();
  return set;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto jws = jose::UnverifiedJws::parse(text)) (void)jws->claimed_subject();
  const auto token = jose::sign_jwt(signing_key(), "JWT", text);
  const auto jws = jose::UnverifiedJws::parse(token);
  if (!jws) return 0;
  const auto subject = jws->claimed_subject();
  const auto jwt = jose::verify(*jws, keys());
  const oidc::AssertionRules rules{.client_id = "c", .issuer = "https://i", .now = from_epoch_seconds(1'800'000'000)};
  if (!jwt || !oidc::check_assertion(*jwt, rules)) return 0;
  CARDEA_ASSERT(subject == "c" && jwt->iss() == "c" && !jwt->jti().empty());
  CARDEA_ASSERT(*jwt->exp() > rules.now && *jwt->exp() <= rules.now + rules.life_max);
  for (const auto& audience : jwt->aud()) CARDEA_ASSERT(audience.starts_with("https://i"));
  return 0;
}
