#include "crypto/rsa_verifier.h"

#include <gtest/gtest.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/rsa.h>

#include "base/encoding.h"
#include "crypto/hash.h"

namespace cardea::crypto {
namespace {

using namespace std::string_literals;
using namespace std::string_view_literals;

constexpr std::string_view kSha256Info =
    "\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20"sv;

const PrivateKey& test_key() {
  static const PrivateKey key = PrivateKey::generate(KeyType::kRsa).value();
  return key;
}

std::string message_digest() { return digest(HashAlgorithm::kSha256, "what is signed"); }

/// The signature under which `encoded` stands, whatever it says.
std::string signature_of(std::string_view encoded, const PrivateKey& key = test_key()) {
  const PkeyCtxPtr context(EVP_PKEY_CTX_new_from_pkey(nullptr, key.get(), nullptr));
  std::string out(encoded.size(), '\0');
  std::size_t size = out.size();
  EXPECT_EQ(EVP_PKEY_decrypt_init(context.get()), 1);
  EXPECT_EQ(EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_NO_PADDING), 1);
  EXPECT_EQ(EVP_PKEY_decrypt(context.get(), reinterpret_cast<unsigned char*>(out.data()), &size,
                             as_bytes(encoded).data(), encoded.size()),
            1);
  return out;
}

std::string encoded_message(std::string_view tail, std::size_t size = 256) {
  return "\x00\x01"s + std::string(size - 3 - tail.size(), '\xff') + '\0' + std::string(tail);
}

bool openssl_takes(HashAlgorithm hash, std::string_view digest, std::string_view signature, const PrivateKey& key) {
  const PkeyCtxPtr context(EVP_PKEY_CTX_new_from_pkey(nullptr, key.get(), nullptr));
  EXPECT_EQ(EVP_PKEY_verify_init(context.get()), 1);
  EXPECT_EQ(EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PADDING), 1);
  EXPECT_EQ(EVP_PKEY_CTX_set_signature_md(context.get(), fetched_digest(hash)), 1);
  const bool is_valid = EVP_PKEY_verify(context.get(), as_bytes(signature).data(), signature.size(),
                                        as_bytes(digest).data(), digest.size()) == 1;
  ERR_clear_error();
  return is_valid;
}

/// Ours, which must say what OpenSSL says.
bool takes(std::string_view signature, HashAlgorithm hash = HashAlgorithm::kSha256, std::string_view digest = {},
           const PrivateKey& key = test_key()) {
  const auto ours = digest.empty() ? message_digest() : std::string(digest);
  const RsaVerifier verifier(key.public_key());
  const bool is_valid = verifier.is_valid(hash, ours, signature);
  EXPECT_EQ(is_valid, openssl_takes(hash, ours, signature, key));
  EXPECT_EQ(ERR_peek_error(), 0U);
  return is_valid;
}

BignumPtr modulus_of(const PrivateKey& key) {
  BIGNUM* number = nullptr;
  EXPECT_EQ(EVP_PKEY_get_bn_param(key.get(), OSSL_PKEY_PARAM_RSA_N, &number), 1);
  return BignumPtr(number);
}

std::string bytes_of(const BignumPtr& number) {
  std::string text(256, '\0');
  EXPECT_EQ(BN_bn2binpad(number.get(), reinterpret_cast<unsigned char*>(text.data()), 256), 256);
  return text;
}

// What Bleichenbacher's forgeries and their successors are made of (CVE-2006-4339, CVE-2014-1568, CVE-2016-1000338).
TEST(RsaVerifier, RefusesEveryOtherEncoding) {
  const auto right = std::string(kSha256Info) + message_digest();
  ASSERT_TRUE(takes(signature_of(encoded_message(right))));

  const auto without_null = "\x30\x2f\x30\x0b\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x04\x20"s + message_digest();
  auto longer_length = right;
  longer_length.replace(0, 2, "\x30\x81\x31"s);
  auto other_hash = right;
  other_hash[14] = '\x02';
  const std::pair<const char*, std::string> wrong[] = {
      {"the digest alone", encoded_message(message_digest())},
      {"no NULL", encoded_message(without_null)},
      {"a length in two bytes", encoded_message(longer_length)},
      {"another hash's name", encoded_message(other_hash)},
      {"bytes after the digest", encoded_message(right + std::string(8, '\0'))},
      {"padding of eight, then garbage",
       "\x00\x01"s + std::string(8, '\xff') + '\0' + right + std::string(256 - 11 - right.size(), 'x')},
      {"block type 2", "\x00\x02"s + std::string(253 - right.size(), '\xff') + '\0' + right},
      {"block type 0", "\x00\x00"s + std::string(253 - right.size(), '\xff') + '\0' + right},
      {"no end of the padding", "\x00\x01"s + std::string(254 - right.size(), '\xff') + right},
      {"a gap in the padding",
       "\x00\x01"s + std::string(100, '\xff') + '\0' + std::string(152 - right.size(), '\xff') + '\0' + right},
  };
  for (const auto& [what, encoded] : wrong) {
    ASSERT_EQ(encoded.size(), 256U) << what;
    EXPECT_FALSE(takes(signature_of(encoded))) << what;
  }
}

