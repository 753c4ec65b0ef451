#include "crypto/spki.h"

#include <gtest/gtest.h>
#include <openssl/err.h>

#include "base/encoding.h"

namespace cardea::crypto {
namespace {

const PrivateKey& rsa_key() {
  static const auto key = PrivateKey::generate(KeyType::kRsa);
  return *key;
}

TEST(UsualSpki, refuses_every_other_spelling) {
  const auto der = rsa_key().spki_der();
  ASSERT_TRUE(read_usual_spki(der));
  const auto changed = [&](std::size_t at, char byte) {
    auto text = der;
    text[at] = byte;
    return text;
  };
  for (const auto& other : {
           std::string(), der + "x", der.substr(0, der.size() - 1), der.substr(1), changed(0, 0x31),  // no sequence
           changed(3, static_cast<char>(der[3] + 1)),            // longer than there is
           changed(17, 0x06),                                    // parameters that are not NULL
           changed(23, 0x01),                                    // bits left over
           std::string("\x30\x83\x00", 3) + der.substr(2),       // a length with a zero in front
           std::string("\x30\x80", 2) + der.substr(4) + "\0\0",  // no length at all
           changed(32, '\x80'),                                  // a negative number
       }) {
    EXPECT_FALSE(read_usual_spki(other)) << hex_encode(other.substr(0, 40));
  }
  for (const auto& broken : {der + "x", der.substr(0, der.size() - 1), changed(17, 0x06)})
    EXPECT_FALSE(PublicKey::from_spki_der(broken)) << "OpenSSL takes it: " << hex_encode(broken.substr(0, 40));
  EXPECT_EQ(ERR_peek_error(), 0U);
}

TEST(UsualSpki, refuses_points_that_are_on_no_curve_and_keys_that_are_too_short) {
  auto der = PrivateKey::generate(KeyType::kEcP256)->spki_der();
  der.back() = static_cast<char>(der.back() ^ 1);
  ASSERT_TRUE(read_usual_spki(der));
  EXPECT_FALSE(PublicKey::from_spki_der(der));
  const auto zero = PrivateKey::generate(KeyType::kEd25519)->spki_der().substr(0, 12) + std::string(32, '\0');
  ASSERT_TRUE(read_usual_spki(zero));
  EXPECT_EQ(PublicKey::from_spki_der(zero).error(), KeyError::kInvalid);
  EXPECT_EQ(ERR_peek_error(), 0U);
}

TEST(UsualSpki, reads_what_openssl_writes) {
  for (const auto type : {KeyType::kRsa, KeyType::kEcP256, KeyType::kEcP384, KeyType::kEcP521, KeyType::kEd25519}) {
    const auto key = type == KeyType::kRsa ? rsa_key().clone() : std::move(*PrivateKey::generate(type));
    const auto der = key.spki_der();
    ASSERT_TRUE(read_usual_spki(der)) << static_cast<int>(type);
    EXPECT_EQ(read_usual_spki(der)->type, type);
    const auto read = PublicKey::from_spki_der(der);
    ASSERT_TRUE(read);
    EXPECT_EQ(read->spki_der(), der);
    EXPECT_EQ(PublicKey::from_pem("text before\n-----BEGIN PUBLIC KEY-----\n" + base64_encode(der) +
                                  "\n-----END PUBLIC KEY-----\n")
                  ->spki_der(),
              der);
  }
}

}  // namespace
}  // namespace cardea::crypto
