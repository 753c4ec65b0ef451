// Attestation statements (WebAuthn section 8): `none`, `packed` by the credential's own key or by a certificate, and
// `fido-u2f`. Internal to crypto; webauthn.h is the face. No roots of vendors are kept, so a certificate proves that
// the statement is whole and which model it claims, not that the vendor made it.
#pragma once

#include <string>
#include <string_view>

#include "crypto/cbor.h"
#include "crypto/webauthn.h"

namespace cardea::crypto {

struct AttestationInput {
  const CborDocument& document;
  const CborDocument::Item& statement;
  std::string_view format;
  std::string_view authenticator_data;
  std::string client_data_hash;  // 32 bytes
  const AuthenticatorData& parsed;
  const CoseKey& key;  // of the new credential
};
struct AttestationResult {
  bool names_model = false;  // signed by a certificate that carries the AAGUID of the authenticator data
};
/// kAttestationFormat: none of the above. kAttestationStatement: everything else.
[[nodiscard]] Result<AttestationResult, WebauthnError> check_attestation(const AttestationInput& input);

}  // namespace cardea::crypto