TEST(RsaVerifier, RefusesOtherLengthsAndNumbersThatAreTooLarge) {
  const auto right = signature_of(encoded_message(std::string(kSha256Info) + message_digest()));
  EXPECT_FALSE(takes(""));
  EXPECT_FALSE(takes(std::string_view(right).substr(1)));
  EXPECT_FALSE(takes(std::string_view(right).substr(0, 255)));
  EXPECT_FALSE(takes(right + '\0'));
  EXPECT_FALSE(takes('\0' + right));
  EXPECT_FALSE(takes(std::string(256, '\0')));
  EXPECT_FALSE(takes(std::string(255, '\0') + '\x01'));
  EXPECT_FALSE(takes(std::string(256, '\xff')));
  EXPECT_FALSE(takes(bytes_of(modulus_of(test_key()))));
}

// s and s + n are the same number modulo n: one of the two is a signature (RFC 8017 section 5.2.2 step 1).
TEST(RsaVerifier, RefusesTheSignatureOnceMoreAroundTheModulus) {
  const auto small = [] {  // a modulus with room above it, in 2048 bits
    for (;;) {
      auto key = PrivateKey::generate(KeyType::kRsa).value();
      if (static_cast<unsigned char>(bytes_of(modulus_of(key))[0]) < 0xC0) return key;
    }
  }();
  const auto modulus = modulus_of(small);
  for (int i = 0; i < 100; ++i) {
    const auto hashed = digest(HashAlgorithm::kSha256, std::to_string(i));
    const auto right = signature_of(encoded_message(std::string(kSha256Info) + hashed), small);
    const BignumPtr number(BN_bin2bn(as_bytes(right).data(), 256, nullptr));
    ASSERT_EQ(BN_add(number.get(), number.get(), modulus.get()), 1);
    if (BN_num_bytes(number.get()) > 256) continue;
    EXPECT_TRUE(takes(right, HashAlgorithm::kSha256, hashed, small));
    EXPECT_FALSE(takes(bytes_of(number), HashAlgorithm::kSha256, hashed, small));
    return;
  }
  FAIL() << "no signature of a hundred had room above it";
}

TEST(RsaVerifier, RefusesEachChangedBit) {
  auto signature = signature_of(encoded_message(std::string(kSha256Info) + message_digest()));
  for (std::size_t bit = 0; bit < 2048; bit += 7) {
    const auto flip = static_cast<char>(1U << (bit % 8));
    signature[bit / 8] = static_cast<char>(signature[bit / 8] ^ flip);
    EXPECT_FALSE(takes(signature)) << bit;
    signature[bit / 8] = static_cast<char>(signature[bit / 8] ^ flip);
  }
  EXPECT_TRUE(takes(signature));
  EXPECT_FALSE(takes(signature, HashAlgorithm::kSha256, digest(HashAlgorithm::kSha256, "another text")));
}

TEST(RsaVerifier, RefusesDigestsOfAnotherLengthAndSha1) {
  const auto signature = signature_of(encoded_message(std::string(kSha256Info) + message_digest()));
  const RsaVerifier verifier(test_key().public_key());
  EXPECT_FALSE(verifier.is_valid(HashAlgorithm::kSha256, "", signature));
  EXPECT_FALSE(verifier.is_valid(HashAlgorithm::kSha256, message_digest().substr(1), signature));
  EXPECT_FALSE(verifier.is_valid(HashAlgorithm::kSha512, message_digest(), signature));
  EXPECT_FALSE(verifier.is_valid(HashAlgorithm::kSha1, digest(HashAlgorithm::kSha1, "what is signed"), signature));
}

TEST(RsaVerifier, TakesWhatOpensslSigns) {
  for (const int bits : {2048, 3072, 4096}) {
    const auto key = PrivateKey::generate(KeyType::kRsa, bits).value();
    for (const auto hash : {HashAlgorithm::kSha256, HashAlgorithm::kSha384, HashAlgorithm::kSha512}) {
      const PkeyCtxPtr context(EVP_PKEY_CTX_new_from_pkey(nullptr, key.get(), nullptr));
      ASSERT_EQ(EVP_PKEY_sign_init(context.get()), 1);
      ASSERT_EQ(EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PADDING), 1);
      ASSERT_EQ(EVP_PKEY_CTX_set_signature_md(context.get(), fetched_digest(hash)), 1);
      for (int i = 0; i < 20; ++i) {
        const auto hashed = digest(hash, std::to_string(i));
        std::string signature(static_cast<std::size_t>(bits) / 8, '\0');
        std::size_t size = signature.size();
        ASSERT_EQ(EVP_PKEY_sign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                                as_bytes(hashed).data(), hashed.size()),
                  1);
        EXPECT_TRUE(takes(signature, hash, hashed, key)) << bits;
      }
    }
  }
}

TEST(RsaVerifier, LeavesOtherKeysToOpenssl) {
  EXPECT_TRUE(RsaVerifier::takes(test_key().public_key()));
  EXPECT_FALSE(RsaVerifier::takes(PrivateKey::generate(KeyType::kEcP256).value().public_key()));
  const auto with_three = PublicKey::rsa(test_key().public_key().rsa_n(), "\x03").value();
  EXPECT_FALSE(RsaVerifier::takes(with_three));
}

}  // namespace
}  // namespace cardea::crypto
