#include "crypto/key.h"

#include <gtest/gtest.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <fstream>
#include <sstream>

#include "base/encoding.h"
#include "base/json.h"
#include "crypto/hash.h"

namespace cardea::crypto {
namespace {

json::object read_keys() {
  std::ifstream file("tests/vectors/crypto/keys.json");
  std::stringstream text;
  text << file.rdbuf();
  return parse_json(text.str()).value().as_object();
}

std::string bytes_of(const json::object& keys, std::string_view name) {
  return base64_decode(string_or(keys, name, "")).value();
}

constexpr KeyType kSmallTypes[] = {KeyType::kEcP256, KeyType::kEcP384, KeyType::kEcP521, KeyType::kEd25519};

TEST(PrivateKey, RefusesKeysWeDoNotUse) {
  const auto keys = read_keys();
  const auto& refused = keys.at("refused").as_object();
  const std::pair<const char*, KeyError> expected[] = {
      {"encrypted", KeyError::kMalformed}, {"rsa_1024", KeyError::kSize},      {"secp256k1", KeyError::kUnsupported},
      {"ed448", KeyError::kUnsupported},   {"x25519", KeyError::kUnsupported}, {"dsa", KeyError::kUnsupported},
      {"rsa_pss", KeyError::kUnsupported}};
  for (const auto& [name, error] : expected) {
    const auto key = PrivateKey::from_pem(string_or(refused, name, ""));
    ASSERT_FALSE(key.has_value()) << name;
    EXPECT_EQ(key.error(), error) << name;
  }
  EXPECT_EQ(ERR_peek_error(), 0u);  // nothing is left for the next TLS call
}

TEST(PrivateKey, RefusesWhatIsNoKey) {
  const auto keys = read_keys();
  const auto der = bytes_of(keys, "rsa_pkcs8_der");
  for (const auto& text :
       {std::string(), std::string("x"), der.substr(0, der.size() - 1), der + "x", bytes_of(keys, "rsa_spki_der")}) {
    EXPECT_EQ(PrivateKey::from_der(text).error(), KeyError::kMalformed) << text.size();
  }
  EXPECT_EQ(PrivateKey::from_pem("").error(), KeyError::kMalformed);
  EXPECT_EQ(PrivateKey::from_pem("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n").error(),
            KeyError::kMalformed);
  EXPECT_EQ(PublicKey::from_pem("").error(), KeyError::kMalformed);
  EXPECT_EQ(PublicKey::from_spki_der(bytes_of(keys, "rsa_spki_der") + "x").error(), KeyError::kMalformed);
}

TEST(PrivateKey, RefusesOddRsaSizes) {
  EXPECT_EQ(PrivateKey::generate(KeyType::kRsa, 1024).error(), KeyError::kSize);
  EXPECT_EQ(PrivateKey::generate(KeyType::kRsa, 8192).error(), KeyError::kSize);
}

TEST(PublicKey, RefusesUnsoundRsaNumbers) {
  std::string n(256, '\xC1');
  const std::string e("\x01\x00\x01", 3);
  ASSERT_TRUE(PublicKey::rsa(n, e).has_value());
  EXPECT_EQ(PublicKey::rsa(n, "\x01").error(), KeyError::kInvalid);
  EXPECT_EQ(PublicKey::rsa(n, "\x04").error(), KeyError::kInvalid);
  EXPECT_EQ(PublicKey::rsa(n, std::string(9, '\x01')).error(), KeyError::kSize);
  EXPECT_EQ(PublicKey::rsa(n.substr(1), e).error(), KeyError::kSize);
  EXPECT_EQ(PublicKey::rsa(std::string(1025, '\x01'), e).error(), KeyError::kSize);
  n.back() = '\x02';
  EXPECT_EQ(PublicKey::rsa(n, e).error(), KeyError::kInvalid);
  EXPECT_FALSE(PublicKey::rsa("", "").has_value());
}

TEST(PublicKey, RefusesPointsOffTheCurve) {
  const auto key = PrivateKey::generate(KeyType::kEcP256)->public_key();
  auto y = key.y();
  ASSERT_TRUE(PublicKey::ec(KeyType::kEcP256, key.x(), y).has_value());
  y.back() = static_cast<char>(y.back() ^ 1);
  EXPECT_EQ(PublicKey::ec(KeyType::kEcP256, key.x(), y).error(), KeyError::kInvalid);
  EXPECT_EQ(PublicKey::ec(KeyType::kEcP256, std::string(32, '\0'), std::string(32, '\0')).error(), KeyError::kInvalid);
  EXPECT_EQ(PublicKey::ec(KeyType::kEcP256, key.x().substr(1), key.y()).error(), KeyError::kInvalid);
  EXPECT_EQ(PublicKey::ec(KeyType::kEcP256, std::string(1, '\0') + key.x(), key.y()).error(), KeyError::kInvalid);
  EXPECT_EQ(PublicKey::ec(KeyType::kEcP384, key.x(), key.y()).error(), KeyError::kInvalid);
  EXPECT_EQ(PublicKey::ec(KeyType::kRsa, key.x(), key.y()).error(), KeyError::kUnsupported);
  EXPECT_EQ(ERR_peek_error(), 0u);
}

TEST(PublicKey, RefusesEd25519PointsOfSmallOrder) {
  std::string identity(32, '\0');
  EXPECT_EQ(PublicKey::ed25519(identity).error(), KeyError::kInvalid);
  identity.front() = '\x01';
  EXPECT_EQ(PublicKey::ed25519(identity).error(), KeyError::kInvalid);
  EXPECT_EQ(PublicKey::ed25519(std::string(32, '\xFF')).error(), KeyError::kInvalid);
  EXPECT_EQ(PublicKey::ed25519(std::string(31, '\x01')).error(), KeyError::kInvalid);
}

TEST(PrivateKey, ReadsBothSpellingsOfOthers) {
  const auto keys = read_keys();
  const auto& accepted = keys.at("accepted").as_object();
  const auto spki = bytes_of(keys, "rsa_spki_der");
  EXPECT_EQ(PrivateKey::from_pem(string_or(accepted, "rsa_pkcs1_pem", ""))->spki_der(), spki);
  EXPECT_EQ(PrivateKey::from_pem(string_or(accepted, "rsa_pkcs8_pem", ""))->spki_der(), spki);
  EXPECT_EQ(PrivateKey::from_der(bytes_of(keys, "rsa_pkcs1_der"))->spki_der(), spki);
  EXPECT_EQ(PrivateKey::from_der(bytes_of(keys, "rsa_pkcs8_der"))->spki_der(), spki);
  EXPECT_EQ(PrivateKey::from_pem(string_or(accepted, "ec_sec1_pem", ""))->spki_der(),
            PrivateKey::from_pem(string_or(accepted, "ec_pkcs8_pem", ""))->spki_der());
  EXPECT_EQ(key_id(*PrivateKey::from_der(bytes_of(keys, "rsa_pkcs8_der"))), sha256_base64url(spki));
}

TEST(PrivateKey, SurvivesPem) {
  for (const auto type : kSmallTypes) {
    const auto key = PrivateKey::generate(type);
    ASSERT_TRUE(key.has_value());
    const auto pem = key->to_pem();
    EXPECT_TRUE(pem.reveal().starts_with("-----BEGIN PRIVATE KEY-----\n"));
    const auto again = PrivateKey::from_pem(pem.reveal());
    ASSERT_TRUE(again.has_value());
    EXPECT_EQ(again->type(), type);
    EXPECT_EQ(again->spki_der(), key->spki_der());
    EXPECT_EQ(key->clone().spki_der(), key->spki_der());
  }
}

TEST(PublicKey, SurvivesItsNumbers) {
  for (const auto type : {KeyType::kEcP256, KeyType::kEcP384, KeyType::kEcP521}) {
    const auto key = PrivateKey::generate(type)->public_key();
    EXPECT_EQ(key.x().size(), coordinate_bytes(type));
    EXPECT_EQ(PublicKey::ec(type, key.x(), key.y())->spki_der(), key.spki_der());
  }
  const auto edwards = PrivateKey::generate(KeyType::kEd25519)->public_key();
  EXPECT_EQ(PublicKey::ed25519(edwards.x())->spki_der(), edwards.spki_der());
  const auto rsa = PrivateKey::generate(KeyType::kRsa)->public_key();
  EXPECT_EQ(rsa.bits(), 2048);
  EXPECT_EQ(PublicKey::rsa(rsa.rsa_n(), rsa.rsa_e())->spki_der(), rsa.spki_der());
  auto copy = edwards;
  copy = rsa;
  EXPECT_EQ(copy.spki_der(), rsa.spki_der());
}

TEST(PublicKey, HoldsNothingPrivate) {
  const auto key = PrivateKey::generate(KeyType::kEcP256)->public_key();
  EXPECT_EQ(i2d_PrivateKey(key.get(), nullptr), -1);
  ERR_clear_error();
}

TEST(Certificate, RefusesNamesAndTimesItCannotHold) {
  const auto key = PrivateKey::generate(KeyType::kEcP256);
  const auto at = from_epoch_seconds(1'767'225'600);
  EXPECT_FALSE(make_self_signed_certificate(*key, "", at, 10).has_value());
  EXPECT_FALSE(make_self_signed_certificate(*key, "\xFF", at, 10).has_value());
  EXPECT_FALSE(make_self_signed_certificate(*key, "demo", at, 0).has_value());
  EXPECT_FALSE(make_self_signed_certificate(*key, "demo", at, 101).has_value());
}

struct ReadCertificate {
  X509Ptr certificate;
  std::string common_name, not_before, not_after;
};

ReadCertificate read(const std::string& der) {
  const auto* at = as_bytes(der).data();
  ReadCertificate read{X509Ptr(d2i_X509(nullptr, &at, static_cast<long>(der.size()))), {}, {}, {}};
  const auto* subject = X509_get_subject_name(read.certificate.get());
  const auto* entry = X509_NAME_get_entry(subject, X509_NAME_get_index_by_NID(subject, NID_commonName, -1));
  unsigned char* text = nullptr;
  const int size = ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(entry));
  read.common_name.assign(reinterpret_cast<char*>(text), static_cast<std::size_t>(size));
  OPENSSL_free(text);
  const auto* before = X509_get0_notBefore(read.certificate.get());
  const auto* after = X509_get0_notAfter(read.certificate.get());
  read.not_before.assign(reinterpret_cast<const char*>(ASN1_STRING_get0_data(before)),
                         static_cast<std::size_t>(ASN1_STRING_length(before)));
  read.not_after.assign(reinterpret_cast<const char*>(ASN1_STRING_get0_data(after)),
                        static_cast<std::size_t>(ASN1_STRING_length(after)));
  return read;
}

TEST(Certificate, IsSelfSignedForTheRealm) {
  for (const auto type : kSmallTypes) {
    const auto key = PrivateKey::generate(type);
    const auto der =
        make_self_signed_certificate(*key, "demo", from_epoch_seconds(1'709'210'096), 10);  // 29 February 2024
    ASSERT_TRUE(der.has_value());
    const auto certificate = read(*der);
    EXPECT_EQ(certificate.common_name, "demo");
    EXPECT_EQ(certificate.not_before, "240229123456Z");
    EXPECT_EQ(certificate.not_after, "340228123456Z");
    EXPECT_EQ(X509_verify(certificate.certificate.get(), key->get()), 1);
    EXPECT_EQ(X509_check_issued(certificate.certificate.get(), certificate.certificate.get()), X509_V_OK);
  }
}

TEST(Certificate, CutsLongNames) {
  const auto key = PrivateKey::generate(KeyType::kEcP256);
  std::string name;
  for (int i = 0; i < 100; ++i) name += "\xC3\xA4";
  EXPECT_EQ(read(*make_self_signed_certificate(*key, name, from_epoch_seconds(0), 1)).common_name, name.substr(0, 128));
}

TEST(Certificate, GivesItsKeyAsPem) {
  const auto key = PrivateKey::generate(KeyType::kEcP256);
  const auto der = make_self_signed_certificate(*key, "demo", from_epoch_seconds(0), 1);
  std::string wrapped = "-----BEGIN CERTIFICATE-----\n";
  const auto body = base64_encode(*der);
  for (std::size_t i = 0; i < body.size(); i += 64) wrapped += body.substr(i, 64) + "\n";
  wrapped += "-----END CERTIFICATE-----\n";
  EXPECT_EQ(PublicKey::from_pem(wrapped)->spki_der(), key->spki_der());
}

}  // namespace
}  // namespace cardea::crypto
