#include "crypto/pkcs12.h"

#include <gtest/gtest.h>
#include <openssl/pkcs12.h>

namespace cardea::crypto {
namespace {

const auto kAt = from_epoch_seconds(1'790'000'000);

TEST(Pkcs12, RefusesEmptyWordsAndForeignCertificates) {
  const auto key = PrivateKey::generate(KeyType::kEcP256);
  const auto other = PrivateKey::generate(KeyType::kEcP256);
  const auto certificate = make_self_signed_certificate(*key, "app", kAt, 1);
  const auto foreign = make_self_signed_certificate(*other, "app", kAt, 1);
  EXPECT_FALSE(write_pkcs12(*key, *certificate, "", SecretBytes("word")));
  EXPECT_FALSE(write_pkcs12(*key, *certificate, "app", SecretBytes("")));
  EXPECT_FALSE(write_pkcs12(*key, *certificate, "app", SecretBytes(std::string("a\0b", 3))));
  EXPECT_FALSE(write_pkcs12(*key, *foreign, "app", SecretBytes("word")));
  EXPECT_FALSE(write_pkcs12(*key, "no certificate", "app", SecretBytes("word")));
}

TEST(Pkcs12, OpensWithItsPasswordAlone) {
  const auto key = PrivateKey::generate(KeyType::kEcP256);
  const auto certificate = make_self_signed_certificate(*key, "app", kAt, 1);
  const auto bytes = write_pkcs12(*key, *certificate, "app", SecretBytes("word"));
  ASSERT_TRUE(bytes);
  const auto* at = reinterpret_cast<const unsigned char*>(bytes->reveal().data());
  PKCS12* bundle = d2i_PKCS12(nullptr, &at, static_cast<long>(bytes->reveal().size()));
  ASSERT_NE(bundle, nullptr);
  EXPECT_EQ(PKCS12_verify_mac(bundle, "other", -1), 0);
  EXPECT_EQ(PKCS12_verify_mac(bundle, "word", -1), 1);
  EVP_PKEY* read = nullptr;
  X509* held = nullptr;
  ASSERT_EQ(PKCS12_parse(bundle, "word", &read, &held, nullptr), 1);
  EXPECT_EQ(EVP_PKEY_eq(read, key->get()), 1);
  EVP_PKEY_free(read);
  X509_free(held);
  PKCS12_free(bundle);
}

TEST(Pkcs12, HoldsACertificateWithoutItsKey) {
  const auto key = PrivateKey::generate(KeyType::kEcP256);
  const auto certificate = make_self_signed_certificate(*key, "app", kAt, 1);
  EXPECT_FALSE(write_pkcs12(*certificate, "", SecretBytes("word")));
  EXPECT_FALSE(write_pkcs12("no certificate", "app", SecretBytes("word")));
  EXPECT_FALSE(write_pkcs12(*certificate + "x", "app", SecretBytes("word")));
  const auto bytes = write_pkcs12(*certificate, "app", SecretBytes("word"));
  ASSERT_TRUE(bytes);
  const auto* at = reinterpret_cast<const unsigned char*>(bytes->reveal().data());
  PKCS12* bundle = d2i_PKCS12(nullptr, &at, static_cast<long>(bytes->reveal().size()));
  ASSERT_NE(bundle, nullptr);
  EXPECT_EQ(PKCS12_verify_mac(bundle, "word", -1), 1);
  EVP_PKEY* read = nullptr;
  X509* held = nullptr;
  STACK_OF(X509)* others = nullptr;
  ASSERT_EQ(PKCS12_parse(bundle, "word", &read, &held, &others), 1);
  EXPECT_EQ(read, nullptr);
  ASSERT_NE(others, nullptr);
  EXPECT_EQ(sk_X509_num(others), 1);
  sk_X509_pop_free(others, X509_free);
  PKCS12_free(bundle);
}

}  // namespace
}  // namespace cardea::crypto
