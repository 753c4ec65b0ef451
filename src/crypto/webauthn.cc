#include "crypto/webauthn.h"

#include <algorithm>

#include "base/assert.h"
#include "base/encoding.h"
#include "base/json.h"
#include "base/secret.h"
#include "crypto/cbor.h"
#include "crypto/hash.h"
#include "crypto/webauthn_attestation.h"

namespace cardea::crypto {
namespace {

constexpr std::size_t kHashBytes = 32, kFlagsAt = 32, kCountAt = 33, kFixedBytes = 37, kAaguidBytes = 16;
constexpr std::uint8_t kUserPresent = 0x01, kUserVerified = 0x04, kBackupEligible = 0x08, kBackedUp = 0x10,
                       kHasAttested = 0x40, kHasExtensions = 0x80;

std::uint32_t big_endian(std::string_view bytes) {
  std::uint32_t value = 0;
  for (const char byte : bytes) value = value << 8 | static_cast<std::uint8_t>(byte);
  return value;
}

// Section 5.8.1. A byte order mark may stand in front (section 7.1 step 5).
Result<void, WebauthnError> check_client_data(std::string_view text, std::string_view type,
                                              const WebauthnExpectation& expectation) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  const auto document = parse_json(text, {.bytes_max = kClientDataBytesMax, .depth_max = 8});
  if (!document || !document->is_object()) return refuse(WebauthnError::kClientData);
  const auto& object = document->get_object();
  const auto* said_type = find_string(object, "type");
  const auto* challenge = find_string(object, "challenge");
  const auto* origin = find_string(object, "origin");
  if (said_type == nullptr || challenge == nullptr || origin == nullptr) return refuse(WebauthnError::kClientData);
  if (std::string_view(*said_type) != type) return refuse(WebauthnError::kType);
  // An empty challenge never equals.
  if (!equal_secrets(base64url_encode(expectation.challenge), std::string_view(*challenge))) {
    return refuse(WebauthnError::kChallenge);
  }
  if (std::ranges::find(expectation.origins, std::string_view(*origin)) == expectation.origins.end()) {
    return refuse(WebauthnError::kOrigin);
  }
  // Our pages are never framed, so nobody else's page can have asked.
  const auto* cross = object.if_contains("crossOrigin");
  if (cross != nullptr && !(cross->is_bool() && !cross->get_bool())) return refuse(WebauthnError::kCrossOrigin);
  if (object.contains("topOrigin")) return refuse(WebauthnError::kCrossOrigin);
  return {};
}

Result<void, WebauthnError> check_authenticator(const AuthenticatorData& data, const WebauthnExpectation& expectation) {
  if (data.rp_id_hash != as_text(sha256(expectation.rp_id))) return refuse(WebauthnError::kRpId);
  if (!data.user_present) return refuse(WebauthnError::kUserPresence);
  if (expectation.user_verification && !data.user_verified) return refuse(WebauthnError::kUserVerification);
  if (data.backed_up && !data.backup_eligible) return refuse(WebauthnError::kBackupFlags);
  return {};
}

Result<void, WebauthnError> check_model(const AttestationResult& proven, const std::string& aaguid,
                                        const RegistrationRules& rules) {
  if (rules.aaguids.empty()) return {};
  if (!proven.names_model || std::ranges::find(rules.aaguids, aaguid) == rules.aaguids.end()) {
    return refuse(WebauthnError::kAaguid);
  }
  return {};
}

}  // namespace

std::string_view describe(WebauthnError error) {
  switch (error) {
    case WebauthnError::kClientData:
      return "webauthn_client_data";
    case WebauthnError::kType:
      return "webauthn_type";
    case WebauthnError::kChallenge:
      return "webauthn_challenge";
    case WebauthnError::kOrigin:
      return "webauthn_origin";
    case WebauthnError::kCrossOrigin:
      return "webauthn_cross_origin";
    case WebauthnError::kAttestationObject:
      return "webauthn_attestation_object";
    case WebauthnError::kAuthenticatorData:
      return "webauthn_authenticator_data";
    case WebauthnError::kRpId:
      return "webauthn_rp_id";
    case WebauthnError::kUserPresence:
      return "webauthn_user_presence";
    case WebauthnError::kUserVerification:
      return "webauthn_user_verification";
    case WebauthnError::kBackupFlags:
      return "webauthn_backup_flags";
    case WebauthnError::kKey:
      return "webauthn_key";
    case WebauthnError::kAlgorithm:
      return "webauthn_algorithm";
    case WebauthnError::kAttestationFormat:
      return "webauthn_attestation_format";
    case WebauthnError::kAttestationStatement:
      return "webauthn_attestation_statement";
    case WebauthnError::kAaguid:
      return "webauthn_aaguid";
    case WebauthnError::kCredentialId:
      return "webauthn_credential_id";
    case WebauthnError::kSignature:
      return "webauthn_signature";
    case WebauthnError::kSignCount:
      return "webauthn_sign_count";
  }
  return "?";
}

std::string aaguid_text(std::string_view bytes) {
  CARDEA_ASSERT(bytes.size() == kAaguidBytes);
  auto hex = hex_encode(bytes);
  for (const std::size_t at : {8, 13, 18, 23}) hex.insert(at, "-");
  return hex;
}

