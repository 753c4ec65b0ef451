// Whatever the claims and the header behind a good signature: no crash, and what is taken is an order of this provider
// to us, young, about somebody, and with an id.
#include "base/assert.h"
#include "jose/test_keys.h"
#include "upstream/logout_token.h"

namespace {

using namespace cardea;

const jose::SigningKey& signing_key() {
  static const auto key = jose::test_signing_key(jose::Algorithm::kES256);
  return key;
}

void check(std::string_view token) {
  static const upstream::ProviderKeys keys{.keys = jose::key_set_of(signing_key()), .issuers = {}};
  static const upstream::IdTokenPolicy policy{.issuer = {.issuer = "https://i", .tenants = {}},
                                              .client_id = "c",
                                              .nonce = {},
                                              .access_token = {},
                                              .algorithms = {jose::Algorithm::kES256},
                                              .now = from_epoch_seconds(1'800'000'000)};
  const auto order = upstream::check_logout_token(token, keys, policy);
  if (!order) {
    CARDEA_ASSERT(describe(order.error()) != "?");
    return;
  }
  CARDEA_ASSERT(order->issuer == "https://i" && !order->id.empty());
  CARDEA_ASSERT(!order->subject.empty() || !order->sid.empty());
  const auto jws = jose::UnverifiedJws::parse(token);
  CARDEA_ASSERT(jws);
  const auto verified = jose::verify(*jws, keys.keys);  // kept: the claims are its own
  CARDEA_ASSERT(verified);
  const auto& claims = verified->claims();
  CARDEA_ASSERT(!claims.contains("nonce") && claims.contains("events") && claims.contains("iat"));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check(text);
  check(jose::sign_jwt(signing_key(), "logout+jwt", text));
  return 0;
}
