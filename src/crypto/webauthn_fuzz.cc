// Whatever an authenticator or browser sends: no crash, and nothing is accepted that does not answer the challenge.
// The input is client data and attestation object (or authenticator data and signature), split at its first bytes.
#include "crypto/webauthn.h"

#include "base/assert.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cardea::crypto;
  if (size < 2) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 2, size - 2);
  const auto at = std::min<std::size_t>(data[0] << 8 | data[1], text.size());
  const auto first = text.substr(0, at), second = text.substr(at);
  const WebauthnExpectation expectation{
      .challenge = "challenge", .origins = {"https://id.example.com"}, .rp_id = "id.example.com"};
  const auto parsed = AuthenticatorData::parse(second);
  if (parsed && parsed->attested) {
    CARDEA_ASSERT(parsed->attested->credential_id.size() <= kWebauthnCredentialIdBytesMax);
    CARDEA_ASSERT(aaguid_text(parsed->attested->aaguid).size() == 36);
  }
  const auto registered = check_registration(first, second, expectation, {.algorithms = {CoseAlgorithm::kEs256}});
  CARDEA_ASSERT(!registered || first.find("Y2hhbGxlbmdl") != std::string_view::npos);
  const auto used = check_assertion({.client_data_json = first, .authenticator_data = second, .signature = second},
                                    expectation, {.public_key = second});
  CARDEA_ASSERT(!used || first.find("Y2hhbGxlbmdl") != std::string_view::npos);
  return 0;
}
