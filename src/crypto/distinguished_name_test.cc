#include "crypto/distinguished_name.h"

#include <gtest/gtest.h>

#include "crypto/key.h"

namespace cardea::crypto {
namespace {

TEST(DistinguishedName, refuses_what_is_no_name) {
  for (const auto* text : {"", "CN", "=x", "XY=a", "CN=a,", "CN=a,,O=b", "CN=#0403", "CN=a\\", "CN=a\\q", "CN=\"a\"",
                           "CN=a<b", "CN=a\\00", "CN=\\FF", ",CN=a", "1.2.=x"}) {
    EXPECT_FALSE(parse_distinguished_name(text)) << text;
  }
  EXPECT_FALSE(parse_distinguished_name("CN=" + std::string(5000, 'a')));
}

TEST(DistinguishedName, one_name_has_many_spellings) {
  const auto name = parse_distinguished_name("CN=My App,OU=A\\, B,O=Example,C=DE");
  ASSERT_TRUE(name);
  for (const auto* text : {"cn=my  app, ou=a\\, b, o=EXAMPLE, c=de", "CN=My App,OU=A\\2C B,O=Example,C=DE",
                           "2.5.4.3=My App,2.5.4.11=A\\, B,2.5.4.10=Example,2.5.4.6=DE"}) {
    EXPECT_EQ(parse_distinguished_name(text), name) << text;
  }
  EXPECT_EQ(parse_distinguished_name("CN=a+O=b"), parse_distinguished_name("O=b+CN=a"));
}

TEST(DistinguishedName, other_names_are_other_names) {
  const auto name = parse_distinguished_name("CN=app,O=Example");
  for (const auto* text : {"O=Example,CN=app", "CN=app", "CN=app,O=Example,C=DE", "CN=app+O=Example",
                           "CN=ap p,O=Example", "OU=app,O=Example", "CN=app\\,O\\=Example"}) {
    EXPECT_NE(parse_distinguished_name(text), name) << text;
  }
}

TEST(DistinguishedName, reads_the_subject_of_a_certificate) {
  const auto key = PrivateKey::generate(KeyType::kEcP256).value();
  const auto der = make_self_signed_certificate(key, "My App", from_epoch_seconds(1'800'000'000), 1).value();
  EXPECT_EQ(subject_of_certificate(der), parse_distinguished_name("CN=my app"));
  EXPECT_EQ(to_text(*subject_of_certificate(der)), "CN=my app");
  EXPECT_FALSE(subject_of_certificate("x"));
  EXPECT_FALSE(subject_of_certificate(der.substr(0, der.size() - 1)));
  EXPECT_FALSE(subject_of_certificate(der + "x")) << "nothing hides behind a certificate";
}

}  // namespace
}  // namespace cardea::crypto
