#include "crypto/pkcs12.h"

#include <openssl/pkcs12.h>

#include <memory>

#include "crypto/x509.h"

namespace cardea::crypto {
namespace {

constexpr int kIterations = 100'000;

using Pkcs12Ptr = std::unique_ptr<PKCS12, OpensslFree<PKCS12_free>>;

bool is_text(std::string_view text) { return !text.empty() && !text.contains('\0'); }

Result<SecretBytes, KeyError> write(EVP_PKEY* key, X509* certificate, std::string_view name,
                                    const SecretBytes& password) {
  const std::string word(password.reveal());
  const Pkcs12Ptr bundle(PKCS12_create(word.c_str(), std::string(name).c_str(), key, certificate, nullptr,
                                       NID_aes_256_cbc, NID_aes_256_cbc, kIterations, kIterations, 0));
  if (!bundle) return refuse(KeyError::kMalformed);
  const int size = i2d_PKCS12(bundle.get(), nullptr);
  if (size <= 0) return refuse(KeyError::kMalformed);
  std::string bytes(static_cast<std::size_t>(size), '\0');
  auto* out = reinterpret_cast<unsigned char*>(bytes.data());
  i2d_PKCS12(bundle.get(), &out);
  return SecretBytes(std::move(bytes));
}

}  // namespace

Result<SecretBytes, KeyError> write_pkcs12(const PrivateKey& key, std::string_view certificate_der,
                                           std::string_view name, const SecretBytes& password) {
  if (!is_text(name) || !is_text(password.reveal())) return refuse(KeyError::kMalformed);
  const auto certificate = read_x509(certificate_der);
  if (!certificate || X509_check_private_key(certificate.get(), key.get()) != 1) return refuse(KeyError::kMalformed);
  return write(key.get(), certificate.get(), name, password);
}

Result<SecretBytes, KeyError> write_pkcs12(std::string_view certificate_der, std::string_view name,
                                           const SecretBytes& password) {
  if (!is_text(name) || !is_text(password.reveal())) return refuse(KeyError::kMalformed);
  const auto certificate = read_x509(certificate_der);
  if (!certificate) return refuse(KeyError::kMalformed);
  return write(nullptr, certificate.get(), name, password);
}

}  // namespace cardea::crypto
