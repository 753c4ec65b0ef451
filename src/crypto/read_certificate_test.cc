#include "crypto/read_certificate.h"

#include <gtest/gtest.h>

#include "base/encoding.h"
#include "crypto/key.h"

namespace cardea::crypto {
namespace {

TEST(Certificate, refuses_what_is_none) {
  const auto key = PrivateKey::generate(KeyType::kEcP256);
  const auto der = make_self_signed_certificate(*key, "app", from_epoch_seconds(1'790'000'000), 1).value();
  for (const auto& text : {std::string(), std::string("x"), der + "x", der.substr(1), base64_encode(der.substr(0, 40)),
                           std::string(70'000, 'A'), base64_encode(der) + std::string(32 * 1024, ' ')}) {
    EXPECT_FALSE(read_certificate(text)) << text.size();
  }
}

TEST(Certificate, reads_der_base64_and_pem) {
  const auto key = PrivateKey::generate(KeyType::kEcP256);
  const auto der = make_self_signed_certificate(*key, "app", from_epoch_seconds(1'790'000'000), 1).value();
  auto lines = base64_encode(der);
  lines.insert(64, "\r\n");
  EXPECT_EQ(read_certificate(der), der);
  EXPECT_EQ(read_certificate(base64_encode(der)), der);
  EXPECT_EQ(read_certificate("Subject: app\n-----BEGIN CERTIFICATE-----\n" + lines + "\n-----END CERTIFICATE-----\n"),
            der);
}

}  // namespace
}  // namespace cardea::crypto
