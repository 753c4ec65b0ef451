// WebAuthn (W3C Web Authentication Level 2, and Level 3 where it says more) on the side of the relying party: what an
// authenticator answers is read and checked here, purely; challenges, users and rows are the caller's
// (core/webauthn_credential.h). Everything is raw bytes, base64url undone. Every check of sections 7.1 and 7.2 that can
// be made without a store is made; the first that fails is the answer.
//
// Origins are compared whole with a list, never by suffix (attack class 32). Lengths are checked before they are used.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "crypto/cose_key.h"

namespace cardea::crypto {

inline constexpr std::size_t kClientDataBytesMax = 4 * 1024;
inline constexpr std::size_t kAttestationBytesMax = 16 * 1024;
inline constexpr std::size_t kAuthenticatorDataBytesMax = 8 * 1024;
inline constexpr std::size_t kWebauthnSignatureBytesMax = 1024;
inline constexpr std::size_t kWebauthnCredentialIdBytesMax = 1023;  // section 4, "Credential ID"
inline constexpr std::size_t kAttestationCertificatesMax = 8;

enum class WebauthnError {
  kClientData,            // not JSON, or members missing
  kType,                  // a ceremony of the other kind
  kChallenge,             // not the one that was given out
  kOrigin,                // a page that is not ours
  kCrossOrigin,           // asked for inside a page of somebody else
  kAttestationObject,     // not CBOR of that shape
  kAuthenticatorData,     // too short, or lengths that do not add up
  kRpId,                  // made for another relying party
  kUserPresence,          // nobody touched the authenticator
  kUserVerification,      // wanted, and not done
  kBackupFlags,           // backed up, though it may not be
  kKey,                   // no key that can be used
  kAlgorithm,             // one that was not offered
  kAttestationFormat,     // none of those known
  kAttestationStatement,  // does not prove what it says
  kAaguid,                // not one of the listed models, or not proven to be one
  kCredentialId,          // empty, too long, or not the one of the answer
  kSignature,
  kSignCount,  // did not grow: perhaps a copy of the authenticator
};
[[nodiscard]] std::string_view describe(WebauthnError error);

/// What both ceremonies compare with.
struct WebauthnExpectation {
  std::string challenge;             // as given out
  std::vector<std::string> origins;  // "https://id.example.com", exactly as browsers serialise them
  std::string rp_id;                 // "id.example.com"
  bool user_verification = false;    // required
};

/// Section 6.1.
struct AuthenticatorData {
  std::string_view rp_id_hash;  // 32 bytes
  bool user_present = false;
  bool user_verified = false;
  bool backup_eligible = false;
  bool backed_up = false;
  std::uint32_t sign_count = 0;
  struct Attested {
    std::string_view aaguid;         // 16 bytes
    std::string_view credential_id;  // 1 to kWebauthnCredentialIdBytesMax bytes
    std::string_view public_key;     // COSE_Key
  };
  std::optional<Attested> attested;

  /// `bytes` must outlive it. kAuthenticatorData: lengths and flags do not agree, bytes are left over, or extensions
  /// that are no CBOR map.
  [[nodiscard]] static Result<AuthenticatorData, WebauthnError> parse(std::string_view bytes);
};

struct RegistrationRules {
  std::vector<CoseAlgorithm> algorithms = {};  // those offered
  /// Models that may be registered, as "01020304-0506-0708-0102-030405060708"; empty: every one. When it is not, the
  /// statement must be signed by a certificate that names the model; who made that certificate is not looked at.
  std::vector<std::string> aaguids = {};
};

struct NewWebauthnCredential {
  std::string id;
  std::string public_key;  // COSE_Key, as it came
  CoseAlgorithm algorithm = CoseAlgorithm::kEs256;
  std::uint32_t sign_count = 0;
  bool user_verified = false;
  bool backup_eligible = false;
  bool backed_up = false;
  std::string aaguid;  // as text, in the shape of a UUID
  std::string format;  // of the attestation statement: "none", "packed", "fido-u2f"
};

/// Section 7.1. Whether the id is registered already is for the caller to say.
[[nodiscard]] Result<NewWebauthnCredential, WebauthnError> check_registration(std::string_view client_data_json,
                                                                              std::string_view attestation_object,
                                                                              const WebauthnExpectation& expectation,
                                                                              const RegistrationRules& rules);

struct Assertion {
  std::string_view client_data_json;
  std::string_view authenticator_data;
  std::string_view signature;
};
struct StoredWebauthnKey {
  std::string_view public_key;  // COSE_Key
  std::uint32_t sign_count = 0;
};
struct AcceptedAssertion {
  std::uint32_t sign_count = 0;  // to be stored
  bool user_verified = false;
  bool backup_eligible = false;
  bool backed_up = false;
};
/// Section 7.2, with the key of the credential that the caller found by its id.
[[nodiscard]] Result<AcceptedAssertion, WebauthnError> check_assertion(const Assertion& assertion,
                                                                       const WebauthnExpectation& expectation,
                                                                       const StoredWebauthnKey& stored);

/// 16 bytes as "01020304-0506-0708-0102-030405060708".
[[nodiscard]] std::string aaguid_text(std::string_view bytes);

}  // namespace cardea::crypto
