// Whatever comes as a DPoP header: no crash, and a proof that is accepted was signed with the key it carries, for this
// request and this moment.
#include "base/assert.h"
#include "jose/test_keys.h"
#include "oidc/dpop/proof.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cardea;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const oidc::ProofRules rules{
      .method = "POST", .url = "https://id.example/token", .now = from_epoch_seconds(1'800'000'000)};
  if (const auto proof = oidc::check_proof(text, rules)) {
    CARDEA_ASSERT(proof->key_thumbprint.size() == 43 && proof->used_id.size() == 43);
    CARDEA_ASSERT(proof->expires_at > rules.now - seconds(61));
  }
  (void)oidc::is_same_target(text, rules.url);
  static const auto key = jose::test_signing_key(jose::Algorithm::kES256);  // and claims behind a good signature
  std::string header = R"({"typ":"dpop+jwt","alg":"ES256","jwk":)";
  jose::append_jwk(header, {jose::test_private_key(crypto::KeyType::kEcP256).public_key(), "", "", "", ""});
  (void)oidc::check_proof(jose::sign_by_hand(key, header + "}", text), rules);
  return 0;
}