Result<AuthenticatorData, WebauthnError> AuthenticatorData::parse(std::string_view bytes) {
  if (bytes.size() < kFixedBytes || bytes.size() > kAuthenticatorDataBytesMax) {
    return refuse(WebauthnError::kAuthenticatorData);
  }
  const auto flags = static_cast<std::uint8_t>(bytes[kFlagsAt]);
  AuthenticatorData out;
  out.rp_id_hash = bytes.substr(0, kHashBytes);
  out.user_present = (flags & kUserPresent) != 0;
  out.user_verified = (flags & kUserVerified) != 0;
  out.backup_eligible = (flags & kBackupEligible) != 0;
  out.backed_up = (flags & kBackedUp) != 0;
  out.sign_count = big_endian(bytes.substr(kCountAt, 4));
  auto rest = bytes.substr(kFixedBytes);
  if ((flags & kHasAttested) != 0) {
    if (rest.size() < kAaguidBytes + 2) return refuse(WebauthnError::kAuthenticatorData);
    Attested attested{.aaguid = rest.substr(0, kAaguidBytes), .credential_id = {}, .public_key = {}};
    const std::size_t length = big_endian(rest.substr(kAaguidBytes, 2));
    rest.remove_prefix(kAaguidBytes + 2);
    if (length == 0 || length > kWebauthnCredentialIdBytesMax) return refuse(WebauthnError::kCredentialId);
    if (length > rest.size()) return refuse(WebauthnError::kAuthenticatorData);
    attested.credential_id = rest.substr(0, length);
    rest.remove_prefix(length);
    const auto key = CborDocument::parse_prefix(rest);
    if (!key) return refuse(WebauthnError::kAuthenticatorData);
    attested.public_key = rest.substr(0, key->length());
    rest.remove_prefix(key->length());
    out.attested = attested;
  }
  if ((flags & kHasExtensions) != 0) {
    const auto extensions = CborDocument::parse_prefix(rest);
    if (!extensions || extensions->root().type != CborType::kMap) return refuse(WebauthnError::kAuthenticatorData);
    rest.remove_prefix(extensions->length());
  }
  if (!rest.empty()) return refuse(WebauthnError::kAuthenticatorData);
  return out;
}

Result<NewWebauthnCredential, WebauthnError> check_registration(std::string_view client_data_json,
                                                                std::string_view attestation_object,
                                                                const WebauthnExpectation& expectation,
                                                                const RegistrationRules& rules) {
  if (auto checked = check_client_data(client_data_json, "webauthn.create", expectation); !checked) {
    return refuse(checked.error());
  }
  if (attestation_object.size() > kAttestationBytesMax) return refuse(WebauthnError::kAttestationObject);
  const auto document = CborDocument::parse(attestation_object);
  if (!document) return refuse(WebauthnError::kAttestationObject);
  const auto* format = document->find(document->root(), "fmt");
  const auto* statement = document->find(document->root(), "attStmt");
  const auto bytes = document->bytes_at(document->root(), "authData");
  if (format == nullptr || format->type != CborType::kText || statement == nullptr || !bytes) {
    return refuse(WebauthnError::kAttestationObject);
  }
  const auto data = AuthenticatorData::parse(*bytes);
  if (!data) return refuse(data.error());
  if (auto checked = check_authenticator(*data, expectation); !checked) return refuse(checked.error());
  if (!data->attested) return refuse(WebauthnError::kAuthenticatorData);
  const auto key = CoseKey::parse(data->attested->public_key);
  if (!key) return refuse(key.error() == CoseKeyError::kUnsupported ? WebauthnError::kAlgorithm : WebauthnError::kKey);
  if (std::ranges::find(rules.algorithms, key->algorithm) == rules.algorithms.end()) {
    return refuse(WebauthnError::kAlgorithm);
  }
  const auto proven = check_attestation({.document = *document,
                                         .statement = *statement,
                                         .format = format->bytes,
                                         .authenticator_data = *bytes,
                                         .client_data_hash = std::string(as_text(sha256(client_data_json))),
                                         .parsed = *data,
                                         .key = *key});
  if (!proven) return refuse(proven.error());
  NewWebauthnCredential out{.id = std::string(data->attested->credential_id),
                            .public_key = std::string(data->attested->public_key),
                            .algorithm = key->algorithm,
                            .sign_count = data->sign_count,
                            .user_verified = data->user_verified,
                            .backup_eligible = data->backup_eligible,
                            .backed_up = data->backed_up,
                            .aaguid = aaguid_text(data->attested->aaguid),
                            .format = std::string(format->bytes)};
  if (auto checked = check_model(*proven, out.aaguid, rules); !checked) return refuse(checked.error());
  return out;
}

Result<AcceptedAssertion, WebauthnError> check_assertion(const Assertion& assertion,
                                                         const WebauthnExpectation& expectation,
                                                         const StoredWebauthnKey& stored) {
  if (auto checked = check_client_data(assertion.client_data_json, "webauthn.get", expectation); !checked) {
    return refuse(checked.error());
  }
  const auto data = AuthenticatorData::parse(assertion.authenticator_data);
  if (!data) return refuse(data.error());
  if (auto checked = check_authenticator(*data, expectation); !checked) return refuse(checked.error());
  const auto key = CoseKey::parse(stored.public_key);
  if (!key) return refuse(WebauthnError::kKey);
  if (assertion.signature.size() > kWebauthnSignatureBytesMax) return refuse(WebauthnError::kSignature);
  std::string message(assertion.authenticator_data);
  message += as_text(sha256(assertion.client_data_json));
  if (!key->verify(message, assertion.signature)) return refuse(WebauthnError::kSignature);
  // Section 6.1.1: authenticators without a counter say zero always; any other must have counted on.
  if ((data->sign_count != 0 || stored.sign_count != 0) && data->sign_count <= stored.sign_count) {
    return refuse(WebauthnError::kSignCount);
  }
  return AcceptedAssertion{.sign_count = data->sign_count,
                           .user_verified = data->user_verified,
                           .backup_eligible = data->backup_eligible,
                           .backed_up = data->backed_up};
}

}  // namespace cardea::crypto
