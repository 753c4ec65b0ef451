#include "endpoint/refuse_realm.h"

#include <gtest/gtest.h>

#include "tests/support/memory_log.h"

namespace cardea::endpoint {
namespace {

RealmEntry entry(SslRequired ssl, bool enabled = true) {
  RealmEntry realm;
  realm.realm.ssl_required = ssl;
  realm.realm.enabled = enabled;
  return realm;
}

web::Request from(std::string scheme, std::string address) {
  web::Request request;
  request.scheme = std::move(scheme);
  request.remote_address = std::move(address);
  return request;
}

std::optional<web::Response> refused_by(const web::Request& request, const RealmEntry* realm) {
  MemoryLog log;
  auto refused = refuse_realm(log, request, realm);
  EXPECT_EQ(refused.has_value(), log.count("realm_refused") == 1);
  return refused;
}

TEST(RefuseRealm, refuses_unknown_realms) {
  const auto refused = refused_by(from("https", "8.8.8.8"), nullptr);
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->status, 404);
  EXPECT_EQ(refused->body_text(), R"({"error":"Realm does not exist"})");
}

TEST(RefuseRealm, refuses_disabled_realms) {
  const auto realm = entry(SslRequired::kNone, false);
  const auto refused = refused_by(from("https", "8.8.8.8"), &realm);
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->status, 403);
  EXPECT_EQ(refused->body_text(), R"({"error":"access_denied","error_description":"Realm not enabled"})");
}

TEST(RefuseRealm, refuses_plain_http_from_outside) {
  const auto realm = entry(SslRequired::kExternal);
  for (const auto* address : {"8.8.8.8", "2001:db8::1", "", "unknown"}) {
    const auto refused = refused_by(from("http", address), &realm);
    ASSERT_TRUE(refused) << address;
    EXPECT_EQ(refused->status, 403);
    EXPECT_EQ(refused->body_text(), R"({"error":"invalid_request","error_description":"HTTPS required"})");
  }
  for (const auto* address : {"127.0.0.1", "::1", "10.1.2.3"}) EXPECT_FALSE(refused_by(from("http", address), &realm));
  EXPECT_FALSE(refused_by(from("https", "8.8.8.8"), &realm));
}

TEST(RefuseRealm, refuses_plain_http_from_everywhere_when_all_need_tls) {
  const auto all = entry(SslRequired::kAll), none = entry(SslRequired::kNone);
  EXPECT_TRUE(refused_by(from("http", "127.0.0.1"), &all));
  EXPECT_FALSE(refused_by(from("https", "8.8.8.8"), &all));
  EXPECT_FALSE(refused_by(from("http", "8.8.8.8"), &none));
}

}  // namespace
}  // namespace cardea::endpoint
