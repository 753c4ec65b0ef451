// The token of an identity provider's SCIM client: who may have one made, and what is kept of it (attack classes 21 and
// 22).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "crypto/hash.h"
#include "tests/protocol/admin_world.h"

namespace cardea::protocol {
namespace {

using testing::HasSubstr;
using testing::Not;
using enum web::Method;

constexpr std::string_view kProvider = "/identity-provider/instances/up";

class AdminScimToken : public testing::Test {
 protected:
  AdminScimToken() {
    const auto sent = world.post("/identity-provider/instances",
                                 R"({"alias":"up","providerId":"oidc","config":{"clientId":"c","scim":"true"}})");
    EXPECT_EQ(sent.status, 201) << sent.body;
  }
  AdminWorld::Sent as(std::string_view token, web::Method method, std::string_view path, std::string_view body = {}) {
    return world.send(method, std::string("/admin/realms/demo").append(path), token, body);
  }
  std::string hash() { return string_or(world.get(kProvider).object().at("config").as_object(), "scimTokenHash", ""); }
  AdminWorld world;
};

TEST_F(AdminScimToken, refuses_to_make_one_without_the_right_to_manage_users) {
  const auto path = std::string(kProvider) + "/scim-token";
  const auto of_providers = world.admin_token({"manage-identity-providers"});
  for (const auto& token : {of_providers, world.admin_token({"manage-users"})}) {
    EXPECT_EQ(as(token, kPost, path).status, 403);
    EXPECT_EQ(as(token, kDelete, path).status, 403);
  }
  // Nor by writing it down.
  for (const auto* config : {R"({"clientId":"c","scim":"true","scimTokenHash":"mine"})", R"({"clientId":"c"})"}) {
    const auto body = std::string(R"({"alias":"up","providerId":"oidc","config":)") + config + "}";
    EXPECT_EQ(as(of_providers, kPut, kProvider, body).status, 403) << config;
  }
  EXPECT_EQ(as(of_providers, kPost, "/identity-provider/instances",
               R"({"alias":"new","providerId":"oidc","config":{"scim":"true"}})")
                .status,
            403);
  EXPECT_EQ(hash(), "");
  EXPECT_EQ(world.post("/identity-provider/instances/nobody/scim-token", "").status, 404);
}

TEST_F(AdminScimToken, is_shown_once_and_kept_as_a_hash) {
  const auto both = world.admin_token({"manage-identity-providers", "manage-users"});
  const auto made = as(both, kPost, std::string(kProvider) + "/scim-token");
  ASSERT_EQ(made.status, 200) << made.body;
  const auto token = string_or(made.object(), "token", "");
  EXPECT_GE(token.size(), 32U);
  EXPECT_TRUE(string_or(made.object(), "url", "").ends_with("/realms/demo/broker/up/scim/v2"));
  EXPECT_EQ(hash(), crypto::sha256_base64url(token));
  EXPECT_THAT(world.get(kProvider).body, Not(HasSubstr(token)));
  const auto again = as(both, kPost, std::string(kProvider) + "/scim-token");
  EXPECT_NE(string_or(again.object(), "token", ""), token);
  EXPECT_EQ(as(both, kDelete, std::string(kProvider) + "/scim-token").status, 204);
  EXPECT_EQ(hash(), "");
}

}  // namespace
}  // namespace cardea::protocol
