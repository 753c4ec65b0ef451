#include "jose/content_encryption.h"

#include <openssl/err.h>

#include "base/assert.h"
#include "base/encoding.h"
#include "base/secret.h"
#include "crypto/hash.h"
#include "jose/cipher.h"

namespace cardea::jose {
namespace {

constexpr std::size_t kGcmTagBytes = 16;
constexpr std::size_t kCbcBlockBytes = 16;

struct Parameters {
  std::string_view name;
  std::size_t key_bytes;
  bool is_gcm;
  crypto::HashAlgorithm hash;  // of the MAC; CBC only
};

Parameters parameters_of(ContentEncryption encryption) {
  using crypto::HashAlgorithm;
  switch (encryption) {
    case ContentEncryption::kA128Gcm:
      return {"A128GCM", 16, true, HashAlgorithm::kSha256};
    case ContentEncryption::kA192Gcm:
      return {"A192GCM", 24, true, HashAlgorithm::kSha256};
    case ContentEncryption::kA256Gcm:
      return {"A256GCM", 32, true, HashAlgorithm::kSha256};
    case ContentEncryption::kA128CbcHs256:
      return {"A128CBC-HS256", 32, false, HashAlgorithm::kSha256};
    case ContentEncryption::kA192CbcHs384:
      return {"A192CBC-HS384", 48, false, HashAlgorithm::kSha384};
    case ContentEncryption::kA256CbcHs512:
      break;
  }
  return {"A256CBC-HS512", 64, false, HashAlgorithm::kSha512};
}

const EVP_CIPHER* cipher_of(ContentEncryption encryption) {
  static const auto gcm128 = fetch_cipher("AES-128-GCM"), gcm192 = fetch_cipher("AES-192-GCM"),
                    gcm256 = fetch_cipher("AES-256-GCM"), cbc128 = fetch_cipher("AES-128-CBC"),
                    cbc192 = fetch_cipher("AES-192-CBC"), cbc256 = fetch_cipher("AES-256-CBC");
  switch (encryption) {
    case ContentEncryption::kA128Gcm:
      return gcm128.get();
    case ContentEncryption::kA192Gcm:
      return gcm192.get();
    case ContentEncryption::kA256Gcm:
      return gcm256.get();
    case ContentEncryption::kA128CbcHs256:
      return cbc128.get();
    case ContentEncryption::kA192CbcHs384:
      return cbc192.get();
    case ContentEncryption::kA256CbcHs512:
      break;
  }
  return cbc256.get();
}

unsigned char* bytes_of(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }
int size_of(std::string_view text) { return static_cast<int>(text.size()); }

/// One run of a cipher, in either direction. Empty: OpenSSL refused it.
class Run {
 public:
  Run(ContentEncryption encryption, std::string_view key, std::string_view iv, bool encrypts)
      : context_(EVP_CIPHER_CTX_new()) {
    is_good_ = context_ && EVP_CipherInit_ex2(context_.get(), cipher_of(encryption), as_bytes(key).data(),
                                              as_bytes(iv).data(), encrypts ? 1 : 0, nullptr) == 1;
  }
  void authenticate(std::string_view additional_data) {
    int size = 0;
    is_good_ = is_good_ && EVP_CipherUpdate(context_.get(), nullptr, &size, as_bytes(additional_data).data(),
                                            size_of(additional_data)) == 1;
  }
  void expect_tag(std::string tag) {
    is_good_ = is_good_ && EVP_CIPHER_CTX_ctrl(context_.get(), EVP_CTRL_AEAD_SET_TAG, size_of(tag), tag.data()) == 1;
  }
  std::optional<std::string> finish(std::string_view input) {
    std::string out(input.size() + kCbcBlockBytes, '\0');
    int size = 0, last = 0;
    is_good_ = is_good_ &&
               EVP_CipherUpdate(context_.get(), bytes_of(out), &size, as_bytes(input).data(), size_of(input)) == 1 &&
               EVP_CipherFinal_ex(context_.get(), bytes_of(out) + size, &last) == 1;
    ERR_clear_error();
    if (!is_good_) {
      wipe(out);
      return std::nullopt;
    }
    out.resize(static_cast<std::size_t>(size + last));
    return out;
  }
  std::string tag() {
    std::string tag(kGcmTagBytes, '\0');
    CARDEA_ASSERT(EVP_CIPHER_CTX_ctrl(context_.get(), EVP_CTRL_AEAD_GET_TAG, size_of(tag), tag.data()) == 1);
    return tag;
  }

