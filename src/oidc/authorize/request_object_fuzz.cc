// Whatever the claims of a request object: no crash, and one that is accepted is the client's, for us and of now.
#include "base/assert.h"
#include "jose/signing_key.h"
#include "oidc/authorize/request_object.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cardea;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  static const auto client = [] {
    Client made;
    made.client_id = "c";
    made.secret = SecretBytes(std::string(32, 's'));
    return made;
  }();
  static const auto key =
      jose::SigningKey::make_hmac(SecretBytes(std::string(32, 's')), "h", jose::Algorithm::kHS256).value();
  const oidc::ObjectRules rules{.issuer = "https://i", .now = from_epoch_seconds(1'800'000'000)};
  for (const auto& object : {std::string(text), jose::sign_jwt(key, "oauth-authz-req+jwt", text)}) {
    if (object.empty()) continue;  // as good as none (RFC 6749 section 3.1)
    web::Form form;
    form.add("request", object);
    const auto read = oidc::read_request_parameters(std::move(form), client, rules);
    if (read) CARDEA_ASSERT(read->form.value("client_id") == "c" && !read->form.value("request"));
  }
  return 0;
}
