// What every endpoint begins with (keycloak.md sections 1.1 and 1.3).
#include "oidc/endpoint.h"

#include <gtest/gtest.h>

#include "core/settings_entries.h"
#include "tests/support/memory_log.h"
#include "tests/support/oidc_world.h"

namespace cardea::oidc {
namespace {

TEST(Endpoint, refuses_every_endpoint_of_unknown_and_disabled_realms) {
  OidcWorld world;
  world.add_realm("off", false);
  for (const auto* path :
       {"", "/.well-known/openid-configuration", "/protocol/openid-connect/certs", "/protocol/openid-connect/userinfo",
        "/protocol/openid-connect/logout", "/protocol/openid-connect/login-status-iframe.html",
        "/protocol/openid-connect/login-status-iframe.html/init", "/protocol/openid-connect/3p-cookies/step1.html"}) {
    EXPECT_EQ(world.get("/realms/nope" + std::string(path)).status, 404) << path;
    EXPECT_EQ(world.get("/realms/off" + std::string(path)).status, 403) << path;
  }
  for (const auto* path : {"token", "token/introspect", "revoke", "userinfo", "logout", "logout/logout-confirm"}) {
    EXPECT_EQ(world.post("/realms/nope/protocol/openid-connect/" + std::string(path), {}).status, 404) << path;
    EXPECT_EQ(world.post("/realms/off/protocol/openid-connect/" + std::string(path), {}).status, 403) << path;
  }
  EXPECT_EQ(world.log.count("realm_not_found"), 14U) << "each with its reason";
  EXPECT_EQ(world.log.count("realm_disabled"), 14U);
}

std::shared_ptr<const RealmEntry> signing_with(std::string algorithm, crypto::KeyType type, int rsa_bits) {
  auto key =
      type == crypto::KeyType::kRsa ? crypto::PrivateKey::generate(type, rsa_bits) : crypto::PrivateKey::generate(type);
  RealmKey row;
  row.kid = "k1";
  row.algorithm = std::move(algorithm);
  row.use = "sig";
  row.status = KeyStatus::kActive;
  row.secret = key->to_pem();
  std::vector<RealmKey> rows;
  rows.push_back(std::move(row));
  MemoryLog log;
  auto entry = make_realm_entry(Realm(), {}, std::move(rows), nullptr, log);
  EXPECT_EQ(entry->signing_keys.size(), 1U);
  return entry;
}

// Thousands of connections wait for an I/O thread; an RSA-4096 signature takes it for milliseconds.
TEST(SignLane, refuses_to_hold_the_io_thread_for_a_slow_key) {
  EXPECT_EQ(sign_lane(*signing_with("RS256", crypto::KeyType::kRsa, 4096)), web::Lane::kCpu);
  EXPECT_EQ(sign_lane(*signing_with("RS256", crypto::KeyType::kRsa, 2048)), web::Lane::kInline);
  EXPECT_EQ(sign_lane(*signing_with("ES512", crypto::KeyType::kEcP521, 0)), web::Lane::kInline);
}

TEST(Endpoint, tells_a_client_whether_trying_again_helps) {
  OidcWorld world;
  const auto error = [&](StoreError why) { return store_failed_for_client(world.dependencies(), web::Request{}, why); };
  EXPECT_EQ(error(StoreError::kCorrupt).code, OAuthCode::kServerError);
  EXPECT_EQ(error(StoreError::kBusy).code, OAuthCode::kTemporarilyUnavailable);
}

TEST(Endpoint, answers_503_when_the_store_is_busy) {
  OidcWorld world;
  const auto response = store_failed(world.dependencies(), web::Request{}, StoreError::kBusy);
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(header_of(response, "Retry-After"), "1");
  EXPECT_TRUE(world.log.contains("busy"));
}

TEST(Endpoint, refuses_to_ask_for_another_try_where_it_cannot_help) {
  OidcWorld world;
  const auto response = store_failed(world.dependencies(), web::Request{}, StoreError::kCorrupt);
  EXPECT_EQ(response.status, 500);
  EXPECT_EQ(header_of(response, "Retry-After"), "");
  EXPECT_TRUE(world.log.contains("corrupt"));
}

TEST(Endpoint, tells_a_failed_store_on_a_page_where_a_person_looks) {
  OidcWorld world;
  const auto page = [&](StoreError why) {
    return store_failed_on_page(world.dependencies(), web::Request{}, nullptr, why);
  };
  EXPECT_EQ(page(StoreError::kCorrupt).status, 500);
  EXPECT_EQ(page(StoreError::kCorrupt).find_header("Retry-After"), nullptr);
  const auto busy = page(StoreError::kBusy);
  EXPECT_EQ(busy.status, 503);
  EXPECT_EQ(*busy.find_header("Retry-After"), "1");
  EXPECT_TRUE(busy.find_header("Content-Type")->starts_with("text/html"));
  EXPECT_TRUE(busy.body_text().contains("Wait a moment"));
}

}  // namespace
}  // namespace cardea::oidc
