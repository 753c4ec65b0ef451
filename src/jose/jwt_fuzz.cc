// Whatever the bytes: no crash in parse, verify and claims; nothing verifies unless another HMAC agrees; and a payload
// signed by us comes back as it was or is refused.
#include "base/assert.h"
#include "base/encoding.h"
#include "crypto/hash.h"
#include "jose/jws.h"
#include "jose/signing_key.h"

namespace {

using namespace cardea;
using namespace cardea::jose;

const std::string kSecret(32, 's');

// RFC 7515 appendices A.2 and A.3, and RFC 8037 appendix A.2, beside our own HMAC key.
constexpr std::string_view kJwks =
    R"({"keys":[{"kty":"EC","crv":"P-256","kid":"e",
"x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"},
{"kty":"OKP","crv":"Ed25519","kid":"o","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"},
{"kty":"RSA","kid":"r","e":"AQAB","n":")"
    R"(ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yR)"
    R"(T-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXB)"
    R"(dQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9ia)"
    R"(GNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ"}]})";

const SigningKey& signing_key() {
  static const auto key = SigningKey::make_hmac(SecretBytes::copy_of(kSecret), "h", Algorithm::kHS256).value();
  return key;
}

const KeySet& keys() {
  static const auto set = [] {
    auto made = KeySet::from_jwks(kJwks).value();
    CARDEA_ASSERT(made.size() == 3);
    made.add(signing_key().verification_key());
    return made;
  }();
  return set;
}

void check_token(std::string_view token) {
  const auto jwt = verify(token, keys());
  if (!jwt || jwt->algorithm() != Algorithm::kHS256) return;
  const auto last = token.rfind('.');
  const auto expected = base64url_encode(crypto::hmac_sha256(kSecret, token.substr(0, last)));
  CARDEA_ASSERT(token.substr(last + 1) == expected);
  const JwtPolicy policy{.issuer = "i", .audience = "a", .now = from_epoch_seconds(1'767'225'600)};
  if (!check_claims(*jwt, policy)) return;
  CARDEA_ASSERT(jwt->iss() == "i" && jwt->has_audience("a") && jwt->exp() && *jwt->exp() > policy.now);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check_token(text);                                  // a whole token
  check_token(sign_jwt(signing_key(), "JWT", text));  // a payload behind a good signature
  auto token = base64url_encode(text) + ".e30";       // a header behind a good signature
  std::string signature;
  signing_key().sign_append(signature, token);
  check_token(token + "." + signature);
  return 0;
}
