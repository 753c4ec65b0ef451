// Whatever the claims of a signed authentication request: no crash, and one that is accepted is of now and has an id.
#include "base/assert.h"
#include "jose/test_keys.h"
#include "oidc/ciba/signed_request.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cardea;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  static const auto key = jose::test_signing_key(jose::Algorithm::kES256);
  static const auto keys = jose::key_set_of(key);
  static const auto client = [] {
    Client made;
    made.client_id = "c";
    return made;
  }();
  const auto now = from_epoch_seconds(1'800'000'000);
  for (const auto& object : {std::string(text), jose::sign_jwt(key, "JWT", text)}) {
    const auto read = oidc::read_signed_request(object, client, "https://i", now, &keys);
    if (read) CARDEA_ASSERT(!read->jti.empty() && read->expires_at > now && !read->form.raw("request"));
  }
  return 0;
}
