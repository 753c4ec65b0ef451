#include "crypto/webauthn_attestation.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <algorithm>

#include "base/encoding.h"
#include "crypto/x509.h"

namespace cardea::crypto {
namespace {

constexpr const char* kAaguidExtension = "1.3.6.1.4.1.45724.1.1.4";  // id-fido-gen-ce-aaguid
constexpr std::size_t kCountryBytes = 2;
using ObjectPtr = std::unique_ptr<ASN1_OBJECT, OpensslFree<ASN1_OBJECT_free>>;

using Checked = Result<AttestationResult, WebauthnError>;
constexpr auto kBad = WebauthnError::kAttestationStatement;

// The certificates of `x5c`, the signer's first. Empty: none, too many, or one that cannot be read.
std::vector<X509Ptr> read_chain(const AttestationInput& input) {
  const auto* list = input.document.find(input.statement, "x5c");
  if (list == nullptr) return {};
  std::vector<X509Ptr> out;
  const auto elements = input.document.elements(*list);
  if (elements.size() > kAttestationCertificatesMax) return {};
  for (const auto* element : elements) {
    if (element->type != CborType::kBytes) return {};
    auto certificate = read_x509(element->bytes);
    if (!certificate) return {};
    out.push_back(std::move(certificate));
  }
  return out;
}

std::string subject_part(X509* certificate, int nid) {
  auto* name = X509_get_subject_name(certificate);
  const int at = X509_NAME_get_index_by_NID(name, nid, -1);
  if (at < 0) return {};
  const auto* text = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at));
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
          static_cast<std::size_t>(ASN1_STRING_length(text))};
}

// Section 8.2.1. What the extension with the model says must be what the authenticator says.
bool is_attestation_certificate(X509* certificate, std::string_view aaguid, bool& names_model) {
  if (X509_get_version(certificate) != X509_VERSION_3) return false;
  const bool named = subject_part(certificate, NID_countryName).size() == kCountryBytes &&
                     !subject_part(certificate, NID_organizationName).empty() &&
                     subject_part(certificate, NID_organizationalUnitName) == "Authenticator Attestation" &&
                     !subject_part(certificate, NID_commonName).empty();
  if (!named || X509_check_ca(certificate) != 0) return false;
  const ObjectPtr wanted(OBJ_txt2obj(kAaguidExtension, 1));
  const int at = X509_get_ext_by_OBJ(certificate, wanted.get(), -1);
  if (at < 0) return true;
  auto* extension = X509_get_ext(certificate, at);
  const auto* value = X509_EXTENSION_get_data(extension);
  const std::string_view bytes(reinterpret_cast<const char*>(ASN1_STRING_get0_data(value)),
                               static_cast<std::size_t>(ASN1_STRING_length(value)));
  const auto octets = std::string("\x04\x10", 2).append(aaguid);
  if (X509_EXTENSION_get_critical(extension) != 0 || bytes != octets) return false;
  names_model = true;
  return true;
}

std::string signed_bytes(const AttestationInput& input) {
  return std::string(input.authenticator_data) + input.client_data_hash;
}

// Section 8.2.
Checked check_packed(const AttestationInput& input) {
  const auto number = input.document.number_at(input.statement, "alg");
  const auto signature = input.document.bytes_at(input.statement, "sig");
  const auto algorithm = number ? cose_algorithm(*number) : std::nullopt;
  if (!algorithm || !signature || signature->size() > kWebauthnSignatureBytesMax) return refuse(kBad);
  if (input.document.find(input.statement, "x5c") == nullptr) {  // self attestation
    if (input.document.find(input.statement, "ecdaaKeyId") != nullptr) return refuse(kBad);
    if (*algorithm != input.key.algorithm || !input.key.verify(signed_bytes(input), *signature)) return refuse(kBad);
    return AttestationResult{};
  }
  const auto chain = read_chain(input);
  if (chain.empty()) return refuse(kBad);
  const auto& signer = chain.front();
  auto* key = X509_get0_pubkey(signer.get());
  AttestationResult out;
  const bool right = key != nullptr && verify_cose_signature(*algorithm, key, signed_bytes(input), *signature) &&
                     is_attestation_certificate(signer.get(), input.parsed.attested->aaguid, out.names_model);
  ERR_clear_error();
  if (!right) return refuse(kBad);
  return out;
}

// Section 8.6: one certificate with a P-256 key, over the message of U2F.
Checked check_u2f(const AttestationInput& input) {
  const auto signature = input.document.bytes_at(input.statement, "sig");
  const auto chain = read_chain(input);
  const auto& attested = *input.parsed.attested;
  const bool zeros = std::ranges::all_of(attested.aaguid, [](char byte) { return byte == 0; });
  if (!signature || signature->size() > kWebauthnSignatureBytesMax || chain.size() != 1 || !zeros ||
      input.key.algorithm != CoseAlgorithm::kEs256) {
    return refuse(kBad);
  }
  std::string message(1, '\0');
  message.append(input.parsed.rp_id_hash).append(input.client_data_hash).append(attested.credential_id);
  message.append(1, '\x04').append(input.key.key.x()).append(input.key.key.y());
  auto* key = X509_get0_pubkey(chain.front().get());
  const bool right = key != nullptr && verify_cose_signature(CoseAlgorithm::kEs256, key, message, *signature);
  ERR_clear_error();
  if (!right) return refuse(kBad);
  return AttestationResult{};
}

}  // namespace

Result<AttestationResult, WebauthnError> check_attestation(const AttestationInput& input) {
  if (input.statement.type != CborType::kMap) return refuse(WebauthnError::kAttestationObject);
  if (input.format == "none") {
    if (input.statement.number != 0) return refuse(kBad);
    return AttestationResult{};
  }
  if (input.format == "packed") return check_packed(input);
  if (input.format == "fido-u2f") return check_u2f(input);
  return refuse(WebauthnError::kAttestationFormat);
}

}  // namespace cardea::crypto