 private:
  CipherCtxPtr context_;
  bool is_good_ = false;
};

/// RFC 7518 section 5.2.2.1: HMAC over header, vector, ciphertext and the header's length in bits; the left half.
std::string cbc_tag(const Parameters& parameters, std::string_view mac_key, std::string_view iv,
                    std::string_view additional_data, std::string_view ciphertext) {
  std::string input;
  input.reserve(additional_data.size() + iv.size() + ciphertext.size() + 8);
  input.append(additional_data).append(iv).append(ciphertext);
  const auto bits = static_cast<std::uint64_t>(additional_data.size()) * 8;
  for (int shift = 56; shift >= 0; shift -= 8) input.push_back(static_cast<char>(bits >> shift & 0xFF));
  return crypto::hmac(parameters.hash, mac_key, input).substr(0, parameters.key_bytes / 2);
}

}  // namespace

CipherPtr fetch_cipher(const char* name) {
  CipherPtr cipher(EVP_CIPHER_fetch(nullptr, name, nullptr));
  CARDEA_ASSERT(cipher != nullptr);
  return cipher;
}

std::optional<ContentEncryption> parse_content_encryption(std::string_view name) {
  for (const auto encryption : kContentEncryptions) {
    if (parameters_of(encryption).name == name) return encryption;
  }
  return std::nullopt;
}

std::string_view name(ContentEncryption encryption) { return parameters_of(encryption).name; }
std::size_t key_bytes(ContentEncryption encryption) { return parameters_of(encryption).key_bytes; }
std::size_t iv_bytes(ContentEncryption encryption) { return parameters_of(encryption).is_gcm ? 12 : kCbcBlockBytes; }

EncryptedContent encrypt_content(ContentEncryption encryption, std::string_view key, std::string_view iv,
                                 std::string_view additional_data, std::string_view plaintext) {
  const auto parameters = parameters_of(encryption);
  CARDEA_ASSERT(key.size() == parameters.key_bytes && iv.size() == iv_bytes(encryption));
  const auto half = parameters.is_gcm ? 0 : parameters.key_bytes / 2;
  Run run(encryption, key.substr(half), iv, true);
  if (parameters.is_gcm) run.authenticate(additional_data);
  auto ciphertext = run.finish(plaintext);
  CARDEA_ASSERT(ciphertext.has_value());
  auto tag = parameters.is_gcm ? run.tag() : cbc_tag(parameters, key.substr(0, half), iv, additional_data, *ciphertext);
  return {std::move(*ciphertext), std::move(tag)};
}

Result<std::string, JoseError> decrypt_content(ContentEncryption encryption, std::string_view key, std::string_view iv,
                                               std::string_view additional_data, const EncryptedContent& content) {
  const auto parameters = parameters_of(encryption);
  const auto tag_bytes = parameters.is_gcm ? kGcmTagBytes : parameters.key_bytes / 2;
  if (key.size() != parameters.key_bytes || iv.size() != iv_bytes(encryption) || content.tag.size() != tag_bytes) {
    return refuse(JoseError::kBadEncryption);
  }
  const auto half = parameters.is_gcm ? 0 : parameters.key_bytes / 2;
  if (!parameters.is_gcm) {  // before anything is decrypted: padding must tell nobody anything
    const auto tag = cbc_tag(parameters, key.substr(0, half), iv, additional_data, content.ciphertext);
    if (!equal_secrets(tag, content.tag)) return refuse(JoseError::kBadEncryption);
  }
  Run run(encryption, key.substr(half), iv, false);
  if (parameters.is_gcm) {
    run.expect_tag(content.tag);
    run.authenticate(additional_data);
  }
  auto plaintext = run.finish(content.ciphertext);
  if (!plaintext) return refuse(JoseError::kBadEncryption);
  return std::move(*plaintext);
}

}  // namespace cardea::jose
