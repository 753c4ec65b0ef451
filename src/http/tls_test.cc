#include "http/tls.h"

#include <gtest/gtest.h>

#include "tests/support/test_certificate.h"

namespace cardea::http {
namespace {

struct TlsTest : testing::Test {
  TlsTest() {
    make_test_certificate(folder, "one", 1);
    make_test_certificate(folder, "two", 2);
  }
  TlsProblem problem(const std::string& certificate, const std::string& key) {
    const auto loaded = server.load({.certificate = folder.file(certificate), .key = folder.file(key)});
    EXPECT_FALSE(loaded) << certificate << " " << key;
    if (loaded) return TlsProblem::kLibrary;
    EXPECT_FALSE(describe(loaded.error().problem).empty());
    EXPECT_FALSE(loaded.error().detail.empty());
    return loaded.error().problem;
  }

  TemporaryFolder folder;
  TlsServer server;
};

TEST_F(TlsTest, refuses_certificates_that_cannot_be_read) {
  EXPECT_EQ(problem("none.crt", "one.key"), TlsProblem::kCertificateUnreadable);
  folder.write("bad.crt", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
  EXPECT_EQ(problem("bad.crt", "one.key"), TlsProblem::kCertificateUnreadable);
  EXPECT_EQ(problem("one.key", "one.key"), TlsProblem::kCertificateUnreadable);
}

TEST_F(TlsTest, refuses_keys_that_cannot_be_read) {
  EXPECT_EQ(problem("one.crt", "none.key"), TlsProblem::kKeyUnreadable);
  EXPECT_EQ(problem("one.crt", "one.crt"), TlsProblem::kKeyUnreadable);
}

TEST_F(TlsTest, refuses_key_with_passphrase_without_asking_for_it) {
  make_test_certificate(folder, "locked", 3, "secret");
  EXPECT_EQ(problem("locked.crt", "locked.key"), TlsProblem::kKeyUnreadable);
}

TEST_F(TlsTest, refuses_key_of_other_certificate) {
  EXPECT_EQ(problem("one.crt", "two.key"), TlsProblem::kKeyOfOtherCertificate);
}

TEST_F(TlsTest, refuses_trust_stores_that_cannot_be_read) {
  for (const auto* store : {"none.crt", "one.key"}) {
    const auto loaded = server.load({.certificate = folder.file("one.crt"),
                                     .key = folder.file("one.key"),
                                     .clients = ClientCertificates::kRequest,
                                     .trust_store = folder.file(store)});
    ASSERT_FALSE(loaded);
    EXPECT_EQ(loaded.error().problem, TlsProblem::kTrustStoreUnreadable);
  }
}

TEST_F(TlsTest, refuses_to_serve_before_a_load) { EXPECT_DEATH((void)server.accept(0), "context_"); }

TEST_F(TlsTest, loads_what_fits) {
  EXPECT_TRUE(server.load({.certificate = folder.file("one.crt"), .key = folder.file("one.key")}));
  EXPECT_TRUE(server.load({.certificate = folder.file("two.crt"), .key = folder.file("two.key")}));
}

}  // namespace
}  // namespace cardea::http
