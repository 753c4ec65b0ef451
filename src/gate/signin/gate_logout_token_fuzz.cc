// Whatever the claims behind a good signature: no crash, and what is taken names whose sessions end, and has an id.
#include "base/assert.h"
#include "gate/signin/logout_token.h"
#include "jose/test_keys.h"

namespace {

using namespace cardea;

const jose::SigningKey& signing_key() {
  static const auto key = jose::test_signing_key(jose::Algorithm::kES256);
  return key;
}

void check(std::string_view token) {
  static const upstream::ProviderKeys keys{.keys = jose::key_set_of(signing_key()), .issuers = {}};
  static const auto metadata =
      upstream::parse_metadata(
          R"({"issuer":"https://i","authorization_endpoint":"https://i/a","token_endpoint":"https://i/t",)"
          R"("jwks_uri":"https://i/k","id_token_signing_alg_values_supported":["ES256"]})")
          .value();
  const auto order = gate::check_logout_token(
      token, {.metadata = metadata, .keys = keys, .client_id = "c", .now = from_epoch_seconds(1'800'000'000)});
  if (!order) {
    CARDEA_ASSERT(!order.error().empty());
    return;
  }
  CARDEA_ASSERT(!order->jti.empty() && (!order->sid.empty() || !order->sub.empty()));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check(text);
  check(jose::sign_jwt(signing_key(), "logout+jwt", text));
  return 0;
}
